"""Rounds of load on one service: each call right after a Health/Check of its own, medians over the rounds.

The machine may be busy with other things. So a call is only ever compared with the Health/Check just before it,
and beside the throughput stands the processor time that the service spent on a call, which the others change less.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from tests.load import ghz, payloads
from tests.load.ghz import Run
from tests.load.leads import Leads
from tests.load.service import RunningService, train

HEALTH = "health_check"
CALLS = {
    "scoring": (
        "score",
        "score_without_reasons",
        "batch_score",
        "upsert_record",
        "get_record",
        "list_records",
        "get_model",
    ),
    "notes": ("suggest_actions", "resolve_times"),
}
"""What is called of each service; each a file in calls/."""


@dataclass(frozen=True)
class Load:
    """How hard and how long.

    Attributes:
        in_flight: Calls under way at a time.
        rounds: How often everything is repeated.
        seconds: Length of one run.
    """

    in_flight: int
    rounds: int
    seconds: float


@dataclass(frozen=True)
class Sample:
    """One run, and what the service spent on each call: processor time in microseconds."""

    run: Run
    cpu_us: float


@dataclass(frozen=True)
class Result:
    """A call under one load, medians over the rounds.

    Attributes:
        call: Its name.
        workers: Workers of the service.
        in_flight: Calls under way at a time.
        per_second: Throughput.
        p50_ms: Median latency.
        p95_ms: 95 % of the calls.
        p99_ms: 99 % of the calls.
        errors: Calls that failed, over all rounds.
        ratio: Throughput over that of the Health/Check just before.
        cpu_us: Processor time of the service per call.
        cpu_ratio: That of the Health/Check just before over it.
        rss_mib: Memory of the largest worker at the end.
        calls: Calls that ended well, over all rounds.
        health_per_second: Throughput of those Health/Checks.
    """

    call: str
    workers: int
    in_flight: int
    per_second: float
    p50_ms: float
    p95_ms: float
    p99_ms: float
    errors: int
    ratio: float
    cpu_us: float
    cpu_ratio: float
    rss_mib: float
    calls: int
    health_per_second: float


def prepare(service: RunningService, leads: Leads, folder: Path) -> None:
    """Trains and publishes a model, stores records, writes what ghz sends to scoring into `folder`."""
    records = leads.sample(payloads.RECORDS)
    model = train(service.address, leads)
    payloads.store(service.address, records)
    payloads.write_protoset(folder / ghz.PROTOSET)
    payloads.write_data(folder, records, model)


def prepare_notes(folder: Path) -> None:
    """Writes what ghz sends to notes into `folder`; nothing has to be stored before."""
    payloads.write_protoset(folder / ghz.PROTOSET)
    payloads.write_notes(folder)


def measure(
    service: RunningService, folder: Path, load: Load, *, workers: int, calls: Sequence[str]
) -> Iterator[Result]:
    """Loads a prepared service with each call in turn."""
    for call in calls:  # the first calls of a worker load its model
        ghz.run(call, folder, service.address, in_flight=load.in_flight, seconds=0.5)
    pairs: dict[str, list[tuple[Sample, Sample]]] = {call: [] for call in calls}
    memory: dict[str, float] = {}
    for _ in range(load.rounds):
        for call in calls:
            health = _sample(service, HEALTH, folder, load)
            pairs[call].append((health, _sample(service, call, folder, load)))
            memory[call] = service.worker_rss_mib()
    checks = [health for each in pairs.values() for health, _ in each]
    yield _result(HEALTH, [(health, health) for health in checks], workers, load, service.worker_rss_mib())
    for call, each in pairs.items():
        yield _result(call, each, workers, load, memory[call])


def _sample(service: RunningService, call: str, folder: Path, load: Load) -> Sample:
    before_s = service.cpu_s()
    run = ghz.run(call, folder, service.address, in_flight=load.in_flight, seconds=load.seconds)
    return Sample(run, 1e6 * (service.cpu_s() - before_s) / max(1, run.calls + run.errors))


def _result(
    call: str, pairs: Sequence[tuple[Sample, Sample]], workers: int, load: Load, rss_mib: float
) -> Result:
    runs = [sample.run for _, sample in pairs]
    return Result(
        call=ghz.name_of(call),
        workers=workers,
        in_flight=load.in_flight,
        per_second=median(run.per_second for run in runs),
        p50_ms=median(run.p50_ms for run in runs),
        p95_ms=median(run.p95_ms for run in runs),
        p99_ms=median(run.p99_ms for run in runs),
        errors=sum(run.errors for run in runs),
        ratio=median(sample.run.per_second / health.run.per_second for health, sample in pairs),
        cpu_us=median(sample.cpu_us for _, sample in pairs),
        cpu_ratio=median(health.cpu_us / sample.cpu_us for health, sample in pairs),
        rss_mib=rss_mib,
        calls=sum(run.calls for run in runs),
        health_per_second=median(health.run.per_second for health, _ in pairs),
    )
