"""Estimation finds the frequencies it was given, keeps to the defaults where it knows little, and sums up."""

import numpy as np
import pytest

from services.dedupe.comparison import COMPARISONS, MISSING
from services.dedupe.default_weights import POPULATIONS, default_weights
from services.dedupe.estimation import Judged, estimate
from services.dedupe.fields import Field
from services.dedupe.patterns import pattern_levels
from services.dedupe.weights import Levels, Weights

FIELDS = [comparison.field for comparison in COMPARISONS]


def drawn(weights: Weights, pairs: int, used: tuple[Field, ...], seed: int = 3) -> tuple[Levels, np.ndarray]:
    """Pairs drawn from weights, and which of them match."""
    chance = np.random.default_rng(seed)
    population = chance.choice(len(weights.shares), size=pairs, p=weights.shares)
    levels = np.zeros((pairs, len(FIELDS)), dtype=np.int64)
    for field in used:
        row = FIELDS.index(field)
        for number in range(len(weights.shares)):
            of = population == number
            table = weights.tables[number, row]
            levels[of, row] = chance.choice(len(table), size=int(of.sum()), p=table)
    return levels, population == 0


def counted(levels: Levels) -> tuple[Levels, np.ndarray]:
    patterns, counts = np.unique(levels, axis=0, return_counts=True)
    return patterns, counts.astype(np.float64)


PERSON = (Field.FIRST_NAME, Field.LAST_NAME, Field.EMAIL, Field.PHONE, Field.COMPANY, Field.CITY)


def other_truth() -> Weights:
    """Weights unlike the defaults: names differ oftener among matches, and few pairs match."""
    truth = default_weights()
    row = FIELDS.index(Field.LAST_NAME)
    tables = truth.tables.copy()
    different = len(COMPARISONS[row].level_names) - 1
    tables[0, row] *= 0.75 / (1 - tables[0, row, different])
    tables[0, row, different] = 0.25
    shares = truth.shares.copy()
    shares[0] = 0.02
    shares[1:] *= 0.98 / shares[1:].sum()
    return Weights(truth.populations, shares, tables)


def test_estimation_recovers_share_and_frequencies() -> None:
    truth = other_truth()
    levels, is_match = drawn(truth, 200_000, PERSON)
    found = estimate(*counted(levels))
    row = FIELDS.index(Field.LAST_NAME)
    assert found.shares[0] == pytest.approx(0.02, abs=0.003)
    assert found.tables[0, row, len(COMPARISONS[row].level_names) - 1] == pytest.approx(0.25, abs=0.04)
    probabilities = found.probabilities(levels)
    for low, high in ((0.3, 0.7), (0.7, 0.9), (0.9, 1.01)):
        inside = (probabilities >= low) & (probabilities < high)
        assert is_match[inside].mean() == pytest.approx(probabilities[inside].mean(), abs=0.1)


def test_without_duplicates_none_are_found() -> None:
    levels, is_match = drawn(other_truth(), 50_000, PERSON, seed=4)
    patterns, counts = counted(levels[~is_match])
    found = estimate(patterns, counts)
    assert float(counts @ (found.probabilities(patterns) >= 0.9)) < 5
    assert found.shares[0] < 0.002


def test_a_few_pairs_leave_the_defaults() -> None:
    levels, _ = drawn(default_weights(), 20, PERSON)
    found = estimate(*counted(levels))
    kept = [0, *(1 + [one.name for one in POPULATIONS].index(name) for name in found.populations)]
    assert np.abs(found.tables - default_weights().tables[kept]).max() < 0.05


def test_no_pairs_give_the_defaults() -> None:
    nothing = estimate(np.zeros((0, len(FIELDS)), dtype=np.int64), np.zeros(0))
    assert np.array_equal(nothing.tables, default_weights().tables)


def test_one_field_keeps_the_default_frequencies() -> None:
    levels, _ = drawn(default_weights(), 5000, (Field.COMPANY,))
    found = estimate(*counted(levels))
    row = FIELDS.index(Field.COMPANY)
    assert np.array_equal(found.tables[0, row], default_weights().tables[0, row])
    assert found.populations == ("strangers",)


def test_judged_pairs_move_the_weights() -> None:
    levels, _ = drawn(default_weights(), 3000, PERSON)
    patterns, counts = counted(levels)
    row = FIELDS.index(Field.FIRST_NAME)
    initial = COMPARISONS[row].level_names.index("initial")
    one = np.zeros((1, len(FIELDS)), dtype=np.int64)
    one[0, row] = initial
    confirmed = Judged(np.repeat(one, 400, axis=0), np.ones(400, dtype=np.bool_))
    rejected = Judged(np.repeat(one, 400, axis=0), np.zeros(400, dtype=np.bool_))
    plain, up, down = (
        estimate(patterns, counts, judged).probabilities(one)[0] for judged in (None, confirmed, rejected)
    )
    assert down < plain < up


def test_weights_sum_to_one_and_parts_add_up() -> None:
    levels, _ = drawn(default_weights(), 3000, PERSON)
    weights = estimate(*counted(levels))
    assert weights.shares.sum() == pytest.approx(1)
    assert weights.tables.sum(axis=2) == pytest.approx(np.ones(weights.tables.shape[:2]))
    assert not weights.tables[:, :, MISSING].any()
    probabilities = weights.probabilities(levels[:200])
    for of_pair, probability in zip(levels[:200].tolist(), probabilities, strict=True):
        parts = weights.parts(of_pair)
        total = parts.prior + parts.dependence + sum(parts.fields)
        assert parts.match_weight == pytest.approx(total)
        assert 1 / (1 + 2.0**-total) == pytest.approx(probability)
        assert all(
            weight == 0.0 for weight, level in zip(parts.fields, of_pair, strict=True) if level == MISSING
        )


def test_weights_survive_storage() -> None:
    levels, _ = drawn(default_weights(), 3000, PERSON)
    weights = estimate(*counted(levels))
    read = Weights.from_json(weights.to_json())
    assert read.populations == weights.populations
    assert np.array_equal(read.probabilities(levels), weights.probabilities(levels))


@pytest.mark.parametrize("text", ['{"version": 0}', "{}"])
def test_weights_of_another_version_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="another version"):
        Weights.from_json(text)


def test_patterns_are_levels() -> None:
    base = 1
    expected = np.array([[1, 2, 3, 0, 4, 5, 1, 2, 3, 1]])
    pattern = 0
    for comparison, level in zip(COMPARISONS, expected[0].tolist(), strict=True):
        pattern += base * level
        base *= len(comparison.level_names)
    assert np.array_equal(pattern_levels(np.array([pattern])), expected)
    assert base < 2**63
