import numpy as np
import pyarrow as pa
import pytest

from services.scoring.drift import measure_drift, rate_moved, stability_index
from services.scoring.standalone import Bins
from services.scoring.table import Column, read_columns

N = 2_000
NEWER = np.arange(N) >= N // 2


def column(values: object) -> Column:
    return read_columns({"a": pa.array(values)})["a"]


def test_stability_index_by_hand() -> None:
    index = np.array([0] * 50 + [1] * 50 + [0] * 25 + [1] * 75)
    older = np.arange(200) < 100

    expected = (0.5 - 0.25) * np.log(0.5 / 0.25) + (0.5 - 0.75) * np.log(0.5 / 0.75)
    assert stability_index(Bins(index, 3), older) == pytest.approx(expected)


def test_a_shifted_number_and_a_new_category_drift_and_a_stable_one_does_not() -> None:
    rng = np.random.default_rng(9)
    outcome = rng.random(N) < 0.3

    assert measure_drift(column(rng.normal(size=N) + NEWER), np.arange(N), outcome).drifts
    month = np.where(NEWER, "june", "may")
    assert measure_drift(column(month), np.arange(N), outcome).drifts
    stable = measure_drift(column(rng.normal(size=N)), np.arange(N), outcome)
    assert not stable.drifts
    assert stable.stability_index < 0.05


def test_forty_and_forty_of_a_stable_number_do_not_drift_by_chance() -> None:
    rng = np.random.default_rng(10)
    outcome = np.arange(80) % 2 == 0
    drifting = [measure_drift(column(rng.normal(size=80)), np.arange(80), outcome).drifts for _ in range(100)]

    assert sum(drifting) <= 2


def test_an_effect_that_turns_with_the_calendar_is_found() -> None:
    rng = np.random.default_rng(11)
    number = rng.normal(size=N)
    outcome = rng.random(N) < 1 / (1 + np.exp(np.where(NEWER, number, -number)))

    assert measure_drift(column(number), np.arange(N), outcome).turned
    assert not measure_drift(column(number), np.arange(N), rng.random(N) < 0.5).turned


def test_base_rate_moves_only_beyond_chance() -> None:
    low, high = np.arange(1_000) % 20 == 0, np.arange(1_000) % 10 == 0

    assert rate_moved(low, high)
    assert not rate_moved(low, low)
    assert not rate_moved(low[:100], high[:100])
