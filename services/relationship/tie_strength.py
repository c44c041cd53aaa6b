"""Tie strength: how likely a colleague and a contact are to exchange messages again, from 0 to 100.

For each of several half-lives h the decayed messages of both directions, s_h and r_h, give two features:

    two-way_h = ln(1 + 2 sqrt(s_h r_h))        all_h = ln(1 + 2 (s_h + r_h))

A logistic model with weights of 0 or more turns them into the probability that both write to each other, or meet,
within the next 60 days. No half-life is right for everyone: the weights say how much each one counts, and are fitted
on the tenant's own past (tie_fitting.py). Strength is that probability above the one of a pair whose exchange has
faded entirely, as a share of what is left to reach:

    strength = 100 (p - p0) / (1 - p0),  p0 = p with all features at 0

so it is 0 where nothing is left, grows with each message and each answer, and decays with time. A pair of which only
one side ever wrote stays below WEAK_MOST, whatever the model says.
"""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from services.relationship.pair_days import Floats, PairDays

HALF_LIVES_DAYS = (7.0, 15.0, 30.0, 60.0, 120.0, 240.0, 480.0)
DEFAULT_WEIGHT = 0.11
"""Of every feature, in the model for tenants with little history. This and the next line were fitted on monthly cuts
of enron_perry from May 2000 to April 2001, with all half-lives held equal."""
DEFAULT_INTERCEPT = -3.3
STRONG_LEAST = 60.0
MEDIUM_LEAST = 25.0
_ONE_WAY_KNEE = 20.0
_ONE_WAY_MOST = 24.4
"""Also below the band when it is shown without decimals."""


class Band(StrEnum):
    """How strong a tie is in words."""

    STRONG = "strong"
    MEDIUM = "medium"
    WEAK = "weak"


@dataclass(frozen=True)
class TieModel:
    """Weights of a tenant.

    Attributes:
        half_lives_days: Each above 0.
        two_way: Weight of the two-way feature of each half-life, 0 or more.
        all_messages: Weight of the feature of all messages of each half-life, 0 or more.
        intercept: Log-odds of a pair without any exchange left.
        fitted_on: How many pairs the weights were learned from, each counted once per cut; 0 for the default.
    """

    half_lives_days: tuple[float, ...]
    two_way: tuple[float, ...]
    all_messages: tuple[float, ...]
    intercept: float = DEFAULT_INTERCEPT
    fitted_on: int = 0

    @classmethod
    def default(cls) -> "TieModel":
        """Returns the model for tenants with little history: every half-life counts the same."""
        weights = (DEFAULT_WEIGHT,) * len(HALF_LIVES_DAYS)
        return cls(HALF_LIVES_DAYS, weights, weights)

    @classmethod
    def of_half_life(cls, half_life_days: float) -> "TieModel":
        """Returns the default with a single half-life, for tenants that set one."""
        weight = (DEFAULT_WEIGHT * len(HALF_LIVES_DAYS),)
        return cls((half_life_days,), weight, weight)


def features(days: PairDays, before_day: int, half_lives_days: tuple[float, ...]) -> Floats:
    """Returns the features of each pair at the start of a day.

    Args:
        days: Rows of earlier days only.
        before_day: Number of the day.
        half_lives_days: H half-lives.

    Returns:
        (pairs, 2 H): two-way of each half-life, then all messages of each.
    """
    two_way, all_messages = [], []
    for half_life_days in half_lives_days:
        sent, received = days.decayed(before_day, half_life_days)
        two_way.append(np.log1p(2 * np.sqrt(sent * received)))
        all_messages.append(np.log1p(2 * (sent + received)))
    return np.array(two_way + all_messages).T


def strengths(days: PairDays, before_day: int, model: TieModel) -> Floats:
    """Returns the strength of each pair at the start of a day, 0 to 100, not rounded.

    Args:
        days: Rows of later days are ignored.
        before_day: Number of the day; tomorrow's, to count today.
        model: The tenant's weights.

    Returns:
        One number per pair of `days.pairs`.
    """
    days = days.before(before_day)
    weights = np.array(model.two_way + model.all_messages)
    log_odds = model.intercept + features(days, before_day, model.half_lives_days) @ weights
    # 1 - (1 - p) / (1 - p0), in logarithms: exact also where p0 or p is near 1
    strength = -100 * np.expm1(np.logaddexp(0, model.intercept) - np.logaddexp(0, log_odds))
    return np.where(days.is_mutual(), strength, _held_weak(strength))


def band_of(strength: float) -> Band:
    """Returns the band of a strength."""
    if strength >= STRONG_LEAST:
        return Band.STRONG
    return Band.MEDIUM if strength >= MEDIUM_LEAST else Band.WEAK


def _held_weak(strength: Floats) -> Floats:
    """Bends strengths under the weak band's end without changing their order."""
    room = _ONE_WAY_MOST - _ONE_WAY_KNEE
    above = np.maximum(strength - _ONE_WAY_KNEE, 0)
    return np.minimum(strength, _ONE_WAY_KNEE) - room * np.expm1(-above / room)
