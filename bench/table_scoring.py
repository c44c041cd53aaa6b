"""`leadlight scoring score` on CSV files against scikit-learn pipelines on the same rows.

The command line is measured whole: it starts the service, reads the file, scores it, writes probability, score, grade
and reasons, and stops the service. Of the pipelines the fastest part counts: `predict_proba` on a frame in memory.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from bench.baselines import PIPELINES
from bench.figures import Figure, against
from bench.processes import Finished, run
from bench.workspace import Workspace

SIZES = {100_000: 5, 1_000_000: 3}
"""Rows, and how often they are scored."""


def figures(workspace: Workspace) -> Iterator[Figure]:
    """Rows per second and peak memory."""
    for rows, rounds in SIZES.items():
        path = workspace.table(rows)
        scored: list[Finished] = []
        predicted: list[Finished] = []
        for _ in range(rounds):
            scored.append(_score(workspace, path))
            predicted.append(_predict(path))
        yield from _compare(rows, rounds, scored, predicted)


def _score(workspace: Workspace, path: Path) -> Finished:
    command = [sys.executable, "-m", "clients.cli", "--data-dir", str(workspace.data_dir), "--embedded"]
    out = workspace.folder / "scores.csv"
    return run([*command, "scoring", "score", str(path), "--id", "id", "-o", str(out)])


def _predict(path: Path) -> Finished:
    return run([sys.executable, "-m", "bench.predict_table", str(path)])


def _compare(rows: int, rounds: int, scored: list[Finished], predicted: list[Finished]) -> Iterator[Figure]:
    title = f"scoring score, {rows:,} rows"
    speed = median(rows / each.wall_s for each in scored)
    reports = [json.loads(each.output) for each in predicted]
    for name in PIPELINES:
        in_memory = median(rows / each[name]["predict_s"] for each in reports)
        from_file = median(rows / (each[name]["predict_s"] + each[name]["read_s"]) for each in reports)
        for baseline in (
            (f"predict_proba, {name}", in_memory),
            (f"read_csv + predict_proba, {name}", from_file),
        ):
            yield against(f"{title} / {baseline[0]}", speed, "rows/s", baseline=baseline, n=rounds)
    yield against(
        f"{title}: peak memory of all processes",
        median(each.peak_mib for each in scored),
        "MiB",
        baseline=("both pipelines, fit included", median(each.peak_mib for each in predicted)),
        n=rounds,
    )
