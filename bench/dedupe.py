"""One record against many, the import of many, and the scan of them all; each against its baseline in the same run.

LEADLIGHT_BENCH_CONTACTS (default 10000,100000,1000000) says how many.
"""

import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import grpc
import numpy as np
from grpc_health.v1 import health_pb2, health_pb2_grpc
from leadlight.common.v1 import record_pb2 as common_pb2
from leadlight.dedupe.v1 import dedupe_service_pb2_grpc, duplicate_pb2, record_pb2
from rapidfuzz import fuzz, process

from bench import processes
from bench.contacts import contacts_of, write
from bench.figures import Figure, against, alone
from bench.workspace import Workspace
from services.common.caller import LOCAL_CALLER
from tests.load.leads import SEED
from tests.load.service import RunningService, running
from tests.quality._dedupe_sets import DedupeSet
from tests.quality._dedupe_store import stored

_SIZES = tuple(map(int, os.environ.get("LEADLIGHT_BENCH_CONTACTS", "10000,100000,1000000").split(",")))
_HEALTH = "grpc.health.v1 Health/Check, same server"
_EXTRACT = "rapidfuzz.process.extract, token_set_ratio over the names"
_SUBJECTS = 1_000
_STREAMED = 10_000
_STORED_AT_ONCE = 20_000
_EXTRACTED = 5
_TURN = 50
_CONTACT = common_pb2.RECORD_KIND_CONTACT


def figures(workspace: Workspace) -> Iterator[Figure]:
    """Milliseconds per look-up, records per second, seconds and MiB per scan."""
    for size in _SIZES:
        measured = contacts_of(size)
        yield from _service(measured, workspace.folder / f"dedupe-{size}")
        path = workspace.folder / f"contacts-{size}.parquet"
        write(measured, path)
        yield from _scans(size, path)


def _service(measured: DedupeSet, folder: Path) -> Iterator[Figure]:
    rows = [
        {field: text for field in measured.fields if isinstance(text := row[field], str)}
        for row in measured.parts[0].to_dict("records")
    ]
    size = len(rows)
    folder.mkdir(parents=True)
    # All but the last go in by the service's own use case, many to a transaction: over a stream a million
    # take most of an hour, and how fast the last ones are is what a growing index does.
    streamed = min(size, _STREAMED)
    before = {str(number): fields for number, fields in enumerate(rows[:-streamed])}
    stored(before, f"sqlite:///{folder / 'dedupe.db'}", tenant=LOCAL_CALLER.tenant, group=_STORED_AT_ONCE)
    with (
        running(folder, workers=1, service="dedupe") as service,
        grpc.insecure_channel(service.address) as channel,
    ):
        stub = dedupe_service_pb2_grpc.DedupeServiceStub(channel)
        name = f"ImportRecords, the last {streamed:,} of {size:,} contacts, one stream"
        last = dict(enumerate(rows[-streamed:], start=size - streamed))
        yield alone(name, _import(stub, last), "records/s", streamed)
        yield from _lookups(service, channel, rows)


def _import(stub: dedupe_service_pb2_grpc.DedupeServiceStub, rows: Mapping[int, dict[str, str]]) -> float:
    def requests() -> Iterator[record_pb2.ImportRecordsRequest]:
        for number, fields in rows.items():
            ref = common_pb2.RecordRef(kind=_CONTACT, id=str(number))
            yield record_pb2.ImportRecordsRequest(record=record_pb2.Record(ref=ref, fields=fields))

    begun_s = time.perf_counter()
    refused = sum(bool(answer.status.code) for answer in stub.ImportRecords(requests()))
    if refused:
        raise RuntimeError(f"{refused} records were refused")
    return len(rows) / (time.perf_counter() - begun_s)


def _lookups(
    service: RunningService, channel: grpc.Channel, rows: Sequence[dict[str, str]]
) -> Iterator[Figure]:
    size = len(rows)
    chance = np.random.default_rng(SEED)
    chosen = [rows[place] for place in chance.integers(0, size, _SUBJECTS)]
    requests = [
        duplicate_pb2.FindDuplicatesRequest(record=duplicate_pb2.Subject(kind=_CONTACT, fields=fields))
        for fields in chosen
    ]
    find = dedupe_service_pb2_grpc.DedupeServiceStub(channel).FindDuplicates
    check = health_pb2_grpc.HealthStub(channel).Check
    _ms(find, requests[:_TURN])
    finds, checks = [], []
    cpu_s = 0.0
    # In turns, so that what else the machine does meets both.
    for start in range(0, _SUBJECTS, _TURN):
        checks += _ms(check, [health_pb2.HealthCheckRequest()] * _TURN)
        before_s = service.cpu_s()
        finds += _ms(find, requests[start : start + _TURN])
        cpu_s += service.cpu_s() - before_s
    for share in (50, 99):
        name = f"FindDuplicates against {size:,} contacts, p{share}"
        ours, theirs = float(np.percentile(finds, share)), float(np.percentile(checks, share))
        yield against(name, ours, "ms", baseline=(f"{_HEALTH}, p{share}", theirs), n=_SUBJECTS)
    names = [f"{row.get('first_name', '')} {row.get('last_name', '')}" for row in rows]
    extracts = _ms(
        lambda name: process.extract(name, names, scorer=fuzz.token_set_ratio, limit=10),
        [f"{row.get('first_name', '')} {row.get('last_name', '')}" for row in chosen[:_EXTRACTED]],
    )
    yield against(
        f"FindDuplicates against {size:,} contacts: median beside a full comparison of names",
        float(np.median(finds)),
        "ms",
        baseline=(_EXTRACT, float(np.median(extracts))),
        n=_SUBJECTS,
    )
    yield alone(
        f"FindDuplicates against {size:,} contacts: processor time",
        1e6 * cpu_s / _SUBJECTS,
        "us/call",
        _SUBJECTS,
    )
    yield alone(
        f"FindDuplicates against {size:,} contacts: memory of a worker", service.worker_rss_mib(), "MiB", 1
    )


def _ms(call: Callable[..., object], arguments: Sequence[object]) -> list[float]:
    took = []
    for argument in arguments:
        begun_s = time.perf_counter()
        call(argument)
        took.append(1e3 * (time.perf_counter() - begun_s))
    return took


def _scans(size: int, path: Path) -> Iterator[Figure]:
    found = {
        by: processes.run([sys.executable, "-m", "bench.dedupe_scan", by, str(path)])
        for by in ("leadlight", "splink")
    }
    ours, theirs = found["leadlight"], found["splink"]
    yield against(
        f"Scan of {size:,} contacts", ours.wall_s, "s", baseline=("Splink 5 on DuckDB", theirs.wall_s), n=1
    )
    yield against(
        f"Scan of {size:,} contacts: peak memory",
        ours.peak_mib,
        "MiB",
        baseline=("Splink 5 on DuckDB", theirs.peak_mib),
        n=1,
    )
