"""Two workers against one, on one machine: `Score` with reasons, in rounds that take turns."""

from collections.abc import Iterator
from statistics import median

from bench.figures import Figure
from bench.workspace import Workspace
from tests.load.measure import Load, measure
from tests.load.service import running

ROUNDS = 5
_LOAD = Load(in_flight=50, rounds=1, seconds=2.0)
_CALL = "score"


def figures(workspace: Workspace) -> Iterator[Figure]:
    """Calls a second of two workers beside those of one."""
    yield from measured(workspace, ROUNDS)


def measured(workspace: Workspace, rounds: int) -> Iterator[Figure]:
    """The same for a chosen number of rounds."""
    per_second: dict[int, list[float]] = {1: [], 2: []}
    for _ in range(rounds):
        for workers, found in per_second.items():
            with running(workspace.data_dir, workers=workers) as service:
                _, result = measure(service, workspace.folder, _LOAD, workers=workers, calls=(_CALL,))
                found.append(result.per_second)
    one, two = per_second.values()
    # The median of the rounds' ratios, not the ratio of two medians: other programs slow both of a round.
    ratio = median(more / less for less, more in zip(one, two, strict=True))
    yield Figure(f"{_CALL}, two workers", median(two), "calls/s", "one worker", median(one), ratio, rounds)
