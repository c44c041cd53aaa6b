"""Reasons: each attribute's part in a score, their order, and a sentence with its evidence."""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from services.common.languages import counted, decimal
from services.common.records import RecordKind
from services.scoring.encoding import Value, category_text, parse_number
from services.scoring.engineered import form_of
from services.scoring.value_statistics import AttributeStatistics, ValueStatistics
from services.scoring.wording import words_of

SHOWN_PER_SIGN = 5
"""Reasons that come first: this many of the most positive, then this many of the most negative."""

# Of each attribute, what is said of so many values is kept; longer texts seldom come again.
_MOST_KEPT = 1_000
_LONGEST_KEPT = 100


@dataclass(frozen=True, slots=True, eq=False)
class Said:
    """What is said of one value of one attribute, whatever it adds to a score.

    A model says the same of the same value each time: by its identity, what was made of it can be kept.

    Attributes:
        attribute: The attribute, as the CRM sends it.
        value: The record's value for display, "" for blank.
        sentence: What the training data say about the value.
        evidence: The counts behind the sentence, None when the training data had no such value.
    """

    attribute: str
    value: str
    sentence: str
    evidence: ValueStatistics | None


class Reason(NamedTuple):
    """One attribute's part in one score. A tuple, since ten are made for each score: twice as fast to make.

    Attributes:
        said: The attribute, the record's value of it, and what the training data say about that.
        points: What it adds to the score (above 0) or takes away; all points and the base points are 100 p.
        log_odds: The same contribution in log-odds.
    """

    said: Said
    points: float
    log_odds: float


def shown_first(points: Sequence[float]) -> list[int]:
    """Indices of the reasons that come first: the five most positive and the five most negative.

    Each the strongest first; a reason without any points is never among them.
    """
    falling = sorted(range(len(points)), key=points.__getitem__, reverse=True)
    first = [index for index in falling[:SHOWN_PER_SIGN] if points[index] > 0]
    first += [index for index in falling[: -SHOWN_PER_SIGN - 1 : -1] if points[index] < 0]
    return first


def shown_order(points: Sequence[float]) -> tuple[list[int], list[int]]:
    """Indices of all reasons in the order they are shown: those that come first, and the others.

    The others follow with the strongest first, whatever their sign.
    """
    first = shown_first(points)
    others = sorted(set(range(len(points))) - set(first), key=lambda index: (-abs(points[index]), index))
    return first, others


