"""An interval for each score: where the true rate of records with such a probability lies, with 90 % confidence.

What is covered, exactly: let c(p) be the share of positive outcomes among all records that the model gives the
probability p. The interval at p holds c(p) with 90 % confidence. It speaks of records with the same probability,
not of one record: two leads with 0.4 may have different chances that no attribute tells apart.

How it is made, from the out-of-fold log-odds that calibration is fitted on as well: the records are sorted and cut
into groups of equal size. In a group with n records, k of them positive, and the mean probability m, the rate is
Beta(k + m, n - k + 1 - m): a prior of one record that has what the model says (Jeffreys' prior, moved to m; a
symmetric one would draw rare outcomes towards one half). Its 5 % and 95 % quantiles, as log-odds, are the interval
at the log-odds of m; between groups they are interpolated, outside they keep their distance. Neither end ever
falls while the probability rises (pool adjacent violators), and the interval always holds the probability itself:
where the scores are exact already, it covers more than 90 %.

How coverage is measured (`covered`): the newest 20 % are cut into groups of similar probability. A group's observed
rate differs from its true rate by chance, so it is compared with the 90 % prediction interval of its count of
positives, the true rate being anywhere in the score's interval; see there. What the interval cannot know is what
changes after the training: where attributes or the base rate drift, it covers less, and the model's warnings say so.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy import stats
from scipy.special import expit, logit
from sklearn.isotonic import isotonic_regression

from services.scoring.intervals import IntervalTable

Vector = npt.NDArray[np.float64]
Outcomes = npt.NDArray[np.bool_]

CONFIDENCE = 0.90
MOST_GROUPS = 10
# Fewer records say so little of a rate that another group would only add noise.
LEAST_RECORDS = 100
# Log-odds of one in 10,000: below, the ends of an interval say nothing that anyone could check.
FARTHEST = float(logit(1 - 1e-4))
_DIGITS = 6


def fit_intervals(log_odds: Vector, outcome: Outcomes) -> IntervalTable:
    """The interval over calibrated log-odds.

    Args:
        log_odds: float64 [rows], calibrated, of models that did not see the row.
        outcome: bool [rows].
    """
    groups = max(1, min(MOST_GROUPS, len(outcome) // LEAST_RECORDS))
    at, low, high = [], [], []
    for group in np.array_split(np.argsort(log_odds, kind="stable"), groups):
        records, positive = len(group), int(outcome[group].sum())
        expected = float(expit(np.clip(log_odds[group], -FARTHEST, FARTHEST)).mean())
        low_rate, high_rate = rate_interval(positive, records, expected)
        at.append(float(logit(expected)))
        low.append(low_rate)
        high.append(high_rate)
    known, first = np.unique(np.round(at, _DIGITS), return_index=True)
    ends = [
        isotonic_regression(np.clip(logit(np.array(rates)), -FARTHEST, FARTHEST))[first]
        for rates in (low, high)
    ]
    return IntervalTable(
        _rounded(known), _rounded(np.minimum(ends[0], known)), _rounded(np.maximum(ends[1], known))
    )


def rate_interval(positive: int, records: int, expected: float) -> tuple[float, float]:
    """The 5 % and 95 % quantiles of a rate after `positive` of `records`; a prior of one record at `expected`."""
    tail = (1 - CONFIDENCE) / 2
    rate = stats.beta(positive + expected, records - positive + 1 - expected)
    return float(rate.ppf(tail)), float(rate.ppf(1 - tail))


def covered(low: Vector, high: Vector, outcome: Outcomes, groups: Sequence[npt.NDArray[np.intp]]) -> float:
    """The share of groups of records whose outcomes the intervals foretold, counted without bias; aim: 0.90.

    A group's true rate is taken as logit-normal with the group's mean interval as its middle 90 %; its count of
    positives is binomial given that rate. Counts are whole numbers, so the middle 90 % of their distribution is
    not to be had exactly: a count at the edge is covered by the part of its probability that lies inside (a
    randomised test, averaged). With intervals of no width this is a test of calibration alone, and exact
    probabilities get 0.90.

    Args:
        low: Lower ends [rows].
        high: Upper ends [rows].
        outcome: bool [rows].
        groups: Rows of similar probability, none empty.
    """
    return float(np.mean([_group_covered(low[rows], high[rows], outcome[rows]) for rows in groups]))


def _group_covered(low: Vector, high: Vector, outcome: Outcomes) -> float:
    tail = (1 - CONFIDENCE) / 2
    ends = logit(np.clip([low.mean(), high.mean()], 1e-9, 1 - 1e-9))
    deviation = (ends[1] - ends[0]) / 2 / stats.norm.ppf(1 - tail)
    # The middle of 200 equally likely slices of the rate stands for each slice.
    slices = stats.norm.ppf((np.arange(200) + 0.5) / 200)
    rates = expit(ends.mean() + deviation * slices)
    positive = int(outcome.sum())
    before = float(stats.binom.cdf(positive - 1, len(outcome), rates).mean())
    up_to = float(stats.binom.cdf(positive, len(outcome), rates).mean())
    inside = min(up_to, 1 - tail) - max(before, tail)
    return max(0.0, inside) / max(up_to - before, 1e-300)


def similar(log_odds: Vector, groups: int) -> list[npt.NDArray[np.intp]]:
    """Rows sorted by log-odds in groups of equal size."""
    return np.array_split(np.argsort(log_odds, kind="stable"), groups)


def _rounded(values: Vector) -> tuple[float, ...]:
    return tuple(float(value) for value in np.round(values, _DIGITS))
