import numpy as np
import pytest
from sklearn.compose import make_column_transformer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from services.scoring.ensemble import FeatureSpec
from services.scoring.logistic import FARTHEST_EFFECT, fit_logistic, step

NUMBER = FeatureSpec("amount", "amount", "numeric")
NAME = FeatureSpec(
    "source", "source", "category", {"a": 0.0, "b": 1.0, "c": 3.0}, unseen_code=2.0, blank_code=2.0
)


def data() -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(4)
    x = np.column_stack([rng.normal(50, 20, 800), rng.choice([0, 1, 3], 800)]).astype(np.float32)
    return x, rng.random(800) < 1 / (1 + np.exp(-(x[:, 0] / 40 - x[:, 1])))


def test_equals_scikit_learn_with_one_hot_and_standard_scaler() -> None:
    x, outcome = data()
    ours = fit_logistic(x, outcome, (NUMBER, NAME)).log_odds(x)
    theirs = make_pipeline(
        make_column_transformer((StandardScaler(), [0]), (OneHotEncoder(), [1])), LogisticRegression(tol=1e-8)
    ).fit(x, outcome)

    np.testing.assert_allclose(ours, theirs.decision_function(x), atol=5e-3)


def test_a_category_that_was_not_seen_adds_nothing() -> None:
    x, outcome = data()
    terms = fit_logistic(x, outcome, (NUMBER, NAME))

    row = np.array([[50, 2]], dtype=np.float32)
    assert terms.log_odds(row)[0] == pytest.approx(terms.base + 50 * terms.weight[0])


def test_blanks_of_a_number_have_an_effect_of_their_own() -> None:
    rng = np.random.default_rng(5)
    x = rng.normal(size=(2_000, 1)).astype(np.float32)
    blank = rng.random(2_000) < 0.3
    x[blank] = np.nan
    outcome = rng.random(2_000) < np.where(blank, 0.8, 0.2)

    terms = fit_logistic(x, outcome, (NUMBER,))

    filled, empty = 1 / (1 + np.exp(-terms.log_odds(np.array([[0.0], [np.nan]], dtype=np.float32))))
    assert filled == pytest.approx(0.2, abs=0.04)
    assert empty == pytest.approx(0.8, abs=0.05)


def test_a_far_value_moves_the_log_odds_by_a_bounded_amount() -> None:
    x, outcome = data()
    terms = fit_logistic(x, outcome, (NUMBER, NAME))
    far, mean = terms.log_odds(np.array([[1e30, 0], [terms.fill[0], 0]], dtype=np.float32))

    assert far - mean == pytest.approx(FARTHEST_EFFECT)


def test_step_adds_each_codes_effect_and_nothing_between() -> None:
    codes = np.array([0, 1, 3, 7], dtype=np.float32)
    tree = step(0, codes, np.array([0.5, -1.0, 0.25, 2.0]))
    asked = np.arange(10, dtype=np.float32)[:, None]

    assert tree.value[tree.leaf_of(asked)].tolist() == [0.5, -1.0, 0, 0.25, 0, 0, 0, 2.0, 0, 0]
