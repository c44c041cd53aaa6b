"""The use cases of trackers: store, read, list, delete."""

from services.common.db import Database, TenantSession
from services.common.errors import invalid_argument, not_found
from services.common.paging import Page
from services.conversation import tracker_store
from services.conversation.tracker_store import StoredTracker
from services.conversation.trackers import MOST_PHRASES


class TrackerService:
    """Trackers of all tenants.

    Args:
        db: The service's database.
    """

    def __init__(self, db: Database) -> None:
        self._db = db

    def upsert(self, session: TenantSession, stored: StoredTracker, *, store_it: bool) -> StoredTracker:
        """Stores a tracker, new or changed.

        Args:
            session: The transaction.
            stored: The tracker.
            store_it: False to check alone.

        Raises:
            LeadlightError: INVALID_ARGUMENT when the tenant would have too many phrases.
        """
        others = sum(
            len(each.tracker.phrases)
            for each in tracker_store.all_trackers(session)
            if each.tracker.tracker_id != stored.tracker.tracker_id
        )
        if others + len(stored.tracker.phrases) > MOST_PHRASES:
            raise invalid_argument(
                "tracker.phrases",
                f"the other trackers have {others} phrases; all together may have {MOST_PHRASES}",
            )
        if store_it:
            tracker_store.write_tracker(session, stored)
        return stored

    def get(self, tenant: str, tracker_id: str) -> StoredTracker:
        """One tracker.

        Raises:
            LeadlightError: NOT_FOUND.
        """
        with self._db.read(tenant) as session:
            stored = tracker_store.read_tracker(session, tracker_id)
        if stored is None:
            raise not_found("tracker", tracker_id)
        return stored

    def list(self, tenant: str, *, page_size: int, page_token: str) -> Page[StoredTracker]:
        """A page of trackers by id.

        Raises:
            LeadlightError: INVALID_ARGUMENT for a page token of another list.
        """
        with self._db.read(tenant) as session:
            return tracker_store.list_trackers(session, page_size=page_size, page_token=page_token)

    def delete(self, session: TenantSession, tracker_id: str, *, allow_missing: bool) -> None:
        """Deletes a tracker.

        Raises:
            LeadlightError: NOT_FOUND.
        """
        if not tracker_store.delete_tracker(session, tracker_id) and not allow_missing:
            raise not_found("tracker", tracker_id)
