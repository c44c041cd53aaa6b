"""Reads and writes what happened to followed mails, and who forbids to follow."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete
from sqlmodel import col, select

from services.common.db import PreparedSelect, TenantReader, TenantSession, parameter
from services.common.records import RecordRef
from services.relationship.activity import State
from services.relationship.activity_store import portions
from services.relationship.models import (
    ActivityPersonRow,
    ActivityRecordRow,
    EngagementRow,
    NotFollowedRow,
)


@dataclass(frozen=True, slots=True)
class StoredEvent:
    """Something that happened to a followed mail; see EngagementEvent in the protos."""

    event_id: str
    activity_id: str
    kind: str
    happened_at: datetime
    http_method: str = ""
    user_agent: str = ""
    link: str = ""


def add(session: TenantSession, events: Sequence[StoredEvent]) -> None:
    """Stores events; what is stored already stays as it is."""
    session.upsert_rows(
        EngagementRow,
        [{name: getattr(event, name) for name in StoredEvent.__slots__} for event in events],
        update=[],
    )


def of_activities(session: TenantReader, ids: Collection[str]) -> list[StoredEvent]:
    """The events of some mails, in the order they happened."""
    found: list[StoredEvent] = []
    for some in portions(ids):
        query = select(EngagementRow).where(col(EngagementRow.activity_id).in_(some))
        found += [_event(row) for row in session.exec(query)]
    return sorted(found, key=lambda event: (event.happened_at, event.event_id))


def of_record(session: TenantReader, ref: RecordRef, first: datetime, end: datetime) -> list[StoredEvent]:
    """The events of a record's mails that were sent in a time."""
    rows = session.exec_prepared(_OF_RECORD, kind=ref.kind, id=ref.id, first=first, end=end)
    return sorted((StoredEvent(*row) for row in rows), key=lambda event: (event.happened_at, event.event_id))


def not_followed(session: TenantReader, ids: Collection[str]) -> set[str]:
    """Those of some mails that somebody takes part in who forbids to follow."""
    found: set[str] = set()
    for some in portions(ids):
        query = (
            select(ActivityPersonRow.activity_id)
            .join(NotFollowedRow, col(NotFollowedRow.address) == col(ActivityPersonRow.address))
            .where(col(ActivityPersonRow.activity_id).in_(some))
        )
        found.update(session.exec(query))
    return found


def set_following(session: TenantSession, address: str, *, is_forbidden: bool) -> None:
    """Forbids to follow mails to somebody, or allows it; what was recorded of them goes when it is forbidden."""
    if not is_forbidden:
        session.change(delete(NotFollowedRow).where(col(NotFollowedRow.address) == address))
        return
    session.upsert_rows(NotFollowedRow, [{"address": address}], update=[])
    theirs = select(ActivityPersonRow.activity_id).where(ActivityPersonRow.address == address)
    session.change(delete(EngagementRow).where(col(EngagementRow.activity_id).in_(theirs)))


def forget_activities(session: TenantSession, ids: Collection[str]) -> None:
    """Deletes the events of some mails."""
    for some in portions(ids):
        session.change(delete(EngagementRow).where(col(EngagementRow.activity_id).in_(some)))


def forget_links(session: TenantSession, is_about: Callable[[str], bool]) -> int:
    """Deletes the events whose links name a person; how many there were."""
    links = session.exec(select(EngagementRow.event_id, EngagementRow.link).where(EngagementRow.link != ""))
    named = [{"event_id": event_id} for event_id, link in links if is_about(link)]
    return session.delete_rows(EngagementRow, named)


def _event(row: EngagementRow) -> StoredEvent:
    return StoredEvent(
        row.event_id,
        row.activity_id,
        row.kind,
        row.happened_at,
        row.http_method,
        row.user_agent,
        row.link,
    )


def _of_record() -> PreparedSelect:
    row = ActivityRecordRow
    columns: Any = [getattr(EngagementRow, name) for name in StoredEvent.__slots__]
    return PreparedSelect(
        select(*columns)
        .join(row, col(row.activity_id) == col(EngagementRow.activity_id))
        .where(
            row.kind == parameter("kind"),
            row.record_id == parameter("id"),
            # The index goes on by time from here: without it every activity of the record would be read.
            row.state == State.COMPLETED,
            col(row.started_at) >= parameter("first"),
            col(row.started_at) < parameter("end"),
        )
    )


_OF_RECORD = _of_record()
