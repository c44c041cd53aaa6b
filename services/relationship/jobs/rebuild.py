"""The job that makes aggregates and ties of a whole history of activities: what the service has after an import."""

from datetime import UTC

import pyarrow as pa

from services.common.batch.engine import SMALL_BATCH_ROWS, Engine
from services.common.batch.job import Job, JobInput, JobOption, JobOptions, Stage
from services.common.errors import invalid_argument
from services.common.file_formats.activities import moment_of
from services.relationship.activity import normal_address
from services.relationship.convert_files import settings_of
from services.relationship.jobs.belonging import PEOPLE_STEPS, RECORDS, make_people
from services.relationship.jobs.counting import (
    DAYS_STEPS,
    PAIR_DAYS,
    RECORD_DAYS,
    make_pair_days,
    make_record_days,
)
from services.relationship.jobs.mail_threads import make_places
from services.relationship.jobs.reading import ACTIVITIES, READ_STEPS, make_read
from services.relationship.jobs.tying import TIES, TIES_STEPS, make_pairs, make_ties
from services.relationship.tenant_settings import TenantSettings, is_zone

_TEXT = pa.string()
OPTED_OUT = JobInput(
    "opted_out",
    {"address": _TEXT},
    is_optional=True,
    description="Somebody who stays out of who knows whom.",
)
LEFT_OUT = pa.schema([("input", _TEXT), ("id", _TEXT), ("reason", _TEXT)])


def _settings(options: JobOptions) -> TenantSettings:
    return settings_of(options.text("settings"), options.text("own"))


def _before_day(options: JobOptions) -> int:
    moment = moment_of(options.text("as_of"))
    if moment is None:
        raise invalid_argument("options.as_of", "is no date or time, such as 2026-03-02")
    at = moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
    return _settings(options).day_of(at)


def _flag(options: JobOptions, name: str) -> bool:
    text = options.text(name)
    if text not in ("true", "false"):
        raise invalid_argument(f"options.{name}", "must be true or false")
    return text == "true"


def _read(engine: Engine, options: JobOptions) -> None:
    zone = options.text("time_zone")
    if not is_zone(zone):
        raise invalid_argument("options.time_zone", "is no IANA time zone, such as Europe/Copenhagen")
    _before_day(options)
    make_read(engine, _settings(options), zone)


def _thread(engine: Engine, options: JobOptions) -> None:
    make_places(engine, _settings(options))


def _belong(engine: Engine, options: JobOptions) -> None:
    make_people(engine, _settings(options), contacts=_flag(options, "contacts"))
    engine.sql(
        "SELECT 'activities' AS input, key AS id, fault AS reason FROM read_activities WHERE fault IS NOT NULL"
        " UNION ALL SELECT 'records' AS input, id, reason FROM record_faults",
        "left_out",
    )
    engine.drop("record_faults")


def _count(engine: Engine, options: JobOptions) -> None:
    make_pair_days(engine)
    make_record_days(engine, _settings(options))


def _tie(engine: Engine, options: JobOptions) -> None:
    before_day = _before_day(options)
    make_pairs(engine, before_day)
    make_ties(engine, _settings(options), before_day)
    engine.map_arrow("opted_out", _normal, _OUT, "out", SMALL_BATCH_ROWS)
    engine.sql(
        "SELECT t.person, t.contact, t.strength, t.band, t.sent, t.received, t.meetings, t.last_days_ago"
        " FROM all_ties AS t"
        " LEFT JOIN (SELECT DISTINCT address FROM out) AS p ON p.address = t.person"
        " LEFT JOIN (SELECT DISTINCT address FROM out) AS c ON c.address = t.contact"
        " WHERE p.address IS NULL AND c.address IS NULL",
        "ties",
    )
    for name in ("pairs", "all_ties", "out"):
        engine.drop(name)


_OUT = pa.schema([("address", _TEXT)])


def _normal(batch: pa.RecordBatch) -> pa.RecordBatch:
    addresses = [normal_address(each or "") for each in batch.column("address").to_pylist()]
    return pa.RecordBatch.from_arrays([pa.array(addresses, _TEXT)], schema=_OUT)


JOB = Job(
    name="relationship.rebuild",
    description="Makes the daily numbers of records and pairs, and all ties, of a history of activities.",
    inputs=(ACTIVITIES, RECORDS, OPTED_OUT),
    outputs={"record_days": RECORD_DAYS, "pair_days": PAIR_DAYS, "ties": TIES, "left_out": LEFT_OUT},
    stages=(
        Stage("reading the activities", ("read_activities",), _read, READ_STEPS),
        Stage("putting mails into threads", ("places",), _thread),
        Stage("finding whose they are", ("record_people", "left_out"), _belong, PEOPLE_STEPS),
        Stage("counting by day", ("pair_days", "record_days"), _count, DAYS_STEPS),
        Stage("weighing ties", ("ties",), _tie, TIES_STEPS),
    ),
    options=(
        JobOption(
            "as_of", "Only whole days before it count for ties: a date, a time in ISO 8601, or seconds."
        ),
        JobOption("own", "Domains and addresses of own people, separated by commas.", ""),
        JobOption("settings", "RelationshipSettings as JSON; what it lacks has the service's default.", "{}"),
        JobOption("time_zone", "IANA zone of times that name none.", "UTC"),
        JobOption(
            "contacts", "true makes a contact of everybody who is not ours, under the address.", "false"
        ),
    ),
)
