"""Filters, and which of several published models scores a record."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pytest

from services.scoring.encoding import Value
from services.scoring.matching import (
    Filter,
    FilterCondition,
    by_precedence,
    first_match,
    matches,
    matching_rows,
    overlap,
)

START = datetime(2026, 1, 1, tzinfo=UTC)


def where(**values: str | list[str]) -> Filter:
    return tuple(
        FilterCondition(name, tuple(given) if isinstance(given, list) else (given,))
        for name, given in values.items()
    )


@dataclass(frozen=True)
class Line:
    name: str
    filter: Filter = ()
    published_at: datetime = START


@pytest.mark.parametrize(
    ("attributes", "expected"),
    [
        ({"country": "DE"}, True),
        ({"country": " DE "}, True),
        ({"country": "de"}, False),
        ({"country": "AT"}, True),
        ({"country": "FR"}, False),
        ({"country": ""}, False),
        ({}, False),
    ],
)
def test_a_record_matches_when_its_attribute_has_one_of_the_values(
    attributes: dict[str, Value], expected: bool
) -> None:
    assert matches(where(country=["DE", "AT"]), attributes) is expected


@pytest.mark.parametrize(
    ("value", "text"),
    [(3.0, "3"), (3, "3"), (2.5, "2.5"), (True, "true"), (False, "false"), (None, ""), ("  ", "")],
)
def test_values_are_compared_as_text(value: Value, text: str) -> None:
    assert matches(where(attribute=text), {"attribute": value})
    assert not matches(where(attribute="other"), {"attribute": value})


def test_all_conditions_hold() -> None:
    both = where(country="DE", segment="smb")
    assert matches(both, {"country": "DE", "segment": "smb"})
    assert not matches(both, {"country": "DE", "segment": "enterprise"})
    assert not matches(both, {"country": "DE"})
    assert matches((), {})


def test_the_most_specific_one_comes_first() -> None:
    everyone = Line("everyone")
    wide = Line("wide", where(country=["DE", "AT", "CH"]))
    narrow = Line("narrow", where(country="DE"))
    two = Line("two", where(country=["DE", "AT", "CH"], segment=["smb", "enterprise"]))
    ordered = by_precedence([everyone, wide, narrow, two])
    assert [line.name for line in ordered] == ["two", "narrow", "wide", "everyone"]
    assert first_match(ordered, {"country": "DE", "segment": "smb"}) is two
    assert first_match(ordered, {"country": "DE"}) is narrow
    assert first_match(ordered, {"country": "CH"}) is wide
    assert first_match(ordered, {"country": "FR"}) is everyone
    assert first_match(ordered[:3], {"country": "FR"}) is None


def test_ties_go_to_the_newest_publication() -> None:
    old = Line("old", where(country="DE"), START)
    new = Line("new", where(segment="smb"), START + timedelta(seconds=1))
    for given in ([old, new], [new, old]):
        assert first_match(by_precedence(given), {"country": "DE", "segment": "smb"}) is new


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ((), (), True),
        ((), where(country="DE"), True),
        (where(country="DE"), where(country=["DE", "AT"]), True),
        (where(country="DE"), where(country="AT"), False),
        (where(country="DE"), where(segment="smb"), True),
        (where(country="DE", segment="smb"), where(country="DE", segment="enterprise"), False),
    ],
)
def test_filters_overlap_unless_one_attribute_sets_them_apart(
    one: Filter, other: Filter, expected: bool
) -> None:
    assert overlap(one, other) is expected
    assert overlap(other, one) is expected


@pytest.mark.parametrize(
    "column",
    [
        pa.array(["DE", " DE", None, "", "FR", "3"]),
        pa.array(["DE", " DE", None, "", "FR", "3"]).dictionary_encode(),
        pa.array([3.0, 2.5, None, float("nan"), 4.0, 3.0]),
        pa.array([3, 2, None, 1, 4, 3], pa.int32()),
        pa.array([True, False, None, True, False, True]),
        pa.chunked_array([pa.array(["DE", " DE"]), pa.array([None, "", "FR", "3"], pa.string())]),
    ],
)
@pytest.mark.parametrize("values", [["DE"], ["3"], ["true", "2.5"], ["", "FR"]])
def test_tables_are_matched_as_records_are(column: pa.Array, values: list[str]) -> None:
    conditions = where(attribute=values)
    plain = [None if value != value else value for value in column.to_pylist()]  # noqa: PLR0124
    expected = [matches(conditions, {"attribute": value}) for value in plain]
    assert matching_rows(conditions, {"attribute": column}, len(column)).tolist() == expected


def test_an_attribute_without_a_column_is_blank() -> None:
    assert matching_rows(where(country=""), {}, 2).tolist() == [True, True]
    assert matching_rows(where(country="DE"), {}, 2).tolist() == [False, False]
