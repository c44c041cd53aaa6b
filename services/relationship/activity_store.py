"""Reads and writes activities with what follows from them."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, delete, func, tuple_
from sqlmodel import col, select

from services.common.db import (
    PreparedSelect,
    TenantReader,
    TenantSession,
    in_slots,
    slot_parameters,
)
from services.common.paging import Page, SortKey, read_page
from services.common.records import RecordKind, RecordRef
from services.relationship import activity as activities
from services.relationship.activity import Derived, State, Stored
from services.relationship.contributions import SIDE_LETTERS
from services.relationship.models import (
    ActivityPersonRow,
    ActivityRecordRow,
    ActivityRow,
    ThreadTokenRow,
    UnusedPointRow,
)
from services.relationship.threads import tokens

MOST_NAMED = 500
"""Keys in one statement."""

_SIDES = {letter: side for side, letter in SIDE_LETTERS.items()}
_Item = TypeVar("_Item")
_ActivitysRow = ActivityRow | ActivityPersonRow | ThreadTokenRow | ActivityRecordRow | UnusedPointRow


def portions(items: Iterable[_Item], size: int = MOST_NAMED) -> Iterator[list[_Item]]:
    """Items a statement's worth at a time."""
    listed = list(items)
    for start in range(0, len(listed), size):
        yield listed[start : start + size]


def digests(session: TenantReader, ids: Collection[str]) -> dict[str, bytes]:
    """What tells the content of those activities that are there."""
    found: dict[str, bytes] = {}
    for some in portions(ids):
        query = select(ActivityRow.activity_id, ActivityRow.digest).where(
            col(ActivityRow.activity_id).in_(some)
        )
        found.update({activity_id: digest for activity_id, digest in session.exec(query)})  # noqa: C416
    return found


def read(session: TenantReader, ids: Collection[str]) -> dict[str, Stored]:
    """Those of some activities that are there."""
    found: dict[str, Stored] = {}
    for some in portions(ids):
        slots = in_slots(some, "id")
        for stored in _all_made(session.exec_prepared(_with_ids(len(slots)), **slots)):
            found[stored.activity.activity_id] = stored
    return found


def ids_of_threads(session: TenantReader, threads: Collection[str]) -> set[str]:
    """All mails of some threads."""
    found: set[str] = set()
    for some in portions(threads):
        query = select(ActivityRow.activity_id).where(col(ActivityRow.thread).in_(some))
        found.update(session.exec(query))
    return found


def threads_with(session: TenantReader, shared: Collection[str]) -> set[str]:
    """The threads of the mails that have one of some tokens."""
    found: set[str] = set()
    for some in portions(shared):
        query = (
            select(ActivityRow.thread)
            .join(ThreadTokenRow, col(ThreadTokenRow.activity_id) == col(ActivityRow.activity_id))
            .where(col(ThreadTokenRow.token).in_(some))
            .distinct()
        )
        found.update(session.exec(query))
    return found


def newest_of(session: TenantReader, addresses: Collection[str], limit: int) -> list[Stored]:
    """The newest completed activities that some people took part in, the newest first."""
    query = (
        select(ActivityRow)
        .where(
            col(ActivityRow.activity_id).in_(
                select(ActivityPersonRow.activity_id).where(col(ActivityPersonRow.address).in_(addresses))
            ),
            ActivityRow.state == State.COMPLETED,
        )
        .order_by(col(ActivityRow.started_at).desc(), col(ActivityRow.activity_id).desc())
    )
    return [_stored(row) for row in session.exec(query.limit(limit))]


def ids_of_people(session: TenantReader, addresses: Collection[str]) -> set[str]:
    """The activities that some people took part in."""
    found: set[str] = set()
    for some in portions(addresses):
        query = select(ActivityPersonRow.activity_id).where(col(ActivityPersonRow.address).in_(some))
        found.update(session.exec(query))
    return found


def addresses(session: TenantReader) -> set[str]:
    """Everybody who took part in anything."""
    return set(session.exec(select(ActivityPersonRow.address).distinct()))


def ids_of_records(session: TenantReader, refs: Collection[RecordRef]) -> set[str]:
    """The activities that count for some records."""
    found: set[str] = set()
    row = ActivityRecordRow
    names = tuple_(col(row.kind), col(row.record_id))
    for some in portions(refs):
        query = select(row.activity_id).where(names.in_([(ref.kind.value, ref.id) for ref in some]))
        found.update(session.exec(query))
    return found


def next_ids(session: TenantReader, *, after: str, limit: int) -> list[str]:
    """The next ids by rising id: a rebuild goes through them page by page."""
    query = select(ActivityRow.activity_id).where(col(ActivityRow.activity_id) > after)
    return list(session.exec(query.order_by(col(ActivityRow.activity_id)).limit(limit)))


def count(session: TenantReader) -> int:
    """How many activities there are."""
    return session.exec(select(func.count()).select_from(ActivityRow)).one()


def read_days(session: TenantReader, days: range) -> Iterator[Stored]:
    """The activities of some days."""
    on_them = (col(ActivityRow.day) >= days.start, col(ActivityRow.day) < days.stop)
    return _read(session, *on_them)


def began_between(session: TenantReader, start: datetime, end: datetime) -> Iterator[Stored]:
    """The completed activities that began from one moment until before another."""
    started_at = col(ActivityRow.started_at)
    return _read(session, started_at >= start, started_at < end, col(ActivityRow.state) == State.COMPLETED)


