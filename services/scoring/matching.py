"""Filters: which records a model serves, and which of several published models scores a record."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, TypeVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from services.scoring.encoding import TextColumn, Value, category_text


@dataclass(frozen=True, slots=True)
class FilterCondition:
    """Holds for a record whose attribute has one of the values.

    Attributes:
        attribute: The attribute's name.
        values: Texts as `encoding.category_text` writes them; "" stands for blank.
    """

    attribute: str
    values: tuple[str, ...]

    def holds(self, attributes: Mapping[str, Value]) -> bool:
        """Whether a record's attribute has one of the values."""
        return category_text(attributes.get(self.attribute)) in self.values


Filter = tuple[FilterCondition, ...]
"""All conditions hold, each for an attribute of its own; without any, every record of the kind matches."""


def matches(conditions: Filter, attributes: Mapping[str, Value]) -> bool:
    """Whether a record matches a filter."""
    return all(condition.holds(attributes) for condition in conditions)


def matching_rows(conditions: Filter, columns: Mapping[str, Any], rows: int) -> npt.NDArray[np.bool_]:
    """`matches` for each row of a table.

    Args:
        conditions: The filter.
        columns: Arrow arrays by attribute; an attribute without a column is blank in every row.
        rows: Rows of the table.
    """
    found = np.ones(rows, dtype=np.bool_)
    for condition in conditions:
        column = columns.get(condition.attribute)
        if column is None:
            found &= "" in condition.values
            continue
        array = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
        values, indices = TextColumn(array).distinct
        texts = [_text(value) for value in values.to_pylist()]
        # One past the end stands for null.
        hits = np.array([text in condition.values for text in [*texts, ""]], dtype=np.bool_)
        found &= hits[indices]
    return found


def _text(value: object) -> str:
    """A value of an Arrow column as text; NaN is blank there."""
    if isinstance(value, str | bool | int) or value is None:
        return category_text(value)
    if isinstance(value, float):
        return category_text(value) if value == value else ""  # noqa: PLR0124 - NaN
    return str(value)


def overlap(one: Filter, other: Filter) -> bool:
    """Whether some record could match both filters: no attribute has conditions without a common value."""
    wanted = {condition.attribute: set(condition.values) for condition in one}
    return all(
        condition.attribute not in wanted or wanted[condition.attribute] & set(condition.values)
        for condition in other
    )


class Filtered(Protocol):
    """Something published that serves the records of a filter."""

    @property
    def filter(self) -> Filter: ...  # noqa: D102

    @property
    def published_at(self) -> datetime: ...  # noqa: D102


_Filtered = TypeVar("_Filtered", bound=Filtered)


def by_precedence(published: Iterable[_Filtered]) -> list[_Filtered]:
    """The most specific first: more conditions, then fewer values in all, then the newest publication."""
    return sorted(
        published,
        key=lambda each: (
            -len(each.filter),
            sum(len(condition.values) for condition in each.filter),
            -each.published_at.timestamp(),
        ),
    )


def first_match(published: Sequence[_Filtered], attributes: Mapping[str, Value]) -> _Filtered | None:
    """The one that scores a record: of those in the order of `by_precedence`, the first that it matches."""
    return next((each for each in published if matches(each.filter, attributes)), None)
