"""Who belongs to which record, from a file of records."""

from functools import partial

import pyarrow as pa
from pydantic import TypeAdapter

from services.common.batch.engine import SMALL_BATCH_ROWS, Engine
from services.common.batch.job import JobInput
from services.common.batch.tagged_rows import TAGGED, sort_out, tagged
from services.common.errors import LeadlightError
from services.common.records import RecordKind
from services.relationship.activity import Side
from services.relationship.convert_files import record_of
from services.relationship.membership import Record, people_of
from services.relationship.tenant_settings import TenantSettings

_TEXT = pa.string()
_RECORD = TypeAdapter(Record)
_LISTED = ("team", "addresses", "contacts", "stakeholders")

RECORDS = JobInput(
    "records",
    dict.fromkeys(("kind", "id", "owner", "account", "primary_contact", *_LISTED), _TEXT),
    optional=frozenset({"owner", "account", "primary_contact", *_LISTED}),
    is_optional=True,
    description="A lead, opportunity, contact or account; lists of addresses and ids separated by semicolons.",
)
_KNOWN = pa.schema([("kind", _TEXT), ("record_id", _TEXT), ("record", _TEXT)])
_NAMED = pa.schema([("kind", _TEXT), ("record_id", _TEXT), ("to_kind", _TEXT), ("to_id", _TEXT)])
_FAULTS = pa.schema([("id", _TEXT), ("reason", _TEXT)])
PEOPLE = pa.schema([("address", _TEXT), ("kind", _TEXT), ("record_id", _TEXT), ("is_own", pa.bool_())])
PEOPLE_STEPS = ("read_records", "people_of_records", "strangers", "record_people")
"""Tables that take the time of `make_people`, in order."""
# What a record is to the one whose people are worked out: itself, one that it names, a contact that belongs to it.
_ITSELF, _NAMED_ONE, _BELONGING = "i", "n", "b"


def make_people(engine: Engine, settings: TenantSettings, *, contacts: bool) -> None:
    """Tables `record_people` (`PEOPLE`) and `record_faults` (id, reason).

    Args:
        engine: With the tables `records` and `read_activities`.
        settings: The tenant's.
        contacts: Everybody who took part and is not ours is a contact under their address as well.
    """
    engine.map_arrow("records", _read, TAGGED, "read_records", SMALL_BATCH_ROWS)
    sort_out(engine, "read_records", {"record_versions": _KNOWN, "record_faults": _FAULTS})
    # One that stands in the file twice counts once, the same one on every engine.
    engine.sql(
        "SELECT kind, record_id, max(record) AS record FROM record_versions GROUP BY kind, record_id",
        "known_records",
    )
    engine.map_arrow("known_records", _references, _NAMED, "named_records", SMALL_BATCH_ROWS)
    engine.sql(_near_sql(), "near_records")
    engine.sql(
        "SELECT kind, record_id, array_agg(near) AS near FROM near_records GROUP BY kind, record_id",
        "gathered_records",
    )
    engine.map_arrow("gathered_records", _people, PEOPLE, "people_of_records", SMALL_BATCH_ROWS)
    found = "SELECT address, kind, record_id, is_own FROM people_of_records"
    if contacts:
        engine.map_arrow(
            "read_activities", partial(_strangers, settings=settings), PEOPLE, "strangers", SMALL_BATCH_ROWS
        )
        found += " UNION ALL SELECT DISTINCT address, kind, record_id, is_own FROM strangers"
    engine.sql(f"SELECT DISTINCT address, kind, record_id, is_own FROM ({found}) AS found", "record_people")
    made = [
        "read_records",
        "record_versions",
        "known_records",
        "named_records",
        "near_records",
        "gathered_records",
    ]
    for name in [*made, "people_of_records", *(["strangers"] if contacts else [])]:
        engine.drop(name)


def _near_sql() -> str:
    """Each record with itself, those it names, the people of accounts it names, and contacts that name it."""
    named = "named_records AS n JOIN known_records AS k ON k.kind = n.to_kind AND k.record_id = n.to_id"
    return (
        f"SELECT kind, record_id, '{_ITSELF}' || record AS near FROM known_records"
        f" UNION ALL SELECT n.kind, n.record_id, '{_NAMED_ONE}' || k.record FROM {named}"
        f" UNION ALL SELECT a.kind, a.record_id, '{_NAMED_ONE}' || k.record FROM named_records AS a"
        f" JOIN named_records AS n ON n.kind = a.to_kind AND n.record_id = a.to_id"
        f" JOIN known_records AS k ON k.kind = n.to_kind AND k.record_id = n.to_id"
        f" WHERE a.to_kind = '{RecordKind.ACCOUNT.value}' AND n.to_kind = '{RecordKind.CONTACT.value}'"
        f" UNION ALL SELECT n.to_kind, n.to_id, '{_BELONGING}' || k.record FROM named_records AS n"
        f" JOIN known_records AS k ON k.kind = n.kind AND k.record_id = n.record_id"
        f" JOIN known_records AS t ON t.kind = n.to_kind AND t.record_id = n.to_id"
        f" WHERE n.to_kind = '{RecordKind.ACCOUNT.value}' AND n.kind = '{RecordKind.CONTACT.value}'"
    )


def _read(batch: pa.RecordBatch) -> pa.RecordBatch:
    rows: list[tuple[str, dict[str, object]]] = []
    for row in batch.to_pylist():
        try:
            record = record_of(row)
        except LeadlightError as error:
            rows.append(("record_faults", {"id": row["id"], "reason": error.message}))
            continue
        text = _RECORD.dump_json(record, exclude_defaults=True).decode()
        rows.append(
            ("record_versions", {"kind": record.ref.kind.value, "record_id": record.ref.id, "record": text})
        )
    return tagged(rows)


def _references(batch: pa.RecordBatch) -> pa.RecordBatch:
    records = [_RECORD.validate_json(each) for each in batch.column("record").to_pylist()]
    rows = [
        {"kind": each.ref.kind.value, "record_id": each.ref.id, "to_kind": to.kind.value, "to_id": to.id}
        for each in records
        for to in each.references()
    ]
    return pa.RecordBatch.from_pylist(rows, _NAMED)


def _people(batch: pa.RecordBatch) -> pa.RecordBatch:
    rows = []
    for near in batch.column("near").to_pylist():
        read = [(each[0], _RECORD.validate_json(each[1:])) for each in near]
        (record,) = (each for what, each in read if what == _ITSELF)
        known = {each.ref: each for what, each in read if what == _NAMED_ONE}
        people = people_of(record, known, [each for what, each in read if what == _BELONGING])
        rows += [
            {"address": address, "kind": record.ref.kind.value, "record_id": record.ref.id, "is_own": is_own}
            for is_own, addresses in ((True, people.own), (False, people.customers))
            for address in addresses
        ]
    return pa.RecordBatch.from_pylist(rows, PEOPLE)


def _strangers(batch: pa.RecordBatch, *, settings: TenantSettings) -> pa.RecordBatch:
    own = settings.own_people
    found = {address for people in batch.column("people").to_pylist() for address in people or ()}
    rows = [
        {"address": address, "kind": RecordKind.CONTACT.value, "record_id": address, "is_own": False}
        for address in found
        if own.side(address) is not Side.OWN
    ]
    return pa.RecordBatch.from_pylist(rows, PEOPLE)
