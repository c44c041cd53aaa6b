"""Splits an additive ensemble exactly into one contribution per attribute.

Every leaf is a box over at most two columns, so the trees' sum is a sum of step functions of one column and
of step tables over two. With D the background rows, and S the attributes "known", let v(S) be the mean
log-odds over D with the attributes in S set to the record's values. The contribution of an attribute is its
Shapley value in that game (Lundberg and Lee 2017, arXiv:1705.07874; the interventional variant of Janzing et
al. 2020, arXiv:1910.13413). For a sum of terms of one and two columns it has a closed form (Bordt and von
Luxburg 2023, arXiv:2209.04012): main effect plus half of each pair, once the pairs are purified. With

    A(x) = mean of g(x, Y) over D,  B(y) = mean of g(X, y),  M = mean of A over D,  C = mean of g(X, Y)

a table g(x, y) becomes main effects A - M and B - M, the pure pair g - A - B + 2M - C, and C in the base
value. The contributions then have mean zero over D, the base value is the mean log-odds over D, and both add
up to the log-odds of every record, whether or not columns are correlated. Where blanks of a column are to be
ignored, its terms are 0 for NaN, as ignoring.py made the ensemble. Purification is exact in one pass
since A and B are taken over each column by itself; it is defined in every cell, also those no row falls in.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from services.scoring.ensemble import LEAF, AdditiveEnsemble, Float32Matrix, Float64Vector, Tree

# A table whose largest entry is below this many log-odds moves no probability by 1e-9.
NEGLIGIBLE = 1e-9


@dataclass(frozen=True)
class Axis:
    """One column cut into cells: (-inf, edge 0], (edge 0, edge 1], ..., (last edge, inf), and NaN.

    Attributes:
        feature: Index of the column among the model's features.
        edges: float32 [k], ascending; k + 2 cells.
    """

    feature: int
    edges: npt.NDArray[np.float32]

    @property
    def cells(self) -> int:
        """Number of cells, the NaN cell being the last."""
        return len(self.edges) + 2

    def cell_of(self, values: npt.NDArray[np.float32]) -> npt.NDArray[np.intp]:
        """The cell each value falls in."""
        return np.where(
            np.isnan(values), len(self.edges) + 1, np.searchsorted(self.edges, values, side="left")
        )


@dataclass(frozen=True)
class StepTerm:
    """A step function over one or two columns.

    Attributes:
        axes: One axis (main effect) or two of different columns (pair).
        table: float64, log-odds, with the cells of each axis as shape.
    """

    axes: tuple[Axis, ...]
    table: npt.NDArray[np.float64]

    def evaluate(self, x: Float32Matrix) -> Float64Vector:
        """The term at each row of x, float64 [rows]."""
        cells = tuple(axis.cell_of(x[:, axis.feature]) for axis in self.axes)
        return np.asarray(self.table[cells], dtype=np.float64)


@dataclass(frozen=True)
class Purified:
    """An ensemble as purified terms; every term has mean zero over the background rows.

    Attributes:
        base: Mean log-odds over the background rows: the log-odds of a record of which nothing is known.
        mains: Step functions of one column each, at most one per column.
        pairs: Pure step tables over two columns, at most one per pair.
        weight: float64 [features], slopes of the linear part.
        fill: float64 [features], what it takes for NaN.
        low: float64 [features], lower bound of its input.
        high: float64 [features], upper bound of its input.
        centre: float64 [features], mean of its input over the background, taken off before the slope.
    """

    base: float
    mains: tuple[StepTerm, ...]
    pairs: tuple[StepTerm, ...]
    weight: Float64Vector
    fill: Float64Vector
    low: Float64Vector
    high: Float64Vector
    centre: Float64Vector


@dataclass(frozen=True)
class _Bound:
    """Where a path lets one column be: (low, high], and whether NaN gets there."""

    low: float = -np.inf
    high: float = np.inf
    missing: bool = True


_Box = dict[int, _Bound]
_Boxes = dict[tuple[int, ...], list[tuple[_Box, float]]]


def purify(ensemble: AdditiveEnsemble) -> Purified:
    """The ensemble as purified terms, equal to it at every point.

    Raises:
        ValueError: No background rows, or a path that uses more than two columns.
    """
    if not len(ensemble.background):
        raise ValueError("an ensemble needs background rows to be centred on")
    boxes: _Boxes = {}
    for tree in ensemble.trees:
        for box, value in _leaves(tree):
            boxes.setdefault(tuple(sorted(box)), []).append((box, value))
    base = ensemble.base + sum(value for _, value in boxes.pop((), []))
    mains: dict[int, list[StepTerm]] = {}
    pairs = []
    for columns in sorted(boxes):
        term = _step_term(columns, boxes[columns])
        if len(columns) == 1:
            mains.setdefault(columns[0], []).append(term)
            continue
        pure, first, second, mean = _split_pair(term, ensemble.background)
        base += mean
        mains.setdefault(columns[0], []).append(first)
        mains.setdefault(columns[1], []).append(second)
        pure = _without_ignored(pure, ensemble)
        if np.max(np.abs(pure.table)) > NEGLIGIBLE:
            pairs.append(pure)
    centred = []
    for column in sorted(mains):
        term, mean = _centred(_merged(mains[column]), ensemble.background)
        base += mean
        term = _without_ignored(term, ensemble)
        if np.max(np.abs(term.table)) > NEGLIGIBLE:
            centred.append(term)
    centre = _linear_centre(ensemble)
    base += float(centre @ ensemble.weight)
    return Purified(
        float(base),
        tuple(centred),
        tuple(pairs),
        ensemble.weight,
        ensemble.fill,
        ensemble.low,
        ensemble.high,
        centre,
    )


def _without_ignored(term: StepTerm, ensemble: AdditiveEnsemble) -> StepTerm:
    """The term with 0 wherever a column is NaN whose blanks are ignored."""
    table = term.table.copy()
    for position, axis in enumerate(term.axes):
        if ensemble.features[axis.feature].ignore_blank:
            np.moveaxis(table, position, 0)[-1] = 0.0
    return StepTerm(term.axes, table)


def _linear_centre(ensemble: AdditiveEnsemble) -> Float64Vector:
    """Mean input of the linear part, 0 where a column has none.

    Rounded to float32, as the compiled model subtracts it; the base value takes up exactly as much.
    """
    used = ensemble.weight != 0
    rows = ensemble.background[:, used].astype(np.float64)
    filled = np.where(np.isnan(rows), ensemble.fill[used], rows)
    centre = np.zeros(len(used))
    centre[used] = np.clip(filled, ensemble.low[used], ensemble.high[used]).mean(axis=0).astype(np.float32)
    return centre


def _leaves(tree: Tree) -> Iterator[tuple[_Box, float]]:
    """Each leaf's box over the columns of its own path, and its value."""
    open_nodes: list[tuple[int, _Box]] = [(0, {})]
    while open_nodes:
        node, box = open_nodes.pop()
        column = int(tree.feature[node])
        if column == LEAF:
            if len(box) > 2:
                msg = f"a path of the tree uses {len(box)} columns, at most 2 are additive in pairs"
                raise ValueError(msg)
            yield box, float(tree.value[node])
            continue
        bound = box.get(column, _Bound())
        threshold = float(tree.threshold[node])
        missing_left = bool(tree.missing_left[node])
        left = _Bound(bound.low, min(bound.high, threshold), bound.missing and missing_left)
        right = _Bound(max(bound.low, threshold), bound.high, bound.missing and not missing_left)
        open_nodes.append((int(tree.right[node]), {**box, column: right}))
        open_nodes.append((int(tree.left[node]), {**box, column: left}))


