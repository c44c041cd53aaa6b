"""Insights on more and more activities, the import, and the full rebuild; each against its baseline in the same run.

Services over all sizes run side by side and are asked in turns: an hour of filling between two sizes would compare
two states of the machine.

LEADLIGHT_BENCH_ACTIVITIES (default 10000,100000,1000000) says how many. A CRM of any of these sizes has 50 activities
a contact in two years; where it is the activities of each contact that grow, its 200 contacts stay, up to 100,000.
Tables are filled by the intake's own code without a server, in transactions of five thousand: inserting the bare
activities and rebuilding takes longer, since a rebuild reads what it works out again. The import's rate is measured
through the command line, on at most 100,000 activities.
"""

import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import islice
from pathlib import Path

import duckdb
import grpc
import numpy as np
import pyarrow as pa
from google.longrunning import operations_pb2, operations_pb2_grpc
from google.protobuf.timestamp_pb2 import Timestamp
from grpc_health.v1 import health_pb2, health_pb2_grpc
from leadlight.common.v1 import record_pb2 as common_pb2
from leadlight.relationship.v1 import (
    activity_pb2,
    activity_service_pb2_grpc,
    insight_pb2,
    relationship_service_pb2_grpc,
)
from pyarrow import parquet

from bench import processes
from bench.activities import OWN, PER_CONTACT, TODAY, Past
from bench.figures import Figure, against, alone
from bench.workspace import Workspace
from services.common.db import Database
from services.common.db.migrations import migrate
from services.relationship import intake, settings_store
from services.relationship.activity import Activity, Role
from services.relationship.membership import RecordState
from services.relationship.records import RecordService
from services.relationship.tenant_settings import TenantSettings
from tests.load.leads import SEED
from tests.load.service import RunningService, running

_SIZES = tuple(map(int, os.environ.get("LEADLIGHT_BENCH_ACTIVITIES", "10000,100000,1000000").split(",")))
_MOST_IMPORTED = _MOST_FOR_FEW = 100_000
_FEW_CONTACTS = 200
_HEALTH = "grpc.health.v1 Health/Check, same server"
_TENANT = "local"
_CALLS, _TURN = 500, 50
_CHUNK = 5000
_POLL_S = 0.5
_KINDS = {
    "contact": common_pb2.RECORD_KIND_CONTACT,
    "account": common_pb2.RECORD_KIND_ACCOUNT,
    "opportunity": common_pb2.RECORD_KIND_OPPORTUNITY,
}


