"""Model family and attribute set, chosen by forward chaining: fitted on older rows, judged on newer ones.

Attributes drift with the calendar, and then a family that is best on random rows can rank newer records worse
than chance. So each candidate is tried the way the model will be used: on several cuts, each fitted on the
older 80 % of a stretch of rows and judged on the newest 20 % of it, the next stretch being that older 80 %.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt
from sklearn.model_selection import StratifiedKFold

from services.scoring.boosting import fit_boosting
from services.scoring.coding import Coding, fit_coding
from services.scoring.drift import measure_drift
from services.scoring.ensemble import Float64Vector
from services.scoring.logistic import fit_logistic
from services.scoring.metrics import area_under_curve
from services.scoring.table import Column
from services.scoring.terms import Terms, average
from services.scoring.window import oldest_share

Rows = npt.NDArray[np.intp]
Outcomes = npt.NDArray[np.bool_]

MOST_CUTS = 6
# A cut counts if both sides have enough of both outcomes to learn from and to rank.
LEAST_PER_OUTCOME_FITTED = 40
LEAST_PER_OUTCOME_JUDGED = 10
# Newer cuts say more about the future: each older one weighs this much of the next newer one.
AGE_WEIGHT = 0.7
FOLDS = 5
# What a more involved candidate has to be better by, in standard errors of the difference over the cuts
# (Breiman et al. 1984 call it the standard error rule): noise may not choose.
STANDARD_ERRORS = 1.5
# Enough rows to compare candidates; the chosen one is fitted on all.
MOST_FITTED_ROWS = 30_000
MOST_JUDGED_ROWS = 20_000


class Family(StrEnum):
    """How a model is fitted."""

    LOGISTIC = "logistic regression"
    BOOSTING = "pairwise boosting"
    BOTH = "average of logistic regression and pairwise boosting"


class AttributeSet(StrEnum):
    """Which of the usable attributes a model gets."""

    ALL = "all"
    STABLE = "without drifting"


@dataclass(frozen=True)
class Recipe:
    """One way to make a model."""

    family: Family
    attribute_set: AttributeSet


SIMPLEST = Recipe(Family.LOGISTIC, AttributeSet.ALL)


@dataclass(frozen=True)
class Trial:
    """How a recipe did.

    Attributes:
        recipe: The recipe.
        aucs: AUC per cut (or fold), the newest cut first.
        mean_auc: Their mean, newer cuts weighing more.
        gain: Mean gain of AUC over the simplest recipe.
        gain_error: Standard error of the gain over the cuts; infinite with a single cut.
    """

    recipe: Recipe
    aucs: tuple[float, ...]
    mean_auc: float
    gain: float
    gain_error: float


@dataclass(frozen=True)
class Fitted:
    """A recipe fitted on some rows, not yet calibrated."""

    columns: tuple[Column, ...]
    coding: Coding
    terms: Terms

    def log_odds(self, rows: Rows) -> Float64Vector:
        """Raw log-odds of the given rows, float64 [rows]."""
        return self.terms.log_odds(self.coding.matrix(self.columns, rows))


@dataclass(frozen=True)
class Workbench:
    """The usable columns with their outcomes, in time order: all that fitting needs.

    Attributes:
        columns: The usable columns.
        outcome: bool [rows], oldest first.
        may_leave_out: Whether drifting attributes may be left out (not if they were picked by hand).
        seed: Of everything random.
    """

    columns: tuple[Column, ...]
    outcome: Outcomes
    may_leave_out: bool
    seed: int

    def columns_of(self, attribute_set: AttributeSet, rows: Rows) -> tuple[Column, ...]:
        """The columns of a set, drift judged by the given rows."""
        if attribute_set is AttributeSet.ALL:
            return self.columns
        drifting = self.drifting(rows)
        return tuple(column for column in self.columns if column.attribute not in drifting)

    def drifting(self, rows: Rows) -> frozenset[str]:
        """The attributes whose values drift over the given rows."""
        return frozenset(
            column.attribute for column in self.columns if measure_drift(column, rows, self.outcome).drifts
        )

    def fit(self, recipe: Recipe, rows: Rows) -> Fitted:
        """Fits one recipe on the given rows."""
        return self.fit_families([recipe.family], self.columns_of(recipe.attribute_set, rows), rows)[
            recipe.family
        ]

    def fit_families(
        self, families: Sequence[Family], columns: tuple[Column, ...], rows: Rows
    ) -> dict[Family, Fitted]:
        """Fits several families on the same columns and rows; the average costs nothing beside its parts."""
        coding = fit_coding(columns, rows, self.outcome)
        x, labels = coding.matrix(columns, rows), self.outcome[rows]
        terms: dict[Family, Terms] = {}
        if Family.LOGISTIC in families or Family.BOTH in families:
            terms[Family.LOGISTIC] = fit_logistic(x, labels, coding.features)
        if Family.BOOSTING in families or Family.BOTH in families:
            terms[Family.BOOSTING] = fit_boosting(x, labels, self.seed)
        if Family.BOTH in families:
            terms[Family.BOTH] = average([terms[Family.LOGISTIC], terms[Family.BOOSTING]])
        return {family: Fitted(columns, coding, terms[family]) for family in families}


class ForwardChain:
    """The candidates' AUC on every cut, each fitted once; the newest cut is the test split itself."""

    def __init__(self, bench: Workbench, rows: Rows, progress: Callable[[float], None]) -> None:
        """Tries all candidates.

        Args:
            bench: What to fit on.
            rows: All rows, oldest first, the test set included.
            progress: Called with the share done, 0 to 1.
        """
        self._bench = bench
        splits = cut(rows, bench.outcome)
        self._by_cut: list[dict[Recipe, float]] = []
        for number, (older, newer) in enumerate(splits):
            self._by_cut.append(self._try_all(older, newer))
            progress((number + 1) / len(splits))

    def best(self, *, with_newest: bool) -> tuple[Recipe, tuple[Trial, ...]]:
        """The recipe with the highest mean AUC, and all trials, the best first.

        Args:
            with_newest: Whether the newest cut, whose newer rows are the test set, may be judged by. It may
                for the model that is published, never for the one that is evaluated on the test set.
        """
        cuts = self._by_cut[:-1] if with_newest and len(self._by_cut) == MOST_CUTS else self._by_cut
        return decide(rank(cuts if with_newest else cuts[1:]))

    @property
    def has_older_cuts(self) -> bool:
        """Whether there is a cut inside the training rows."""
        return len(self._by_cut) > 1

    def _try_all(self, older: Rows, newer: Rows) -> dict[Recipe, float]:
        bench = self._bench
        rng = np.random.default_rng(bench.seed)
        fitted_rows, judged = sample(older, MOST_FITTED_ROWS, rng), sample(newer, MOST_JUDGED_ROWS, rng)
        aucs: dict[Recipe, float] = {}
        for attribute_set, columns in candidate_sets(bench, older).items():
            for family, fitted in bench.fit_families(list(Family), columns, fitted_rows).items():
                auc = area_under_curve(bench.outcome[judged], fitted.log_odds(judged))
                aucs[Recipe(family, attribute_set)] = 0.5 if auc is None else auc
        return aucs


