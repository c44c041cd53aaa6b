"""The analysis of a call as the JSON that `leadlight conversation analyze` writes, and the jobs take apart."""

from datetime import UTC
from typing import Any
from zoneinfo import ZoneInfo

from google.protobuf import json_format
from leadlight.conversation.v1 import analysis_pb2, call_pb2, conversation_service_pb2

_ENUM_PREFIXES = {
    "kind": ("TRACKER_KIND_", "MENTION_KIND_"),
    "topic": ("TOPIC_",),
    "reason": ("HIGHLIGHT_REASON_",),
    "short_call": ("SHORT_CALL_TAG_",),
}
_PARTS = "ANALYSIS_PART_"


def analysis_json(response: conversation_service_pb2.AnalyzeCallResponse) -> dict[str, Any]:
    """The keys that programs rely on come first: measures to commitments. Unknown measures are left out."""
    analysis = response.analysis
    told = json_format.MessageToDict(
        analysis, preserving_proto_field_name=True, always_print_fields_with_no_presence=True
    )
    tones = {each.turn: each for each in analysis.turn_sentiments}
    found: dict[str, Any] = {
        "id": response.call.id,
        "language": response.call.language,
        "measures": told["measures"],
        "turns": [_turn(turn, tones.get(place)) for place, turn in enumerate(response.call.turns)],
        "entities": told["entities"],
        "hits": told["hits"],
        "commitments": [_commitment(each) for each in analysis.commitments],
    }
    for name, value in told.items():
        if name != "turn_sentiments":
            found.setdefault(name, value)
    found["missing_parts"] = [each.removeprefix(_PARTS).lower() for each in told["missing_parts"]]
    _shorten(found)
    return found


def _turn(turn: call_pb2.Turn, sentiment: analysis_pb2.TurnSentiment | None) -> dict[str, Any]:
    """A turn; the seller's have no sentiment."""
    told: dict[str, Any] = {"participant": turn.participant}
    if turn.HasField("start_ms"):
        told["start_s"] = turn.start_ms / 1000
    if turn.HasField("end_ms"):
        told["end_s"] = turn.end_ms / 1000
    told["text"] = turn.text
    if sentiment is not None:
        told["sentiment"] = analysis_pb2.Tone.Name(sentiment.tone).removeprefix("TONE_").lower()
        told["score"] = round(sentiment.score, 4)
    return told


def _commitment(commitment: analysis_pb2.Commitment) -> dict[str, Any]:
    """Who owes what; `due` is a day, or a time with its offset in the time zone of whoever is to do it."""
    told: dict[str, Any] = {
        "turn": commitment.turn,
        "start": commitment.start,
        "end": commitment.end,
        "owner": commitment.owner,
        "what": commitment.what,
    }
    if commitment.HasField("due_time"):
        due = commitment.due_time.ToDatetime(tzinfo=UTC).astimezone(ZoneInfo(commitment.time_zone or "UTC"))
        told["due"] = due.date().isoformat() if commitment.date_only else due.isoformat()
    if commitment.due_text:
        told["due_text"] = commitment.due_text
    return told


def _shorten(value: Any) -> None:
    """Enums by their own names in lower case, wherever they stand."""
    if isinstance(value, list):
        for each in value:
            _shorten(each)
    elif isinstance(value, dict):
        for name, each in value.items():
            for prefix in _ENUM_PREFIXES.get(name, ()):
                if isinstance(each, str) and each.startswith(prefix):
                    value[name] = each.removeprefix(prefix).lower()
            _shorten(each)
