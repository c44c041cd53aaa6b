"""One record through a loaded model, contributions included, against a pipeline's predict_proba of one row."""

import time
from collections.abc import Callable, Iterator, Sequence
from statistics import median
from typing import TypeVar

from bench import baselines
from bench.figures import Figure, against
from bench.workspace import Workspace
from services.scoring.runtime import LoadedModel

_ROUNDS = 5
_RECORDS = 200
_FRAMES = 20

T = TypeVar("T")


def figures(workspace: Workspace) -> Iterator[Figure]:
    """Microseconds per record."""
    model = LoadedModel(workspace.model_file.read_bytes())
    records = workspace.leads.sample(_RECORDS)
    frame = baselines.attributes_of(
        baselines.frame_of(workspace.leads.path, workspace.leads.delimiter), workspace.leads
    )
    rows = [frame.iloc[[position]] for position in range(_FRAMES)]
    for name in baselines.PIPELINES:
        pipeline = baselines.fitted(name, workspace.leads)
        ours, theirs = [], []
        for _ in range(_ROUNDS):
            ours.append(_us_per(model.score, records))
            theirs.append(_us_per(pipeline.predict_proba, rows))
        yield against(
            f"One record, model in memory / {name}",
            median(ours),
            "us",
            baseline=(f"predict_proba of one row, {name}", median(theirs)),
            n=_ROUNDS,
        )


def _us_per(work: Callable[[T], object], items: Sequence[T]) -> float:
    for item in items[:3]:
        work(item)
    begun_s = time.perf_counter()
    for item in items:
        work(item)
    return 1e6 * (time.perf_counter() - begun_s) / len(items)
