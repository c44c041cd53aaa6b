"""Fitted terms before they become a model: what learners give back, to be scaled, averaged and calibrated."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from services.scoring.ensemble import LEAF, AdditiveEnsemble, FeatureSpec, Float32Matrix, Float64Vector, Tree


@dataclass(frozen=True)
class Terms:
    """base + linear part + trees over the columns of a matrix; fields as in `AdditiveEnsemble`.

    Attributes:
        base: Log-odds before any term.
        trees: The trees, values in log-odds.
        weight: float64 [features], slope of the linear part.
        fill: float64 [features], what the linear part takes for NaN.
        low: float64 [features], lower bound of the linear part's input.
        high: float64 [features], upper bound of the same.
    """

    base: float
    trees: tuple[Tree, ...]
    weight: Float64Vector
    fill: Float64Vector
    low: Float64Vector
    high: Float64Vector

    @classmethod
    def of_trees(cls, base: float, trees: tuple[Tree, ...], features: int) -> "Terms":
        """Trees without a linear part."""
        zero = np.zeros(features)
        return cls(base, trees, zero, zero, np.full(features, -np.inf), np.full(features, np.inf))

    def scaled(self, slope: float, intercept: float = 0.0) -> "Terms":
        """The terms of intercept + slope x log-odds."""
        return replace(
            self,
            base=intercept + slope * self.base,
            trees=tuple(replace(tree, value=slope * tree.value) for tree in self.trees),
            weight=slope * self.weight,
        )

    def used(self) -> npt.NDArray[np.bool_]:
        """Which columns any term uses, bool [features]."""
        used = np.asarray(self.weight != 0)
        for tree in self.trees:
            used[tree.feature[tree.feature != LEAF]] = True
        return used

    def of_columns(self, kept: npt.NDArray[np.bool_]) -> "Terms":
        """The same terms over the kept columns alone; no term uses another."""
        position = np.append(np.cumsum(kept) - 1, LEAF).astype(np.int32)
        return Terms(
            self.base,
            tuple(replace(tree, feature=position[tree.feature]) for tree in self.trees),
            self.weight[kept],
            self.fill[kept],
            self.low[kept],
            self.high[kept],
        )

    def ensemble(self, features: tuple[FeatureSpec, ...], background: Float32Matrix) -> AdditiveEnsemble:
        """The terms as a model over the given input columns."""
        return AdditiveEnsemble(
            features,
            self.base,
            self.trees,
            self.weight,
            self.fill,
            self.low,
            self.high,
            background,
        )

    def log_odds(self, x: Float32Matrix) -> Float64Vector:
        """Log-odds of each row of x [rows, features], float64 [rows]."""
        return self.ensemble((), x[:0]).log_odds(x)


def average(fitted: Sequence[Terms]) -> Terms:
    """The mean of several fits over the same columns, of which at most one has a linear part."""
    share = 1.0 / len(fitted)
    parts = [terms.scaled(share) for terms in fitted]
    linear = next((terms for terms in parts if terms.weight.any()), parts[0])
    return replace(
        linear,
        base=sum(terms.base for terms in parts),
        trees=tuple(tree for terms in parts for tree in terms.trees),
    )
