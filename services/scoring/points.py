"""From probability and log-odds to what people see: a score of 0 to 100, and points per attribute."""

import math

import numpy as np
import numpy.typing as npt

from services.scoring.ensemble import Float64Vector

# Beyond this many log-odds a probability is 0 or 1 in any arithmetic; cutting there keeps cosh finite.
_SATURATED = 60.0
# Below this half-distance the series of sinh(d) / d is exact to the last bit after its second term.
_CLOSE = 1e-4


def score_of(probability: float) -> int:
    """The probability x 100, rounded half up: 0.745 gives 75, 0.7449 gives 74.

    What lies within 0.000005 points below a half counts as the half: probabilities come from float32
    arithmetic, and 0.745 must not give 74 because the nearest binary number is a hair below it.
    """
    return math.floor(round(100.0 * probability, 5) + 0.5)


def scores_of(probabilities: Float64Vector) -> npt.NDArray[np.int32]:
    """`score_of` for many, [rows]."""
    return np.floor(np.round(100.0 * probabilities, 5) + 0.5).astype(np.int32)


def probability_of(log_odds: float) -> float:
    """1 / (1 + exp(-log_odds)), without overflow at either end."""
    return 0.5 * (1.0 + math.tanh(0.5 * log_odds))


def probabilities_of(log_odds: Float64Vector) -> Float64Vector:
    """`probability_of` for many, [rows]."""
    return np.asarray(0.5 * (1.0 + np.tanh(0.5 * log_odds)), dtype=np.float64)


def points_per_log_odds(log_odds: float, base_log_odds: float) -> float:
    """How many points one unit of log-odds is worth in a score.

    An attribute's points are its log-odds contribution times this factor. It is the mean slope of 100 x
    sigmoid on the way from the base value to the record's log-odds,

        100 (p - p_base) / (log_odds - base_log_odds),

    so that the points of all attributes add up exactly to 100 p - 100 p_base, have the sign of their
    contributions, and keep their order and proportions. Dividing a curve's rise among additive inputs in this
    way is the Aumann-Shapley rule (Aumann and Shapley 1974; integrated gradients, Sundararajan et al. 2017,
    arXiv:1703.01365). Where both ends meet it is the slope there, 100 p (1 - p).

    Args:
        log_odds: Log-odds of the record.
        base_log_odds: The model's base value.

    Returns:
        The factor, above 0.
    """
    # sigmoid(a) - sigmoid(b) = sinh(d) / (2 cosh(a/2) cosh(b/2)) with d = (a - b) / 2: nothing cancels.
    a = min(max(log_odds, -_SATURATED), _SATURATED)
    b = min(max(base_log_odds, -_SATURATED), _SATURATED)
    d = 0.5 * (a - b)
    relative_rise = math.sinh(d) / d if abs(d) > _CLOSE else 1.0 + d * d / 6.0
    return 25.0 * relative_rise / (math.cosh(0.5 * a) * math.cosh(0.5 * b))


def points_per_log_odds_of(log_odds: Float64Vector, base_log_odds: float) -> Float64Vector:
    """`points_per_log_odds` for many, [rows]."""
    a = np.clip(log_odds, -_SATURATED, _SATURATED)
    b = min(max(base_log_odds, -_SATURATED), _SATURATED)
    d = 0.5 * (a - b)
    close = np.abs(d) <= _CLOSE
    relative_rise = np.where(close, 1.0 + d * d / 6.0, np.sinh(d) / np.where(close, 1.0, d))
    return np.asarray(25.0 * relative_rise / (np.cosh(0.5 * a) * math.cosh(0.5 * b)), dtype=np.float64)
