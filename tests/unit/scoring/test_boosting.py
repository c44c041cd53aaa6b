import numpy as np
import pytest
from sklearn.ensemble import HistGradientBoostingClassifier

from services.scoring.boosting import BoostingSettings, fit_boosting, round_down, tree_of
from services.scoring.ensemble import LEAF, Tree


def noisy_data(rows: int = 3_000) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(3)
    x = rng.normal(size=(rows, 5)).astype(np.float32)
    x[rng.random(x.shape) < 0.1] = np.nan
    x[:, 3] = rng.integers(0, 6, rows)
    signal = np.nan_to_num(x[:, 0]) * np.nan_to_num(x[:, 1]) + (x[:, 3] > 2) - np.isnan(x[:, 2])
    return x, rng.random(rows) < 1 / (1 + np.exp(-signal))


def paths(tree: Tree, node: int = 0, used: frozenset[int] = frozenset()) -> list[frozenset[int]]:
    if tree.feature[node] == LEAF:
        return [used]
    used |= {int(tree.feature[node])}
    return paths(tree, int(tree.left[node]), used) + paths(tree, int(tree.right[node]), used)


def test_trees_give_the_numbers_of_scikit_learn() -> None:
    x, outcome = noisy_data()
    model = HistGradientBoostingClassifier(max_iter=30, interaction_cst="pairwise", random_state=0)
    model.fit(x, outcome)
    trees = [tree_of(predictors[0].nodes) for predictors in model._predictors]
    log_odds = model._baseline_prediction[0, 0] + sum(tree.value[tree.leaf_of(x)] for tree in trees)

    np.testing.assert_allclose(log_odds, model.decision_function(x), atol=1e-9)


def test_no_path_uses_more_than_two_features() -> None:
    terms = fit_boosting(*noisy_data(), seed=0)

    assert max(len(used) for tree in terms.trees for used in paths(tree)) == 2


def test_same_data_and_seed_give_the_same_trees() -> None:
    x, outcome = noisy_data()
    one, two = fit_boosting(x, outcome, seed=7), fit_boosting(x, outcome, seed=7)

    assert one.base == two.base
    for a, b in zip(one.trees, two.trees, strict=True):
        np.testing.assert_array_equal(a.value, b.value)
        np.testing.assert_array_equal(a.threshold, b.threshold)


def test_fits_forty_and_forty() -> None:
    x = np.repeat(np.array([[0.0], [1.0]], dtype=np.float32), 40, axis=0)
    terms = fit_boosting(x, x[:, 0] > 0.5, seed=0, settings=BoostingSettings(steps=20))

    low, high = terms.log_odds(np.array([[0.0], [1.0]], dtype=np.float32))
    assert low < -1 < 1 < high


@pytest.mark.parametrize("value", [0.1, -0.1, 1 / 3, 1e-40, 16_777_217.0, -16_777_217.0, 0.5, np.inf])
def test_thresholds_round_down(value: float) -> None:
    rounded = round_down(np.array([value]))[0]

    assert float(rounded) <= value
    assert float(np.nextafter(rounded, np.float32(np.inf))) > value or rounded == np.float32(np.inf)
