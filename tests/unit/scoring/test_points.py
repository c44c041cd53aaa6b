"""Score and points: golden vectors, and points that add up."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.scoring.points import (
    points_per_log_odds,
    points_per_log_odds_of,
    probabilities_of,
    probability_of,
    score_of,
    scores_of,
)

LOG_ODDS = st.floats(-40, 40)


@pytest.mark.parametrize(
    ("probability", "score"),
    [
        (0.0, 0),
        (0.004, 0),
        (0.005, 1),
        (0.145, 15),  # 14.499999999999998 in binary
        (float(np.float32(0.745)), 75),
        (0.7449, 74),
        (0.995, 100),
        (1.0, 100),
    ],
)
def test_the_score_is_the_probability_rounded_half_up(probability: float, score: int) -> None:
    assert score_of(probability) == score
    assert scores_of(np.array([probability])).tolist() == [score]


@pytest.mark.parametrize(
    ("log_odds", "base", "factor"),
    [
        # From 50 to 73.1059 points over one unit of log-odds.
        (1.0, 0.0, 23.10585786300049),
        (0.0, 1.0, 23.10585786300049),
        # 20 % to 80 %: 60 points over 2 ln 4.
        (math.log(4), -math.log(4), 60 / (2 * math.log(4))),
        # No way to go: the slope 100 p (1 - p) at 10 %.
        (math.log(1 / 9), math.log(1 / 9), 9.0),
    ],
)
def test_one_unit_of_log_odds_is_worth_this_many_points(log_odds: float, base: float, factor: float) -> None:
    assert points_per_log_odds(log_odds, base) == pytest.approx(factor, rel=1e-12)


def test_golden_vector_of_a_score() -> None:
    """Base 20 %; three attributes add 1.2, 0.5 and -0.3 in log-odds."""
    base = math.log(0.2 / 0.8)
    contributions = [1.2, 0.5, -0.3]
    factor = points_per_log_odds(base + 1.4, base)
    points = [contribution * factor for contribution in contributions]
    assert 100 * probability_of(base + 1.4) == pytest.approx(50.342_64, abs=1e-5)
    assert points == pytest.approx([26.007_97, 10.836_66, -6.501_99], abs=1e-5)
    assert 20 + sum(points) == pytest.approx(50.342_64, abs=1e-5)


@given(LOG_ODDS, LOG_ODDS)
def test_points_add_up_and_keep_their_sign(log_odds: float, base: float) -> None:
    factor = points_per_log_odds(log_odds, base)
    rise = 100 * (probability_of(log_odds) - probability_of(base))
    assert factor >= 0
    assert (log_odds - base) * factor == pytest.approx(rise, abs=1e-9)


@given(st.lists(LOG_ODDS | st.floats(-1000, 1000), min_size=1, max_size=5), LOG_ODDS)
def test_many_records_get_what_one_gets(log_odds: list[float], base: float) -> None:
    many = np.array(log_odds)
    assert probabilities_of(many) == pytest.approx([probability_of(each) for each in log_odds], abs=1e-15)
    expected = [points_per_log_odds(each, base) for each in log_odds]
    assert points_per_log_odds_of(many, base) == pytest.approx(expected, rel=1e-12)
