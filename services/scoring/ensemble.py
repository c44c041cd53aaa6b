"""The form every trained model has: a sum of small functions of one or two columns each.

Training (training.py) produces it, compilation (compile.py) turns it into one ONNX graph with exact
contributions. Boosted trees, logistic regression and averages of several fitted models all fit into it,
so the rest of the service knows one kind of model only.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import numpy.typing as npt

Float32Matrix = npt.NDArray[np.float32]
Float64Vector = npt.NDArray[np.float64]

LEAF = -1


@dataclass(frozen=True)
class FeatureSpec:
    """One float32 input column of a model, derived from one attribute of the record.

    Attributes:
        name: The column, such as "job", "age" or "email:valid".
        attribute: The attribute the contribution is shown under, such as "email".
        kind: "numeric" takes the value as it is (blank is NaN); "category" takes the value's code.
        categories: For a category, value to code. Codes are distinct whole numbers ordered by the smoothed
            positive rate in the training rows; rare values share one code. Empty for a numeric column.
        unseen_code: The code of a value that training has not seen; NaN for a numeric column.
        blank_code: The code of a blank; NaN where a blank is treated as missing.
        ignore_blank: A blank, NaN then, adds nothing to the score (ignoring.py).
    """

    name: str
    attribute: str
    kind: Literal["numeric", "category"]
    categories: Mapping[str, float] = field(default_factory=dict)
    unseen_code: float = float("nan")
    blank_code: float = float("nan")
    ignore_blank: bool = False


@dataclass(frozen=True)
class Tree:
    """One tree as arrays over its nodes; node 0 is the root. All arrays have shape [nodes].

    Attributes:
        feature: int32, index into the model's features, or -1 for a leaf.
        threshold: float32; a value <= threshold goes left.
        missing_left: Whether NaN goes left.
        left: int32, index of the left child (0 for a leaf).
        right: int32, index of the right child (0 for a leaf).
        value: float64, log-odds added when the path ends in this leaf (0 for an inner node).
    """

    feature: npt.NDArray[np.int32]
    threshold: npt.NDArray[np.float32]
    missing_left: npt.NDArray[np.bool_]
    left: npt.NDArray[np.int32]
    right: npt.NDArray[np.int32]
    value: Float64Vector

    def leaf_of(self, x: Float32Matrix) -> npt.NDArray[np.int32]:
        """The index of the leaf each row of x [rows, features] ends in, int32 [rows]."""
        node = np.zeros(len(x), dtype=np.int32)
        active = np.flatnonzero(self.feature[node] != LEAF)
        while active.size:
            at = node[active]
            values = x[active, self.feature[at]]
            goes_left = np.where(np.isnan(values), self.missing_left[at], values <= self.threshold[at])
            node[active] = np.where(goes_left, self.left[at], self.right[at])
            active = active[self.feature[node[active]] != LEAF]
        return node


@dataclass(frozen=True)
class AdditiveEnsemble:
    """log-odds(x) = base + sum of linear terms + sum of trees.

    Every path of a tree from its root to a leaf uses at most two features, so the sum splits exactly into
    functions of one feature and of two. Learning rates, ensemble weights and the calibration's slope are
    already multiplied into the numbers, its intercept into the base: probability = 1 / (1 + exp(-log-odds)).

    Attributes:
        features: The input columns, in order.
        base: Log-odds before any term.
        trees: The trees, values in log-odds.
        weight: float64 [features], slope of the linear part (0: none).
        fill: float64 [features], what the linear part takes for NaN.
        low: float64 [features], lower bound the linear part's input is clipped to.
        high: float64 [features], upper bound of the same.
        background: float32 [at most 2,000, features], a sample of training rows, for centring.
    """

    features: tuple[FeatureSpec, ...]
    base: float
    trees: tuple[Tree, ...]
    weight: Float64Vector
    fill: Float64Vector
    low: Float64Vector
    high: Float64Vector
    background: Float32Matrix

    def log_odds(self, x: Float32Matrix) -> Float64Vector:
        """Calibrated log-odds of each row, float64 [rows], computed plainly: the reference for parity.

        Args:
            x: float32 [rows, features], encoded values, NaN where missing.
        """
        filled = np.clip(np.where(np.isnan(x), self.fill, x), self.low, self.high)
        total = self.base + filled @ self.weight
        for tree in self.trees:
            total = total + tree.value[tree.leaf_of(x)]
        return np.asarray(total, dtype=np.float64)

    def probability(self, x: Float32Matrix) -> Float64Vector:
        """Calibrated probability of the positive outcome, float64 [rows]."""
        return np.asarray(1.0 / (1.0 + np.exp(-self.log_odds(x))), dtype=np.float64)
