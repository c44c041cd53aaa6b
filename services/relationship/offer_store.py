"""Reads and writes offers, what was ignored, and what is never offered; each is one owner's."""

import hashlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import delete
from sqlmodel import col, select

from services.common.db import TenantReader, TenantSession
from services.common.paging import Page, SortKey, in_portions, read_page
from services.common.records import RecordKind, RecordRef
from services.relationship.activity import Activity, AddressSet, from_json, to_json
from services.relationship.activity_store import portions
from services.relationship.capturing import Offer, Standing, Verdict
from services.relationship.models import (
    CaptureExclusionRow,
    IgnoredOfferRow,
    OfferRecordRow,
    OfferRow,
    OfferTokenRow,
)
from services.relationship.threads import tokens

_OFFERS = (OfferRow, OfferRecordRow, OfferTokenRow)
Exclusion = tuple[str, str]
"""Its kind, "address" or "domain", and the address in normal form or the domain."""


def write(session: TenantSession, owner: str, offers: Collection[Offer]) -> None:
    """Stores offers that an owner does not have."""
    session.insert_rows(
        OfferRow,
        [
            {
                "owner": owner,
                "activity_id": each.activity.activity_id,
                "started_at": each.activity.started_at,
                "content": to_json(each.activity),
                "is_likely": each.verdict.is_likely,
                "offered_at": each.offered_at,
            }
            for each in offers
        ],
    )
    session.insert_rows(
        OfferRecordRow,
        [
            {"owner": owner, "activity_id": each.activity.activity_id, "kind": ref.kind, "record_id": ref.id}
            for each in offers
            for ref in each.verdict.records
        ],
    )
    session.insert_rows(
        OfferTokenRow,
        [
            {"owner": owner, "activity_id": each.activity.activity_id, "token": token}
            for each in offers
            for token in tokens(each.activity)
        ],
    )


def forget(session: TenantSession, ids: Collection[str], *, owner: str | None = None) -> None:
    """Deletes offers: an owner's, or everybody's."""
    offered: set[str] = set()
    for some in portions(ids):
        query = select(OfferRow.activity_id).where(col(OfferRow.activity_id).in_(some))
        offered.update(session.exec(query))
    # Few of the activities that come in are offered: the rest costs one look.
    for some in portions(offered):
        for table in _OFFERS:
            statement = delete(table).where(col(table.activity_id).in_(some))
            session.change(statement if owner is None else statement.where(col(table.owner) == owner))


def forget_record(session: TenantSession, ref: RecordRef) -> None:
    """Has no offer count for a record; those that would count for no other go with it."""
    row = OfferRecordRow
    is_it = (col(row.kind) == ref.kind, col(row.record_id) == ref.id)
    offered = set(session.exec(select(row.owner, row.activity_id).where(*is_it)))
    session.change(delete(row).where(*is_it))
    for owner in {owner for owner, _ in offered}:
        ids = [activity_id for each, activity_id in offered if each == owner]
        kept = _records(session, owner, ids)
        forget(session, [each for each in ids if each not in kept], owner=owner)


def read(session: TenantReader, owner: str, ids: Collection[str]) -> dict[str, Offer]:
    """Those of an owner's offers that are there."""
    rows: list[OfferRow] = []
    for some in portions(ids):
        query = select(OfferRow).where(OfferRow.owner == owner, col(OfferRow.activity_id).in_(some))
        rows += session.exec(query)
    return {each.activity.activity_id: each for each in _offers(session, owner, rows)}


def everything(session: TenantReader) -> Iterator[tuple[str, Activity]]:
    """Every owner's offers."""
    for rows in in_portions(session, select(OfferRow), OfferRow.owner, OfferRow.activity_id):
        yield from ((each.owner, from_json(each.content)) for each in rows)


def of_owner(session: TenantReader, owner: str) -> Iterator[Activity]:
    """Everything that is offered to an owner."""
    query = select(OfferRow).where(OfferRow.owner == owner)
    return (from_json(row.content) for row in session.exec(query).all())


def list_page(
    session: TenantReader, owner: str, ref: RecordRef | None, *, page_size: int, page_token: str
) -> Page[Offer]:
    """A page of an owner's offers, the newest activity first."""
    query = select(OfferRow).where(OfferRow.owner == owner)
    if ref is not None:
        row = OfferRecordRow
        linked = select(row.activity_id).where(
            row.owner == owner, row.kind == ref.kind, row.record_id == ref.id
        )
        query = query.where(col(OfferRow.activity_id).in_(linked))
    page = read_page(
        session,
        query,
        [SortKey(OfferRow.started_at, descending=True), SortKey(OfferRow.activity_id, descending=True)],
        page_size=page_size,
        page_token=page_token,
        scope=["offers", owner, *((ref.kind, ref.id) if ref else ())],
    )
    return Page(_offers(session, owner, page.rows), page.next_page_token)


