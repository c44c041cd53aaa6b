"""Similar won deals: which of a deal's fields tell won from lost.

Fields are weighed by their mutual information with the outcome over the closed deals: numbers in at most five bins
of equal count, values rarer than five deals as one. Kept are at most ten fields whose information is more than chance
gives (G-test: 2 n I in nats against chi-squared, at 1 %).
"""

import math
from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import chdtrc

FEWEST_WON = FEWEST_LOST = 30
MOST_FIELDS = 10
REFRESH_DAYS = 7
_BINS = 5
_RARE = 5
_SIGNIFICANCE = 0.01

Value = str | float | bool | None
Attributes = Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Deal:
    """An opportunity.

    Attributes:
        deal_id: The CRM's id.
        attributes: What is known of it by field; None and blank text are unknown.
        closed_day: Ordinal of the day it closed; 0 while it is open.
    """

    deal_id: str
    attributes: Attributes
    closed_day: int = 0


@dataclass(frozen=True, slots=True)
class Field:
    """A field that tells won from lost.

    Attributes:
        name: Of the attribute.
        information: Mutual information with the outcome in bits.
        weight: Share of the similarity, 0 to 1; all weights add up to 1.
        span: Largest less smallest value of a number; None for what is compared as equal or not.
    """

    name: str
    information: float
    weight: float
    span: float | None


@dataclass(frozen=True, slots=True)
class SimilarityModel:
    """What similarity is measured by.

    Attributes:
        fields: The most informative first; empty where none tells anything.
        learned_day: Ordinal of the day it was learned.
    """

    fields: tuple[Field, ...]
    learned_day: int

    def is_stale(self, today: int) -> bool:
        """Whether it is time to learn it anew."""
        return today - self.learned_day >= REFRESH_DAYS


@dataclass(frozen=True, slots=True)
class Effort:
    """What a deal took.

    Attributes:
        activities: Completed ones.
        time_ms: Own people's time.
        response_ms: Median time to our answers; None without any.
        response_rate: Share that we answered, 0 to 1; None where there was nothing to answer.
    """

    activities: float
    time_ms: float
    response_ms: float | None
    response_rate: float | None


def learn_fields(won: Sequence[Deal], lost: Sequence[Deal], today: int) -> SimilarityModel | None:
    """Returns which fields tell won from lost; None with fewer than 30 of either.

    Args:
        won: Won deals.
        lost: Lost deals.
        today: Ordinal of the day.
    """
    if len(won) < FEWEST_WON or len(lost) < FEWEST_LOST:
        return None
    deals = [*won, *lost]
    is_won = np.arange(len(deals)) < len(won)
    found: list[tuple[str, float, float | None]] = []
    for name in sorted({name for deal in deals for name in deal.attributes}):
        values = [known(deal.attributes.get(name)) for deal in deals]
        span = _span(values)
        information = _information(_classes(values, is_number=span is not None), is_won)
        if information > 0:
            found.append((name, information, span))
    found = sorted(found, key=lambda each: (-each[1], each[0]))[:MOST_FIELDS]
    total = math.fsum(information for _, information, _ in found)
    fields = (Field(name, information, information / total, span) for name, information, span in found)
    return SimilarityModel(tuple(fields), today)


def mean_effort(efforts: Sequence[Effort]) -> Effort | None:
    """Returns the mean of each column over the deals that have it; None without deals."""
    if not efforts:
        return None
    return Effort(
        math.fsum(effort.activities for effort in efforts) / len(efforts),
        math.fsum(effort.time_ms for effort in efforts) / len(efforts),
        _mean([effort.response_ms for effort in efforts]),
        _mean([effort.response_rate for effort in efforts]),
    )


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return math.fsum(known) / len(known) if known else None


def known(value: Value) -> Value:
    """Returns a value as it is compared, whatever the case of text; None where it says nothing."""
    if isinstance(value, str):
        return value.strip().casefold() or None
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def _is_number(value: Value) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _span(values: Sequence[Value]) -> float | None:
    """Returns the range of a field whose known values are all numbers, None for any other."""
    known = [value for value in values if value is not None]
    if not known or not all(_is_number(value) for value in known):
        return None
    numbers = [float(value) for value in known]
    return max(numbers) - min(numbers)


def _classes(values: Sequence[Value], *, is_number: bool) -> list[Hashable]:
    """Returns each value's class; None where it is unknown."""
    if is_number:
        numbers = np.array([math.nan if value is None else float(value) for value in values])
        edges = np.unique(np.nanquantile(numbers, np.arange(1, _BINS) / _BINS))
        return [
            None if math.isnan(number) else int(np.searchsorted(edges, number, side="right"))
            for number in numbers
        ]
    keys = [None if value is None else (type(value).__name__, value) for value in values]
    counts = Counter(keys)
    return ["rare" if key is not None and counts[key] < _RARE else key for key in keys]


def _information(
    classes: Sequence[Hashable], is_won: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]
) -> float:
    """Returns the mutual information of class and outcome in bits, over the deals whose class is known.

    It is scaled by the share of deals that have one, so that a field of few deals can't outweigh one of all; 0 where
    chance may have made it.
    """
    known = [(key, bool(won)) for key, won in zip(classes, is_won, strict=True) if key is not None]
    if not known:
        return 0.0
    n = len(known)
    joint = Counter(known)
    by_class = Counter(key for key, _ in known)
    by_outcome = Counter(won for _, won in known)
    nats = math.fsum(
        count / n * math.log(count * n / (by_class[key] * by_outcome[won]))
        for (key, won), count in joint.items()
    )
    freedom = (len(by_class) - 1) * (len(by_outcome) - 1)
    if freedom == 0 or chdtrc(freedom, 2 * n * nats) > _SIGNIFICANCE:
        return 0.0
    return nats / math.log(2) * n / len(classes)
