"""A model as callers see it."""

import pytest

from services.scoring.convert_models import attribute_values, range_name
from services.scoring.value_statistics import AttributeStatistics, ValueStatistics


def test_values_say_count_rate_share_and_days() -> None:
    finance = ValueStatistics(closed=50, positive=32, share=0.25, median_days_to_close=2.4)
    other = ValueStatistics(closed=60, positive=6, share=0.3)
    blank = ValueStatistics(closed=90, positive=9, share=0.45)
    statistics = AttributeStatistics(
        "industry", "category", values={"Finance": finance}, other=other, blank=blank
    )
    shown = attribute_values(statistics)
    assert [each.value for each in shown] == ["", "(other values)", "Finance"]
    last = shown[-1]
    assert (last.closed_count, last.positive_count, last.share) == (50, 32, 0.25)
    assert last.median_days_to_close == 2.4
    assert not shown[0].HasField("median_days_to_close")


def test_at_most_fifty_values() -> None:
    values = {f"v{number}": ValueStatistics(number, 0, 0.01) for number in range(80)}
    shown = attribute_values(AttributeStatistics("city", "category", values=values))
    assert len(shown) == 50
    assert shown[0].value == "v79"


@pytest.mark.parametrize(
    ("edges", "index", "name"),
    [
        ((30.0, 40.0), 0, "up to 30"),
        ((30.0, 40.0), 1, "30 to 40"),
        ((30.0, 40.0), 2, "above 40"),
        ((), 0, "any number"),
    ],
)
def test_ranges_in_words(edges: tuple[float, ...], index: int, name: str) -> None:
    assert range_name(edges, index) == name
