"""An interval for each score: where the true rate of records with such a probability lies, with 90 % confidence.

What it covers, how it is found and how that is measured: interval_fitting.py. Here is what serving needs of it.
"""

import json
from bisect import bisect_left
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from services.scoring.points import probabilities_of, probability_of

Vector = npt.NDArray[np.float64]


class Interval(NamedTuple):
    """Where the true rate lies with 90 % confidence.

    Attributes:
        low: Lower end, 0 to 1.
        high: Upper end, 0 to 1.
    """

    low: float
    high: float


@dataclass(frozen=True)
class IntervalTable:
    """Ends of the interval over the calibrated log-odds; three lists of the same length, at least 1.

    Between two points the ends are interpolated; outside they keep their distance from the log-odds.

    Attributes:
        log_odds: Where the ends are known, strictly rising.
        low: The lower end there, in log-odds, rising, never above `log_odds`.
        high: The upper end there, in log-odds, rising, never below `log_odds`.
    """

    log_odds: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]

    def of(self, log_odds: float) -> Interval:
        """The interval of one record."""
        at = self.log_odds
        right = bisect_left(at, log_odds)
        if 0 < right < len(at):
            share = (log_odds - at[right - 1]) / (at[right] - at[right - 1])
            low = self.low[right - 1] + share * (self.low[right] - self.low[right - 1])
            high = self.high[right - 1] + share * (self.high[right] - self.high[right - 1])
        else:
            nearest = 0 if right == 0 else -1
            low = log_odds + self.low[nearest] - at[nearest]
            high = log_odds + self.high[nearest] - at[nearest]
        return Interval(probability_of(low), probability_of(high))

    def ends(self, log_odds: Vector) -> tuple[Vector, Vector]:
        """Lower and upper ends of many records, float64 [rows] each, as `of` gives them."""
        at = np.array(self.log_odds)
        below = np.interp(log_odds, at, np.array(self.low) - at)
        above = np.interp(log_odds, at, np.array(self.high) - at)
        return probabilities_of(log_odds + below), probabilities_of(log_odds + above)

    def to_json(self) -> str:
        """As a text that travels with the model."""
        return json.dumps([self.log_odds, self.low, self.high], separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> "IntervalTable":
        """Reads what `to_json` wrote.

        Raises:
            ValueError: It is nothing of the kind.
        """
        log_odds, low, high = (tuple(map(float, part)) for part in json.loads(text))
        return cls(log_odds, low, high)
