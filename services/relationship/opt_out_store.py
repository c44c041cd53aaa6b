"""Reads and writes who stays out of "who knows whom", and every change of it."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete
from sqlmodel import col, select

from services.common.db import PreparedSelect, TenantReader, TenantSession
from services.common.paging import Page, SortKey, read_page
from services.relationship.models import OptOutEntryRow, OptOutRow

ERASED = "(erased)"
"""Stands for the address of somebody who was erased in audit entries."""

_MEMBERS = PreparedSelect(select(OptOutRow.members))


@dataclass(frozen=True, slots=True)
class OptOutEntry:
    """One change of an opt-out.

    Attributes:
        kind: "person" or "group".
        name: The address, or the group's name.
        members: The group's addresses; of a person the one.
        is_out: Whether they are out from then on.
        set_at: When.
        set_by: The caller's subject.
    """

    kind: str
    name: str
    members: tuple[str, ...]
    is_out: bool
    set_at: datetime
    set_by: str


def opted_out(session: TenantReader) -> frozenset[str]:
    """Everybody who is out, by themselves or in a group."""
    return frozenset(member for (members,) in session.exec_prepared(_MEMBERS) for member in members)


def write(session: TenantSession, entry: OptOutEntry) -> None:
    """Stores a change, and what holds after it."""
    if entry.is_out:
        row = {"kind": entry.kind, "name": entry.name, "members": list(entry.members)}
        session.upsert_rows(OptOutRow, [row])
    else:
        session.change(
            delete(OptOutRow).where(col(OptOutRow.kind) == entry.kind, col(OptOutRow.name) == entry.name)
        )
    session.insert_rows(
        OptOutEntryRow,
        [
            {
                "entry_id": uuid.uuid4().hex,
                "kind": entry.kind,
                "name": entry.name,
                "members": list(entry.members),
                "is_out": entry.is_out,
                "set_at": entry.set_at,
                "set_by": entry.set_by,
            }
        ],
    )


def list_page(session: TenantReader, *, page_size: int, page_token: str) -> Page[OptOutEntry]:
    """A page of the changes, the newest first."""
    page = read_page(
        session,
        select(OptOutEntryRow),
        [SortKey(OptOutEntryRow.set_at, descending=True), SortKey(OptOutEntryRow.entry_id, descending=True)],
        page_size=page_size,
        page_token=page_token,
        scope=["opt_out_entries"],
    )
    entries = [
        OptOutEntry(row.kind, row.name, tuple(row.members), row.is_out, row.set_at, row.set_by)
        for row in page.rows
    ]
    return Page(entries, page.next_page_token)


def forget_person(session: TenantSession, address: str) -> None:
    """Takes a person out of opt-outs and audit entries: what is not known needs no opting out."""
    session.change(delete(OptOutRow).where(col(OptOutRow.kind) == "person", col(OptOutRow.name) == address))
    for group in session.exec(select(OptOutRow)).all():
        if address in group.members:
            key = {"kind": group.kind, "name": group.name}
            session.update_rows(OptOutRow, [{**key, "members": _others(group.members, address)}])
    for entry in session.exec(select(OptOutEntryRow)).all():
        if address in entry.members:
            name = ERASED if entry.kind == "person" else entry.name
            changed = {"entry_id": entry.entry_id, "name": name, "members": _others(entry.members, address)}
            session.update_rows(OptOutEntryRow, [changed])


def _others(members: Iterable[str], address: str) -> list[str]:
    return [each for each in members if each != address]
