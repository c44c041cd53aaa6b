"""What it says of an open deal that it is still there: the time in its stage, or its age, as a term of a model.

A closed deal was in the stage, or open, for d days. Of an open one that has been there for u days it is known only
that it did not leave earlier. If time and attributes are independent given the outcome, Bayes' rule gives exactly

    log-odds(won | attributes, d > u) = log-odds(won | attributes) + ln( S_won(u) / S_lost(u) )

with S(u) the share of deals that stayed longer than u days: the landmark method of survival analysis (van
Houwelingen 2007) for one mark at a time. It is 0 for a deal that has just come in, and it is not what a model would
learn from "days when left": a deal on its first day is not one that leaves on its first day.

S is taken at up to nine marks, equally filled, so the term is a step function. Each share is drawn towards that of
all deals as if 20 further deals had stayed as all do.
"""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from services.scoring.coding import SMOOTHING_RECORDS
from services.scoring.ensemble import LEAF, AdditiveEnsemble, FeatureSpec, Tree
from services.scoring.value_statistics import ValueStatistics, readable_edges

RANGES = 10


@dataclass(frozen=True)
class StayTable:
    """The term and the counts behind it.

    Attributes:
        marks: Ascending, in days; cell i is (mark i - 1, mark i], the first one for deals that have just come in.
        log_odds: What each cell adds; 0 for the first.
        still_there: For each cell, the closed deals that stayed longer than its lower mark.
        median_won: Median days that won deals stayed; None without any.
        median_lost: Median days that lost deals stayed; None without any.
    """

    marks: tuple[float, ...]
    log_odds: tuple[float, ...]
    still_there: tuple[ValueStatistics, ...]
    median_won: float | None
    median_lost: float | None

    def added(self, days: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """What so many days add in log-odds, float64 of the same shape."""
        return np.array(self.log_odds)[np.searchsorted(np.array(self.marks), days, side="left")]


def fit_stay(days: npt.NDArray[np.float64], outcome: npt.NDArray[np.bool_]) -> StayTable:
    """The term of one stage, or of the age.

    Args:
        days: float64 [deals], how long each closed deal was there; at least one.
        outcome: bool [deals], True for won.
    """
    marks = readable_edges(days, RANGES)
    log_odds, still_there = [], []
    for mark in (-np.inf, *marks):
        stayed = days > mark
        won, all_ = int((stayed & outcome).sum()), int(stayed.sum())
        log_odds.append(_log_ratio(won, all_, int(outcome.sum()), len(days)))
        still_there.append(ValueStatistics(all_, won, all_ / len(days)))
    return StayTable(
        marks, tuple(log_odds), tuple(still_there), _median(days[outcome]), _median(days[~outcome])
    )


def _log_ratio(won: int, stayed: int, all_won: int, deals: int) -> float:
    """ln(S_won / S_lost), smoothed."""
    expected = SMOOTHING_RECORDS * stayed / deals
    share_won = (won + expected) / (all_won + SMOOTHING_RECORDS)
    share_lost = (stayed - won + expected) / (deals - all_won + SMOOTHING_RECORDS)
    return float(np.log(share_won) - np.log(share_lost))


def _median(days: npt.NDArray[np.float64]) -> float | None:
    return float(np.median(days)) if len(days) else None


def with_stay(
    ensemble: AdditiveEnsemble, table: StayTable, attribute: str, column: str = ""
) -> AdditiveEnsemble:
    """The ensemble with the term, as one more column; without a value (NaN) it adds nothing.

    The background gets 0 days, where the term is 0: contributions of other attributes and the base stay as they are.

    Args:
        ensemble: The model.
        table: The term.
        attribute: The attribute that the term is shown under.
        column: The column's name; empty for that of the attribute.
    """
    place = len(ensemble.features)
    zero = np.zeros((len(ensemble.background), 1), dtype=np.float32)
    return replace(
        ensemble,
        features=(*ensemble.features, FeatureSpec(column or attribute, attribute, "numeric")),
        trees=(*ensemble.trees, _steps(place, table)),
        weight=np.append(ensemble.weight, 0.0),
        fill=np.append(ensemble.fill, 0.0),
        low=np.append(ensemble.low, -np.inf),
        high=np.append(ensemble.high, np.inf),
        background=np.hstack([ensemble.background, zero]),
    )


def _steps(column: int, table: StayTable) -> Tree:
    """The step function as a tree: mark after mark, what is not above it to the left, NaN too."""
    inner = len(table.marks)
    nodes = 2 * inner + 1
    # Inner nodes first, then the leaves in the order of the cells; mark i leads to leaf i or to mark i + 1.
    return Tree(
        feature=np.array([column] * inner + [LEAF] * (inner + 1), dtype=np.int32),
        threshold=np.array([*table.marks, *[0.0] * (inner + 1)], dtype=np.float32),
        missing_left=np.array([True] * inner + [False] * (inner + 1)),
        left=np.array([*range(inner, 2 * inner), *[0] * (inner + 1)], dtype=np.int32),
        right=np.array(
            [*range(1, inner), *([nodes - 1] if inner else []), *[0] * (inner + 1)], dtype=np.int32
        ),
        value=np.array([*[0.0] * inner, *table.log_odds], dtype=np.float64),
    )
