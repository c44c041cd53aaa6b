"""What callers do with talking points."""

from sqlalchemy import delete
from sqlmodel import col, select

from services.common.db import Database, TenantSession
from services.common.errors import not_found
from services.common.records import RecordRef
from services.relationship import activity_store, record_store, settings_store
from services.relationship.models import UnusedPointRow
from services.relationship.records import no_record
from services.relationship.talking_points import Category, MailText, TalkingPoint, talking_points

MOST_ACTIVITIES = 1000


class TalkingPointService:
    """Use cases around talking points.

    Args:
        db: The service's database.
    """

    def __init__(self, db: Database) -> None:
        self._db = db

    def points(self, tenant: str, ref: RecordRef) -> list[TalkingPoint]:
        """The latest point of each category in a contact's own mails.

        Raises:
            LeadlightError: NOT_FOUND.
        """
        with self._db.read(tenant) as session:
            record = record_store.read(session, [ref]).get(ref)
            if record is None:
                raise no_record(ref)
            settings = settings_store.read(session)
            newest = activity_store.newest_of(session, record.addresses, MOST_ACTIVITIES)
            rows = session.exec(select(UnusedPointRow)).all()
        mails = [
            MailText(each.activity_id, each.started_at, each.text, each.language)
            for each in (stored.activity for stored in newest)
            if each.text and each.sender is not None and each.sender.address in record.addresses
        ]
        return talking_points(
            mails,
            with_sensitive=settings.sensitive_talking_points,
            not_to_use={(row.activity_id, Category(row.category)) for row in rows},
        )

    def set_use(
        self, session: TenantSession, activity_id: str, category: Category, *, do_not_use: bool
    ) -> None:
        """Says whether a point may be used.

        Raises:
            LeadlightError: NOT_FOUND.
        """
        if not activity_store.digests(session, [activity_id]):
            raise not_found("activity", activity_id)
        row = UnusedPointRow
        if do_not_use:
            session.upsert_rows(row, [{"activity_id": activity_id, "category": category}], update=[])
        else:
            session.change(
                delete(row).where(col(row.activity_id) == activity_id, col(row.category) == category)
            )
