"""What the training rows say about each value of an attribute: the counts behind a reason's sentence.

Training fills these tables (insights.py), reasons read them (reasons.py), the insights view shows them.
"""

from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True, slots=True)
class ValueStatistics:
    """Closed training records with one value, or with a value in one range.

    Attributes:
        closed: Closed records with it.
        positive: Those of them that qualified or were won.
        share: `closed` over all closed training records, 0 to 1.
        median_days_to_close: Median days from creation to a positive close, None without dates.
    """

    closed: int
    positive: int
    share: float
    median_days_to_close: float | None = None

    @property
    def rate(self) -> float | None:
        """Positive over closed, 0 to 1; None without a closed record."""
        return self.positive / self.closed if self.closed else None


@dataclass(frozen=True)
class AttributeStatistics:
    """All values of one attribute: each value of a category, or the ranges of a number.

    Attributes:
        attribute: The attribute.
        kind: "category" uses `values` and `other`; "numeric" uses `edges` and `ranges`; "form" uses `values`
            by what `engineered.form_of` says of the value under `rules`: addresses, numbers, names. "stay", the
            time in a stage, uses `edges` and `ranges`: of those, range i counts who stayed longer than edges[i-1].
        values: For a category, statistics by value, the value written as by `encoding.category_text`.
        other: For a category, all values too rare to stand alone, together.
        edges: For a number, ascending bounds; range i is (edges[i-1], edges[i]], the first and the last
            are open to below and above.
        ranges: For a number, len(edges) + 1 statistics.
        blank: The records where the attribute is blank, None if there was none.
        rules: For a form, the rules that the model uses.
        stage: For a stay, the stage.
        median_days_won: For a stay, the median days that the won ones were in it; None without any.
    """

    attribute: str
    kind: Literal["numeric", "category", "form", "stay"]
    values: Mapping[str, ValueStatistics] = field(default_factory=dict)
    other: ValueStatistics | None = None
    edges: tuple[float, ...] = ()
    ranges: tuple[ValueStatistics, ...] = ()
    blank: ValueStatistics | None = None
    rules: tuple[str, ...] = ()
    stage: str = ""
    median_days_won: float | None = None

    def range_of(self, number: float) -> int:
        """Index of the range `number` falls in."""
        return bisect_left(self.edges, number)


def readable_edges(numbers: npt.NDArray[np.float64], ranges: int = 6) -> tuple[float, ...]:
    """Bounds that cut numbers into about equally filled ranges and that people can read.

    A value that alone fills a range stands alone (the 999 of "never"), unless under 1 % of the numbers would
    be left before it. Each bound is then written with the fewest digits that move at most 1 % of the numbers
    into a neighbouring range.

    Args:
        numbers: The column's values without blanks, [rows].
        ranges: Ranges wanted.

    Returns:
        Ascending bounds; fewer than wanted for a skewed column, none if all numbers are equal.
    """
    values, counts = np.unique(numbers, return_counts=True)
    wanted = len(numbers) / ranges
    least = len(numbers) / 100
    edges = []
    filled = 0
    for index in range(len(values) - 1):
        filled += int(counts[index])
        next_stands_alone = counts[index + 1] >= wanted and filled >= least
        if filled >= wanted or next_stands_alone:
            edges.append(float(values[index]))
            filled = 0
    ordered = np.sort(numbers)
    return tuple(sorted({_shortest_near(edge, ordered) for edge in edges}))


def _shortest_near(edge: float, ordered: npt.NDArray[np.float64]) -> float:
    """`edge` with as few digits as keep its rank among the ordered numbers within 1 %."""
    rank = int(np.searchsorted(ordered, edge, side="right"))
    for digits in range(1, 8):
        rounded = float(f"{edge:.{digits}g}")
        new_rank = int(np.searchsorted(ordered, rounded, side="right"))
        if abs(new_rank - rank) <= 0.01 * len(ordered) and 0 < new_rank < len(ordered):
            return rounded
    return edge