def of_same_threads(session: TenantReader, owner: str, ids: Collection[str]) -> set[str]:
    """Some of an owner's offers, and those of their threads."""
    found, new = set(ids), set(ids)
    row = OfferTokenRow
    while new:
        shared: set[str] = set()
        for some in portions(new):
            query = select(row.token).where(row.owner == owner, col(row.activity_id).in_(some))
            shared.update(session.exec(query))
        near: set[str] = set()
        for some in portions(shared):
            near.update(
                session.exec(select(row.activity_id).where(row.owner == owner, col(row.token).in_(some)))
            )
        new = near - found
        found |= new
    return found


def ignore(session: TenantSession, owner: str, ids: Collection[str]) -> None:
    """Has an owner never be offered some activities again."""
    rows = [{"owner": owner, "digest": _digest(each)} for each in ids]
    session.upsert_rows(IgnoredOfferRow, rows, update=[])


def ignored(session: TenantReader, owner: str, ids: Iterable[str]) -> set[str]:
    """Those of some activities that an owner ignored."""
    by_digest = {_digest(each): each for each in ids}
    found: set[str] = set()
    row = IgnoredOfferRow
    for some in portions(by_digest):
        query = select(row.digest).where(row.owner == owner, col(row.digest).in_(some))
        found.update(by_digest[each] for each in session.exec(query))
    return found


def exclude(session: TenantSession, owner: str, exclusion: Exclusion, *, is_excluded: bool) -> None:
    """Has an owner be offered nothing with an address or domain, or again."""
    kind, name = exclusion
    row = CaptureExclusionRow
    if is_excluded:
        session.upsert_rows(row, [{"owner": owner, "kind": kind, "name": name}], update=[])
    else:
        is_it = (col(row.owner) == owner, col(row.kind) == kind, col(row.name) == name)
        session.change(delete(row).where(*is_it))


def excluded(session: TenantReader, owner: str) -> AddressSet:
    """Whom an owner wants to be offered nothing with."""
    row = CaptureExclusionRow
    found = list(session.exec(select(row.kind, row.name).where(row.owner == owner)))
    return AddressSet(
        domains=frozenset(name for kind, name in found if kind == "domain"),
        addresses=frozenset(name for kind, name in found if kind == "address"),
    )


def exclusions(session: TenantReader, owner: str, *, page_size: int, page_token: str) -> Page[Exclusion]:
    """A page of what an owner is never offered, by kind and name."""
    page = read_page(
        session,
        select(CaptureExclusionRow).where(CaptureExclusionRow.owner == owner),
        [SortKey(CaptureExclusionRow.kind), SortKey(CaptureExclusionRow.name)],
        page_size=page_size,
        page_token=page_token,
        scope=["capture_exclusions", owner],
    )
    return Page([(row.kind, row.name) for row in page.rows], page.next_page_token)


def excluded_addresses(session: TenantReader) -> list[tuple[str, str]]:
    """Every owner's excluded addresses: owner and address."""
    row = CaptureExclusionRow
    return list(session.exec(select(row.owner, row.name).where(row.kind == "address")))


def forget_owner(session: TenantSession, is_theirs: Callable[[str], bool]) -> None:
    """Deletes all that is some owners'."""
    for table in (*_OFFERS, IgnoredOfferRow, CaptureExclusionRow):
        for owner in filter(is_theirs, session.exec(select(table.owner).distinct()).all()):
            session.change(delete(table).where(col(table.owner) == owner))


def _records(session: TenantReader, owner: str, ids: Iterable[str]) -> Mapping[str, list[RecordRef]]:
    found: dict[str, list[RecordRef]] = {}
    row = OfferRecordRow
    for some in portions(ids):
        query = select(row.activity_id, row.kind, row.record_id).where(
            row.owner == owner, col(row.activity_id).in_(some)
        )
        for activity_id, kind, record_id in session.exec(query):
            found.setdefault(activity_id, []).append(RecordRef(RecordKind(kind), record_id))
    return found


def _offers(session: TenantReader, owner: str, rows: Collection[OfferRow]) -> list[Offer]:
    records = _records(session, owner, [row.activity_id for row in rows])
    return [
        _offer(row.content, tuple(sorted(records.get(row.activity_id, ()))), row.is_likely, row.offered_at)
        for row in rows
    ]


def _offer(
    content: dict[str, Any], records: tuple[RecordRef, ...], is_likely: bool, offered_at: datetime
) -> Offer:
    return Offer(from_json(content), Verdict(Standing.OFFERED, records, is_likely), offered_at)


def _digest(activity_id: str) -> str:
    return hashlib.sha256(activity_id.encode()).hexdigest()
