"""What retraining when things drift is worth: each set replayed in time order, block by block.

The first 20 % of the rows train the first model. Then every 500 rows in turn are scored before their outcomes are
learnt, by a model that is never retrained, one that is retrained before every block, and one that is retrained when
`retraining_trigger.is_due` says so; a training sees all rows before the block. AUC is over all scored rows together,
the first trainings count. Bar, on bank_marketing: within 0.01 of always, with at most a tenth of its trainings.

A training here is a cheap one, so that 47 of them take a minute: choice of attributes, those that drift left out,
logistic regression alone; no comparison of families, no calibration.
"""

import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from services.scoring.attributes import AttributeRules
from services.scoring.drift import stability_index
from services.scoring.metrics import area_under_curve
from services.scoring.population_stability import STABILITY_BINS
from services.scoring.recipes import AttributeSet, Family
from services.scoring.retraining_trigger import Since, is_due
from services.scoring.selection import Fitted, Workbench
from services.scoring.standalone import bin_column
from services.scoring.table import Column, read_columns
from services.scoring.usable import usable_attributes
from tests.quality.scoring import DataSet, batch_of, run_on_sets

SETS = ("bank_marketing", "online_shoppers", "sparklesquad_crm")
WITH_BAR = ("bank_marketing",)
FIRST_SHARE = 0.2
BLOCK = 500
MOST_AUC_BELOW = 0.01
MOST_TRAININGS_SHARE = 0.1


@dataclass(frozen=True)
class Replay:
    """One way of retraining on one set.

    Attributes:
        auc: Over all scored rows.
        trainings: The first one included.
        trained_at: Rows known at each training.
    """

    auc: float
    trainings: int
    trained_at: tuple[int, ...]


class Trainings:
    """Cheap trainings on the first rows of a set; each is done once."""

    def __init__(self, data: DataSet) -> None:
        self.outcome = data.outcome
        batch = batch_of(data, np.arange(len(data.outcome)))
        self._columns = read_columns(dict(zip(batch.schema.names, batch.columns, strict=True)))
        self._rules = AttributeRules(exclude=frozenset(data.left_out_of_baselines))
        self._done: dict[int, Fitted] = {}

    def first(self, count: int) -> Fitted:
        """The model of the first `count` rows."""
        if count not in self._done:
            rows = np.arange(count)
            usable = usable_attributes(self._columns, rows, self.outcome, self._rules, seed=0)
            bench = Workbench(usable.columns, self.outcome, may_leave_out=True, seed=0)
            columns = bench.columns_of(AttributeSet.STABLE, rows) or usable.columns
            self._done[count] = bench.fit_families([Family.LOGISTIC], columns, rows)[Family.LOGISTIC]
        return self._done[count]

    def since(self, trained: int, known: int) -> Since:
        """What has come since the training on the first `trained` rows."""
        new = self.outcome[trained:known]
        return Since(
            trained=trained,
            trained_positive=int(self.outcome[:trained].sum()),
            closed=len(new),
            closed_positive=int(new.sum()),
            compared=len(new),
            largest_index=max(_index(column, trained, known) for column in self.first(trained).columns),
        )


def _index(column: Column, trained: int, known: int) -> float:
    return stability_index(bin_column(column, np.arange(known), STABILITY_BINS), np.arange(known) < trained)


def replay(trainings: Trainings, retrain: Callable[[int, int], bool]) -> Replay:
    """Scores block by block.

    Args:
        trainings: The set.
        retrain: Whether to retrain, from the rows of the last training and the rows known now.
    """
    outcome = trainings.outcome
    start = round(FIRST_SHARE * len(outcome))
    at = [start]
    scores: list[npt.NDArray[np.float64]] = []
    for block in range(start, len(outcome), BLOCK):
        if block > start and retrain(at[-1], block):
            at.append(block)
        rows = np.arange(block, min(block + BLOCK, len(outcome)))
        scores.append(trainings.first(at[-1]).log_odds(rows))
    auc = area_under_curve(outcome[start:], np.concatenate(scores))
    return Replay(auc or 0.5, len(at), tuple(at))


def run(data: DataSet) -> tuple[dict[str, Any], list[str]]:
    """All three ways on one set, and the bars it misses."""
    trainings = Trainings(data)
    ways = {
        "never": replay(trainings, lambda _trained, _known: False),
        "always": replay(trainings, lambda _trained, _known: True),
        "on drift": replay(trainings, lambda trained, known: is_due(trainings.since(trained, known))),
    }
    for name, way in ways.items():
        print(f"{data.name:18} replay, retrained {name:9} AUC {way.auc:.4f}  trainings {way.trainings}")
    missed = []
    always, on_drift = ways["always"], ways["on drift"]
    if data.name in WITH_BAR:
        if on_drift.auc < always.auc - MOST_AUC_BELOW:
            missed.append(f"{data.name}: replay AUC {on_drift.auc:.4f}, always {always.auc:.4f}")
        if on_drift.trainings > MOST_TRAININGS_SHARE * always.trainings:
            missed.append(
                f"{data.name}: replay trained {on_drift.trainings} times, always {always.trainings}"
            )
    return {name: asdict(way) for name, way in ways.items()}, missed


def main() -> int:
    return run_on_sets("scoring_replay", SETS, run)


if __name__ == "__main__":
    sys.exit(main())
