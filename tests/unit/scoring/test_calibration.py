import numpy as np
import pytest
from scipy.special import expit

from services.scoring.calibration import LOWEST_SLOPE, fit_calibration, shift_to_rate


def test_recovers_slope_and_intercept() -> None:
    rng = np.random.default_rng(13)
    log_odds = rng.normal(size=20_000) * 2
    outcome = rng.random(20_000) < expit(0.5 * log_odds - 1)

    calibration = fit_calibration(log_odds, outcome)

    assert calibration.slope == pytest.approx(0.5, abs=0.03)
    assert calibration.intercept == pytest.approx(-1, abs=0.05)


def test_a_ranking_that_turned_round_keeps_a_positive_slope_and_the_base_rate() -> None:
    rng = np.random.default_rng(14)
    log_odds = rng.normal(size=5_000)
    outcome = rng.random(5_000) < expit(-log_odds - 1)

    calibration = fit_calibration(log_odds, outcome)

    assert calibration.fitted_slope < 0
    assert calibration.slope == LOWEST_SLOPE
    assert expit(calibration.slope * log_odds + calibration.intercept).mean() == pytest.approx(outcome.mean())


def test_perfect_separation_is_bounded() -> None:
    log_odds = np.repeat([-1.0, 1.0], 50)

    assert 0 < fit_calibration(log_odds, log_odds > 0).slope <= 3


@pytest.mark.parametrize("rate", [0.001, 0.3, 0.999])
def test_shift_brings_the_mean_probability_to_the_rate(rate: float) -> None:
    log_odds = np.linspace(-30, 30, 101)

    assert expit(log_odds + shift_to_rate(log_odds, rate)).mean() == pytest.approx(rate, rel=1e-6)
