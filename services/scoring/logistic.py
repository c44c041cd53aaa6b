"""Logistic regression in the ensemble's form: numbers in the linear part, each category as a step function."""

import warnings
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from scipy import sparse
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression

from services.scoring.ensemble import LEAF, FeatureSpec, Float32Matrix, Float64Vector, Tree
from services.scoring.terms import Terms

# One number may carry the log-odds this far from its mean and no farther: values far outside the training rows
# (drift) still rank, a typing error of many digits does not settle the score for all other attributes.
FARTHEST_EFFECT = 10.0
# Newton's method converges to the last digit, whatever the collinearity, at a cost cubic in the columns.
MOST_NEWTON_COLUMNS = 400
STEPS = 300
# Blanks of a numeric column get an effect of their own if there are at least this many.
LEAST_BLANKS = 10

Solver = Callable[[sparse.csr_matrix, npt.NDArray[np.bool_]], tuple[Float64Vector, float]]


def fit_logistic(
    x: Float32Matrix,
    outcome: npt.NDArray[np.bool_],
    features: tuple[FeatureSpec, ...],
    solve: Solver | None = None,
) -> Terms:
    """Fits a ridge-penalised logistic regression on standardised numbers and one-hot categories.

    Args:
        x: float32 [rows, features], NaN for missing.
        outcome: bool [rows].
        features: What the columns are.
        solve: Finds coefficients and intercept. Default: scikit-learn's ridge penalty.
    """
    blocks: list[sparse.csr_matrix] = []
    numeric = np.array([spec.kind == "numeric" for spec in features], dtype=bool)
    mean, scale = _standardisation(x, numeric)
    fill = np.where(numeric, mean, 0.0)
    standardised = (np.where(np.isnan(x), fill, x) - fill) / scale
    blocks.append(sparse.csr_matrix(standardised[:, numeric]))
    levels: list[tuple[int, npt.NDArray[np.float32]]] = []
    for position, is_number in enumerate(numeric):
        column = x[:, position]
        if is_number:
            blank = np.isnan(column)
            if blank.sum() < LEAST_BLANKS or blank.all():
                continue
            found = np.array([np.nan], dtype=np.float32)
            indicator = sparse.csr_matrix(blank[:, None].astype(np.float64))
        else:
            found, index = np.unique(column, return_inverse=True)
            indicator = sparse.csr_matrix(
                (np.ones(len(x)), (np.arange(len(x)), index)), shape=(len(x), len(found))
            )
        levels.append((position, found))
        blocks.append(indicator)
    coefficients, intercept = (solve or _solve)(sparse.hstack(blocks, format="csr"), outcome)
    width = int(numeric.sum())
    weight = np.zeros(len(features))
    weight[numeric] = coefficients[:width] / scale[numeric]
    trees = []
    for position, found in levels:
        effects = coefficients[width : width + len(found)]
        width += len(found)
        trees.append(
            _blank_tree(position, effects[0]) if numeric[position] else step(position, found, effects)
        )
    base = intercept - float(weight @ fill)
    reach = np.divide(FARTHEST_EFFECT, np.abs(weight), out=np.full(len(features), np.inf), where=weight != 0)
    return Terms(base, tuple(trees), weight, fill, fill - reach, fill + reach)


def _standardisation(x: Float32Matrix, numeric: npt.NDArray[np.bool_]) -> tuple[Float64Vector, Float64Vector]:
    """Mean and standard deviation (1 for constants) of each column, blanks left out."""
    mean, scale = np.zeros(x.shape[1]), np.ones(x.shape[1])
    for position in np.flatnonzero(numeric):
        column = x[:, position].astype(np.float64)
        column = column[~np.isnan(column)]
        if len(column):
            mean[position] = column.mean()
            spread = float(column.std())
            scale[position] = spread if spread > 0 else 1.0
    return mean, scale


def _solve(design: sparse.csr_matrix, outcome: npt.NDArray[np.bool_]) -> tuple[Float64Vector, float]:
    """Coefficients [columns] and intercept at scikit-learn's default ridge penalty."""
    few = design.shape[1] <= MOST_NEWTON_COLUMNS
    model = LogisticRegression(solver="newton-cholesky" if few else "lbfgs", max_iter=STEPS)
    with warnings.catch_warnings():
        # The last digits of a coefficient do not matter here: forward chaining judges the result.
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(design.toarray() if few else design, outcome)
    return model.coef_[0].astype(np.float64), float(model.intercept_[0])


def _blank_tree(position: int, effect: float) -> Tree:
    """A tree that adds `effect` where the column is NaN and nothing elsewhere."""
    return Tree(
        feature=np.array([position, LEAF, LEAF], dtype=np.int32),
        threshold=np.array([np.inf, 0, 0], dtype=np.float32),
        missing_left=np.zeros(3, dtype=bool),
        left=np.array([1, 0, 0], dtype=np.int32),
        right=np.array([2, 0, 0], dtype=np.int32),
        value=np.array([0.0, 0.0, effect]),
    )


def step(position: int, codes: npt.NDArray[np.float32], effects: Float64Vector) -> Tree:
    """A balanced tree that adds effects[i] where the column is codes[i], and 0 at any other whole code.

    Args:
        position: The column.
        codes: float32 [values], ascending whole numbers.
        effects: float64 [values], log-odds.
    """
    # Codes that training rows did not have (a category no row of this fit shows) get a step of 0.
    by_code = np.zeros(int(codes[-1]) + 2)
    by_code[codes.astype(int)] = effects
    starts = np.flatnonzero(np.append(True, by_code[1:] != by_code[:-1]))
    rows: list[tuple[int, float, int, int, float]] = []

    def grow(first: int, last: int) -> int:
        """Adds the subtree over steps first..last, returns its root's index."""
        index = len(rows)
        rows.append((LEAF, 0.0, 0, 0, by_code[starts[first]]))
        if first < last:
            middle = (first + last + 1) // 2
            left = grow(first, middle - 1)
            right = grow(middle, last)
            rows[index] = (position, float(starts[middle]) - 0.5, left, right, 0.0)
        return index

    grow(0, len(starts) - 1)
    feature, threshold, left, right, value = zip(*rows, strict=True)
    return Tree(
        feature=np.array(feature, dtype=np.int32),
        threshold=np.array(threshold, dtype=np.float32),
        missing_left=np.zeros(len(rows), dtype=bool),
        left=np.array(left, dtype=np.int32),
        right=np.array(right, dtype=np.int32),
        value=np.array(value, dtype=np.float64),
    )
