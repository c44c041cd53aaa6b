"""Purified terms are the ensemble again, and contributions are Shapley values."""

from dataclasses import replace
from itertools import combinations
from math import factorial
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pytest

from services.scoring.ensemble import AdditiveEnsemble, FeatureSpec, Float32Matrix, Float64Vector, Tree
from services.scoring.metadata import attributes_of
from services.scoring.purify import Purified, purify

INF = float("inf")


Node: TypeAlias = "float | tuple[int, float, str, Node, Node]"
"""A leaf's value, or column, threshold, where blanks go, and the two branches."""


def tree(root: Node) -> Tree:
    rows: list[list[float]] = []

    def add(node: Node) -> int:
        index = len(rows)
        rows.append([-1, 0, 0, 0, 0, 0])
        if isinstance(node, tuple):
            column, threshold, blanks, left, right = node
            rows[index] = [column, threshold, blanks == "left", add(left), add(right), 0]
        else:
            rows[index][-1] = node
        return index

    add(root)
    table = np.array(rows)
    return Tree(
        feature=table[:, 0].astype(np.int32),
        threshold=table[:, 1].astype(np.float32),
        missing_left=table[:, 2].astype(np.bool_),
        left=table[:, 3].astype(np.int32),
        right=table[:, 4].astype(np.int32),
        value=table[:, 5],
    )


def ensemble_of(
    features: list[tuple[str, str]], trees: list[Tree], background: np.ndarray
) -> AdditiveEnsemble:
    width = len(features)
    return AdditiveEnsemble(
        tuple(FeatureSpec(name, attribute, "numeric") for name, attribute in features),
        0.25,
        tuple(trees),
        np.zeros(width),
        np.zeros(width),
        np.full(width, -INF),
        np.full(width, INF),
        background,
    )


def purified_log_odds(purified: Purified, x: Float32Matrix) -> Float64Vector:
    filled = np.where(np.isnan(x), purified.fill, x)
    linear = (np.clip(filled, purified.low, purified.high) - purified.centre) @ purified.weight
    terms = [term.evaluate(x) for term in (*purified.mains, *purified.pairs)]
    return purified.base + linear + sum(terms, np.zeros(len(x)))


def contributions(ensemble: AdditiveEnsemble, x: Float32Matrix) -> npt.NDArray[np.float64]:
    """What the ONNX graph computes, in float64: main effects, and pairs divided among their attributes."""
    purified = purify(ensemble)
    names = attributes_of(ensemble.features)
    result = np.zeros((len(x), len(names)))
    for term in (*purified.mains, *purified.pairs):
        for axis in term.axes:
            column = names.index(ensemble.features[axis.feature].attribute)
            result[:, column] += term.evaluate(x) / len(term.axes)
    return result


def shapley_values(ensemble: AdditiveEnsemble, row: npt.NDArray[np.float32]) -> Float64Vector:
    """By the definition: average marginal worth over all orders, unknown attributes drawn from the background."""
    names = attributes_of(ensemble.features)
    owner = np.array([names.index(spec.attribute) for spec in ensemble.features])

    def worth(known: tuple[int, ...]) -> float:
        mixed = np.where(np.isin(owner, known), row, ensemble.background)
        return float(ensemble.log_odds(mixed.astype(np.float32)).mean())

    count = len(names)
    values = np.zeros(count)
    for player in range(count):
        others = [other for other in range(count) if other != player]
        for size in range(count):
            weight = factorial(size) * factorial(count - size - 1) / factorial(count)
            for known in combinations(others, size):
                values[player] += weight * (worth((*known, player)) - worth(known))
    return values


