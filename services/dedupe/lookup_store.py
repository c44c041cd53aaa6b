"""What a look-up reads: a few selects that are written as SQL once, since it runs them at each call."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import union_all
from sqlmodel import col, select

from services.common.db import PreparedSelect, TenantReader, in_slots, parameter, slot_parameters
from services.common.records import RecordKind, RecordRef
from services.dedupe.index import number_of
from services.dedupe.models import PairDecisionRow, RecordKeyRow, RecordRow, ValueCountRow
from services.dedupe.record import Record
from services.dedupe.record_forms import forms_from_text


def value_counts(session: TenantReader, values: Collection[int]) -> dict[int, int]:
    """How many records are counted under each hash."""
    slots = in_slots(list(values), "value")
    found = dict.fromkeys(values, 0)
    for value, records in session.exec_prepared(_counts(len(slots)), **slots):
        found[value] = records
    return found


def numbers_by_key(session: TenantReader, most: Mapping[int, int]) -> dict[int, list[int]]:
    """Numbers of records by key.

    Args:
        session: The transaction.
        most: By key, how many records of it to read.
    """
    slots = in_slots(list(most), "key")
    limits = {f"most_{name.removeprefix('key_')}": most[key] for name, key in slots.items()}
    # Beyond the last key nothing is asked for twice.
    limits |= {f"most_{place}": 0 for place in range(len(most), len(slots))}
    found: dict[int, list[int]] = defaultdict(list)
    for key, number in session.exec_prepared(_numbers(len(slots)), **slots, **limits):
        found[key].append(number)
    return found


def records_by_number(session: TenantReader, numbers: Sequence[int]) -> list[Record]:
    """Records of their own, in the order of their numbers here."""
    slots = in_slots(numbers, "number")
    found = {
        number: Record(
            ref=RecordRef(RecordKind(kind), record_id),
            fields=fields,
            forms=forms_from_text(forms),
            inactive=is_inactive,
            parent=None,
            modified_at=modified_at,
            stored_at=stored_at,
            version=version,
        )
        for number, kind, record_id, fields, forms, is_inactive, modified_at, stored_at, version in (
            session.exec_prepared(_records(len(slots)), **slots)
        )
    }
    return [found[number] for number in numbers if number in found]


def findable_record(session: TenantReader, ref: RecordRef) -> Record | None:
    """A record of its own by its ref; without what it belongs to, which a look-up does not ask for."""
    found = records_by_number(session, [number_of(ref)])
    return found[0] if found and found[0].ref == ref else None


def different_from(session: TenantReader, ref: RecordRef) -> set[RecordRef]:
    """The records that somebody said are different from this one."""
    rows = session.exec_prepared(_different(), kind=ref.kind.value, record_id=ref.id)
    return {RecordRef(RecordKind(kind), record_id) for kind, record_id in rows}


@lru_cache
def _counts(slots: int) -> PreparedSelect:
    values = slot_parameters(slots, "value")
    return PreparedSelect(
        select(ValueCountRow.value, ValueCountRow.records).where(col(ValueCountRow.value).in_(values))
    )


@lru_cache
def _numbers(slots: int) -> PreparedSelect:
    parts = []
    for place in range(slots):
        part = (
            select(RecordKeyRow.key, RecordKeyRow.number)
            .where(RecordKeyRow.key == parameter(f"key_{place}"))
            .limit(parameter(f"most_{place}"))
            .subquery()
        )
        parts.append(select(part.c.key, part.c.number))
    found = union_all(*parts).subquery()
    return PreparedSelect(select(found.c.key, found.c.number))


@lru_cache
def _records(slots: int) -> PreparedSelect:
    numbers = slot_parameters(slots, "number")
    names = (
        "number",
        "kind",
        "record_id",
        "fields",
        "forms",
        "is_inactive",
        "modified_at",
        "stored_at",
        "version",
    )
    columns: list[Any] = [getattr(RecordRow, name) for name in names]
    return PreparedSelect(
        select(*columns).where(col(RecordRow.number).in_(numbers), RecordRow.merge_id == "")
    )


@lru_cache
def _different() -> PreparedSelect:
    kind = parameter("kind")
    record_id = parameter("record_id")
    one = select(PairDecisionRow.right_kind, PairDecisionRow.right_id).where(
        PairDecisionRow.left_kind == kind,
        PairDecisionRow.left_id == record_id,
        col(PairDecisionRow.is_match).is_(False),
    )
    other = select(PairDecisionRow.left_kind, PairDecisionRow.left_id).where(
        PairDecisionRow.right_kind == kind,
        PairDecisionRow.right_id == record_id,
        col(PairDecisionRow.is_match).is_(False),
    )
    found = union_all(one, other).subquery()
    return PreparedSelect(select(*found.c))
