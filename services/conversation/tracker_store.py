"""Reads and writes trackers of tenants and their teams."""

from dataclasses import dataclass

from sqlalchemy import delete
from sqlmodel import col, select

from services.common.db import TenantReader, TenantSession
from services.common.paging import Page, SortKey, read_page
from services.conversation.models import TrackerRow
from services.conversation.trackers import Tracker, TrackerKind


@dataclass(frozen=True, slots=True)
class StoredTracker:
    """A tracker and whose it is.

    Attributes:
        tracker: What is listened for.
        team: In whose calls; empty for all of the tenant's.
    """

    tracker: Tracker
    team: str


def read_tracker(session: TenantReader, tracker_id: str) -> StoredTracker | None:
    """One tracker."""
    row = session.get(TrackerRow, tracker_id=tracker_id)
    return None if row is None else _stored(row)


def all_trackers(session: TenantReader) -> list[StoredTracker]:
    """All of the tenant's and its teams', by id."""
    return [_stored(row) for row in session.exec(select(TrackerRow).order_by(col(TrackerRow.tracker_id)))]


def trackers_for(session: TenantReader, team: str) -> tuple[Tracker, ...]:
    """What is listened for in a team's calls, by id."""
    query = select(TrackerRow).where(col(TrackerRow.team).in_({"", team}))
    rows = session.exec(query.order_by(col(TrackerRow.tracker_id)))
    return tuple(_stored(row).tracker for row in rows)


def list_trackers(session: TenantReader, *, page_size: int, page_token: str) -> Page[StoredTracker]:
    """A page of trackers by id."""
    page = read_page(
        session,
        select(TrackerRow),
        [SortKey(TrackerRow.tracker_id)],
        page_size=page_size,
        page_token=page_token,
        scope=["trackers"],
    )
    return Page([_stored(row) for row in page.rows], page.next_page_token)


def write_tracker(session: TenantSession, stored: StoredTracker) -> None:
    """Stores a tracker, new or changed."""
    tracker = stored.tracker
    row = {
        "tracker_id": tracker.tracker_id,
        "kind": tracker.kind,
        "team": stored.team,
        "phrases": list(tracker.phrases),
    }
    session.upsert_rows(TrackerRow, [row])


def delete_tracker(session: TenantSession, tracker_id: str) -> bool:
    """Deletes a tracker; whether it was there."""
    return session.change(delete(TrackerRow).where(col(TrackerRow.tracker_id) == tracker_id)) > 0


def _stored(row: TrackerRow) -> StoredTracker:
    return StoredTracker(Tracker(row.tracker_id, TrackerKind(row.kind), tuple(row.phrases)), row.team)
