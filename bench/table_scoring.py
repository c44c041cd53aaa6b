"""`leadlight scoring score` on CSV files against scikit-learn pipelines on the same rows.

The command line is measured whole: it starts the service or finds one running, reads the file, scores it, writes
probability, score, grade and reasons. Of the pipelines the bare `predict_proba` on a frame in memory counts, and
beside it the same with `pandas.read_csv`.
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
from tests.load.service import running

SIZES = {100_000: 5, 1_000_000: 3}
"""Rows, and how often they are scored."""


def figures(workspace: Workspace) -> Iterator[Figure]:
    """Rows per second and peak memory, with a service started for the command and with one that runs."""
    for rows, rounds in SIZES.items():
        path = workspace.table(rows)
        embedded: list[Finished] = []
        connected: list[Finished] = []
        predicted: list[Finished] = []
        for _ in range(rounds):
            embedded.append(_score(workspace, path, "--data-dir", str(workspace.data_dir), "--embedded"))
            with running(workspace.data_dir, workers=1) as service:
                connected.append(_score(workspace, path, "--address", service.address))
            predicted.append(run([sys.executable, "-m", "bench.predict_table", str(path)]))
        reports = [json.loads(each.output) for each in predicted]
        for how, scored in (("service started for it", embedded), ("service running", connected)):
            yield from _compare(f"scoring score, {rows:,} rows, {how}", rows, scored, reports)
        yield against(
            f"scoring score, {rows:,} rows: peak memory of all processes",
            median(each.peak_mib for each in embedded),
            "MiB",
            baseline=(
                "both pipelines in one process, fit included",
                median(each.peak_mib for each in predicted),
            ),
            n=rounds,
        )


def _score(workspace: Workspace, path: Path, *where: str) -> Finished:
    out = workspace.folder / "scores.csv"
    command = [sys.executable, "-m", "clients.cli", *where, "scoring", "score", str(path)]
    return run([*command, "--id", "id", "-o", str(out)])


def _compare(
    title: str, rows: int, scored: list[Finished], reports: list[dict[str, dict[str, float]]]
) -> Iterator[Figure]:
    speed = median(rows / each.wall_s for each in scored)
    for name in PIPELINES:
        in_memory = median(rows / each[name]["predict_s"] for each in reports)
        from_file = median(rows / (each[name]["predict_s"] + each[name]["read_s"]) for each in reports)
        for baseline in (
            (f"predict_proba, {name}", in_memory),
            (f"read_csv + predict_proba, {name}", from_file),
        ):
            yield against(f"{title} / {baseline[0]}", speed, "rows/s", baseline=baseline, n=len(scored))