def _step_term(columns: tuple[int, ...], boxes: list[tuple[_Box, float]]) -> StepTerm:
    """The sum of boxes over the same columns as one table."""
    axes = []
    for column in columns:
        edges = {edge for box, _ in boxes for edge in (box[column].low, box[column].high)}
        axes.append(Axis(column, np.array(sorted(filter(np.isfinite, edges)), dtype=np.float32)))
    table = np.zeros([axis.cells for axis in axes])
    for box, value in boxes:
        table[np.ix_(*(_cells(axis, box[axis.feature]) for axis in axes))] += value
    return StepTerm(tuple(axes), table)


def _cells(axis: Axis, bound: _Bound) -> npt.NDArray[np.intp]:
    """Indices of the cells inside a bound."""
    nan_cell = axis.cells - 1
    start = 0 if bound.low == -np.inf else int(np.searchsorted(axis.edges, bound.low)) + 1
    stop = nan_cell if bound.high == np.inf else int(np.searchsorted(axis.edges, bound.high)) + 1
    if bound.low >= bound.high:
        start = stop
    return np.append(np.arange(start, stop), [nan_cell] if bound.missing else []).astype(np.intp)


def _split_pair(term: StepTerm, background: Float32Matrix) -> tuple[StepTerm, StepTerm, StepTerm, float]:
    """Pure pair, the two main effects and the mean of a table; their sum is the table."""
    first, second = term.axes
    at_first = first.cell_of(background[:, first.feature])
    at_second = second.cell_of(background[:, second.feature])
    share_first = np.bincount(at_first, minlength=first.cells) / len(background)
    share_second = np.bincount(at_second, minlength=second.cells) / len(background)
    a = term.table @ share_second
    b = share_first @ term.table
    m = float(a @ share_first)
    c = float(term.table[at_first, at_second].mean())
    pure = term.table - a[:, np.newaxis] - b[np.newaxis, :] + 2 * m - c
    return StepTerm(term.axes, pure), StepTerm((first,), a - m), StepTerm((second,), b - m), c


def _merged(terms: list[StepTerm]) -> StepTerm:
    """Step functions of one column as one, over all their edges."""
    edges = np.unique(np.concatenate([term.axes[0].edges for term in terms]))
    axis = Axis(terms[0].axes[0].feature, edges)
    # A value inside each cell stands for the cell: its upper edge, infinity above the last, NaN.
    inside = np.concatenate([edges, np.array([np.inf, np.nan], dtype=np.float32)])
    table = sum((term.table[term.axes[0].cell_of(inside)] for term in terms), np.zeros(axis.cells))
    return StepTerm((axis,), table)


def _centred(term: StepTerm, background: Float32Matrix) -> tuple[StepTerm, float]:
    """A main effect with mean zero over the background, and the mean taken off."""
    mean = float(term.evaluate(background).mean())
    return StepTerm(term.axes, term.table - mean), mean
