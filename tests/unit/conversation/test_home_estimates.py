"""Intervals against published examples and the textbook's formulas."""

import pytest
from scipy.stats import ttest_ind

from services.conversation.home.estimates import (
    Interval,
    Sample,
    Share,
    mean_difference,
    mean_interval,
    share_difference,
    share_interval,
)


@pytest.mark.parametrize(
    ("hits", "n", "low", "high"),
    [
        (
            81,
            263,
            0.2553,
            0.3662,
        ),  # Newcombe (1998), "Two-sided confidence intervals for the single proportion"
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_shares_by_wilson(hits: int, n: int, low: float, high: float) -> None:
    found = share_interval(Share(hits, n))
    assert found is not None
    assert (found.low, found.high) == pytest.approx((low, high), abs=5e-5)


@pytest.mark.parametrize(
    ("one", "other", "low", "high"),
    [
        (Share(56, 70), Share(48, 80), 0.0524, 0.3339),  # Newcombe (1998), table II, method 10
        (Share(9, 10), Share(3, 10), 0.1705, 0.8090),
        (Share(10, 10), Share(0, 20), 0.6791, 1.0),
        (Share(0, 10), Share(0, 20), -0.1611, 0.2775),
    ],
)
def test_differences_of_shares_by_newcombe(one: Share, other: Share, low: float, high: float) -> None:
    found = share_difference(one, other)
    assert found is not None
    assert (found.low, found.high) == pytest.approx((low, high), abs=5e-5)


def test_means_by_students_t() -> None:
    # 30.02, 29.99, 30.11, 29.97, 30.01, 29.99: a textbook's example, t(5) = 2.571
    sample = Sample.of([3002, 2999, 3011, 2997, 3001, 2999], 100)
    assert sample.mean == pytest.approx(30.015)
    assert sample.variance**0.5 == pytest.approx(0.0497, abs=5e-5)
    found = mean_interval(sample)
    assert found is not None
    assert (found.low, found.high) == pytest.approx((29.9628, 30.0672), abs=5e-5)


def test_differences_of_means_by_welch() -> None:
    first = [275, 210, 190, 236, 241, 195, 203, 235, 225, 187, 229, 219, 206, 193, 181]
    second = [271, 220, 208, 234, 227, 221, 186, 191, 226, 237]
    found = mean_difference(Sample.of(first, 10), Sample.of(second, 10))
    expected = ttest_ind([each / 10 for each in first], [each / 10 for each in second], equal_var=False)
    assert found is not None
    assert (found.low, found.high) == pytest.approx(tuple(expected.confidence_interval()))


def test_a_sample_without_spread_tells_nothing() -> None:
    same, other = Sample.of([5900] * 5, 100), Sample.of([6100] * 5, 100)
    assert mean_interval(same) is None
    assert mean_difference(same, other) is None
    assert mean_interval(Sample.of([5900], 100)) is None
    assert mean_difference(Sample.of([5900], 100), other) is None
    spread = Sample.of([6100, 6101, 6099], 100)
    assert mean_difference(same, spread) is not None


def test_listening_is_what_talking_leaves() -> None:
    talk = Sample.of([5900, 6150], 100)
    listen = talk.less_than(100)
    assert listen == Sample.of([4100, 3850], 100)


def test_nothing_of_none() -> None:
    assert Sample.of([]).mean is None
    assert share_interval(Share(0, 0)) is None
    assert share_difference(Share(0, 0), Share(1, 2)) is None


def test_an_interval_that_touches_zero_excludes_nothing() -> None:
    assert not Interval(0.0, 1.0).excludes_zero
    assert Interval(0.1, 1.0).excludes_zero
    assert Interval(-2.0, -0.1).excludes_zero
