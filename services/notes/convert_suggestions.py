"""Suggestions to protobuf, and what callers name of them."""

import re
from collections.abc import Iterable

from leadlight.notes.v1 import suggestion_pb2

from services.common.errors import not_found
from services.common.server.wire import optional_timestamp
from services.notes.actions.suggestion import Missing, Suggestion, SuggestionKind
from services.notes.convert_times import reading_messages
from services.notes.note import State, StoredSuggestion

KIND_NUMBERS = {
    kind: suggestion_pb2.SuggestionKind.Value(f"SUGGESTION_KIND_{kind.name}") for kind in SuggestionKind
}
_KINDS = {number: kind for kind, number in KIND_NUMBERS.items()}
_STATES = {state: suggestion_pb2.SuggestionState.Value(f"SUGGESTION_STATE_{state.name}") for state in State}
_STATE_OF = {number: state for state, number in _STATES.items()}
_MISSING = {part: suggestion_pb2.MissingPart.Value(f"MISSING_PART_{part.name}") for part in Missing}
_NAME = re.compile(r"notes/([^/]+)/suggestions/([^/]+)")
_NUMBER = re.compile(r"[1-9][0-9]{0,8}")


def kinds(numbers: Iterable[suggestion_pb2.SuggestionKind.ValueType]) -> list[SuggestionKind]:
    """The wanted kinds."""
    return [_KINDS[number] for number in numbers]


def states(numbers: Iterable[suggestion_pb2.SuggestionState.ValueType]) -> list[State]:
    """The wanted states."""
    return [_STATE_OF[number] for number in numbers]


def suggestion_name(name: str) -> tuple[str, int]:
    """A suggestion's note and number.

    Raises:
        LeadlightError: NOT_FOUND for a name that no suggestion can have.
    """
    match = _NAME.fullmatch(name)
    if match is None or not _NUMBER.fullmatch(match.group(2)):
        raise not_found("suggestion", name)
    return match.group(1), int(match.group(2))


def suggestion_message(suggestion: Suggestion, time_zone: str) -> suggestion_pb2.Suggestion:
    """A suggestion that is not stored."""
    return suggestion_pb2.Suggestion(
        kind=KIND_NUMBERS[suggestion.kind],
        span_start=suggestion.span_start,
        span_end=suggestion.span_end,
        title=suggestion.title,
        times=reading_messages(suggestion.readings, time_zone),
        due=suggestion.is_due,
        log=suggestion.is_log,
        place=suggestion.place,
        people=[
            suggestion_pb2.Person(
                name=each.name, role=each.role, company=each.company, email=each.email, phone=each.phone
            )
            for each in suggestion.people
        ],
        assignee=suggestion.assignee,
        owed_by_customer=suggestion.owed_by_customer,
        content=suggestion.content,
        issue_severity=suggestion.issue_severity,
        confidence=suggestion.confidence,
        missing=[_MISSING[part] for part in suggestion.missing],
        language=suggestion.language,
    )


def stored_suggestion_message(stored: StoredSuggestion) -> suggestion_pb2.Suggestion:
    """A suggestion of a stored note."""
    message = suggestion_message(stored.suggestion, stored.time_zone)
    message.name = f"notes/{stored.note_id}/suggestions/{stored.number}"
    message.state = _STATES[stored.state]
    message.created_record = stored.created_record
    decided = optional_timestamp(stored.decided_at)
    if decided is not None:
        message.decide_time.CopyFrom(decided)
    return message
