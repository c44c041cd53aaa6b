import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy import stats
from scipy.special import expit, logit

from services.scoring.compile import compile_model
from services.scoring.interval_fitting import covered, fit_intervals, rate_interval, similar
from services.scoring.intervals import IntervalTable
from services.scoring.runtime import LoadedModel

GOLDEN = IntervalTable((-2.0, 0.0, 1.0), (-3.0, -0.5, 0.8), (-1.5, 0.25, 1.6))


@pytest.mark.parametrize(
    ("log_odds", "low", "high"),
    [
        (0.0, -0.5, 0.25),
        (-1.0, -1.75, -0.625),
        (0.5, 0.15, 0.925),
        (-4.0, -5.0, -3.5),
        (3.0, 2.8, 3.6),
    ],
)
def test_ends_are_interpolated_inside_and_keep_their_distance_outside(
    log_odds: float, low: float, high: float
) -> None:
    interval = GOLDEN.of(log_odds)

    assert (interval.low, interval.high) == pytest.approx((expit(low), expit(high)), abs=1e-12)
    lows, highs = GOLDEN.ends(np.array([log_odds]))
    assert (lows[0], highs[0]) == pytest.approx((interval.low, interval.high), abs=1e-12)


def test_a_single_point_gives_every_score_the_same_distance() -> None:
    interval = IntervalTable((0.0,), (-1.0,), (2.0,)).of(0.5)

    assert (interval.low, interval.high) == pytest.approx((expit(-0.5), expit(2.5)))


@pytest.mark.parametrize(
    ("positive", "records", "expected"), [(0, 50, 0.02), (20, 100, 0.2), (49, 50, 0.9), (1, 2, 0.5)]
)
def test_a_groups_rate_is_a_beta_whose_prior_is_one_record_at_what_the_model_says(
    positive: int, records: int, expected: float
) -> None:
    low, high = rate_interval(positive, records, expected)
    rate = stats.beta(positive + expected, records - positive + 1 - expected)

    assert rate.cdf(high) - rate.cdf(low) == pytest.approx(0.90)
    assert rate.cdf(low) == pytest.approx(0.05)


def test_20_of_100_that_should_be_20_percent_give_14_to_27_percent() -> None:
    assert rate_interval(20, 100, 0.2) == pytest.approx((0.1384, 0.2684), abs=5e-5)


def outcomes(log_odds: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    return np.asarray(rng.random(len(log_odds)) < expit(log_odds))


def coverage_of(truth: Callable[[np.ndarray], np.ndarray]) -> float:
    """Share of records whose true log-odds the intervals hold, over 40 data sets of 1,000 records."""
    held = []
    for seed in range(40):
        rng = np.random.default_rng(seed)
        log_odds = rng.normal(-1.5, 1.2, 1_000)
        table = fit_intervals(log_odds, outcomes(truth(log_odds), rng))
        low, high = table.ends(log_odds)
        held.append(np.mean((low <= expit(truth(log_odds))) & (expit(truth(log_odds)) <= high)))
    return float(np.mean(held))


@pytest.mark.parametrize(
    "truth",
    [
        lambda z: z,
        lambda z: z + 0.4,
        lambda z: 0.7 * z - 0.2,
        lambda z: z + 0.5 * np.sin(1.5 * z),
    ],
    ids=["exact", "shifted", "too sure", "bent"],
)
def test_90_percent_intervals_hold_the_truth_in_at_least_90_percent(
    truth: Callable[[np.ndarray], np.ndarray],
) -> None:
    assert coverage_of(truth) >= 0.90


@pytest.mark.parametrize("records", [2, 80, 3_000])
def test_ends_never_fall_and_hold_the_score(records: int) -> None:
    rng = np.random.default_rng(records)
    log_odds = rng.normal(0, 3, records)
    table = fit_intervals(log_odds, rng.random(records) < 0.5)
    at = np.linspace(-20, 20, 400)
    low, high = table.ends(at)

    assert (np.diff(low) >= -1e-12).all()
    assert (np.diff(high) >= -1e-12).all()
    assert (low <= expit(at) + 1e-12).all()
    assert (high >= expit(at) - 1e-12).all()
    assert len(table.log_odds) == max(1, min(10, records // 100))


def test_scores_that_are_all_the_same_have_one_interval() -> None:
    table = fit_intervals(np.zeros(500), np.arange(500) % 2 == 0)

    assert len(table.log_odds) == 1
    assert table.of(0.0).low < 0.5 < table.of(0.0).high


def test_coverage_of_exact_probabilities_without_any_width_is_90_percent() -> None:
    rng = np.random.default_rng(1)
    log_odds = rng.normal(-1, 1, 60_000)
    exact = expit(log_odds)

    assert covered(exact, exact, outcomes(log_odds, rng), similar(log_odds, 600)) == pytest.approx(
        0.90, abs=0.03
    )


def test_coverage_tells_wrong_probabilities_and_intervals_that_are_too_wide() -> None:
    rng = np.random.default_rng(2)
    log_odds = rng.normal(-1, 1, 20_000)
    outcome, groups = outcomes(log_odds, rng), similar(log_odds, 100)
    wrong, wide = expit(log_odds + 1), (expit(log_odds - 2), expit(log_odds + 2))

    assert covered(wrong, wrong, outcome, groups) < 0.2
    assert covered(*wide, outcome, groups) > 0.98


def test_the_table_travels_in_the_models_file(fitted: Any) -> None:
    loaded = LoadedModel(compile_model(fitted.ensemble, GOLDEN))

    assert loaded.intervals == GOLDEN
    assert fitted.model.intervals is None
    assert IntervalTable.from_json(json.dumps([[0], [-1], [1]])) == IntervalTable((0.0,), (-1.0,), (1.0,))
    assert logit(GOLDEN.of(0.0).low) == pytest.approx(-0.5)
