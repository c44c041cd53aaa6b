"""Activities between protobuf and the service's own types."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from google.protobuf.duration_pb2 import Duration
from leadlight.relationship.v1 import activity_pb2

from services.common.db import utc_now
from services.common.errors import invalid_argument
from services.common.server.wire import moment, ref, ref_message, storable, timestamp
from services.relationship.activity import (
    Activity,
    Kind,
    Participant,
    Role,
    Side,
    State,
    Stored,
    normal_address,
)
from services.relationship.intake import Outcome

_EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
_LATEST = datetime(2200, 1, 1, tzinfo=UTC)
_LONGEST = timedelta(days=31)
_CLOCK_SKEW = timedelta(minutes=5)
_LONGEST_ADDRESS = 320

KINDS: Mapping[activity_pb2.ActivityKind.ValueType, Kind] = {
    activity_pb2.ActivityKind.Value(f"ACTIVITY_KIND_{kind.name}"): kind for kind in Kind
}
KIND_NUMBERS = {kind: number for number, kind in KINDS.items()}
_STATES = {activity_pb2.ActivityState.Value(f"ACTIVITY_STATE_{state.name}"): state for state in State}
_STATE_NUMBERS = {state: number for number, state in _STATES.items()}
_ROLES = {activity_pb2.ParticipantRole.Value(f"PARTICIPANT_ROLE_{role.name}"): role for role in Role}
_ROLE_NUMBERS = {role: number for number, role in _ROLES.items()}
SIDE_NUMBERS: Mapping[Side, activity_pb2.Side.ValueType] = {
    Side.OWN: activity_pb2.SIDE_OWN,
    Side.CUSTOMER: activity_pb2.SIDE_CUSTOMER,
    Side.UNKNOWN: activity_pb2.SIDE_UNSPECIFIED,
}
_SIDES = {number: side for side, number in SIDE_NUMBERS.items()}
OUTCOME_NUMBERS: Mapping[Outcome, activity_pb2.ActivityOutcome.ValueType] = {
    outcome: activity_pb2.ActivityOutcome.Value(f"ACTIVITY_OUTCOME_{outcome.name}") for outcome in Outcome
}


def activity(message: activity_pb2.Activity, path: str) -> Activity:
    """An activity in normal form.

    Args:
        message: As it was sent, its constraints kept.
        path: Where it stands in the request, with a dot at the end.

    Raises:
        LeadlightError: INVALID_ARGUMENT that names the field at fault.
    """
    state = _STATES.get(message.state, State.COMPLETED)
    kind = KINDS[message.kind]
    started_at = started(message, path, is_planned=state is not State.COMPLETED)
    lasted = _lasted(message, started_at, path)
    own_id = message_id(message.message_id, f"{path}message_id")
    in_reply_to = message_id(message.in_reply_to, f"{path}in_reply_to")
    references = [
        message_id(each, f"{path}references[{index}]") for index, each in enumerate(message.references)
    ]
    if own_id and in_reply_to == own_id:
        raise invalid_argument(f"{path}in_reply_to", "is its own message_id: a mail cannot answer itself")
    if own_id and own_id in references:
        raise invalid_argument(
            f"{path}references[{references.index(own_id)}]",
            "is its own message_id: a mail cannot answer itself",
        )
    return Activity(
        activity_id=storable(message.id, f"{path}id"),
        kind=kind,
        state=state,
        started_at=started_at,
        duration_ms=0 if kind is Kind.EMAIL else lasted // timedelta(milliseconds=1),
        participants=_participants(message, path),
        regarding=tuple(
            dict.fromkeys(
                ref(each, f"{path}regarding[{index}]") for index, each in enumerate(message.regarding)
            )
        ),
        subject=storable(message.subject, f"{path}subject"),
        message_id=own_id,
        in_reply_to=in_reply_to,
        references=tuple(each for each in dict.fromkeys(references) if each),
        thread_id=storable(message.thread_id, f"{path}thread_id"),
        text=storable(message.text, f"{path}text"),
        language=message.language,
        sentiment=message.sentiment,
    )


def started(message: activity_pb2.Activity, path: str, *, is_planned: bool) -> datetime:
    """When an activity began.

    Raises:
        LeadlightError: INVALID_ARGUMENT for a time out of range or in the future.
    """
    try:
        at = moment(message.start_time)
    except ValueError:
        at = _LATEST
    if not _EARLIEST <= at < _LATEST:
        raise invalid_argument(f"{path}start_time", "is outside the years 1970 to 2199")
    if not is_planned and at > utc_now() + _CLOCK_SKEW:
        raise invalid_argument(f"{path}start_time", "is in the future; only a planned activity may be")
    return at


def address(text: str, path: str) -> str:
    """An address in normal form.

    Raises:
        LeadlightError: INVALID_ARGUMENT when nothing is left of it, or too much.
    """
    normal = normal_address(storable(text, path))
    if not normal:
        raise invalid_argument(path, "holds no address, number or id")
    if len(normal) > _LONGEST_ADDRESS:  # some letters are two once they are folded
        raise invalid_argument(path, f"is longer than {_LONGEST_ADDRESS} characters without case")
    return normal


def message_id(text: str, path: str) -> str:
    """A Message-ID without angle brackets."""
    return storable(text, path).strip().removeprefix("<").removesuffix(">").strip()


def activity_message(stored: Stored) -> activity_pb2.Activity:
    """An activity with what follows from it."""
    given, derived = stored.activity, stored.derived
    message = activity_pb2.Activity(
        id=given.activity_id,
        kind=KIND_NUMBERS[given.kind],
        state=_STATE_NUMBERS[given.state],
        start_time=timestamp(given.started_at),
        participants=[
            activity_pb2.Participant(
                address=person.address,
                role=_ROLE_NUMBERS[person.role],
                side=SIDE_NUMBERS[side],
                name=person.name,
            )
            for person, side in stored.people
        ],
        regarding=[ref_message(each) for each in given.regarding],
        subject=given.subject,
        message_id=given.message_id,
        in_reply_to=given.in_reply_to,
        references=given.references,
        thread_id=given.thread_id,
        text=given.text,
        language=given.language,
        sentiment=given.sentiment,
        records=[ref_message(each) for each in derived.records],
        thread=derived.thread,
    )
    if given.duration_ms:
        message.duration.FromMilliseconds(given.duration_ms)
    if derived.answer_ms is not None:
        message.reply_time.FromMilliseconds(derived.answer_ms)
    return message


def milliseconds(ms: int) -> Duration:
    """A length of time."""
    message = Duration()
    message.FromMilliseconds(ms)
    return message


def _participants(message: activity_pb2.Activity, path: str) -> tuple[Participant, ...]:
    people: dict[str, Participant] = {}
    senders = [index for index, each in enumerate(message.participants) if _is_sender(each)]
    if len(senders) > 1:
        raise invalid_argument(f"{path}participants[{senders[1]}].role", "is a second FROM; there may be one")
    for index, each in enumerate(message.participants):
        at = f"{path}participants[{index}]"
        person = Participant(
            address(each.address, f"{at}.address"),
            _ROLES.get(each.role, Role.TO),
            _SIDES[each.side],
            storable(each.name, f"{at}.name"),
        )
        # Who writes to themselves is the sender.
        if person.address not in people or person.role is Role.FROM:
            people[person.address] = person
    return tuple(people.values())


def _is_sender(participant: activity_pb2.Participant) -> bool:
    return participant.role == activity_pb2.PARTICIPANT_ROLE_FROM


def _lasted(message: activity_pb2.Activity, started_at: datetime, path: str) -> timedelta:
    if message.HasField("end_time") and message.HasField("duration"):
        raise invalid_argument(f"{path}duration", "must not be set together with end_time")
    if message.HasField("end_time"):
        field, least = "end_time", "is before start_time"
        try:
            lasted = moment(message.end_time) - started_at
        except ValueError:
            lasted = _LONGEST * 2
    else:
        field, least = "duration", "is negative"
        try:
            lasted = message.duration.ToTimedelta()
        except (ValueError, OverflowError):
            lasted = _LONGEST * 2
    if lasted < timedelta(0):
        raise invalid_argument(f"{path}{field}", least)
    if lasted > _LONGEST:
        raise invalid_argument(f"{path}{field}", "makes it longer than 31 days")
    return lasted
