"""Fits tie weights on a tenant's own past.

The question asked of the past is the one strength answers: who, of the pairs that had contact before a cut, wrote to
each other in both directions, or met, in the following 60 days? Cuts lie 60, 90 and 120 days before the day of the
fit, so every outcome is known on that day, and nothing after it is looked at.

Weights can't be negative (a message never weakens a tie) and are drawn towards the default ones by a ridge penalty on
standardised features: little evidence changes little.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from services.relationship.pair_days import Floats, PairDays
from services.relationship.tie_strength import HALF_LIVES_DAYS, TieModel, features

OUTCOME_DAYS = 60
CUTS_DAYS_BACK = (60, 90, 120)
LEAST_OF_EACH_OUTCOME = 20
"""Pairs, summed over the cuts, that did and that did not go on: below either, the default model stays."""
RIDGE = 30.0
"""Penalty of one standard deviation's weight squared, per cut."""


@dataclass(frozen=True)
class Examples:
    """What one cut has to be learned from.

    Attributes:
        days_back: Of the cut.
        pairs: Places of the pairs in `PairDays.pairs`, as are the rows of the others.
        x: (pairs, 2 H) features at the cut.
        y: Whether the pair went on after it.
    """

    days_back: int
    pairs: NDArray[np.intp]
    x: Floats
    y: NDArray[np.bool_]


def fit_ties(days: PairDays, before_day: int) -> TieModel:
    """Returns the model that past outcomes speak for, or the default where there are too few.

    Args:
        days: Rows of `before_day` and later are ignored.
        before_day: Number of the day; tomorrow's, to count today.
    """
    found = examples(days, _once(days.before(before_day)), before_day)
    return fit_examples(
        np.concatenate([each.x for each in found]), np.concatenate([each.y for each in found])
    )


def examples(days: PairDays, once: NDArray[np.bool_], before_day: int) -> list[Examples]:
    """Returns what each cut has to be learned from.

    Args:
        days: Rows of `before_day` and later are ignored.
        once: Which pairs to learn from, one flag per pair.
        before_day: Number of the day.
    """
    days = days.before(before_day)
    found = []
    for days_back in CUTS_DAYS_BACK:
        cut = before_day - days_back
        past = days.before(cut)
        has_contact = once & (past.last_day() >= 0)
        goes_on = days.within(cut, cut + OUTCOME_DAYS).is_mutual()
        x = features(past, cut, HALF_LIVES_DAYS)[has_contact]
        found.append(Examples(days_back, np.flatnonzero(has_contact), x, goes_on[has_contact]))
    return found


def fit_examples(x: Floats, y: NDArray[np.bool_]) -> TieModel:
    """Returns the model that examples speak for, or the default where there are too few.

    Args:
        x: Features, one row per example, those of each cut together.
        y: Whether the pair went on.
    """
    default = TieModel.default()
    if min(y.sum(), len(y) - y.sum()) < LEAST_OF_EACH_OUTCOME:
        return default
    weights, intercept = _fit(x, y.astype(np.float64), np.array(default.two_way + default.all_messages))
    half = len(HALF_LIVES_DAYS)
    return TieModel(
        HALF_LIVES_DAYS, tuple(weights[:half].tolist()), tuple(weights[half:].tolist()), intercept, len(y)
    )


def _once(days: PairDays) -> NDArray[np.bool_]:
    """Returns which pairs to learn from: one that is there from both ends counts once.

    Where no own side is known every pair is.
    """
    there = set(days.pairs)
    return np.array([one <= other or (other, one) not in there for one, other in days.pairs], dtype=np.bool_)


def _fit(x: Floats, y: Floats, prior: Floats) -> tuple[Floats, float]:
    """Minimises log loss with the ridge towards `prior`, weights 0 or more, intercept free."""
    deviation = x.std(axis=0) + 1e-9
    z, centre = x / deviation, prior * deviation
    ridge = RIDGE * len(CUTS_DAYS_BACK)

    def loss(theta: Floats) -> tuple[float, Floats]:
        log_odds = theta[0] + z @ theta[1:]
        moved = theta[1:] - centre
        error = 1 / (1 + np.exp(-log_odds)) - y
        value = np.logaddexp(0, log_odds).sum() - y @ log_odds + ridge / 2 * (moved @ moved)
        return float(value), np.concatenate(([error.sum()], error @ z + ridge * moved))

    start = np.concatenate(([0.0], centre))
    bounds = [(None, None)] + [(0, None)] * len(centre)
    found = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds)
    return found.x[1:] / deviation, float(found.x[0])