@pytest.fixture
def correlated() -> AdditiveEnsemble:
    """Pairs across and within attributes over correlated columns with blanks."""
    rng = np.random.default_rng(3)
    background = rng.normal(size=(60, 4)).astype(np.float32)
    background[:, 1] += background[:, 0]
    background[rng.random(background.shape) < 0.2] = np.nan
    trees = [
        tree((0, 0.1, "left", (1, -0.3, "right", 0.7, -1.1), 0.4)),
        tree((1, 0.5, "left", (2, 0.0, "left", 0.9, -0.2), (2, 0.8, "right", 0.3, -0.8))),
        tree((2, -0.2, "right", 0.5, (3, 0.4, "left", -0.6, 1.2))),
        tree((3, INF, "right", 0.15, -0.45)),
        tree(0.33),
    ]
    features = [
        ("age", "age"),
        ("budget", "budget"),
        ("email:valid_email", "email"),
        ("email:present", "email"),
    ]
    return ensemble_of(features, trees, background)


def test_terms_add_up_to_the_ensemble_everywhere(correlated: AdditiveEnsemble) -> None:
    rng = np.random.default_rng(5)
    x = rng.normal(size=(500, 4)).astype(np.float32) * 2
    # On the thresholds themselves, which belong to the left, and blank.
    x[:100] = rng.choice(np.array([0.1, -0.3, 0.5, 0.0, 0.8, -0.2, 0.4, np.nan], np.float32), (100, 4))
    assert purified_log_odds(purify(correlated), x) == pytest.approx(correlated.log_odds(x), abs=1e-12)


def test_contributions_are_the_shapley_values(correlated: AdditiveEnsemble) -> None:
    rows = np.concatenate([correlated.background[:6], np.full((1, 4), 9.0, np.float32)])
    expected = [shapley_values(correlated, row) for row in rows]
    assert contributions(correlated, rows) == pytest.approx(np.array(expected), abs=1e-12)


def test_base_value_is_the_mean_log_odds_and_contributions_have_mean_zero(
    correlated: AdditiveEnsemble,
) -> None:
    assert purify(correlated).base == pytest.approx(
        correlated.log_odds(correlated.background).mean(), abs=1e-12
    )
    assert contributions(correlated, correlated.background).mean(axis=0) == pytest.approx(
        np.zeros(3), abs=1e-12
    )


def test_what_is_additive_leaves_no_pair() -> None:
    # Both halves of the first split have the same second split: the tree is a sum of two stumps.
    additive = tree((0, 0.0, "left", (1, 0.0, "left", 1.0, 2.0), (1, 0.0, "left", 11.0, 12.0)))
    background = np.random.default_rng(0).normal(size=(50, 2)).astype(np.float32)
    purified = purify(ensemble_of([("a", "a"), ("b", "b")], [additive], background))
    assert purified.pairs == ()
    assert [np.ptp(term.table[:2]) for term in purified.mains] == pytest.approx([10.0, 1.0])


def test_the_linear_part_is_centred_on_the_background(correlated: AdditiveEnsemble) -> None:
    linear = replace(
        correlated,
        trees=(),
        weight=np.array([0.5, 0.0, -2.0, 0.0]),
        fill=np.array([0.3, 0.0, 0.1, 0.0]),
        low=np.full(4, -1.0),
        high=np.full(4, 1.0),
    )
    purified = purify(linear)
    assert purified.base == pytest.approx(linear.log_odds(linear.background).mean(), abs=1e-7)
    assert purified_log_odds(purified, linear.background) == pytest.approx(linear.log_odds(linear.background))


def test_a_path_of_three_columns_is_refused() -> None:
    deep = tree((0, 0.0, "left", (1, 0.0, "left", (2, 0.0, "left", 1.0, 2.0), 3.0), 4.0))
    background = np.zeros((1, 3), np.float32)
    with pytest.raises(ValueError, match="uses 3 columns"):
        purify(ensemble_of([("a", "a"), ("b", "b"), ("c", "c")], [deep], background))


def test_an_ensemble_without_background_is_refused(correlated: AdditiveEnsemble) -> None:
    with pytest.raises(ValueError, match="background"):
        purify(replace(correlated, background=correlated.background[:0]))