class ReasonTexts:
    """The sentences of one model in one language, written once."""

    def __init__(
        self,
        statistics: Iterable[AttributeStatistics],
        kind: RecordKind,
        language: str = "en",
        ignore_blank: Iterable[str] = (),
    ) -> None:
        """Writes every sentence.

        Args:
            statistics: What the training data say, by attribute.
            kind: Leads or opportunities.
            language: One of `languages.LANGUAGES`.
            ignore_blank: Attributes whose blanks add nothing to a score.
        """
        self._words = words_of(language)
        self._language = language
        self._kind = kind
        self._ignore_blank = frozenset(ignore_blank)
        tables = {table.attribute: table for table in statistics}
        # Time has a sentence of its own for each number of days.
        self._stays = {name: table for name, table in tables.items() if table.kind == "stay"}
        self._statistics = {name: table for name, table in tables.items() if name not in self._stays}
        self._values: dict[str, dict[str, tuple[str, ValueStatistics]]] = {}
        self._ranges: dict[str, list[tuple[str, ValueStatistics]]] = {}
        self._said: dict[str, dict[Value, Said]] = {}
        for name, table in self._statistics.items():
            self._values[name] = {
                value: (self._sentence(counts, self._value_condition(table, value)), counts)
                for value, counts in table.values.items()
            }
            self._ranges[name] = [
                (self._sentence(counts, self._range_condition(table, index)), counts)
                for index, counts in enumerate(table.ranges)
            ]

    def said(self, attribute: str, value: Value) -> Said:
        """What is said of a record's value of an attribute; the same object for the same value, for a while."""
        known = self._said.get(attribute)
        if known is None:
            known = self._said[attribute] = {}
        said = known.get(value)
        # True is 1 to a dictionary, not to a reader.
        if said is None or value is True or value is False:
            sentence, evidence = self.find(attribute, value)
            said = Said(attribute, category_text(value), sentence, evidence)
            if not isinstance(value, bool) and len(said.value) <= _LONGEST_KEPT:
                if len(known) >= _MOST_KEPT:
                    known.clear()
                known[value] = said
        return said

    def find(self, attribute: str, value: Value) -> tuple[str, ValueStatistics | None]:
        """The sentence for a record's value of an attribute, and the counts behind it."""
        table = self._statistics.get(attribute)
        if table is not None and table.ranges and type(value) is float:
            return self._ranges[attribute][table.range_of(value)]
        text = category_text(value)
        if not text:
            if attribute in self._ignore_blank:
                return self._words["ignored_blank"], None
            return self._of(table.blank if table else None, self._condition("blank", attribute))
        if table is not None and table.kind == "numeric":
            return self._of_number(table, text)
        return self._of_text(attribute, table, text)

    def ignored(self, values: Mapping[str, Value]) -> set[str]:
        """The attributes whose value is a blank that adds nothing to a score, as the model was told."""
        if not self._ignore_blank:
            return set()
        return {attribute for attribute in self._ignore_blank if not category_text(values.get(attribute))}

    def _stay(self, table: AttributeStatistics, days: float) -> tuple[str, ValueStatistics]:
        """How long a record has been in its stage, or open; the counts are of those that stayed longer."""
        parts = {"days": self._days(round(days)), "stage": table.stage}
        what = "stay" if table.stage else f"{self._kind}.age"
        counts = table.ranges[table.range_of(days)]
        if table.median_days_won is None:
            return self._words[what].format(**parts), counts
        median = self._days(max(1, math.ceil(table.median_days_won)))
        return self._words[f"{what}_and_median"].format(**parts, median=median), counts

    def _days(self, days: int) -> str:
        return counted(self._words, "days", days)

    def _of_text(
        self, attribute: str, table: AttributeStatistics | None, text: str
    ) -> tuple[str, ValueStatistics | None]:
        if table is None:
            stay, days = self._stays.get(attribute), parse_number(text)
            if stay is not None and days is not None:
                return self._stay(stay, days)
            return self._of(None, self._condition("value", attribute, value=text))
        if table.kind == "form":
            text = form_of(text, table.rules)
        found = self._values[attribute].get(text)
        if found is not None:
            return found
        if table.other is not None:
            return self._of(table.other, self._condition("rare_value", attribute))
        return self._of(None, self._value_condition(table, text))

    def _of_number(self, table: AttributeStatistics, text: str) -> tuple[str, ValueStatistics | None]:
        number = parse_number(text)
        ranges = self._ranges[table.attribute]
        if number is None or not ranges:
            return self._of(None, self._condition("value", table.attribute, value=text))
        return ranges[table.range_of(number)]

    def _of(self, counts: ValueStatistics | None, condition: str) -> tuple[str, ValueStatistics | None]:
        return self._sentence(counts, condition), counts

    def _condition(self, template: str, attribute: str, **parts: str) -> str:
        return self._words[template].format(attribute=attribute, **parts)

    def _value_condition(self, table: AttributeStatistics, value: str) -> str:
        if table.kind == "form":
            return self._condition("form", table.attribute, value=self._words[f"form.{value}"])
        return self._condition("value", table.attribute, value=value)

    def _range_condition(self, table: AttributeStatistics, index: int) -> str:
        edges = [decimal(f"{edge:.10g}", self._language) for edge in table.edges]
        if not edges:
            return self._condition("any_value", table.attribute)
        if index == 0:
            return self._condition("range_below", table.attribute, high=edges[0])
        if index == len(edges):
            return self._condition("range_above", table.attribute, low=edges[-1])
        return self._condition("range", table.attribute, low=edges[index - 1], high=edges[index])

    def _sentence(self, counts: ValueStatistics | None, condition: str) -> str:
        if counts is None or counts.rate is None:
            return self._of_kind("no_evidence", condition=condition)
        rate = self._percent(counts.rate)
        if counts.median_days_to_close is None or not counts.positive:
            return self._of_kind("rate", condition=condition, rate=rate)
        days = self._days(max(1, math.ceil(counts.median_days_to_close)))
        return self._of_kind("rate_and_days", condition=condition, rate=rate, days=days)

    def _of_kind(self, template: str, **parts: str) -> str:
        return self._words[f"{self._kind}.{template}"].format(**parts)

    def _percent(self, rate: float) -> str:
        percent = math.floor(100 * rate + 0.5)
        if percent == 0 and rate > 0:
            return self._words["percent_tiny"]
        if percent == 100 and rate < 1:
            return self._words["percent_most"]
        return self._words["percent"].format(percent=percent)


class TextsByLanguage(dict[str, ReasonTexts]):
    """The sentences of one model by language; those of a language are written when it is first asked for."""

    def __init__(self, write: Callable[[str], ReasonTexts]) -> None:
        """Writes nothing yet.

        Args:
            write: Writes the sentences of a language.
        """
        super().__init__()
        self._write = write

    def __missing__(self, language: str) -> ReasonTexts:
        """Writes a language; of two threads that do so at once, the first one's are kept."""
        return self.setdefault(language, self._write(language))


def top_reasons(
    attributes: Sequence[str],
    contributions: Sequence[float],
    factor: float,
    values: Mapping[str, Value],
    texts: ReasonTexts,
) -> tuple[Reason, ...]:
    """The five most positive and the five most negative reasons of a score; arguments: see `all_reasons`.

    Blanks that the model was told to ignore follow: without any points, but said.
    """
    points = [log_odds * factor for log_odds in contributions]
    order = shown_first(points)
    ignored = texts.ignored(values)
    if ignored:
        order += [index for index, attribute in enumerate(attributes) if attribute in ignored]
    return _reasons(order, attributes, points, contributions, values=values, texts=texts)


def all_reasons(
    attributes: Sequence[str],
    contributions: Sequence[float],
    factor: float,
    values: Mapping[str, Value],
    texts: ReasonTexts,
) -> tuple[Reason, ...]:
    """All reasons of one score, those of `top_reasons` first.

    Args:
        attributes: The model's attributes.
        contributions: Log-odds contribution of each.
        factor: Points per unit of log-odds (`points.points_per_log_odds`).
        values: The record's attributes.
        texts: The model's sentences.
    """
    points = [log_odds * factor for log_odds in contributions]
    first, others = shown_order(points)
    return _reasons([*first, *others], attributes, points, contributions, values=values, texts=texts)


def _reasons(
    order: Iterable[int],
    attributes: Sequence[str],
    points: Sequence[float],
    contributions: Sequence[float],
    *,
    values: Mapping[str, Value],
    texts: ReasonTexts,
) -> tuple[Reason, ...]:
    """The reasons at the given positions."""
    return tuple(
        [
            Reason(
                texts.said(attribute := attributes[index], values.get(attribute)),
                points[index],
                contributions[index],
            )
            for index in order
        ]
    )