def figures(workspace: Workspace) -> Iterator[Figure]:
    """Milliseconds of an answer, activities a second, seconds and MiB."""
    pasts = [Past(max(1, size // PER_CONTACT), size) for size in _SIZES]
    yield from _measured(pasts, workspace.folder / "relationship", "", rebuilds=True)
    few = [Past(_FEW_CONTACTS, size) for size in _SIZES if size <= _MOST_FOR_FEW]
    of_few = f" of {_FEW_CONTACTS} contacts"
    yield from _measured(few, workspace.folder / "relationship-few", of_few, rebuilds=False)
    size = min(max(_SIZES), _MOST_IMPORTED)
    yield from _import(Past(size // PER_CONTACT, size), workspace.folder)


@dataclass(frozen=True)
class _Filled:
    """A service over the tables of one size.

    Attributes:
        past: What they were filled with.
        filled_s: What the intake of the activities took.
    """

    past: Past
    filled_s: float
    service: RunningService
    channel: grpc.Channel


def _measured(pasts: Sequence[Past], folder: Path, of: str, *, rebuilds: bool) -> Iterator[Figure]:
    """Fills the tables of a service for each size, and asks all of them in turns.

    Args:
        pasts: What to fill them with, the least first.
        folder: Of the services.
        of: What figures add to "activities".
        rebuilds: Whether each makes everything anew at the end.
    """
    filled_s = {past: _fill(past, folder / str(past.activities)) for past in pasts}
    with ExitStack() as opened:
        filled = []
        for past in pasts:
            service = opened.enter_context(
                running(folder / str(past.activities), workers=1, service="relationship")
            )
            channel = opened.enter_context(grpc.insecure_channel(service.address))
            filled.append(_Filled(past, filled_s[past], service, channel))
        for kind in _KINDS:
            yield from _insights(filled, kind, of)
        for each in filled:
            name = f"Memory of a worker after GetInsights among {each.past.activities:,} activities{of}"
            yield alone(name, each.service.worker_rss_mib(), "MiB", 1)
        for each in filled if rebuilds else ():
            yield from _rebuild(each)


def _insights(filled: Sequence[_Filled], kind: str, of: str) -> Iterator[Figure]:
    """Answers about records of a kind: beside a health check, and beside those among the fewest activities."""
    calls = _calls(filled, kind)
    least, least_past = calls[0], filled[0].past
    for each, called in zip(filled, calls, strict=True):
        name = f"GetInsights of a record ({kind}) among {each.past.activities:,} activities{of}"
        cpu_name = f"{name}, processor time of the service"
        for share in (50, 99):
            ours = float(np.percentile(called.insights_ms, share))
            theirs = float(np.percentile(called.checks_ms, share))
            baseline = (f"{_HEALTH}, p{share}", theirs)
            yield against(f"{name}, p{share}", ours, "ms", baseline=baseline, n=_CALLS)
        yield alone(cpu_name, called.insight_cpu_ms, "ms", _CALLS)
        if called is not least:
            among = f"among {least_past.activities:,}{of}, in turns"
            median, least_median = (float(np.median(one.insights_ms)) for one in (called, least))
            yield against(f"{name}, growth", median, "ms", baseline=(among, least_median), n=_CALLS)
            baseline = (among, least.insight_cpu_ms)
            yield against(f"{cpu_name}, growth", called.insight_cpu_ms, "ms", baseline=baseline, n=_CALLS)


def _fill(past: Past, folder: Path) -> float:
    """Fills tables as the intake does; the seconds that activities took."""
    folder.mkdir(parents=True)
    url = f"sqlite:///{folder / 'relationship.db'}"
    migrate(url, service="relationship")
    db = Database(url, service="relationship")
    with db.write(_TENANT) as session:
        settings_store.write(session, TenantSettings(own_domains=(OWN,)))
    records, activities = iter(past.records()), past.stream()
    while some_records := list(islice(records, _CHUNK)):
        with db.write(_TENANT) as session:
            RecordService(db).upsert(session, some_records)
    begun_s = time.perf_counter()
    while some := list(islice(activities, _CHUNK)):
        with db.write(_TENANT) as session:
            intake.upsert(session, some)
    db.close()
    return time.perf_counter() - begun_s


@dataclass
class _Called:
    """What calls took.

    Attributes:
        insights_ms: Each GetInsights, as the caller waits.
        checks_ms: Each health check, as the caller waits.
        insights_cpu_s: The service's processor time of all GetInsights: what else runs adds none.
    """

    insights_ms: list[float] = field(default_factory=list)
    checks_ms: list[float] = field(default_factory=list)
    insights_cpu_s: float = 0.0

    @property
    def insight_cpu_ms(self) -> float:
        """The service's processor time of a GetInsights, on average."""
        return 1e3 * self.insights_cpu_s / len(self.insights_ms)


def _calls(filled: Sequence[_Filled], kind: str) -> list[_Called]:
    """Asks each service for insights of records drawn at random, and checks its health in between."""
    requests = [_requests(each.past, kind) for each in filled]
    gets = [
        relationship_service_pb2_grpc.RelationshipServiceStub(each.channel).GetInsights for each in filled
    ]
    checks = [health_pb2_grpc.HealthStub(each.channel).Check for each in filled]
    for get, asked in zip(gets, requests, strict=True):
        _ms(get, asked[:_TURN])
    calls = [_Called() for _ in filled]
    # In turns, so that what else the machine does meets checks and insights of all sizes.
    for start in range(0, _CALLS, _TURN):
        for each, get, check, asked, called in zip(filled, gets, checks, requests, calls, strict=True):
            called.checks_ms += _ms(check, [health_pb2.HealthCheckRequest()] * _TURN)
            begun_s = each.service.cpu_s()
            called.insights_ms += _ms(get, asked[start : start + _TURN])
            called.insights_cpu_s += each.service.cpu_s() - begun_s
    return calls


def _requests(past: Past, kind: str) -> list[insight_pb2.GetInsightsRequest]:
    """Requests for records of a kind, drawn at random; not closed ones, which are another share of each size."""
    as_of = Timestamp()
    as_of.FromDatetime(TODAY)
    ids = sorted(
        each.ref.id
        for each in past.records()
        if each.ref.kind.value == kind and each.state is RecordState.OPEN
    )
    drawn = np.random.default_rng(SEED).integers(0, len(ids), _CALLS)
    return [
        insight_pb2.GetInsightsRequest(
            ref=common_pb2.RecordRef(kind=_KINDS[kind], id=ids[place]), as_of_time=as_of
        )
        for place in drawn
    ]


def _ms(call: Callable[..., object], arguments: Sequence[object]) -> list[float]:
    took = []
    for argument in arguments:
        begun_s = time.perf_counter()
        call(argument)
        took.append(1e3 * (time.perf_counter() - begun_s))
    return took


def _rebuild(filled: _Filled) -> Iterator[Figure]:
    """Everything made anew, beside the least that an engine needs for the numbers of pairs by day."""
    past = filled.past
    operations = operations_pb2_grpc.OperationsStub(filled.channel)
    begun_s = time.perf_counter()
    started = activity_service_pb2_grpc.ActivityServiceStub(filled.channel).RebuildAggregates(
        activity_pb2.RebuildAggregatesRequest()
    )
    while not (found := operations.GetOperation(operations_pb2.GetOperationRequest(name=started.name))).done:
        time.sleep(_POLL_S)
    rebuilt_s = time.perf_counter() - begun_s
    answer = activity_pb2.RebuildAggregatesResponse()
    if not found.response.Unpack(answer) or (answer.activity_count, answer.changed_row_count) != (
        past.activities,
        0,
    ):
        raise RuntimeError(f"the rebuild found other numbers: {found}")
    path = filled.service.data_dir / "pairs.parquet"
    parquet.write_table(_pairs(past), path)
    name = f"Rebuild of {past.activities:,} activities"
    grouped_s = _grouped_s(path)
    yield against(
        name, rebuilt_s, "s", baseline=("DuckDB, GROUP BY pair and day over Parquet", grouped_s), n=1
    )
    yield against(
        f"{name}, beside the intake", rebuilt_s, "s", baseline=("the intake, no server", filled.filled_s), n=1
    )
    memory = max(child.memory_info().rss for child in filled.service.process.children(recursive=True)) / 2**20
    yield alone(f"Memory of the largest process after the rebuild of {past.activities:,}", memory, "MiB", 1)


def _pairs(past: Past) -> pa.Table:
    """Sender, receiver and day, a row for each receiver."""
    rows = [
        (activity.participants[0].address, person.address, activity.started_at.toordinal())
        for activity in past.stream()
        for person in activity.participants[1:]
    ]
    return pa.table(dict(zip(("sender", "receiver", "day"), map(list, zip(*rows, strict=True)), strict=True)))


def _grouped_s(path: Path) -> float:
    with duckdb.connect() as connection:
        begun_s = time.perf_counter()
        connection.sql(
            "SELECT sender, receiver, day, count(*) FROM read_parquet(?) GROUP BY ALL", params=[str(path)]
        ).to_arrow_table()
        return time.perf_counter() - begun_s


def _import(past: Past, folder: Path) -> Iterator[Figure]:
    path = folder / f"activities-{past.activities}.parquet"
    parquet.write_table(pa.Table.from_pylist([_row(each) for each in past.stream()]), path)
    options = {
        "--id": "id",
        "--from": "sender",
        "--to": "receivers",
        "--time": "time",
        "--kind": "kind",
        "--duration": "minutes",
        "--thread": "thread",
        "--subject": "subject",
        "--own": OWN,
    }
    words = [word for pair in options.items() for word in pair]
    with running(folder / "relationship-import", workers=1, service="relationship") as service:
        command = [
            sys.executable,
            "-m",
            "clients.cli",
            "--address",
            service.address,
            "relationship",
            "import",
        ]
        for name in ("relationship import", "relationship import of what is there already"):
            cpu_s = service.cpu_s()
            done = processes.run([*command, str(path), *words])
            rate = past.activities / done.wall_s
            yield alone(f"{name}, {past.activities:,} activities", rate, "activities/s", 1)
            cpu_us = 1e6 * (service.cpu_s() - cpu_s) / past.activities
            yield alone(f"{name}: processor time of the service", cpu_us, "us/activity", 1)


def _row(activity: Activity) -> dict[str, object]:
    receivers = [each.address for each in activity.participants if each.role is not Role.FROM]
    return {
        "id": activity.activity_id,
        "sender": activity.participants[0].address,
        "receivers": ";".join(receivers),
        "time": activity.started_at,
        "kind": activity.kind.value,
        "minutes": timedelta(milliseconds=activity.duration_ms) / timedelta(minutes=1),
        "thread": activity.activity_id.partition("-")[0] if activity.message_id else "",
        "subject": activity.subject,
    }
