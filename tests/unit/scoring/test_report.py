"""Warnings of a training report: what chance alone explains is no warning."""

import numpy as np

from services.scoring.metrics import calibration_error, reliability_curve
from services.scoring.report import by_chance


def test_one_in_a_hundred_test_sets_of_exact_probabilities_is_beyond_chance() -> None:
    draw = np.random.default_rng(0)
    probability = draw.beta(2, 4, 400)
    curves = [reliability_curve(draw.random(400) < probability, probability) for _ in range(2_000)]
    beyond = np.mean([calibration_error(curve) > by_chance(curve) for curve in curves])
    assert 0.002 < beyond < 0.03
