"""What callers do with activities that are stored."""

from dataclasses import dataclass, replace

from services.common.db import Database, TenantSession, utc_now
from services.common.errors import LeadlightError, not_found
from services.common.paging import Page
from services.common.records import RecordRef
from services.relationship import (
    activity_store,
    engagement_store,
    intake,
    opt_out_store,
    record_store,
    records,
    settings_store,
)
from services.relationship.activity import Activity, Stored
from services.relationship.membership import Record


@dataclass(frozen=True, slots=True)
class Erased:
    """What the erasure of a person took.

    Attributes:
        deleted: Activities that nobody but the person and one other took part in.
        anonymised: Activities that stay for the others.
        records: Records that named the person.
    """

    deleted: int
    anonymised: int
    records: int


class ActivityService:
    """Use cases around stored activities.

    Args:
        db: The service's database.
    """

    def __init__(self, db: Database) -> None:
        self._db = db

    def get(self, tenant: str, activity_id: str) -> Stored:
        """An activity.

        Raises:
            LeadlightError: NOT_FOUND.
        """
        with self._db.read(tenant) as session:
            found = activity_store.read(session, [activity_id]).get(activity_id)
        if found is None:
            raise _no_activity(activity_id)
        return found

    def list(self, tenant: str, ref: RecordRef | None, *, page_size: int, page_token: str) -> Page[Stored]:
        """Activities without their texts, the newest first.

        Raises:
            LeadlightError: INVALID_ARGUMENT for a bad page.
        """
        with self._db.read(tenant) as session:
            page = activity_store.list_page(session, ref, page_size=page_size, page_token=page_token)
        return Page([activity_store.without_text(each) for each in page.rows], page.next_page_token)

    def delete(self, session: TenantSession, activity_id: str) -> None:
        """Deletes an activity.

        Raises:
            LeadlightError: NOT_FOUND.
        """
        settings_store.locked(session)
        if not activity_store.digests(session, [activity_id]):
            raise _no_activity(activity_id)
        intake.remove(session, [activity_id])
        engagement_store.forget_activities(session, [activity_id])

    def erase(self, session: TenantSession, address: str) -> Erased:
        """Takes a person out of everything that is stored.

        Args:
            session: The transaction.
            address: In normal form.
        """
        settings = settings_store.locked(session)
        found = activity_store.read(session, activity_store.ids_of_people(session, [address]))
        changes = {each: _without(stored.activity, address) for each, stored in found.items()}
        naming = _naming(session, address)
        intake.change(session, settings, changes)
        records.upsert(session, naming)
        opt_out_store.forget_person(session, address)
        engagement_store.forget_activities(session, list(changes))
        deleted = sum(activity is None for activity in changes.values())
        return Erased(deleted, len(changes) - deleted, len(naming))


def _without(activity: Activity, address: str) -> Activity | None:
    """An activity as far as the others are concerned: words may name the person, so they go."""
    others = tuple(each for each in activity.participants if each.address != address)
    if len(others) < 2 and not (others and activity.regarding):
        return None
    return replace(activity, participants=others, subject="", text="")


def _naming(session: TenantSession, address: str) -> list[Record]:
    """The records with a person's address, without it."""
    known = record_store.read(session, record_store.records_of(session, [address]))
    return [
        replace(
            record,
            owner="" if record.owner == address else record.owner,
            team=tuple(each for each in record.team if each != address),
            addresses=tuple(each for each in record.addresses if each != address),
            display_name="" if address in record.addresses else record.display_name,
            updated_at=utc_now(),
        )
        for record in known.values()
        if address in (record.owner, *record.team, *record.addresses)
    ]


def _no_activity(activity_id: str) -> LeadlightError:
    return not_found("activity", activity_id)
