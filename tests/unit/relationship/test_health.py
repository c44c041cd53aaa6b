"""Health: bands, states, the published formula against a plain reference, trend, forecast, roll-up."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.relationship.health import (
    Health,
    HealthState,
    History,
    Ranges,
    Touch,
    Trend,
    health,
    roll_up,
    trend_of,
)

DEFAULT = Ranges()
NOTHING = History((), 14, None)


def reference(history: History) -> tuple[float, float, float, float, int]:
    """The spec's lines, one after the other: sum of v, A, R, E, score."""
    f = history.expected_days
    total = 0.0
    gap = math.inf
    for touch in history.touches:
        for _ in range(touch.count):
            d = 1 if touch.is_mutual else 0.6
            s = 1 + 0.25 * touch.sentiment_sum / touch.count
            total += touch.weight * d * s * 2 ** (-touch.age_days / (2 * f))
            gap = min(gap, touch.age_days)
    a = 1 - math.exp(-total / 4)
    r = 2 ** (-max(0, gap - f) / f)
    e = (0.45 * a + 0.3 * r) / 0.75 if history.response_rate is None else min(1, history.response_rate)
    return total, a, r, e, round(100 * (0.45 * a + 0.30 * r + 0.25 * e))


def touch(age_days: float, weight: float, is_mutual: bool, count: int, sentiment: float) -> Touch:
    return Touch(age_days, weight, is_mutual, count, count * sentiment)


# Tuples that are mapped: a strategy for each touch that depends on its count took most of a test's time.
touches = st.tuples(
    st.integers(0, 729) | st.floats(0, 729),
    st.floats(0.5, 1.5),
    st.booleans(),
    st.integers(1, 4),
    st.floats(-1, 1),
).map(lambda drawn: touch(*drawn))
histories = st.builds(
    History,
    touches=st.lists(touches, min_size=2, max_size=8),
    expected_days=st.sampled_from((1, 7, 14, 30, 90)),
    response_rate=st.none() | st.floats(0, 2),
)


@given(histories)
def test_parts_agree_with_the_reference(history: History) -> None:
    parts = history.parts()
    total, a, r, e, score = reference(history)
    assert parts.weight_sum == pytest.approx(total, abs=1e-9, rel=1e-9)
    assert parts.activity == pytest.approx(a, abs=1e-9)
    assert parts.recency == pytest.approx(r, abs=1e-9)
    assert parts.engagement == pytest.approx(e, abs=1e-9)
    assert abs(parts.value - 100 * (0.45 * a + 0.30 * r + 0.25 * e)) < 1e-9
    is_on_the_edge = abs(parts.value % 1 - 0.5) < 1e-6
    assert parts.score == score or is_on_the_edge
    assert 0 <= parts.score <= 100


def test_golden_vector() -> None:
    # F = 14: a mutual meeting today with sentiment 1, an unanswered mail 28 days ago; they answer half of our mails.
    history = History((Touch(0, 1.5, True, sentiment_sum=1), Touch(28, 0.5, False)), 14, 0.5)
    parts = history.parts()
    assert parts.weight_sum == pytest.approx(1.5 * 1.25 + 0.5 * 0.6 / 2, abs=1e-12)
    assert parts.activity == pytest.approx(1 - math.exp(-2.025 / 4), abs=1e-12)
    assert (parts.recency, parts.engagement, parts.score) == (1.0, 0.5, 60)


@pytest.mark.parametrize(
    ("score", "state"),
    [
        (100, HealthState.GOOD),
        (60, HealthState.GOOD),
        (59, HealthState.FAIR),
        (40, HealthState.FAIR),
        (39, HealthState.POOR),
        (0, HealthState.POOR),
    ],
)
def test_bands(score: int, state: HealthState) -> None:
    assert DEFAULT.state(score) is state


def test_good_from_50_makes_fair_end_at_49() -> None:
    ranges = Ranges(good_from=50)
    bounds = [ranges.bounds(state) for state in (HealthState.GOOD, HealthState.FAIR, HealthState.POOR)]
    assert bounds == [(50, 100), (40, 49), (0, 39)]


@pytest.mark.parametrize(("good", "fair"), [(40, 40), (101, 40), (60, 0), (30, 50)])
def test_ranges_out_of_order(good: int, fair: int) -> None:
    with pytest.raises(ValueError, match="fair_from"):
        Ranges(good, fair)


