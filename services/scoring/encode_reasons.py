"""The reasons of a score in protobuf's wire format, from parts that are encoded once.

Ten reasons are most of an answer, and nearly all of a reason is the same each time: its attribute, its sentence and
its evidence, which the model brought along. Those bytes are kept; a call adds the value, the points and the
log-odds. Making ten messages through the library instead costs three times as much (docs/performance.md), and a
message that is concatenated from its fields is the same message (protobuf.dev, "Encoding", merging).
"""

from collections.abc import Iterable
from struct import Struct

from leadlight.scoring.v1 import score_pb2

from services.scoring.reasons import Reason
from services.scoring.value_statistics import ValueStatistics

_LENGTH_DELIMITED = 2
_FIXED64 = 1
_FIELDS = score_pb2.Reason.DESCRIPTOR.fields_by_name
_VALUE_TAG = bytes([_FIELDS["value"].number << 3 | _LENGTH_DELIMITED])
_REASONS_TAG = bytes([score_pb2.Score.DESCRIPTOR.fields_by_name["reasons"].number << 3 | _LENGTH_DELIMITED])
_NUMBERS = Struct("<BdBd")
_POINTS_TAG = _FIELDS["points"].number << 3 | _FIXED64
_LOG_ODDS_TAG = _FIELDS["log_odds"].number << 3 | _FIXED64
_MAX_KEPT = 100_000


def encoded_reasons(reasons: Iterable[Reason]) -> bytes:
    """The field `reasons` of a `Score`, to be merged into it or put behind its other fields."""
    parts: list[bytes] = []
    for attribute, value, points, log_odds, sentence, evidence in reasons:
        kept = _kept.get(id(evidence))
        if kept is not None and kept[0] is evidence and kept[1] == attribute and kept[2] == sentence:
            fixed = kept[3]
        else:
            fixed = _encode_fixed(attribute, sentence, evidence)
        numbers = _NUMBERS.pack(_POINTS_TAG, points, _LOG_ODDS_TAG, log_odds)
        text = value.encode()
        named = _VALUE_TAG + _varint(len(text)) + text if text else b""
        parts += (_REASONS_TAG, _varint(len(fixed) + len(named) + len(numbers)), fixed, named, numbers)
    return b"".join(parts)


# By the identity of the evidence, of which a loaded model has one for each value. The entry holds the evidence, so
# that its identity is nobody else's.
_kept: dict[int, tuple[ValueStatistics, str, str, bytes]] = {}


def _encode_fixed(attribute: str, sentence: str, evidence: ValueStatistics | None) -> bytes:
    message = score_pb2.Reason(attribute=attribute, sentence=sentence)
    if evidence is None:
        return message.SerializeToString()
    message.evidence.closed_count = evidence.closed
    message.evidence.positive_count = evidence.positive
    message.evidence.share = evidence.share
    if evidence.median_days_to_close is not None:
        message.evidence.median_days_to_close = evidence.median_days_to_close
    fixed = message.SerializeToString()
    if len(_kept) >= _MAX_KEPT:  # many models came and went
        _kept.clear()
    _kept[id(evidence)] = (evidence, attribute, sentence, fixed)
    return fixed


def _varint(number: int) -> bytes:
    """A length as protobuf writes it: seven bits a byte, the lowest first."""
    if number < len(_SHORT):
        return _SHORT[number]
    return bytes([number & 0x7F | 0x80]) + _varint(number >> 7)


_SHORT = [bytes([number]) for number in range(0x80)]
_SHORT += [bytes([number & 0x7F | 0x80, number >> 7]) for number in range(0x80, 0x800)]
