"""The daily numbers of records and pairs: changed by differences, read by days, compared with what they should be."""

import json
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from operator import itemgetter
from typing import Any

from sqlalchemy import ColumnElement, Text, cast, delete, func, literal, tuple_
from sqlalchemy.orm import Mapped
from sqlmodel import col, select

from services.common.db import (
    PreparedSelect,
    TenantReader,
    TenantSession,
    in_slots,
    parameter,
    slot_parameters,
)
from services.common.records import RecordKind, RecordRef
from services.relationship import record_store, settings_store
from services.relationship.activity import Stored
from services.relationship.activity_store import portions
from services.relationship.contributions import Counts, DirectedDay, PairCounts, pair_counts, record_counts
from services.relationship.models import ActivityRow, PairDayRow, RecordDayRow

RecordDay = tuple[RecordRef, int]

_DAY_TEXT = (
    literal("[") + cast(col(RecordDayRow.day), Text) + "," + cast(col(RecordDayRow.counts), Text) + "]"
)


@dataclass
class Deltas:
    """What to add to the daily numbers.

    Attributes:
        records: By record and day.
        pairs: By pair and day.
    """

    records: dict[RecordDay, Counter[str]] = field(default_factory=dict)
    pairs: dict[DirectedDay, PairCounts] = field(default_factory=dict)

    def add(self, stored: Stored, times: int = 1) -> None:
        """Adds what an activity contributes, or takes it out for -1 times."""
        self.add_records(stored, stored.derived.records, times)
        for pair, counts in pair_counts(stored):
            self.pairs[pair] = self.pairs.get(pair, PairCounts()).plus(counts, times)

    def add_records(self, stored: Stored, refs: Collection[RecordRef], times: int = 1) -> None:
        """Adds what an activity contributes to some records, or takes it out for -1 times."""
        counts = record_counts(stored) if refs else {}
        for ref in refs if counts else ():
            total = self.records.setdefault((ref, stored.derived.day), Counter())
            for name, count in counts.items():
                total[name] += times * count


def apply(session: TenantSession, deltas: Deltas) -> None:
    """Adds differences to the daily numbers; the caller holds the tenant's lock."""
    changed = {key: total for key, total in deltas.records.items() if any(total.values())}
    before = _read_records(session, changed)
    after = {key: _sum(before.get(key, {}), total) for key, total in changed.items()}
    _write_records(session, after)
    pairs = {pair: counts for pair, counts in deltas.pairs.items() if counts != PairCounts()}
    _add_pairs(session, pairs)


def replace_days(session: TenantSession, days: range, right: Deltas) -> int:
    """Makes the numbers of some days what they should be; gives how many rows were not.

    Args:
        session: The transaction, with the tenant's lock.
        days: The days.
        right: What their activities add up to.
    """
    row = RecordDayRow
    query = select(row.kind, row.record_id, row.day, row.counts).where(*_among(days, col(row.day)))
    records = {
        (RecordRef(RecordKind(kind), record_id), day): counts
        for kind, record_id, day, counts in session.exec(query)
    }
    should = {key: _sum({}, total) for key, total in right.records.items()}
    keys = records.keys() | should.keys()
    wrong = {key: should.get(key, {}) for key in keys if records.get(key, {}) != should.get(key, {})}
    _write_records(session, wrong)
    pairs = dict(_read_pair_days(session, *_among(days, col(PairDayRow.day))))
    none = PairCounts()
    wrong_pairs = {
        pair: right.pairs.get(pair, none)
        for pair in pairs.keys() | right.pairs.keys()
        if pairs.get(pair, none) != right.pairs.get(pair, none)
    }
    _write_pairs(session, wrong_pairs)
    return len(wrong) + len(wrong_pairs)