@pytest.mark.parametrize(
    ("now", "state"),
    [
        (NOTHING, HealthState.NO_CLOSED_ACTIVITIES),
        (History((Touch(1, 1, True),), 14, None), HealthState.NOT_ENOUGH_INFO),
        (History((Touch(731, 1, True, count=5),), 14, None), HealthState.OLDER_THAN_TWO_YEARS),
        (History((Touch(1, 1, True, count=9),), 14, 1.0), HealthState.GOOD),
    ],
)
def test_states(now: History, state: HealthState) -> None:
    found = health(now, NOTHING, DEFAULT)
    assert found.state is state
    assert (found.score is None) == (state is not HealthState.GOOD)


@pytest.mark.parametrize(
    ("now", "before", "trend"),
    [
        (60, 60, Trend.STEADY),
        (65, 60, Trend.STEADY),
        (55, 60, Trend.STEADY),
        (66, 60, Trend.IMPROVING),
        (54, 60, Trend.DECLINING),
        (60, None, Trend.NOT_ENOUGH_INFO),
    ],
)
def test_trend(now: int, before: int | None, trend: Trend) -> None:
    assert trend_of(now, before) is trend


def test_trend_needs_two_activities_earlier() -> None:
    now = History((Touch(1, 1, True, count=3), Touch(20, 1, True)), 14, 1.0)
    found = health(now, History((Touch(6, 1, True),), 14, 1.0), DEFAULT)
    assert (found.trend, found.change) == (Trend.NOT_ENOUGH_INFO, None)
    found = health(now, History((Touch(6, 1, True, count=2),), 14, 1.0), DEFAULT)
    assert found.change == now.parts().score - History((Touch(6, 1, True, count=2),), 14, 1.0).parts().score


def by_daily_steps(history: History, ranges: Ranges) -> int | None:
    def state(day: int) -> HealthState:
        return ranges.state(history.parts(day).score)

    order = [HealthState.POOR, HealthState.FAIR, HealthState.GOOD]
    steps = (day for day in range(1, math.floor(730 - history.gap_days) + 1))
    return next((day for day in steps if order.index(state(day)) < order.index(state(0))), None)


@settings(max_examples=60)
@given(histories, st.sampled_from((DEFAULT, Ranges(50, 20), Ranges(90, 10))))
def test_forecast_agrees_with_daily_steps(history: History, ranges: Ranges) -> None:
    assert health(history, NOTHING, ranges).falls_in_days == by_daily_steps(history, ranges)


def test_later_parts_are_those_of_older_activities() -> None:
    history = History((Touch(3, 1.5, True), Touch(40, 0.5, False, 2, -1)), 7, 0.3)
    older = History((Touch(13, 1.5, True), Touch(50, 0.5, False, 2, -1)), 7, 0.3)
    assert history.parts(10) == older.parts()


def test_forecast_golden() -> None:
    # F = 7, all answered, ever so much activity: 45 + 30 R + 25 stays good until R < 10 / 30 + what A lost by then.
    history = History((Touch(0, 1.5, True, count=1_000),), 7, 1.0)
    falls = health(history, NOTHING, DEFAULT).falls_in_days
    assert falls is not None
    assert (history.parts(falls - 1).score, history.parts(falls).score) == (60, 59)


def test_an_account_is_the_mean_of_its_contacts_by_activity() -> None:
    lively = History((Touch(1, 1.5, True, count=6),), 14, 1.0)
    quiet = History((Touch(60, 0.5, False, count=2),), 14, 0.0)
    unknown = History((Touch(5, 1.0, True),), 14, None)
    found = roll_up([(lively, NOTHING), (quiet, NOTHING), (unknown, NOTHING)], DEFAULT)
    weights = [lively.parts().activity, quiet.parts().activity]
    values = [lively.parts().value, quiet.parts().value]
    mean = sum(w * v for w, v in zip(weights, values, strict=True)) / sum(weights)
    assert found.parts is not None
    assert found.parts.value == pytest.approx(mean, abs=1e-9)
    assert roll_up([(lively, lively)], DEFAULT) == health(lively, lively, DEFAULT)


@pytest.mark.parametrize(
    ("contacts", "state"),
    [
        ([], HealthState.NO_CLOSED_ACTIVITIES),
        ([NOTHING], HealthState.NO_CLOSED_ACTIVITIES),
        ([NOTHING, History((Touch(1, 1, True),), 14, None)], HealthState.NOT_ENOUGH_INFO),
        ([NOTHING, History((Touch(800, 1, True, 5),), 14, None)], HealthState.OLDER_THAN_TWO_YEARS),
    ],
)
def test_an_account_without_scores(contacts: list[History], state: HealthState) -> None:
    assert roll_up([(contact, NOTHING) for contact in contacts], DEFAULT) == Health(state)
