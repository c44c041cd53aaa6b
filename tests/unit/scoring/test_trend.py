"""Trend against the previous score: a dead band of 3 points."""

import pytest

from services.scoring.trend import Trend, trend


@pytest.mark.parametrize(
    ("previous", "current", "expected"),
    [
        (65, 45, Trend.DECLINING),
        (45, 65, Trend.IMPROVING),
        (50, 53, Trend.STEADY),
        (50, 47, Trend.STEADY),
        (50, 54, Trend.IMPROVING),
        (50, 46, Trend.DECLINING),
        (50, 50, Trend.STEADY),
        (None, 50, Trend.NOT_ENOUGH_INFO),
        (0, 0, Trend.STEADY),
    ],
)
def test_trend(previous: int | None, current: int, expected: Trend) -> None:
    assert trend(previous, current) is expected
