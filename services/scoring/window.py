"""Which closed records train a model: the window, the minimum of 40 and 40, the newest 20 % as test set."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from services.common.errors import Reason, failed_precondition
from services.scoring.table import TrainingTable

MINIMUM_PER_OUTCOME = 40
SHORTEST_WINDOW_MONTHS = 3
LONGEST_WINDOW_MONTHS = 24
TEST_SHARE = 0.2
DAY_S = 86_400.0
MONTH_S = 365.25 / 12 * DAY_S


@dataclass(frozen=True)
class Window:
    """The records that train, oldest close first.

    Attributes:
        rows: Row indices of the table inside the window, by close time (row order without dates).
        start: Oldest creation that is inside, seconds since 1970 UTC; None without dates.
        end: Newest close that is inside, seconds since 1970 UTC; None without dates.
        outside: Closed records left out.
    """

    rows: npt.NDArray[np.intp]
    start: float | None
    end: float | None
    outside: int


def rows_in_window(table: TrainingTable, months: int, end: float | None = None) -> Window:
    """Orders the closed records by close time and keeps those created and closed inside the window.

    Args:
        table: Closed records.
        months: Length of the window, 3 to 24.
        end: End of the window in seconds since 1970 UTC. Default: the newest close.

    Raises:
        ValueError: `months` is out of bounds.
    """
    if not SHORTEST_WINDOW_MONTHS <= months <= LONGEST_WINDOW_MONTHS:
        raise ValueError(
            f"the window is {SHORTEST_WINDOW_MONTHS} to {LONGEST_WINDOW_MONTHS} months, not {months}"
        )
    if table.closed_at is None or not len(table):
        return Window(np.arange(len(table)), None, None, 0)
    newest = float(np.nanmax(table.closed_at)) if end is None else end
    oldest = newest - months * MONTH_S
    inside = (table.closed_at >= oldest) & (table.closed_at <= newest)
    if table.created_at is not None:
        # A record without a creation time is judged by its close alone.
        inside &= ~(table.created_at < oldest)
    rows = np.flatnonzero(inside)
    ordered = rows[np.argsort(table.closed_at[rows], kind="stable")]
    return Window(ordered, oldest, newest, len(table) - len(ordered))


def is_enough(outcome: npt.NDArray[np.bool_]) -> bool:
    """Whether there are 40 positive and 40 negative closed records."""
    positive = int(outcome.sum())
    return min(positive, len(outcome) - positive) >= MINIMUM_PER_OUTCOME


def require_both(outcome: npt.NDArray[np.bool_]) -> None:
    """Refuses to train, even with low evidence, without a record of each outcome.

    Raises:
        LeadlightError: FAILED_PRECONDITION, SINGLE_OUTCOME or TOO_FEW_CLOSED_RECORDS, with both counts.
    """
    _require(outcome, 1)


def require_enough(outcome: npt.NDArray[np.bool_]) -> None:
    """Refuses to train below 40 positive and 40 negative closed records.

    Raises:
        LeadlightError: FAILED_PRECONDITION, SINGLE_OUTCOME or TOO_FEW_CLOSED_RECORDS, with both counts.
    """
    _require(outcome, MINIMUM_PER_OUTCOME)


def _require(outcome: npt.NDArray[np.bool_], minimum: int) -> None:
    positive = int(outcome.sum())
    negative = len(outcome) - positive
    if min(positive, negative) >= minimum:
        return
    single = min(positive, negative) == 0
    raise failed_precondition(
        Reason.SINGLE_OUTCOME if single and len(outcome) else Reason.TOO_FEW_CLOSED_RECORDS,
        f"training needs {minimum} positive and {minimum} negative closed records "
        f"in the window; there are {positive} and {negative}",
        positive=str(positive),
        negative=str(negative),
        minimum=str(minimum),
    )


def oldest_share(rows: int, test_share: float = TEST_SHARE) -> int:
    """How many of `rows` in time order stay for training when the newest `test_share` is the test set."""
    return rows - math.ceil(rows * test_share - 1e-9)
