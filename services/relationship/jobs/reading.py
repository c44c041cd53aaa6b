"""Rows of a file of activities to activities, each once, with what follows from it alone."""

import json
from collections.abc import Mapping
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa

from services.common.batch.engine import SMALL_BATCH_ROWS, Engine
from services.common.batch.job import JobInput
from services.common.errors import LeadlightError
from services.common.file_formats.activities import key_columns, key_of
from services.relationship.activity import Activity, Derived, Stored, dumped
from services.relationship.contributions import pair_counts
from services.relationship.convert_files import activity_of
from services.relationship.tenant_settings import TenantSettings
from services.relationship.threads import tokens

_TEXT = pa.string()
_COLUMNS = ("sender", "receivers", "time", "kind", "duration", "thread", "id", "subject")

ACTIVITIES = JobInput(
    "activities",
    dict.fromkeys(_COLUMNS, _TEXT),
    optional=frozenset({"kind", "duration", "thread", "id", "subject"}),
    description="An activity, or one of its receivers, as `leadlight relationship import` takes them.",
)
PAIR = pa.struct(
    [
        ("sender", _TEXT),
        ("receiver", _TEXT),
        ("sides", _TEXT),
        ("day", pa.int64()),
        ("mails", pa.int64()),
        ("meetings", pa.int64()),
        ("calls", pa.int64()),
        ("ms", pa.int64()),
    ]
)
_KEYED = pa.schema([("key", _TEXT), ("row", _TEXT)])
READ = pa.schema(
    [
        ("key", _TEXT),
        ("activity_id", _TEXT),
        ("activity", _TEXT),
        ("people", pa.list_(_TEXT)),
        ("pairs", pa.list_(PAIR)),
        ("token", _TEXT),
        ("mail", _TEXT),
        ("fault", _TEXT),
    ]
)
"""An activity: as text, who took part, what it adds to pairs' days, of a mail what it shares with its thread and what
`mail_threads.py` needs of it. Of what is none, the fault."""
READ_STEPS = ("keyed", "read_activities")
"""Tables that take the time of `make_read`, in order."""


def make_read(engine: Engine, settings: TenantSettings, time_zone: str) -> None:
    """Table `read_activities` (`READ`) of the input.

    Args:
        engine: With the table `activities`.
        settings: The tenant's.
        time_zone: IANA zone of times that name none.
    """
    named = engine.collect("SELECT count(id) AS named FROM activities").column("named")[0].as_py()
    engine.map_arrow("activities", partial(_keyed, has_id=named > 0), _KEYED, "keyed", SMALL_BATCH_ROWS)
    engine.sql('SELECT key, array_agg("row") AS found FROM keyed GROUP BY key', "gathered")
    reading = partial(_read, settings=settings, time_zone=time_zone)
    engine.map_arrow("gathered", reading, READ, "read_activities", SMALL_BATCH_ROWS)
    for name in ("keyed", "gathered"):
        engine.drop(name)


def stored(activity: Activity, settings: TenantSettings) -> Stored:
    """An activity with what follows from it and the settings: not yet from its thread and the records."""
    sides = settings.own_people.sides(activity.participants)
    return Stored(activity, Derived(sides, settings.day_of(activity.started_at)))


def _keyed(batch: pa.RecordBatch, *, has_id: bool) -> pa.RecordBatch:
    parts = key_columns(has_id=has_id)
    rows = batch.to_pylist()
    keys = [key_of([row[part] or "" for part in parts]) for row in rows]
    texts = [json.dumps([row[column] for column in _COLUMNS]) for row in rows]
    return pa.RecordBatch.from_arrays([pa.array(keys, _TEXT), pa.array(texts, _TEXT)], schema=_KEYED)


def _read(batch: pa.RecordBatch, *, settings: TenantSettings, time_zone: str) -> pa.RecordBatch:
    zone = ZoneInfo(time_zone)
    rows = zip(batch.column("key").to_pylist(), batch.column("found").to_pylist(), strict=True)
    return pa.RecordBatch.from_pylist([_row(key, found, settings, zone) for key, found in rows], READ)


def _row(key: str, found: list[str], settings: TenantSettings, zone: ZoneInfo) -> Mapping[str, Any]:
    # In an order of their own: an engine gathers them in any.
    rows = [dict(zip(_COLUMNS, json.loads(each), strict=True)) for each in sorted(found)]
    try:
        activity = activity_of(key, rows, zone)
    except LeadlightError as error:
        return {"key": rows[0]["id"] or key, "fault": error.message}
    whole = stored(activity, settings)
    # A table names no other mails, so that a mail of one shares its conversation's name, or its subject, alone.
    token = next(iter(tokens(activity)), None)
    return {
        "key": key,
        "activity_id": activity.activity_id,
        "activity": dumped(activity),
        "people": [each.address for each in activity.participants],
        "pairs": [
            {
                "sender": pair.sender,
                "receiver": pair.receiver,
                "sides": pair.sides,
                "day": pair.day,
                "mails": counts.mails,
                "meetings": counts.meetings,
                "calls": counts.calls,
                "ms": counts.ms,
            }
            for pair, counts in pair_counts(whole)
        ],
        "token": token,
        "mail": None
        if token is None
        else json.dumps([activity.activity_id, activity.started_at.isoformat(), whole.from_side]),
    }
