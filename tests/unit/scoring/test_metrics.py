import numpy as np
import pytest

from services.scoring.metrics import (
    ConfusionMatrix,
    Verdict,
    VerdictBounds,
    area_under_curve,
    best_f1_threshold,
    calibration_error,
    confusion_at,
    measure,
    reliability_curve,
)


def test_golden_vector_of_the_spec() -> None:
    confusion = ConfusionMatrix(
        true_positives=650, false_positives=200, true_negatives=100, false_negatives=50
    )

    assert confusion.accuracy == 0.75
    assert confusion.recall == 650 / 700
    assert f"{confusion.recall:.3%}" == "92.857%"
    assert confusion.conversion_rate == 0.7
    assert confusion.precision == 650 / 850
    assert confusion.f1 == pytest.approx(2 * (650 / 850) * (650 / 700) / (650 / 850 + 650 / 700))


def test_confusion_counts_a_probability_at_the_threshold_as_found() -> None:
    outcome = np.array([True, True, False, False])

    assert confusion_at(outcome, np.array([0.9, 0.5, 0.5, 0.1]), 0.5) == ConfusionMatrix(2, 1, 1, 0)


def test_precision_is_none_when_nothing_is_found() -> None:
    assert ConfusionMatrix(0, 0, 5, 2).precision is None
    assert ConfusionMatrix(0, 0, 5, 2).f1 == 0.0


def test_threshold_maximises_f1() -> None:
    rng = np.random.default_rng(1)
    probability = rng.random(400).round(2)
    outcome = rng.random(400) < probability
    best = best_f1_threshold(outcome, probability)

    f1 = {t: confusion_at(outcome, probability, t).f1 for t in np.unique(probability)}
    assert f1[best] == max(f1.values())


def test_auc_counts_ties_half_and_needs_both_outcomes() -> None:
    assert area_under_curve(np.array([True, False]), np.array([0.5, 0.5])) == 0.5
    assert area_under_curve(np.array([True, False]), np.array([0.2, 0.1])) == 1.0
    assert area_under_curve(np.array([True, True]), np.array([0.2, 0.1])) is None


def test_calibrated_probabilities_have_no_calibration_error_and_shifted_ones_the_shift() -> None:
    probability = np.repeat(np.arange(1, 10) / 10, 1000)
    outcome = np.tile(np.arange(1000), 9) < 1000 * probability

    assert calibration_error(reliability_curve(outcome, probability)) == pytest.approx(0, abs=1e-9)
    assert calibration_error(reliability_curve(outcome, probability + 0.05)) == pytest.approx(0.05)


def test_reliability_bins_are_filled_equally_and_hold_every_record_once() -> None:
    rng = np.random.default_rng(2)
    probability = rng.random(1005)
    curve = reliability_curve(rng.random(1005) < probability, probability)

    assert len(curve) == 10
    assert sum(one.count for one in curve) == 1005
    assert max(one.count for one in curve) - min(one.count for one in curve) <= 1
    assert [one.mean_probability for one in curve] == sorted(one.mean_probability for one in curve)


def test_equal_probabilities_share_a_bin() -> None:
    curve = reliability_curve(np.array([True, False] * 50), np.full(100, 0.5))

    assert [(one.count, one.positive_rate) for one in curve] == [(100, 0.5)]


def test_log_loss_and_brier_by_hand() -> None:
    metrics = measure(np.array([True, False]), np.array([0.8, 0.4]))

    assert metrics.log_loss == pytest.approx(-(np.log(0.8) + np.log(0.6)) / 2)
    assert metrics.brier == pytest.approx((0.04 + 0.16) / 2)


@pytest.mark.parametrize(
    ("auc", "verdict"),
    [
        (0.80, Verdict.READY),
        (0.7999, Verdict.OK),
        (0.65, Verdict.OK),
        (0.6499, Verdict.NOT_READY),
        (None, Verdict.NOT_READY),
    ],
)
def test_verdict(auc: float | None, verdict: Verdict) -> None:
    assert VerdictBounds().verdict(auc) is verdict


def test_verdict_bounds_are_configurable() -> None:
    assert VerdictBounds(ready=0.9, ok=0.7).verdict(0.85) is Verdict.OK
