"""Texts to read from protobuf, and what was read in them to protobuf."""

from datetime import UTC, datetime

from google.protobuf.message import Message
from leadlight.notes.v1 import notes_service_pb2

from services.common.errors import invalid_argument
from services.common.server.wire import optional_moment
from services.notes.analysis import Text
from services.notes.convert_settings import conventions, time_zone
from services.notes.convert_suggestions import suggestion_message
from services.notes.convert_times import mention_message
from services.notes.language import LANGUAGES
from services.notes.offers import Offered
from services.notes.service import NotesService
from services.notes.times.values import TimeMention

_ALSO = {
    "no": "nb",
    "cmn": "zh",
    "und": "",
    "mul": "",
}  # other tags of the same languages; not known, several
_EARLIEST = datetime(1900, 1, 1, tzinfo=UTC)
_LATEST = datetime(2200, 1, 1, tzinfo=UTC)


def text(
    request: notes_service_pb2.ResolveTimesRequest | notes_service_pb2.SuggestActionsRequest,
    tenant: str,
    service: NotesService,
    prefix: str = "",
) -> Text:
    """A text with all that its meaning depends on, the tenant's settings where the caller says nothing.

    Args:
        request: The request.
        tenant: Whose settings.
        service: Knows them.
        prefix: What stands before the request's fields, for errors.

    Raises:
        LeadlightError: INVALID_ARGUMENT that names the field at fault.
    """
    given = None
    if request.HasField("conventions"):
        given = conventions(request.conventions, f"{prefix}conventions")
    return service.text(
        tenant,
        request.text,
        language=language(request.language, f"{prefix}language"),
        written_at=written_at(request, "reference_time", f"{prefix}reference_time"),
        time_zone=time_zone(request.time_zone, f"{prefix}time_zone"),
        conventions=given,
    )


def language(tag: str, path: str) -> str:
    """The language of a BCP-47 tag, without its region; empty where none is named.

    Raises:
        LeadlightError: INVALID_ARGUMENT when it is none of the five.
    """
    primary = tag.split("-", maxsplit=1)[0].lower()
    primary = _ALSO.get(primary, primary)
    if primary and primary not in LANGUAGES:
        raise invalid_argument(
            path, f"is none of the languages that are read: {', '.join(LANGUAGES)}; leave it out if unsure"
        )
    return primary


def written_at(message: Message, field: str, path: str) -> datetime | None:
    """When a text was written; None where it is absent.

    Raises:
        LeadlightError: INVALID_ARGUMENT for a time that leaves no room for what its words may mean.
    """
    at = optional_moment(message, field, path)
    if at is not None and not _EARLIEST <= at < _LATEST:
        raise invalid_argument(path, "is outside the years 1900 to 2199")
    return at


def times_response(
    mentions: tuple[TimeMention, ...], time_zone: str
) -> notes_service_pb2.ResolveTimesResponse:
    """The expressions of time in a text."""
    return notes_service_pb2.ResolveTimesResponse(
        times=[mention_message(each, time_zone) for each in mentions], time_zone=time_zone
    )


def actions_response(offered: Offered, time_zone: str) -> notes_service_pb2.SuggestActionsResponse:
    """What to create from a text."""
    return notes_service_pb2.SuggestActionsResponse(
        suggestions=[suggestion_message(each, time_zone) for each in offered.suggestions],
        time_zone=time_zone,
        withheld_count=offered.withheld,
    )
