"""Model family and attribute set, chosen by forward chaining: fitted on older rows, judged on newer ones.

Attributes drift with the calendar, and then a family that is best on random rows can rank newer records worse
than chance. So each candidate is tried the way the model will be used: on several cuts, each fitted on the
older 80 % of a stretch of rows and judged on the newest 20 % of it, the next stretch being that older 80 %.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from sklearn.model_selection import StratifiedKFold

from services.scoring.boosting import fit_boosting
from services.scoring.coding import Coding, fit_coding
from services.scoring.drift import measure_drift, rate_moved
from services.scoring.ensemble import Float64Vector
from services.scoring.logistic import fit_logistic
from services.scoring.metrics import area_under_curve
from services.scoring.recipes import CANDIDATES, HEDGE, AttributeSet, Choice, Family, Recipe, Trial
from services.scoring.table import Column
from services.scoring.terms import Terms, average
from services.scoring.window import oldest_share

Rows = npt.NDArray[np.intp]
Outcomes = npt.NDArray[np.bool_]

MOST_CUTS = 5
LEAST_CUTS = 2
# A cut counts if both sides have enough of both outcomes to learn from and to rank.
LEAST_PER_OUTCOME_FITTED = 40
LEAST_PER_OUTCOME_JUDGED = 10
# Newer cuts say more about the future: each older one weighs this much of the next newer one.
AGE_WEIGHT = 0.7
FOLDS = 5
# What another candidate has to be better by than the hedge, in standard errors of the gain (the standard error rule
# of Breiman et al. 1984): noise may not choose. More is asked of five cuts with five candidates than of folds.
CUT_STANDARD_ERRORS = 2.5
FOLD_STANDARD_ERRORS = 2.0
LEAST_GAIN = 0.005
# Enough rows to compare candidates; the chosen one is fitted on all.
MOST_FITTED_ROWS = 30_000
MOST_JUDGED_ROWS = 20_000


@dataclass(frozen=True)
class Fitted:
    """A recipe fitted on some rows, not yet calibrated."""

    columns: tuple[Column, ...]
    coding: Coding
    terms: Terms

    def log_odds(self, rows: Rows) -> Float64Vector:
        """Raw log-odds of the given rows, float64 [rows]; blanks to be ignored as they were filled in."""
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
        """The attributes whose values drift or whose effect turns over the given rows."""
        return frozenset(
            column.attribute
            for column in self.columns
            if measure_drift(column, rows, self.outcome).is_unstable
        )

    def changes_with_time(self, rows: Rows) -> bool:
        """Whether any attribute drifts over the rows or the base rate moves between their halves."""
        older, newer = np.array_split(self.outcome[rows], 2)
        return rate_moved(older, newer) or bool(self.drifting(rows))

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


@dataclass(frozen=True)
class OutOfFold:
    """Every row judged by models that did not see it.

    Attributes:
        rows: The rows.
        fold: intp [len(rows)], the fold each was held out in.
        log_odds: Raw log-odds by family, float64 [len(rows)].
    """

    rows: Rows
    fold: Rows
    log_odds: Mapping[Family, Float64Vector]


class Selection:
    """Chooses recipes, for the training rows and then for all rows; what both try is fitted once."""

    def __init__(self, bench: Workbench) -> None:
        """Prepares the choice among fits on the given bench."""
        self._bench = bench
        self._by_rows: dict[int, dict[Recipe, float]] = {}
        self._folded: dict[tuple[AttributeSet, int], OutOfFold] = {}

    def choose(self, rows: Rows, progress: Callable[[float], None] = lambda _share: None) -> Choice:
        """The recipe for these rows, the first rows of all in time order.

        Forward chaining speaks first, where attributes or the base rate change with time and there are rows
        enough to cut: a recipe that beats the hedge there beyond doubt is taken. Where it cannot tell, random
        folds, in which each row is judged once by a model fitted on four fifths of all, are the sharper judge
        of the family, unless forward chaining is against their favourite.

        Args:
            rows: Row indices, oldest first.
            progress: Called with the share done, 0 to 1.
        """
        by_fold = self._try_folds(rows)
        progress(0.5)
        cuts = cut(rows, self._bench.outcome)
        if len(cuts) < LEAST_CUTS or not self._bench.changes_with_time(rows):
            return Choice(decide((), by_fold), (), by_fold)
        tried = []
        for number, sides in enumerate(cuts):
            tried.append(self._try_once(*sides))
            progress(0.5 + 0.5 * (number + 1) / len(cuts))
        by_cut = rank(tried)
        return Choice(decide(by_cut, by_fold), by_cut, by_fold)

    def out_of_fold(self, attribute_set: AttributeSet, rows: Rows) -> OutOfFold:
        """Log-odds by five random folds over the rows (a sample of them in large data)."""
        key = attribute_set, len(rows)
        if key not in self._folded:
            bench = self._bench
            sampled = sample(rows, MOST_FITTED_ROWS, np.random.default_rng(bench.seed))
            columns = bench.columns_of(attribute_set, rows)
            fold = np.empty(len(sampled), dtype=np.intp)
            log_odds = {family: np.empty(len(sampled)) for family in CANDIDATES}
            folds = StratifiedKFold(FOLDS, shuffle=True, random_state=bench.seed)
            for number, (fitted, held_out) in enumerate(folds.split(sampled, bench.outcome[sampled])):
                fold[held_out] = number
                for family, model in bench.fit_families(CANDIDATES, columns, sampled[fitted]).items():
                    log_odds[family][held_out] = model.log_odds(sampled[held_out])
            self._folded[key] = OutOfFold(sampled, fold, log_odds)
        return self._folded[key]

    def _try_once(self, older: Rows, newer: Rows) -> dict[Recipe, float]:
        """The candidates' AUC on one cut; a cut is known by its length."""
        if len(older) not in self._by_rows:
            rng = np.random.default_rng(self._bench.seed)
            fitted, judged = sample(older, MOST_FITTED_ROWS, rng), sample(newer, MOST_JUDGED_ROWS, rng)
            sets = candidate_sets(self._bench, older)
            self._by_rows[len(older)] = try_all(self._bench, sets, fitted, judged)
        return self._by_rows[len(older)]

    def _try_folds(self, rows: Rows) -> tuple[Trial, ...]:
        """The families on all attributes by five random folds."""
        folded = self.out_of_fold(AttributeSet.ALL, rows)
        tried = []
        for number in range(FOLDS):
            held_out = folded.fold == number
            labels = self._bench.outcome[folded.rows[held_out]]
            tried.append(
                {
                    Recipe(family, AttributeSet.ALL): area_under_curve(labels, log_odds[held_out]) or 0.5
                    for family, log_odds in folded.log_odds.items()
                }
            )
        return rank(tried, age_weight=1.0)


