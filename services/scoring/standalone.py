"""One attribute on its own: its values in bins, and how well it alone ranks the outcomes."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from services.scoring.metrics import area_under_curve
from services.scoring.table import Column

NUMBER_BINS = 20
FOLDS = 5
SMOOTHING_RECORDS = 10.0

Index = npt.NDArray[np.intp]
Outcomes = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Bins:
    """The rows of one column by value or range of values.

    Attributes:
        index: intp [rows], each row's bin; the last bin holds the blanks.
        size: Bins, the one for blanks included.
    """

    index: Index
    size: int

    @property
    def blank(self) -> int:
        """The bin of the blanks."""
        return self.size - 1

    def rates(self, rows: npt.NDArray[np.bool_], outcome: Outcomes) -> npt.NDArray[np.float64]:
        """Smoothed positive rate of each bin [size] among the rows that the mask marks."""
        base = outcome[rows].mean()
        count = np.bincount(self.index[rows], minlength=self.size)
        positive = np.bincount(self.index[rows], weights=outcome[rows], minlength=self.size)
        return np.asarray((positive + SMOOTHING_RECORDS * base) / (count + SMOOTHING_RECORDS))


def bin_column(column: Column, rows: Index, number_bins: int = NUMBER_BINS) -> Bins:
    """Each value of a category is a bin; numbers fall into bins of about equally many rows."""
    if column.is_category:
        size = len(column.vocabulary) + 1
        return Bins((column.codes[rows] % size).astype(np.intp), size)
    numbers = column.numbers[rows]
    filled = numbers[~np.isnan(numbers)]
    shares = np.arange(1, number_bins) / number_bins
    edges = np.unique(np.quantile(filled, shares, method="lower")) if len(filled) else filled
    size = len(edges) + 2
    index = np.where(np.isnan(numbers), size - 1, np.searchsorted(edges, numbers, side="left"))
    return Bins(index.astype(np.intp), size)


def standalone_auc(bins: Bins, outcome: Outcomes, seed: int) -> float:
    """Area under the curve of the bins' positive rates, each row's rate learnt from the other folds' rows.

    Args:
        bins: The column's bins.
        outcome: bool [rows].
        seed: Of the folds.

    Returns:
        0 to 1; 0.5 where only one outcome occurs. Uninformative columns come out around 0.5.
    """
    fold = np.random.default_rng(seed).permutation(len(outcome)) % FOLDS
    score = np.empty(len(outcome))
    for one in range(FOLDS):
        held_out = fold == one
        if held_out.any() and not held_out.all():
            score[held_out] = bins.rates(~held_out, outcome)[bins.index[held_out]]
    return area_under_curve(outcome, score) or 0.5