def next_days(session: TenantReader, after: int, activities: int) -> range | None:
    """The next days with activities or numbers, as many as have about so many activities; None after the last."""
    first, last = [], []
    for model in (ActivityRow, RecordDayRow, PairDayRow):
        # One by one: SQLite finds the least or the greatest by an index, but for both together it reads all of them.
        least, most = (
            session.exec(select(end(model.day)).where(col(model.day) > after)).one()
            for end in (func.min, func.max)
        )
        if least is not None and most is not None:
            first.append(least)
            last.append(most)
    if not first:
        return None
    day = col(ActivityRow.day)
    filling = select(ActivityRow.day).where(day > after).order_by(day).offset(activities - 1).limit(1)
    full = session.exec(filling).first()
    return range(min(first), (max(last) if full is None else full) + 1)


def record_days(session: TenantReader, ref: RecordRef, first: int, last: int) -> Mapping[int, Counts]:
    """A record's numbers by day, in order, of those days that have any."""
    return days_of_records(session, [ref], first, last).get(ref, {})


def days_of_records(
    session: TenantReader, refs: Iterable[RecordRef], first: int, last: int
) -> dict[RecordRef, Mapping[int, Counts]]:
    """The numbers of several records by day, in order, of those records and days that have any.

    The database joins the days to one text: two years as rows cost several times as much to fetch as to parse.
    """
    found: dict[RecordRef, Mapping[int, Counts]] = {}
    for kind, ids in record_store.by_kind(refs):
        slots = in_slots(ids, "id")
        rows = session.exec_prepared(_days_of(len(slots)), kind=kind, first=first, last=last, **slots)
        found |= {RecordRef(kind, record_id): _days(text) for record_id, text in rows}
    return found


def last_days_before(session: TenantReader, refs: Iterable[RecordRef], day: int) -> dict[RecordRef, int]:
    """The last day with numbers before a day, of those records that have one."""
    found: dict[RecordRef, int] = {}
    for kind, ids in record_store.by_kind(refs):
        slots = in_slots(ids, "id")
        rows = session.exec_prepared(_last_day_of(len(slots)), kind=kind, before=day, **slots)
        found |= {RecordRef(kind, record_id): last for record_id, last in rows}
    return found


def pairs_with(
    session: TenantReader, addresses: Iterable[str], last: int
) -> Iterator[tuple[DirectedDay, PairCounts]]:
    """The numbers of all pairs that one of some people is in, up to a day."""
    for some in portions(addresses):
        slots = in_slots(some, "address")
        for side in ("sender", "receiver"):
            # Later days are left out here: asked to, SQLite would walk over the days of everybody.
            found = _pair_days(session.exec_prepared(_pairs_of(side, len(slots)), **slots))
            yield from ((pair, counts) for pair, counts in found if pair.day <= last)


def all_pairs(session: TenantReader, last: int) -> Iterator[tuple[DirectedDay, PairCounts]]:
    """The numbers of all pairs up to a day."""
    return _read_pair_days(session, col(PairDayRow.day) <= last)


def _read_pair_days(
    session: TenantReader, *conditions: ColumnElement[bool]
) -> Iterator[tuple[DirectedDay, PairCounts]]:
    return _pair_days(session.exec(_select_pair_days().where(*conditions)))


def _pair_days(rows: Iterable[Any]) -> Iterator[tuple[DirectedDay, PairCounts]]:
    for sender, receiver, sides, day, *counts in rows:
        yield DirectedDay(sender, receiver, sides, day), PairCounts(*counts)


def _select_pair_days() -> Any:
    row = PairDayRow
    # Columns, not rows: there may be a million, and objects cost most of the time. SQLModel types four at most.
    columns: Any = (row.sender, row.receiver, row.sides, row.day, row.mails, row.meetings, row.calls, row.ms)
    return select(*columns)


@lru_cache
def _pairs_of(side: str, slots: int) -> PreparedSelect:
    column = col(getattr(PairDayRow, side))
    return PreparedSelect(_select_pair_days().where(column.in_(slot_parameters(slots, "address"))))


