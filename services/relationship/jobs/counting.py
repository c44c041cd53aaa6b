"""The daily numbers of pairs and records: the sums of what activities add, as the service stores them."""

import json
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from services.common.batch.engine import SMALL_BATCH_ROWS, Engine
from services.common.records import RecordKind, RecordRef
from services.relationship.activity import Stored, loaded
from services.relationship.contributions import record_counts
from services.relationship.jobs.reading import PAIR, stored
from services.relationship.membership import People, counts_for
from services.relationship.tenant_settings import TenantSettings

_TEXT = pa.string()
PAIR_DAYS = pa.schema(list(PAIR))
RECORD_DAYS = pa.schema([("kind", _TEXT), ("record_id", _TEXT), ("day", pa.int64()), ("counts", _TEXT)])
DAYS_STEPS = ("pair_rows", "counted", "record_days")
"""Tables that take the time of `make_pair_days` and `make_record_days`, in order."""
_COUNTED = pa.schema(
    [("kind", _TEXT), ("record_id", _TEXT), ("day", pa.int64()), ("name", _TEXT), ("added", pa.int64())]
)
_SUMS = ", ".join(f"CAST(sum({name}) AS BIGINT) AS {name}" for name in ("mails", "meetings", "calls", "ms"))


def make_pair_days(engine: Engine) -> None:
    """Table `pair_days` (`PAIR_DAYS`) of the pairs of `read_activities`."""
    engine.map_arrow("read_activities", _pairs, PAIR_DAYS, "pair_rows")
    engine.sql(
        f"SELECT sender, receiver, sides, day, {_SUMS} FROM pair_rows GROUP BY sender, receiver, sides, day",
        "pair_days",
    )
    engine.drop("pair_rows")


def make_record_days(engine: Engine, settings: TenantSettings) -> None:
    """Table `record_days` (`RECORD_DAYS`).

    Args:
        engine: With the tables `read_activities`, `places` and `record_people`.
        settings: The tenant's.
    """
    engine.map_arrow("read_activities", _people, _PEOPLE, "activity_people")
    # Of each activity, who of those who took part belongs to which record.
    engine.sql(
        "SELECT a.activity_id, array_agg(CASE WHEN p.is_own THEN 'o' ELSE 'c' END || p.kind || ' '"
        " || CAST(length(p.record_id) AS STRING) || ' ' || p.record_id || p.address) AS belonging"
        " FROM activity_people AS a JOIN record_people AS p ON p.address = a.address GROUP BY a.activity_id",
        "belonging",
    )
    engine.sql(
        "SELECT r.activity, b.belonging, p.thread, p.opens_turn, p.answer_ms FROM read_activities AS r"
        " JOIN belonging AS b ON b.activity_id = r.activity_id"
        " LEFT JOIN places AS p ON p.activity_id = r.activity_id",
        "near_records",
    )
    engine.map_arrow(
        "near_records", partial(_counted, settings=settings), _COUNTED, "counted", SMALL_BATCH_ROWS
    )
    engine.sql(
        "SELECT kind, record_id, day, name, CAST(sum(added) AS BIGINT) AS total FROM counted"
        " GROUP BY kind, record_id, day, name HAVING sum(added) <> 0",
        "counts",
    )
    engine.sql(
        "SELECT kind, record_id, day, array_agg(CAST(total AS STRING) || ' ' || name) AS totals FROM counts"
        " GROUP BY kind, record_id, day",
        "totals",
    )
    engine.map_arrow("totals", _written, RECORD_DAYS, "record_days", SMALL_BATCH_ROWS)
    for name in ("activity_people", "belonging", "near_records", "counted", "counts", "totals"):
        engine.drop(name)


_PEOPLE = pa.schema([("activity_id", _TEXT), ("address", _TEXT)])


def _people(batch: pa.RecordBatch) -> pa.RecordBatch:
    people = batch.column("people")
    ids = batch.column("activity_id").take(pc.list_parent_indices(people))
    return pa.RecordBatch.from_arrays([ids, people.flatten()], schema=_PEOPLE)


def _pairs(batch: pa.RecordBatch) -> pa.RecordBatch:
    return pa.RecordBatch.from_struct_array(batch.column("pairs").flatten()).cast(PAIR_DAYS)


def _counted(batch: pa.RecordBatch, *, settings: TenantSettings) -> pa.RecordBatch:
    rows = []
    for row in batch.to_pylist():
        whole = _whole(row, settings)
        counts = record_counts(whole)
        rows += [
            {
                "kind": ref.kind.value,
                "record_id": ref.id,
                "day": whole.derived.day,
                "name": name,
                "added": count,
            }
            for ref in whole.derived.records
            for name, count in counts.items()
        ]
    return pa.RecordBatch.from_pylist(rows, _COUNTED)


def _whole(row: Mapping[str, Any], settings: TenantSettings) -> Stored:
    """An activity with all that follows from it."""
    found = stored(loaded(row["activity"]), settings)
    belonging: dict[RecordRef, list[tuple[str, bool]]] = {}
    for each in row["belonging"]:
        kind, length, rest = each[1:].split(" ", maxsplit=2)
        ref = RecordRef(RecordKind(kind), rest[: int(length)])
        belonging.setdefault(ref, []).append((rest[int(length) :], each[0] == "o"))
    refs = counts_for(found, {ref: People.of(ref, people) for ref, people in belonging.items()})
    derived = replace(
        found.derived,
        records=tuple(refs),
        thread=row["thread"] or "",
        opens_turn=bool(row["opens_turn"]),
        answer_ms=row["answer_ms"],
    )
    return replace(found, derived=derived)


def _written(batch: pa.RecordBatch) -> pa.RecordBatch:
    """The counts of each day as the service's JSON: names in order."""
    counts = [
        json.dumps(
            {name: int(total) for total, name in sorted(map(_parted, totals), key=lambda each: each[1])}
        )
        for totals in batch.column("totals").to_pylist()
    ]
    columns = [batch.column(name) for name in ("kind", "record_id", "day")]
    return pa.RecordBatch.from_arrays([*columns, pa.array(counts, _TEXT)], schema=RECORD_DAYS)


def _parted(text: str) -> tuple[str, str]:
    total, _, name = text.partition(" ")
    return total, name
