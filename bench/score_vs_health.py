"""`Score` against the same server's Health/Check: ghz, 4 connections, 50 in flight, one worker and two."""

from collections.abc import Iterator

from bench.figures import Figure, against, alone
from bench.workspace import Workspace
from tests.load.measure import Load, measure
from tests.load.service import running

_BASELINE = "grpc.health.v1 Health/Check, same server"
_CALLS = ("score", "score_without_reasons")
_LOAD = Load(in_flight=50, rounds=5, seconds=2.0)


def figures(workspace: Workspace) -> Iterator[Figure]:
    """Throughput, and processor time per call, of which other programs on the machine change less."""
    for workers in (1, 2):
        on = f"{workers} worker{'s' if workers > 1 else ''}"
        with running(workspace.data_dir, workers=workers) as service:
            results = list(measure(service, workspace.folder, _LOAD, workers=workers, calls=_CALLS))
        health, *others = results
        for each in others:
            # The ratio is the median of the rounds' ratios, not the ratio of two medians.
            yield Figure(
                f"{each.call}, {on}",
                each.per_second,
                "calls/s",
                _BASELINE,
                each.health_per_second,
                each.ratio,
                _LOAD.rounds,
            )
            yield against(
                f"{each.call}, {on}: processor time",
                each.cpu_us,
                "us/call",
                baseline=(_BASELINE, health.cpu_us),
                n=_LOAD.rounds,
            )
        yield alone(
            f"Memory of a worker under load, {on}", max(each.rss_mib for each in results), "MiB", _LOAD.rounds
        )
