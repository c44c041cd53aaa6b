"""From attributes to a model's input columns: which code each category gets, and the matrix of codes.

Categories become whole numbers ordered by their smoothed positive rate, so that one threshold of a tree
splits them into likelier and less likely ones (scikit-learn's own categorical splits do not survive the
conversion to ONNX).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from services.scoring.ensemble import FeatureSpec, Float32Matrix
from services.scoring.table import Column

# A rate is pulled towards the base rate as if this many records of the base rate had been seen as well.
SMOOTHING_RECORDS = 20.0
# Values seen in fewer records share the code of unseen ones, and so teach what an unseen value means.
RARE_RECORDS = 8


@dataclass(frozen=True)
class Coding:
    """The input columns of a model and how to fill them from columns that were read once.

    Attributes:
        features: The model's input columns.
        tables: Per input column, float32 [vocabulary + 1] code by value index (the last for blank), or None
            for a numeric column.
    """

    features: tuple[FeatureSpec, ...]
    tables: tuple[npt.NDArray[np.float32] | None, ...]

    def matrix(self, columns: Sequence[Column], rows: npt.NDArray[np.intp]) -> Float32Matrix:
        """The given rows as float32 [rows, features]; `columns` are those the coding was fitted on."""
        x = np.empty((len(rows), len(columns)), dtype=np.float32)
        for position, (column, table) in enumerate(zip(columns, self.tables, strict=True)):
            x[:, position] = column.numbers[rows] if table is None else table[column.codes[rows]]
        return x

    def matrix_as_scored(self, columns: Sequence[Column], rows: npt.NDArray[np.intp]) -> Float32Matrix:
        """`matrix` with NaN for blanks to be ignored, as scoring sees them; training has other values there."""
        x = self.matrix(columns, rows)
        for position, column in enumerate(columns):
            if column.filled_in is not None:
                x[column.filled_in[rows], position] = np.nan
        return x


def fit_coding(
    columns: Iterable[Column],
    rows: npt.NDArray[np.intp],
    outcome: npt.NDArray[np.bool_],
    rare_records: int = RARE_RECORDS,
) -> Coding:
    """Finds each column's codes from the training rows.

    Args:
        columns: The columns the model may use.
        rows: Training rows.
        outcome: bool [all rows].
        rare_records: Values seen in fewer records are rare.
    """
    fitted = [_fit_column(column, rows, outcome[rows], rare_records) for column in columns]
    return Coding(tuple(spec for spec, _ in fitted), tuple(table for _, table in fitted))


def _fit_column(
    column: Column, rows: npt.NDArray[np.intp], outcome: npt.NDArray[np.bool_], rare_records: int
) -> tuple[FeatureSpec, npt.NDArray[np.float32] | None]:
    ignore_blank = column.filled_in is not None
    if not column.is_category:
        return FeatureSpec(column.name, column.attribute, "numeric", ignore_blank=ignore_blank), None
    codes = column.codes[rows]
    size = len(column.vocabulary) + 1
    # Index -1, a blank, counts in the last place.
    count = np.bincount(codes % size, minlength=size)
    positive = np.bincount(codes % size, weights=outcome, minlength=size)
    base = float(outcome.mean())
    common = np.flatnonzero(count >= rare_records)
    rare = np.flatnonzero(count < rare_records)
    rate = (positive[common] + SMOOTHING_RECORDS * base) / (count[common] + SMOOTHING_RECORDS)
    rare_rate = (positive[rare].sum() + SMOOTHING_RECORDS * base) / (count[rare].sum() + SMOOTHING_RECORDS)
    # Unseen and rare values stand together as one more value; ties keep the vocabulary's order.
    order = np.argsort(np.append(rate, rare_rate), kind="stable")
    rank = np.empty(len(order), dtype=np.float32)
    rank[order] = np.arange(len(order), dtype=np.float32)
    table = np.full(size, rank[-1], dtype=np.float32)
    table[common] = rank[:-1]
    categories = {column.vocabulary[i]: float(table[i]) for i in common if i < size - 1}
    unseen = float(rank[-1])
    blank = float("nan") if ignore_blank else float(table[-1])
    spec = FeatureSpec(
        column.name, column.attribute, "category", categories, unseen, blank, ignore_blank=ignore_blank
    )
    return spec, table
