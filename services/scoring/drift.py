"""Attributes that change with the calendar: their values (population stability index) or their effect."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from services.scoring.base_rate import base_rate_moved
from services.scoring.metrics import area_under_curve
from services.scoring.population_stability import CLEAR_SHIFT, STABILITY_BINS, population_stability_index
from services.scoring.standalone import Bins, bin_column
from services.scoring.table import Column

STANDARD_ERRORS = 2.0
TURNED_STANDARD_ERRORS = 3.0


@dataclass(frozen=True)
class Drift:
    """How an attribute of the older half of the rows compares with the newer half.

    Attributes:
        stability_index: Population stability index, 0 for no change.
        drifts: Whether the index shows a clear shift, beyond what chance gives in so many rows.
        newer_auc: AUC on the newer half of the rates learnt on the older half; below 0.5 the effect turned.
        turned: Whether it turned round, beyond what chance gives.
    """

    stability_index: float
    drifts: bool
    newer_auc: float
    turned: bool

    @property
    def is_unstable(self) -> bool:
        """Whether its values drift or its effect turned."""
        return self.drifts or self.turned


def measure_drift(column: Column, rows: npt.NDArray[np.intp], outcome: npt.NDArray[np.bool_]) -> Drift:
    """Compares the older half of `rows` (in time order) with the newer half.

    Args:
        column: The attribute's column.
        rows: Training rows, oldest first.
        outcome: bool [all rows].
    """
    bins = bin_column(column, rows, STABILITY_BINS)
    older = np.arange(len(rows)) < len(rows) // 2
    index = stability_index(bins, older)
    limit = CLEAR_SHIFT + _chance(bins, older)
    labels = outcome[rows]
    auc = area_under_curve(labels[~older], bins.rates(older, labels)[bins.index[~older]])
    if auc is None or labels[older].all() or not labels[older].any():
        return Drift(index, index >= limit, 0.5, turned=False)
    turned = auc < 0.5 - TURNED_STANDARD_ERRORS * auc_standard_error(labels[~older])
    return Drift(index, index >= limit, auc, turned)


def stability_index(bins: Bins, older: npt.NDArray[np.bool_]) -> float:
    """Population stability index of the newer rows against the older ones."""
    old = np.bincount(bins.index[older], minlength=bins.size)
    return population_stability_index(old, np.bincount(bins.index[~older], minlength=bins.size))


def rate_moved(older: npt.NDArray[np.bool_], newer: npt.NDArray[np.bool_]) -> bool:
    """Whether the share of positive outcomes differs; there is at least one row on each side."""
    return base_rate_moved(
        older=len(older),
        older_positive=int(older.sum()),
        newer=len(newer),
        newer_positive=int(newer.sum()),
    )


def _chance(bins: Bins, older: npt.NDArray[np.bool_]) -> float:
    """What the index reaches by chance: without drift it is chi-square distributed, scaled by 1/n + 1/m."""
    used = len(np.unique(bins.index))
    degrees = max(1, used - 1)
    per_row = 1 / float(older.sum()) + 1 / float((~older).sum())
    return (degrees + STANDARD_ERRORS * math.sqrt(2 * degrees)) * per_row


def auc_standard_error(outcome: npt.NDArray[np.bool_]) -> float:
    """Standard error of the AUC of a score that says nothing: sqrt((n + m + 1) / (12 n m))."""
    positive = int(outcome.sum())
    negative = len(outcome) - positive
    return math.sqrt((positive + negative + 1) / (12 * max(1, positive) * max(1, negative)))