def choose_by_folds(bench: Workbench, rows: Rows) -> tuple[Recipe, tuple[Trial, ...]]:
    """For data too small to be cut by time: the best recipe by five random folds inside the training rows."""
    by_fold: list[dict[Recipe, float]] = []
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=bench.seed)
    for fit, held_out in folds.split(rows, bench.outcome[rows]):
        families = bench.fit_families(list(Family), bench.columns, rows[fit])
        labels = bench.outcome[rows[held_out]]
        by_fold.append(
            {
                Recipe(family, AttributeSet.ALL): area_under_curve(labels, fitted.log_odds(rows[held_out]))
                or 0.5
                for family, fitted in families.items()
            }
        )
    return decide(rank(by_fold, age_weight=1.0))


def candidate_sets(bench: Workbench, rows: Rows) -> Mapping[AttributeSet, tuple[Column, ...]]:
    """The attribute sets worth trying: the stable one only if something drifts and something does not."""
    sets = {AttributeSet.ALL: bench.columns}
    stable = bench.columns_of(AttributeSet.STABLE, rows) if bench.may_leave_out else bench.columns
    if 0 < len(stable) < len(bench.columns):
        sets[AttributeSet.STABLE] = stable
    return sets


def cut(rows: Rows, outcome: Outcomes) -> list[tuple[Rows, Rows]]:
    """Cuts of `rows` (oldest first) into older 80 % and newer 20 %, the newest cut first, at most 6."""
    cuts = []
    end = len(rows)
    for _ in range(MOST_CUTS):
        start = oldest_share(end)
        older, newer = rows[:start], rows[start:end]
        if not (
            _has(older, outcome, LEAST_PER_OUTCOME_FITTED) and _has(newer, outcome, LEAST_PER_OUTCOME_JUDGED)
        ):
            break
        cuts.append((older, newer))
        end = start
    return cuts


def _has(rows: Rows, outcome: Outcomes, least: int) -> bool:
    positive = int(outcome[rows].sum())
    return min(positive, len(rows) - positive) >= least


def rank(by_cut: Sequence[Mapping[Recipe, float]], age_weight: float = AGE_WEIGHT) -> tuple[Trial, ...]:
    """Trials by falling weighted mean AUC; a recipe that a cut did not try counts there as its full set."""
    recipes = dict.fromkeys(recipe for aucs in by_cut for recipe in aucs)
    weights = age_weight ** np.arange(len(by_cut))
    weights /= weights.sum()
    simplest = np.array([aucs[SIMPLEST] for aucs in by_cut])
    trials = []
    for recipe in recipes:
        same_as = Recipe(recipe.family, AttributeSet.ALL)
        aucs = np.array([cut_aucs.get(recipe, cut_aucs[same_as]) for cut_aucs in by_cut])
        gain = float(weights @ (aucs - simplest))
        error = _weighted_error(aucs - simplest, weights)
        trials.append(Trial(recipe, tuple(float(auc) for auc in aucs), float(weights @ aucs), gain, error))
    return tuple(sorted(trials, key=lambda trial: -trial.mean_auc))


def _weighted_error(gains: Float64Vector, weights: Float64Vector) -> float:
    """Standard error of the weighted mean of the gains; the weights sum to 1."""
    concentration = float((weights**2).sum())
    if len(gains) < 2:
        return float("inf")
    variance = float(weights @ (gains - weights @ gains) ** 2) / (1 - concentration)
    return float(np.sqrt(variance * concentration))


def decide(trials: tuple[Trial, ...]) -> tuple[Recipe, tuple[Trial, ...]]:
    """The best recipe that is better than the simplest one beyond noise, else the simplest; and all trials.

    The burden of proof lies with the more involved: where the cuts cannot tell candidates apart, logistic
    regression on all attributes is what carries over to newer records best.

    Args:
        trials: By falling mean AUC.
    """
    for trial in trials:
        if trial.gain > STANDARD_ERRORS * trial.gain_error:
            return trial.recipe, trials
    return SIMPLEST, trials


def sample(rows: Rows, most: int, rng: np.random.Generator) -> Rows:
    """At most `most` of the rows, at random, order kept."""
    if len(rows) <= most:
        return rows
    return rows[np.sort(rng.choice(len(rows), most, replace=False))]
