"""Stored calls and trackers between protobuf and the service's own types."""

from dataclasses import replace

from leadlight.conversation.v1 import call_pb2, call_service_pb2, tracker_pb2

from services.common.errors import LeadlightError, invalid_argument, invalid_arguments
from services.common.server.wire import storable, timestamp
from services.conversation.call import Call
from services.conversation.call_store import StoredCall
from services.conversation.convert_calls import TRACKER_KINDS, call_message, call_of, trackers_of
from services.conversation.tracker_store import StoredTracker
from services.conversation.trackers import TrackerMatcher

_KIND_NUMBERS = {kind: number for number, kind in TRACKER_KINDS.items()}


def storable_call(message: call_pb2.Call) -> Call:
    """A call that is to be stored.

    Raises:
        LeadlightError: INVALID_ARGUMENT that names the field at fault.
    """
    if not message.id:
        raise invalid_argument("call.id", "must not be empty: it is what the call is found by")
    storable(message.title, "call.title")
    for index, participant in enumerate(message.participants):
        storable(participant.id, f"call.participants[{index}].id")
        storable(participant.name, f"call.participants[{index}].name")
    for index, turn in enumerate(message.turns):
        storable(turn.text, f"call.turns[{index}].text")
        for at, word in enumerate(turn.words):
            storable(word.text, f"call.turns[{index}].words[{at}].text")
    return call_of(message, "call")


def stored_call_message(stored: StoredCall, *, with_turns: bool = False) -> call_service_pb2.StoredCall:
    """A stored call.

    Args:
        stored: The call.
        with_turns: Whether to show what was said.
    """
    call = stored.call if with_turns else replace(stored.call, utterances=())
    return call_service_pb2.StoredCall(
        call=call_message(call),
        team=stored.team,
        create_time=timestamp(stored.created_at),
        removed=call_service_pb2.RemovedPart.Value(f"REMOVED_PART_{stored.removed.name}"),
    )


def stored_tracker(message: tracker_pb2.Tracker) -> StoredTracker:
    """A tracker that is to be stored.

    Raises:
        LeadlightError: INVALID_ARGUMENT that names the field at fault.
    """
    for index, phrase in enumerate(message.phrases):
        storable(phrase, f"tracker.phrases[{index}]")
    trackers = trackers_of([message])
    try:
        TrackerMatcher(trackers)
    except LeadlightError as error:
        raise invalid_arguments(
            [replace(each, field=each.field.replace("trackers[0]", "tracker")) for each in error.violations]
        ) from None
    return StoredTracker(trackers[0], storable(message.team, "tracker.team"))


def stored_tracker_message(stored: StoredTracker) -> tracker_pb2.Tracker:
    """A stored tracker."""
    tracker = stored.tracker
    return tracker_pb2.Tracker(
        id=tracker.tracker_id, kind=_KIND_NUMBERS[tracker.kind], phrases=tracker.phrases, team=stored.team
    )
