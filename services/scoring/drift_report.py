"""How far the records of today have moved away from those a model was trained on, attribute by attribute."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from services.scoring.attributes import AttributeUse
from services.scoring.encoding import Value, category_text, parse_number
from services.scoring.population_stability import CLEAR_SHIFT, STABILITY_BINS, population_stability_index
from services.scoring.report import AttributeReport
from services.scoring.value_statistics import AttributeStatistics

LEAST_RECORDS = 200
"""Below so many records the index says more of chance than of drift."""
MOST_RECORDS = 10_000


@dataclass(frozen=True, slots=True)
class AttributeDrift:
    """How far one attribute has moved.

    Attributes:
        attribute: Its name.
        stability_index: Population stability index against the training data; 0 for no change.
    """

    attribute: str
    stability_index: float


@dataclass(frozen=True, slots=True)
class DriftReport:
    """How far the records since the training have moved.

    Attributes:
        records: Records compared.
        attributes: Each used attribute, the most moved first.
    """

    records: int
    attributes: tuple[AttributeDrift, ...]

    @property
    def retraining_advised(self) -> bool:
        """Whether enough has moved: an index of 0.25 or more on at least 200 records."""
        return self.records >= LEAST_RECORDS and any(
            each.stability_index >= CLEAR_SHIFT for each in self.attributes
        )


def drift_report(trained: Iterable[AttributeReport], records: Sequence[Mapping[str, Value]]) -> DriftReport:
    """Compares records with the training data.

    Args:
        trained: The attributes of the model's card; those it uses and has counts of are compared.
        records: Attributes of the records since the training.
    """
    moved = [
        AttributeDrift(each.attribute, _moved(each.statistics, records))
        for each in trained
        if each.use is AttributeUse.USED and each.statistics is not None and each.statistics.kind != "stay"
    ]
    return DriftReport(
        len(records), tuple(sorted(moved, key=lambda each: (-each.stability_index, each.attribute)))
    )


def _moved(statistics: AttributeStatistics, records: Sequence[Mapping[str, Value]]) -> float:
    bins = _Bins(statistics)
    return population_stability_index(
        bins.trained, bins.counts(record.get(statistics.attribute) for record in records)
    )


class _Bins:
    """The bins of one attribute: its ranges or most frequent values, everything else, and blank.

    Ten values stand alone, as is usual: with many small bins, chance alone would look like a shift.

    Attributes:
        trained: Training records by bin.
    """

    def __init__(self, statistics: AttributeStatistics) -> None:
        self._statistics = statistics
        frequent = sorted(statistics.values.items(), key=lambda item: (-item[1].closed, item[0]))
        alone, rest = frequent[:STABILITY_BINS], frequent[STABILITY_BINS:]
        self._position = {value: index for index, (value, _) in enumerate(alone)}
        other = sum(each.closed for _, each in rest)
        other += statistics.other.closed if statistics.other else 0
        own = statistics.ranges if statistics.kind == "numeric" else [each for _, each in alone]
        self.trained = [
            *(each.closed for each in own),
            other,
            statistics.blank.closed if statistics.blank else 0,
        ]

    def counts(self, values: Iterable[Value]) -> list[int]:
        """Records of today by bin."""
        counts = [0] * len(self.trained)
        for value in values:
            counts[self._bin_of(category_text(value))] += 1
        return counts

    def _bin_of(self, text: str) -> int:
        other, blank = len(self.trained) - 2, len(self.trained) - 1
        if not text:
            return blank
        if self._statistics.kind == "category":
            return self._position.get(text, other)
        number = parse_number(text)
        return other if number is None else self._statistics.range_of(number)
