"""Boosted trees with at most two features on a path, in the ensemble's form."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from sklearn.ensemble import HistGradientBoostingClassifier

from services.scoring.ensemble import LEAF, Float32Matrix, Tree
from services.scoring.terms import Terms


@dataclass(frozen=True)
class BoostingSettings:
    """How the trees are grown.

    Smaller steps, smaller trees and larger leaves than scikit-learn's defaults: sales histories are noisy,
    and the fewer nodes a model has, the faster it scores.

    Attributes:
        steps: Trees.
        learning_rate: Share of each tree's values that is added.
        leaves: Leaves per tree.
        least_records: Records a leaf needs; less in small data, see `fit_boosting`.
        shrinkage: L2 penalty on leaf values.
    """

    steps: int = 100
    learning_rate: float = 0.08
    leaves: int = 8
    least_records: int = 40
    shrinkage: float = 1.0


DEFAULT_SETTINGS = BoostingSettings()


def fit_boosting(
    x: Float32Matrix, outcome: npt.NDArray[np.bool_], seed: int, settings: BoostingSettings = DEFAULT_SETTINGS
) -> Terms:
    """Fits log-odds as a sum of trees whose paths use at most two features each.

    Args:
        x: float32 [rows, features], NaN for missing.
        outcome: bool [rows].
        seed: Of the bin thresholds' subsample in large data.
        settings: How the trees are grown.
    """
    least_records = min(settings.least_records, max(5, len(x) // 20))
    model = HistGradientBoostingClassifier(
        max_iter=settings.steps,
        learning_rate=settings.learning_rate,
        max_leaf_nodes=settings.leaves,
        min_samples_leaf=least_records,
        l2_regularization=settings.shrinkage,
        interaction_cst="pairwise",
        early_stopping=False,
        random_state=seed,
    )
    model.fit(x, outcome)
    # scikit-learn has no public way to a fitted model's trees; constraints pin the version, and
    # tests/unit/scoring/test_boosting.py holds that the trees give decision_function's numbers.
    base = float(model._baseline_prediction[0, 0])  # noqa: SLF001
    trees = tuple(tree_of(predictors[0].nodes) for predictors in model._predictors)  # noqa: SLF001
    return Terms.of_trees(base, trees, x.shape[1])


def tree_of(nodes: npt.NDArray[np.void]) -> Tree:
    """One tree of scikit-learn's, its thresholds rounded down to float32 (exact for float32 values)."""
    leaf = nodes["is_leaf"].astype(bool)
    return Tree(
        feature=np.where(leaf, LEAF, nodes["feature_idx"]).astype(np.int32),
        threshold=np.where(leaf, np.float32(0), round_down(nodes["num_threshold"])),
        missing_left=nodes["missing_go_to_left"].astype(bool) & ~leaf,
        left=np.where(leaf, 0, nodes["left"]).astype(np.int32),
        right=np.where(leaf, 0, nodes["right"]).astype(np.int32),
        value=np.where(leaf, nodes["value"], 0.0),
    )


def round_down(threshold: npt.NDArray[np.float64]) -> npt.NDArray[np.float32]:
    """The largest float32 that is not above each threshold: x <= t keeps its answer for every float32 x."""
    with np.errstate(over="ignore"):
        nearest = threshold.astype(np.float32)
    below = np.nextafter(nearest, np.float32(-np.inf))
    return np.where(nearest.astype(np.float64) > threshold, below, nearest)
