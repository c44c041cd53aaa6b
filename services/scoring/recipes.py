"""Ways to make a model, how each did, and the one that was chosen: plain data, read from model cards too."""

from dataclasses import dataclass
from enum import StrEnum


class Family(StrEnum):
    """How a model is fitted."""

    LOGISTIC = "logistic regression"
    BOOSTING = "pairwise boosting"
    BOTH = "average of logistic regression and pairwise boosting"
    SHRUNK = "logistic regression shrunk towards the base rate"


CANDIDATES = (Family.LOGISTIC, Family.BOOSTING, Family.BOTH)
"""The families to choose from; the shrunk one is for too few records to choose by."""


class AttributeSet(StrEnum):
    """Which of the usable attributes a model gets."""

    ALL = "all"
    STABLE = "without drifting"


@dataclass(frozen=True)
class Recipe:
    """One way to make a model."""

    family: Family
    attribute_set: AttributeSet


# Half extrapolating straight lines, half local: where nothing tells the candidates apart, the average is never
# the worst of them.
HEDGE = Recipe(Family.BOTH, AttributeSet.ALL)


@dataclass(frozen=True)
class Trial:
    """How a recipe did.

    Attributes:
        recipe: The recipe.
        aucs: AUC per cut (or fold), the newest cut first.
        mean_auc: Their mean, newer cuts weighing more.
        gain: Mean gain of AUC over the hedge, the average of both families on all attributes.
        gain_error: Standard error of the gain over the cuts that tried it; None with a single one.
    """

    recipe: Recipe
    aucs: tuple[float, ...]
    mean_auc: float
    gain: float
    gain_error: float | None


@dataclass(frozen=True)
class Choice:
    """The recipe chosen and what spoke for it.

    Attributes:
        recipe: The recipe.
        by_cut: Trials by forward chaining, the best first; empty where nothing changes with time or the data is
            too small to be cut.
        by_fold: Trials by random folds, the best first.
    """

    recipe: Recipe
    by_cut: tuple[Trial, ...]
    by_fold: tuple[Trial, ...]
