"""Events of followed mails between protobuf and the service's own types."""

from collections.abc import Sequence
from datetime import UTC, datetime

from leadlight.relationship.v1 import engagement_pb2

from services.common.errors import invalid_argument
from services.common.server.wire import moment, storable
from services.relationship.engagement_store import StoredEvent
from services.relationship.engagements import EventResult

_KINDS = {
    engagement_pb2.ENGAGEMENT_KIND_OPEN: "open",
    engagement_pb2.ENGAGEMENT_KIND_CLICK: "click",
    engagement_pb2.ENGAGEMENT_KIND_ATTACHMENT_OPEN: "attachment_open",
}
_EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
_LATEST = datetime(2200, 1, 1, tzinfo=UTC)


def events(request: engagement_pb2.RecordEngagementRequest) -> list[StoredEvent]:
    """The events of a request.

    Raises:
        LeadlightError: INVALID_ARGUMENT that names the field at fault.
    """
    found = []
    seen = set()
    for index, sent in enumerate(request.events):
        path = f"events[{index}]."
        if sent.id in seen:
            raise invalid_argument(f"{path}id", "stands in the request twice")
        seen.add(sent.id)
        found.append(
            StoredEvent(
                event_id=storable(sent.id, f"{path}id"),
                activity_id=storable(sent.activity_id, f"{path}activity_id"),
                kind=_KINDS[sent.kind],
                happened_at=_time(sent, f"{path}time"),
                http_method=storable(sent.http_method, f"{path}http_method").upper(),
                user_agent=storable(sent.user_agent, f"{path}user_agent"),
                link=storable(sent.link, f"{path}link"),
            )
        )
    return found


def results_message(results: Sequence[EventResult]) -> engagement_pb2.RecordEngagementResponse:
    """What came of events."""
    return engagement_pb2.RecordEngagementResponse(
        results=[
            engagement_pb2.EngagementResult(counted=each.counted, human_probability=each.human)
            for each in results
        ]
    )


def _time(sent: engagement_pb2.EngagementEvent, path: str) -> datetime:
    try:
        at = moment(sent.time)
    except ValueError:
        at = _LATEST
    if not _EARLIEST <= at < _LATEST:
        raise invalid_argument(path, "is outside the years 1970 to 2199")
    return at
