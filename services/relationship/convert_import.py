"""Activities that come in together: each on its own in a stream, all or none in a batch."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from google.rpc import status_pb2
from leadlight.relationship.v1 import activity_pb2

from services.common.errors import FieldViolation, LeadlightError, invalid_argument, invalid_arguments
from services.common.server.validation import check_request
from services.relationship.activity import Activity
from services.relationship.convert_activities import OUTCOME_NUMBERS, activity
from services.relationship.intake import Outcome


@dataclass
class Chunk:
    """The activities of one message of a stream.

    Attributes:
        good: By place.
        refused: What is wrong with the others, by place.
    """

    good: dict[int, Activity] = field(default_factory=dict)
    refused: dict[int, LeadlightError] = field(default_factory=dict)

    def rounds(self) -> list[dict[int, Activity]]:
        """The good ones so that no id stands in a round twice; later ones of an id come in later rounds."""
        found: list[dict[int, Activity]] = []
        seen: dict[str, int] = {}
        for place, each in self.good.items():
            number = seen.get(each.activity_id, 0)
            seen[each.activity_id] = number + 1
            if number == len(found):
                found.append({})
            found[number][place] = each
        return found


def chunk(request: activity_pb2.ImportActivitiesRequest) -> Chunk:
    """Sorts the good from the bad."""
    found = Chunk()
    for place, message in enumerate(request.activities):
        path = f"activities[{place}]."
        try:
            _check(message, path)
            found.good[place] = activity(message, path)
        except LeadlightError as error:
            found.refused[place] = error
    return found


def fill(
    response: activity_pb2.ImportActivitiesResponse,
    sent: Chunk,
    outcomes: Sequence[Mapping[str, Outcome]],
    *,
    first: int,
    status: Callable[[LeadlightError], status_pb2.Status],
) -> None:
    """Writes what came of each activity.

    Args:
        response: To be filled.
        sent: The activities.
        outcomes: Of each round by id.
        first: Place of the message's first activity in the stream.
        status: Makes the status of an error.
    """
    stored = {
        place: outcomes[number][each.activity_id]
        for number, round_ in enumerate(sent.rounds())
        for place, each in round_.items()
    }
    for place in range(len(sent.good) + len(sent.refused)):
        result = response.results.add(index=first + place)
        if place in sent.refused:
            result.status.CopyFrom(status(sent.refused[place]))
        else:
            result.outcome = OUTCOME_NUMBERS[stored[place]]


def batch(request: activity_pb2.BatchUpsertActivitiesRequest) -> list[Activity]:
    """The activities of a batch.

    Raises:
        LeadlightError: INVALID_ARGUMENT that names the field at fault.
    """
    found = [activity(each, f"activities[{place}].") for place, each in enumerate(request.activities)]
    seen = set()
    for place, each in enumerate(found):
        if each.activity_id in seen:
            raise invalid_argument(f"activities[{place}].id", "stands in the batch twice")
        seen.add(each.activity_id)
    return found


def _check(message: activity_pb2.Activity, path: str) -> None:
    try:
        check_request(message)
    except LeadlightError as error:
        raise invalid_arguments(
            [FieldViolation(f"{path}{each.field}", each.description) for each in error.violations]
        ) from None
