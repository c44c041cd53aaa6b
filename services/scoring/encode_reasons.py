"""The reasons of a score in protobuf's wire format, from parts that are encoded once.

Ten reasons are most of an answer, and nearly all of a reason is the same each time a value comes: its attribute, its
sentence and its evidence. Those bytes are kept; a call adds the points and the log-odds. Making ten messages through
the library instead costs three times as much (docs/performance.md), and a message that is concatenated from its
fields is the same message (protobuf.dev, "Encoding", merging).
"""

from collections.abc import Iterable
from functools import lru_cache
from struct import Struct

from leadlight.scoring.v1 import score_pb2

from services.scoring.reasons import Reason, Said
from services.scoring.value_statistics import ValueStatistics

_LENGTH_DELIMITED = 2
_FIXED64 = 1
_FIELDS = score_pb2.Reason.DESCRIPTOR.fields_by_name
_VALUE_TAG = bytes([_FIELDS["value"].number << 3 | _LENGTH_DELIMITED])
_REASONS_TAG = bytes([score_pb2.Score.DESCRIPTOR.fields_by_name["reasons"].number << 3 | _LENGTH_DELIMITED])
_NUMBERS = Struct("<BdBd")
_POINTS_TAG = _FIELDS["points"].number << 3 | _FIXED64
_LOG_ODDS_TAG = _FIELDS["log_odds"].number << 3 | _FIXED64
_MAX_KEPT = 20_000
_LONGEST_KEPT = 1_000  # bytes

_kept: dict[Said, bytes] = {}  # by identity


def encoded_reasons(reasons: Iterable[Reason]) -> bytes:
    """The field `reasons` of a `Score`, to be merged into it or put behind its other fields."""
    pack = _NUMBERS.pack
    parts: list[bytes] = []
    for said, points, log_odds in reasons:
        parts += (_kept.get(said) or _encode(said), pack(_POINTS_TAG, points, _LOG_ODDS_TAG, log_odds))
    return b"".join(parts)


def _encode(said: Said) -> bytes:
    """A reason but for its two numbers, which come last and are always as long."""
    if said.evidence is None:
        fields = score_pb2.Reason(attribute=said.attribute, sentence=said.sentence).SerializeToString()
    else:
        fields = _of_evidence(said.attribute, said.sentence, said.evidence)
    if said.value:
        text = said.value.encode()
        fields += _VALUE_TAG + _varint(len(text)) + text
    encoded = _REASONS_TAG + _varint(len(fields) + _NUMBERS.size) + fields
    if len(encoded) <= _LONGEST_KEPT:
        if len(_kept) >= _MAX_KEPT:  # many models came and went
            _kept.clear()
        _kept[said] = encoded
    return encoded


@lru_cache(_MAX_KEPT)
def _of_evidence(attribute: str, sentence: str, evidence: ValueStatistics) -> bytes:
    """What all numbers of a range have alike: a number comes once, its range again and again."""
    message = score_pb2.Reason(attribute=attribute, sentence=sentence)
    message.evidence.closed_count = evidence.closed
    message.evidence.positive_count = evidence.positive
    message.evidence.share = evidence.share
    if evidence.median_days_to_close is not None:
        message.evidence.median_days_to_close = evidence.median_days_to_close
    return message.SerializeToString()


def _varint(number: int) -> bytes:
    """A length as protobuf writes it: seven bits a byte, the lowest first."""
    if number < 0x80:
        return bytes([number])
    return bytes([number & 0x7F | 0x80]) + _varint(number >> 7)
