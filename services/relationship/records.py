"""What callers do with records: who belongs to one is worked out anew when it, or one that it names, changes."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

from services.common.db import Database, TenantReader, TenantSession, utc_now
from services.common.errors import LeadlightError, not_found
from services.common.paging import Page
from services.common.records import RecordKind, RecordRef
from services.relationship import activity_store, daily_store, record_store, settings_store
from services.relationship.activity import Stored
from services.relationship.daily_store import Deltas
from services.relationship.membership import People, Record, people_of

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
        record_store.remove(session, ref)
        _change_people(session, ref, _NOBODY)
        _follow(session, {ref} | named)


def upsert(session: TenantSession, records: Collection[Record]) -> None:
    """Stores records in a transaction that has the tenant's lock."""
    refs = {record.ref for record in records}
    named = _accounts(session, refs)
    record_store.write(session, records)
    _follow(session, refs | named | _accounts(session, refs))


def contacts_of(session: TenantReader, account: Record) -> list[Record]:
    """An account's contacts: those it names, and those that name it; by id."""
    named = record_store.read(session, account.references())
    found = {ref: each for ref, each in named.items() if ref.kind is RecordKind.CONTACT}
    found |= {each.ref: each for each in _belonging(session, account)}
    return [found[ref] for ref in sorted(found)]


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
    for record in record_store.read(session, sorted(near)).values():
        known = record_store.read(session, record.references())
        accounts = [each for each in known.values() if each.ref.kind is RecordKind.ACCOUNT]
        primary = [
            RecordRef(RecordKind.CONTACT, each.primary_contact) for each in accounts if each.primary_contact
        ]
        known |= record_store.read(session, primary)
        _change_people(session, record.ref, people_of(record, known, _belonging(session, record)))


def _belonging(session: TenantReader, record: Record) -> list[Record]:
    """The contacts that name an account as theirs."""
    if record.ref.kind is not RecordKind.ACCOUNT:
        return []
    contacts = [ref for ref in record_store.namers(session, [record.ref]) if ref.kind is RecordKind.CONTACT]
    return list(record_store.read(session, contacts).values())


def _change_people(session: TenantSession, ref: RecordRef, people: People) -> None:
    before = record_store.people(session, ref)
    if (before.own, before.customers) == (people.own, people.customers):
        return
    record_store.write_people(session, ref, people)
    ids = activity_store.ids_of_people(session, people.customers) | activity_store.ids_of_record(session, ref)
    for some in activity_store.portions(sorted(ids)):
        _recount(session, ref, people, activity_store.read(session, some).values())


def _recount(session: TenantSession, ref: RecordRef, people: People, activities: Iterable[Stored]) -> None:
    """Has activities count for a record, or no longer."""
    deltas = Deltas()
    moved = []
    for stored in activities:
        counts = ref in stored.activity.regarding or people.took_part(stored)
        if counts == (ref in stored.derived.records):
            continue
        refs = {*stored.derived.records, ref} if counts else {*stored.derived.records} - {ref}
        derived = replace(stored.derived, records=tuple(sorted(refs)))
        moved.append(replace(stored, derived=derived))
        deltas.add_records(stored, [ref], 1 if counts else -1)
    activity_store.write(session, [], moved)
    daily_store.apply(session, deltas)
