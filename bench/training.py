"""Training time by number of rows, 20 attributes, against one fit of gradient boosting on the same rows.

A training of Leadlight is more than a fit: leaks, drift, forward chaining over families, calibration, the report.
The rows are synthetic: ten numbers and ten texts, of which half say something about the outcome.
"""

import math
import time
from collections.abc import Iterator
from statistics import median

import numpy as np
import pyarrow as pa
from sklearn.ensemble import HistGradientBoostingClassifier

from bench.figures import Figure, against, alone
from bench.workspace import Workspace
from services.scoring.compile import compile_model
from services.scoring.table import TrainingTable
from services.scoring.training import train

SIZES = {1_000: 3, 10_000: 3, 30_000: 1, 100_000: 1}
"""Rows, and how often they are trained on."""
_SEED = 0
_NUMBERS = _TEXTS = 10
_TELLING = 5
_CATEGORIES = 12


def figures(workspace: Workspace) -> Iterator[Figure]:  # noqa: ARG001 - every module is called alike
    """Seconds per size, and the exponent at which they grow."""
    seconds: dict[int, float] = {}
    for rows, rounds in SIZES.items():
        ours, theirs = [], []
        numbers, categories, outcome = records(rows, _NUMBERS + _TEXTS)
        for _ in range(rounds):
            ours.append(train_s(numbers, categories, outcome))
            theirs.append(fit_s(np.hstack([numbers, categories]), outcome))
        seconds[rows] = median(ours)
        yield against(
            f"Training, {rows:,} rows x {_NUMBERS + _TEXTS}",
            median(ours),
            "s",
            baseline=("one fit of HistGradientBoostingClassifier, categories as numbers", median(theirs)),
            n=rounds,
        )
    slope = np.polyfit(np.log(list(seconds)), np.log(list(seconds.values())), 1)[0]
    yield alone("Training: exponent of growth with rows", float(slope), "", len(seconds))
    *_, less, most = seconds
    last = math.log(seconds[most] / seconds[less]) / math.log(most / less)
    yield alone(f"Training: exponent of growth from {less:,} to {most:,} rows", last, "", 2)


def records(rows: int, attributes: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Numbers [rows, half of the attributes], categories as numbers [rows, the other half], outcomes [rows]."""
    random = np.random.default_rng(_SEED)
    half = attributes // 2
    numbers = random.normal(size=(rows, half))
    categories = random.integers(0, _CATEGORIES, size=(rows, half)).astype(float)
    effects = random.normal(scale=0.5, size=(_TELLING, _CATEGORIES))
    log_odds = numbers[:, :_TELLING] @ random.normal(scale=0.5, size=_TELLING) - 1.0
    log_odds += numbers[:, 0] * numbers[:, 1] * 0.3
    for position in range(_TELLING):
        log_odds += effects[position][categories[:, position].astype(int)]
    return numbers, categories, random.random(rows) < 1 / (1 + np.exp(-log_odds))


def train_s(numbers: np.ndarray, categories: np.ndarray, outcome: np.ndarray) -> float:
    """Seconds of a training with its compilation."""
    columns = {f"number_{i}": pa.array(column) for i, column in enumerate(numbers.T)}
    columns |= {
        f"text_{i}": pa.array([f"value {value:.0f}" for value in column])
        for i, column in enumerate(categories.T)
    }
    table = TrainingTable(columns, outcome)
    begun_s = time.perf_counter()
    compile_model(train(table).ensemble)
    return time.perf_counter() - begun_s


def fit_s(features: np.ndarray, outcome: np.ndarray) -> float:
    """Seconds of one fit of gradient boosting."""
    begun_s = time.perf_counter()
    HistGradientBoostingClassifier(random_state=_SEED).fit(features, outcome)
    return time.perf_counter() - begun_s
