"""Log-odds that mean what they say: a sigmoid (Platt 1999) fitted by five folds inside the training rows.

A sigmoid fitted on the last block alone once got a slope of the wrong sign under drift and turned the ranking
round: slope and intercept come from five folds over all training rows, and a slope that would flatten or turn
the ranking is never used.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import brentq
from scipy.special import expit
from sklearn.linear_model import LogisticRegression

Vector = npt.NDArray[np.float64]

# The bounds of a slope: below, the ranking would nearly vanish; above, folds that are too easy made it up.
LOWEST_SLOPE = 0.1
HIGHEST_SLOPE = 3.0
# Log-odds of ten million to one: no real record is surer.
FARTHEST_SHIFT = 16.0


@dataclass(frozen=True)
class Calibration:
    """Calibrated log-odds = intercept + slope x raw log-odds; the slope is positive.

    Attributes:
        slope: Below 1 the raw model was too sure of itself.
        intercept: In log-odds.
        fitted_slope: The slope before it was bounded.
    """

    slope: float
    intercept: float
    fitted_slope: float


def fit_calibration(log_odds: Vector, outcome: npt.NDArray[np.bool_]) -> Calibration:
    """Fits slope and intercept on out-of-fold log-odds.

    Args:
        log_odds: float64 [rows], out of fold.
        outcome: bool [rows], both outcomes present.
    """
    model = LogisticRegression(C=1e6, max_iter=1000)
    model.fit(log_odds[:, None], outcome)
    fitted = float(model.coef_[0, 0])
    slope = float(np.clip(fitted, LOWEST_SLOPE, HIGHEST_SLOPE))
    return Calibration(slope, shift_to_rate(slope * log_odds, float(outcome.mean())), fitted)


def shift_to_rate(log_odds: Vector, rate: float) -> float:
    """The shift that brings the mean probability of `log_odds` [rows] to `rate`, which is not 0 or 1."""

    def gap(shift: float) -> float:
        return float(expit(log_odds + shift).mean()) - rate

    farthest = FARTHEST_SHIFT + float(np.abs(log_odds).max())
    return float(brentq(gap, -farthest, farthest))