def try_all(
    bench: Workbench, sets: Mapping[AttributeSet, tuple[Column, ...]], fitted: Rows, judged: Rows
) -> dict[Recipe, float]:
    """AUC on `judged` of every family on every attribute set, fitted on `fitted`."""
    aucs: dict[Recipe, float] = {}
    for attribute_set, columns in sets.items():
        for family, model in bench.fit_families(CANDIDATES, columns, fitted).items():
            auc = area_under_curve(bench.outcome[judged], model.log_odds(judged))
            aucs[Recipe(family, attribute_set)] = 0.5 if auc is None else auc
    return aucs


def candidate_sets(bench: Workbench, rows: Rows) -> Mapping[AttributeSet, tuple[Column, ...]]:
    """The attribute sets worth trying: the stable one only if something drifts and something does not."""
    sets = {AttributeSet.ALL: bench.columns}
    stable = bench.columns_of(AttributeSet.STABLE, rows) if bench.may_leave_out else bench.columns
    if 0 < len(stable) < len(bench.columns):
        sets[AttributeSet.STABLE] = stable
    return sets


def cut(rows: Rows, outcome: Outcomes) -> list[tuple[Rows, Rows]]:
    """Cuts of `rows` (oldest first) into older 80 % and newer 20 %, the newest cut first, at most 5."""
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
    """Trials by falling weighted mean AUC.

    A recipe that a cut did not try (nothing drifted there) has the AUC of its full set in that cut; its gain is
    measured over the cuts that did.
    """
    recipes = dict.fromkeys(recipe for aucs in by_cut for recipe in aucs)
    weights: Float64Vector = age_weight ** np.arange(len(by_cut), dtype=np.float64)
    hedge = np.array([aucs[HEDGE] for aucs in by_cut])
    trials = []
    for recipe in recipes:
        same_as = Recipe(recipe.family, AttributeSet.ALL)
        tried = np.array([recipe in aucs for aucs in by_cut])
        aucs = np.array([cut_aucs.get(recipe, cut_aucs[same_as]) for cut_aucs in by_cut])
        gain, error = weighted_mean((aucs - hedge)[tried], weights[tried])
        mean = weighted_mean(aucs, weights)[0]
        trials.append(Trial(recipe, tuple(float(auc) for auc in aucs), mean, gain, error))
    return tuple(sorted(trials, key=lambda trial: -trial.mean_auc))


def weighted_mean(values: Float64Vector, weights: Float64Vector) -> tuple[float, float | None]:
    """Weighted mean and its standard error, None for a single value."""
    shares = weights / weights.sum()
    mean = float(shares @ values)
    if len(values) < 2:
        return mean, None
    concentration = float((shares**2).sum())
    variance = float(shares @ (values - mean) ** 2) / (1 - concentration)
    return mean, float(np.sqrt(variance * concentration))


def decide(by_cut: tuple[Trial, ...], by_fold: tuple[Trial, ...]) -> Recipe:
    """The recipe that forward chaining prefers beyond doubt, else the folds' favourite, else the hedge.

    Under drift the best of a few cuts is often the luckiest. On bank_marketing boosting ranked random rows best
    and newer rows worst, logistic regression the other way round; their average did well on both.

    Args:
        by_cut: Trials by forward chaining, by falling mean AUC; may be empty.
        by_fold: Trials by random folds, by falling mean AUC.
    """
    for trial in by_cut:
        if trial.gain > LEAST_GAIN and _standard_errors(trial) > CUT_STANDARD_ERRORS:
            return trial.recipe
    worse = {trial.recipe for trial in by_cut if _standard_errors(trial) < -1}
    for trial in by_fold:
        if trial.recipe not in worse and _standard_errors(trial) > FOLD_STANDARD_ERRORS:
            return trial.recipe
    return HEDGE


def _standard_errors(trial: Trial) -> float:
    """The gain in standard errors; 0 where a single cut gives no error."""
    return trial.gain / trial.gain_error if trial.gain_error else 0.0


def sample(rows: Rows, most: int, rng: np.random.Generator) -> Rows:
    """At most `most` of the rows, at random, order kept."""
    if len(rows) <= most:
        return rows
    return rows[np.sort(rng.choice(len(rows), most, replace=False))]
