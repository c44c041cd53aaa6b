"""What callers do with records: who belongs to one is worked out anew when it, or one that it names, changes."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace

from services.common.db import Database, TenantReader, TenantSession, utc_now
from services.common.errors import LeadlightError, not_found
from services.common.paging import Page
from services.common.records import RecordKind, RecordRef
from services.relationship import activity_store, daily_store, offer_store, record_store, settings_store
from services.relationship.activity import Stored
from services.relationship.daily_store import Deltas
from services.relationship.membership import People, Record, Sides, people_of

_NOBODY = People(frozenset(), frozenset(), anyone=False)


class RecordService:
    """Use cases around records.

    Args:
        db: The service's database.
    """

    def __init__(self, db: Database) -> None:
        self._db = db

    def upsert(
        self, session: TenantSession, records: Sequence[Record], *, store_it: bool = True
    ) -> list[Record]:
        """Stores records with different refs, and has activities count for them.

        Args:
            session: The transaction.
            records: The records.
            store_it: False to check alone.
        """
        stored = [replace(record, updated_at=utc_now()) for record in records]
        if store_it:
            settings_store.locked(session)
            upsert(session, stored)
        return stored

    def get(self, tenant: str, ref: RecordRef) -> Record:
        """A record.

        Raises:
            LeadlightError: NOT_FOUND.
        """
        with self._db.read(tenant) as session:
            record = record_store.read(session, [ref]).get(ref)
        if record is None:
            raise no_record(ref)
        return record

    def list(self, tenant: str, kind: RecordKind | None, *, page_size: int, page_token: str) -> Page[Record]:
        """Records by kind and id.

        Raises:
            LeadlightError: INVALID_ARGUMENT for a bad page.
        """
        with self._db.read(tenant) as session:
            return record_store.list_page(session, kind, page_size=page_size, page_token=page_token)

    def delete(self, session: TenantSession, ref: RecordRef) -> None:
        """Forgets a record.

        Raises:
            LeadlightError: NOT_FOUND.
        """
        settings_store.locked(session)
        record = record_store.read(session, [ref]).get(ref)
        if record is None:
            raise no_record(ref)
        named = _accounts(session, [ref])
        if record_store.closed_deals(session, [ref]):
            settings_store.deals_changed(session)
        record_store.remove(session, ref)
        offer_store.forget_record(session, ref)
        _change_people(session, {ref: _NOBODY})
        _follow(session, {ref} | named)


def upsert(session: TenantSession, records: Collection[Record]) -> None:
    """Stores records in a transaction that has the tenant's lock."""
    refs = {record.ref for record in records}
    named = _accounts(session, refs)
    were_closed = record_store.closed_deals(session, refs)
    record_store.write(session, records)
    if were_closed or record_store.closed_deals(session, refs):
        settings_store.deals_changed(session)
    _follow(session, refs | named | _accounts(session, refs))


def contacts_of(session: TenantReader, accounts: Collection[Record]) -> dict[RecordRef, list[Record]]:
    """The contacts of each account: those it names, and those that name it; by id."""
    named = record_store.read(session, {ref for account in accounts for ref in account.references()})
    belonging = _belonging(session, [account.ref for account in accounts])
    found = {}
    for account in accounts:
        own = {ref: named[ref] for ref in account.references() if ref in named}
        contacts = {ref: each for ref, each in own.items() if ref.kind is RecordKind.CONTACT}
        contacts |= {each.ref: each for each in belonging.get(account.ref, ())}
        found[account.ref] = [contacts[ref] for ref in sorted(contacts)]
    return found


def no_record(ref: RecordRef) -> LeadlightError:
    """The error for a record that is not there."""
    return not_found("record", f"{ref.kind.value}/{ref.id}")


def _accounts(session: TenantSession, refs: Iterable[RecordRef]) -> set[RecordRef]:
    """The accounts that some contacts say they belong to."""
    contacts = record_store.read(session, [ref for ref in refs if ref.kind is RecordKind.CONTACT])
    return {
        RecordRef(RecordKind.ACCOUNT, contact.account) for contact in contacts.values() if contact.account
    }


def _follow(session: TenantSession, changed: set[RecordRef]) -> None:
    """Works out anew who belongs to records, and to those that name them, directly or over their account."""
    near = changed | record_store.namers(session, changed)
    near |= record_store.namers(session, [ref for ref in near if ref.kind is RecordKind.ACCOUNT])
    found = record_store.read(session, near)
    known = record_store.read(session, {to for record in found.values() for to in record.references()})
    known |= record_store.read(
        session,
        {
            RecordRef(RecordKind.CONTACT, each.primary_contact)
            for each in known.values()
            if each.ref.kind is RecordKind.ACCOUNT and each.primary_contact
        }
        - known.keys(),
    )
    belonging = _belonging(session, [ref for ref in found if ref.kind is RecordKind.ACCOUNT])
    _change_people(
        session, {ref: people_of(record, known, belonging.get(ref, ())) for ref, record in found.items()}
    )


def _belonging(session: TenantReader, accounts: Collection[RecordRef]) -> dict[RecordRef, list[Record]]:
    """The contacts that name accounts as theirs, by account."""
    namers = record_store.namers(session, accounts)
    contacts = record_store.read(session, [ref for ref in namers if ref.kind is RecordKind.CONTACT])
    found: dict[RecordRef, list[Record]] = {}
    for contact in contacts.values():
        found.setdefault(RecordRef(RecordKind.ACCOUNT, contact.account), []).append(contact)
    return found


def _change_people(session: TenantSession, people: Mapping[RecordRef, People]) -> None:
    """Stores who belongs to records, and has activities count for them, or no longer."""
    before = record_store.people(session, people)
    changed = {
        ref: now
        for ref, now in people.items()
        if (before[ref].own, before[ref].customers) != (now.own, now.customers)
    }
    record_store.write_people(session, changed)
    by_address: dict[str, list[RecordRef]] = {}
    for ref, now in changed.items():
        for address in now.customers:
            by_address.setdefault(address, []).append(ref)
    ids = activity_store.ids_of_people(session, by_address) | activity_store.ids_of_records(session, changed)
    for some in activity_store.portions(sorted(ids)):
        _recount(session, changed, by_address, activity_store.read(session, some).values())


def _recount(
    session: TenantSession,
    people: Mapping[RecordRef, People],
    by_address: Mapping[str, Sequence[RecordRef]],
    activities: Iterable[Stored],
) -> None:
    """Has activities count for records, or no longer.

    Args:
        session: The transaction.
        people: Who belongs to each of the records.
        by_address: The records by the customers of theirs.
        activities: All that may count for them, or do.
    """
    deltas = Deltas()
    moved = []
    for stored in activities:
        counted = set(stored.derived.records)
        near = {ref for each in stored.activity.participants for ref in by_address.get(each.address, ())}
        kept = {ref for ref in counted if ref not in people or ref in stored.activity.regarding}
        sides = Sides.of(stored)
        counts = kept | {ref for ref in near if people[ref].took_part(sides)}
        counts |= {ref for ref in stored.activity.regarding if ref in people}
        if counts == counted:
            continue
        moved.append(replace(stored, derived=replace(stored.derived, records=tuple(sorted(counts)))))
        deltas.add_records(stored, counts - counted)
        deltas.add_records(stored, counted - counts, -1)
    activity_store.write(session, [], [], moved)
    daily_store.apply(session, deltas)
