"""Training on up to 100,000 rows x 100 attributes: time, most memory, and the exponent at which the time grows.

Each training is a process of its own, so that its memory is its own; the baseline is one fit of gradient boosting in
another process. The rows are those of training.py, with half numbers and half texts.

    python -m bench.training_size ours|theirs ROWS ATTRIBUTES

is one of these processes, and prints the seconds.
"""

import math
import sys
from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from bench.figures import Figure, against, alone
from bench.processes import run
from bench.training import fit_s, records, train_s
from bench.workspace import Workspace

ATTRIBUTES = 100
SIZES = (1_000, 10_000, 100_000)
_BASELINE = "one fit of HistGradientBoostingClassifier, categories as numbers"


def figures(workspace: Workspace) -> Iterator[Figure]:  # noqa: ARG001 - every module is called alike
    """Seconds and MiB per size, and how the seconds grow."""
    yield from measured(SIZES)


def measured(sizes: tuple[int, ...]) -> Iterator[Figure]:
    """The same for chosen numbers of rows."""
    seconds: dict[int, float] = {}
    for rows in sizes:
        ours, memory = _measure("ours", rows)
        theirs, their_memory = _measure("theirs", rows)
        seconds[rows] = ours
        what = f"Training, {rows:,} rows x {ATTRIBUTES}"
        yield against(what, ours, "s", baseline=(_BASELINE, theirs), n=1)
        yield against(f"{what}: most memory", memory, "MiB", baseline=(_BASELINE, their_memory), n=1)
    for less, more in pairwise(sizes):
        growth = math.log(seconds[more] / seconds[less]) / math.log(more / less)
        what = f"Training x {ATTRIBUTES}: exponent of growth from {less:,} to {more:,} rows"
        yield alone(what, growth, "", 2)


def _measure(whose: str, rows: int) -> tuple[float, float]:
    """Seconds, and the most MiB."""
    command = [sys.executable, "-m", "bench.training_size", whose, str(rows), str(ATTRIBUTES)]
    finished = run(command)
    return float(finished.output), finished.peak_mib


def _main(whose: str, rows: str, attributes: str) -> None:
    numbers, categories, outcome = records(int(rows), int(attributes))
    if whose == "ours":
        sys.stdout.write(f"{train_s(numbers, categories, outcome)}\n")
    else:
        sys.stdout.write(f"{fit_s(np.hstack([numbers, categories]), outcome)}\n")


if __name__ == "__main__":
    _main(*sys.argv[1:])