def write(
    session: TenantSession, added: Sequence[Stored], corrected: Sequence[Stored], moved: Sequence[Stored]
) -> None:
    """Stores activities.

    Args:
        session: The transaction.
        added: New ones.
        corrected: Those whose content or people's sides are other than before.
        moved: Those whose place in a thread or whose records alone changed.
    """
    changed = [*added, *corrected]
    session.upsert_rows(ActivityRow, [_row(stored) for stored in changed])
    _forget(session, corrected, (ActivityPersonRow, ThreadTokenRow))
    session.insert_rows(
        ActivityPersonRow,
        [
            {"address": person.address, "activity_id": stored.activity.activity_id}
            for stored in changed
            for person in stored.activity.participants
        ],
    )
    session.insert_rows(
        ThreadTokenRow,
        [
            {"token": token, "activity_id": stored.activity.activity_id}
            for stored in changed
            for token in tokens(stored.activity)
        ],
    )
    session.update_rows(ActivityRow, [_place_row(stored) for stored in moved])
    _forget(session, [*corrected, *moved], (ActivityRecordRow,))
    _insert_records(session, [*changed, *moved])


def remove(session: TenantSession, ids: Collection[str]) -> None:
    """Deletes activities."""
    _delete(session, ids, (ActivityRow, ActivityPersonRow, ThreadTokenRow, ActivityRecordRow, UnusedPointRow))


def list_page(
    session: TenantReader, ref: RecordRef | None, *, page_size: int, page_token: str
) -> Page[Stored]:
    """A page of activities, the newest first."""
    query = select(ActivityRow)
    if ref is not None:
        linked = select(ActivityRecordRow.activity_id).where(
            ActivityRecordRow.kind == ref.kind, ActivityRecordRow.record_id == ref.id
        )
        query = query.where(col(ActivityRow.activity_id).in_(linked))
    page = read_page(
        session,
        query,
        [SortKey(ActivityRow.started_at, descending=True), SortKey(ActivityRow.activity_id, descending=True)],
        page_size=page_size,
        page_token=page_token,
        scope=["activities", *((ref.kind, ref.id) if ref else ())],
    )
    return Page([_stored(row) for row in page.rows], page.next_page_token)


def _forget(session: TenantSession, known: Sequence[Stored], tables: Sequence[type[_ActivitysRow]]) -> None:
    _delete(session, [stored.activity.activity_id for stored in known], tables)


def _delete(session: TenantSession, ids: Collection[str], tables: Sequence[type[_ActivitysRow]]) -> None:
    for some in portions(ids):
        for table in tables:
            session.change(delete(table).where(col(table.activity_id).in_(some)))


def _insert_records(session: TenantSession, changed: Sequence[Stored]) -> None:
    session.insert_rows(
        ActivityRecordRow,
        [
            {
                "kind": ref.kind,
                "record_id": ref.id,
                "activity_id": stored.activity.activity_id,
                "state": stored.activity.state,
                "started_at": stored.activity.started_at,
                "is_regarding": ref in stored.activity.regarding,
                "awaits": stored.awaits or "",
            }
            for stored in changed
            for ref in stored.derived.records
        ],
    )


def _row(stored: Stored) -> dict[str, object]:
    content = activities.to_json(stored.activity)
    return {
        "activity_id": stored.activity.activity_id,
        "state": stored.activity.state,
        "started_at": stored.activity.started_at,
        "content": content,
        "digest": activities.digest_of(content),
        "sides": "".join(SIDE_LETTERS[side] for side in stored.derived.sides),
        "day": stored.derived.day,
        **_place_row(stored),
    }


def _place_row(stored: Stored) -> dict[str, object]:
    derived = stored.derived
    return {
        "activity_id": stored.activity.activity_id,
        "thread": derived.thread,
        "opens_turn": derived.opens_turn,
        "answer_ms": derived.answer_ms,
        "records": [[ref.kind.value, ref.id] for ref in derived.records],
    }


def _read(session: TenantReader, *conditions: ColumnElement[bool]) -> Iterator[Stored]:
    return _all_made(session.exec(_select().where(*conditions)))


def _select() -> Any:
    row = ActivityRow
    # Columns, not rows: a rebuild reads everything, and objects cost most of the time. SQLModel types four at most.
    columns: Any = (
        row.content,
        row.records,
        row.sides,
        row.day,
        row.thread,
        row.opens_turn,
        row.answer_ms,
    )
    return select(*columns)


def _all_made(rows: Iterable[Any]) -> Iterator[Stored]:
    for content, records, sides, *place in rows:
        yield _made(content, records, sides, place)


def _stored(row: ActivityRow) -> Stored:
    return _made(row.content, row.records, row.sides, (row.day, row.thread, row.opens_turn, row.answer_ms))


def _made(
    content: dict[str, object], records: Iterable[list[str]], sides: str, place: Iterable[Any]
) -> Stored:
    """An activity from its columns; `place` is day, thread, whether it opens a turn, and the time to the answer."""
    day, thread, opens_turn, answer_ms = place
    derived = Derived(
        sides=tuple(_SIDES[letter] for letter in sides),
        day=day,
        thread=thread,
        opens_turn=opens_turn,
        answer_ms=answer_ms,
        records=tuple(RecordRef(RecordKind(kind), record_id) for kind, record_id in records),
    )
    return Stored(activities.from_json(content), derived)


def without_text(stored: Stored) -> Stored:
    """An activity as lists show it."""
    return replace(stored, activity=replace(stored.activity, text=""))


@lru_cache
def _with_ids(slots: int) -> PreparedSelect:
    return PreparedSelect(_select().where(col(ActivityRow.activity_id).in_(slot_parameters(slots, "id"))))