@lru_cache
def _days_of(slots: int) -> PreparedSelect:
    row = RecordDayRow
    return PreparedSelect(
        select(row.record_id, func.aggregate_strings(_DAY_TEXT, ","))
        .where(
            row.kind == parameter("kind"),
            col(row.record_id).in_(slot_parameters(slots, "id")),
            col(row.day) >= parameter("first"),
            col(row.day) <= parameter("last"),
        )
        .group_by(col(row.record_id))
    )


@lru_cache
def _last_day_of(slots: int) -> PreparedSelect:
    row = RecordDayRow
    return PreparedSelect(
        select(row.record_id, func.max(row.day))
        .where(
            row.kind == parameter("kind"),
            col(row.record_id).in_(slot_parameters(slots, "id")),
            col(row.day) < parameter("before"),
        )
        .group_by(col(row.record_id))
    )


def _among(days: range, day: Mapped[int]) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return day >= days.start, day < days.stop


def _days(text: str) -> dict[int, Counts]:
    days: list[tuple[int, Counts]] = json.loads(f"[{text}]")
    return dict(sorted(days, key=itemgetter(0)))


def _sum(before: Counts, total: Counter[str]) -> Counts:
    """The sum without zeros, names in order: the same counts are the same bits."""
    names = sorted(before.keys() | total.keys())
    added = {name: before.get(name, 0) + total.get(name, 0) for name in names}
    return {name: count for name, count in added.items() if count}


def _read_records(session: TenantReader, keys: Iterable[RecordDay]) -> dict[RecordDay, Counts]:
    found: dict[RecordDay, Counts] = {}
    for some in portions(keys):
        query = select(RecordDayRow).where(_is_record_day(some))
        for row in session.exec(query):
            found[RecordRef(RecordKind(row.kind), row.record_id), row.day] = row.counts
    return found


def _write_records(session: TenantSession, after: dict[RecordDay, Counts]) -> None:
    if record_store.closed_deals(session, {ref for ref, _ in after}):
        settings_store.efforts_changed(session)
    for some in portions(key for key, counts in after.items() if not counts):
        session.change(delete(RecordDayRow).where(_is_record_day(some)))
    session.upsert_rows(
        RecordDayRow,
        [
            {"kind": ref.kind, "record_id": ref.id, "day": day, "counts": counts}
            for (ref, day), counts in after.items()
            if counts
        ],
    )


def _add_pairs(session: TenantSession, deltas: Mapping[DirectedDay, PairCounts]) -> None:
    rows = [_pair_row(pair, counts) for pair, counts in deltas.items()]
    session.upsert_rows(PairDayRow, rows, update=(), add=PairCounts._fields)
    is_zero = [col(getattr(PairDayRow, name)) == 0 for name in PairCounts._fields]
    for some in portions(pair for pair, counts in deltas.items() if min(counts) < 0):
        session.change(delete(PairDayRow).where(_is_pair_day(some), *is_zero))


def _write_pairs(session: TenantSession, after: Mapping[DirectedDay, PairCounts]) -> None:
    for some in portions(pair for pair, counts in after.items() if counts == PairCounts()):
        session.change(delete(PairDayRow).where(_is_pair_day(some)))
    rows = [_pair_row(pair, counts) for pair, counts in after.items() if counts != PairCounts()]
    session.upsert_rows(PairDayRow, rows)


def _pair_row(pair: DirectedDay, counts: PairCounts) -> dict[str, object]:
    return {**pair._asdict(), **counts._asdict()}


def _is_record_day(keys: list[RecordDay]) -> ColumnElement[bool]:
    row = RecordDayRow
    names = tuple_(col(row.kind), col(row.record_id), col(row.day))
    return names.in_([(ref.kind.value, ref.id, day) for ref, day in keys])


def _is_pair_day(keys: list[DirectedDay]) -> ColumnElement[bool]:
    row = PairDayRow
    names = tuple_(col(row.sender), col(row.receiver), col(row.sides), col(row.day))
    return names.in_([(pair.sender, pair.receiver, pair.sides, pair.day) for pair in keys])
