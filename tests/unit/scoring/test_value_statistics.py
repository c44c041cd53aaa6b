"""Ranges of numbers that people can read."""

import numpy as np
import pytest

from services.scoring.value_statistics import AttributeStatistics, ValueStatistics, readable_edges


@pytest.mark.parametrize(("closed", "positive", "rate"), [(50, 32, 0.64), (3, 0, 0.0), (0, 0, None)])
def test_rate(closed: int, positive: int, rate: float | None) -> None:
    assert ValueStatistics(closed, positive, 0.1).rate == rate


@pytest.mark.parametrize(
    ("numbers", "edges"),
    [
        (np.arange(1, 601), (100, 200, 300, 400, 500)),
        (np.linspace(0.0, 1.0, 6_001), (0.17, 0.33, 0.5, 0.67, 0.83)),
        ([7] * 100, ()),
        ([], ()),
        ([0] * 50 + [1] * 50, (0,)),
        # "Never" is 999: the few others stand apart from it.
        ([3] * 10 + [6] * 15 + [999] * 975, (6,)),
        # Under 1 % of the rows is no range of its own.
        ([3] * 5 + [999] * 995, ()),
    ],
)
def test_readable_edges(numbers: list[float], edges: tuple[float, ...]) -> None:
    assert readable_edges(np.array(numbers, dtype=np.float64)) == pytest.approx(edges)


def test_a_bound_belongs_to_the_range_below_it() -> None:
    table = AttributeStatistics("age", "numeric", edges=(30.0, 40.0))
    assert [table.range_of(age) for age in (29, 30, 30.5, 40, 41)] == [0, 0, 1, 1, 2]
