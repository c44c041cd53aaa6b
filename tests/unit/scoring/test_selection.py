import numpy as np
import pytest

from services.scoring.recipes import HEDGE, AttributeSet, Family, Recipe, Trial
from services.scoring.selection import cut, decide, rank, weighted_mean

BOOSTING = Recipe(Family.BOOSTING, AttributeSet.ALL)
STABLE = Recipe(Family.LOGISTIC, AttributeSet.STABLE)


def test_cuts_are_older_80_and_newer_20_percent_of_shrinking_stretches() -> None:
    outcome = np.arange(1_000) % 2 == 0
    sizes = [(len(older), len(newer)) for older, newer in cut(np.arange(1_000), outcome)]

    assert sizes == [(800, 200), (640, 160), (512, 128), (409, 103), (327, 82)]


def test_newer_rows_of_a_cut_are_newer_and_cuts_do_not_overlap() -> None:
    cuts = cut(np.arange(1_000), np.arange(1_000) % 2 == 0)

    assert all(older.max() < newer.min() for older, newer in cuts)
    judged = np.concatenate([newer for _, newer in cuts])
    assert len(np.unique(judged)) == len(judged)


def test_forty_and_forty_are_too_few_to_be_cut_by_time() -> None:
    assert cut(np.arange(80), np.arange(80) % 2 == 0) == []


def trial(recipe: Recipe, gain: float, error: float | None) -> Trial:
    return Trial(recipe, (0.7 + gain,), 0.7 + gain, gain, error)


@pytest.mark.parametrize(
    ("by_cut", "by_fold", "chosen"),
    [
        ([(STABLE, 0.05, 0.01)], [(BOOSTING, 0.01, 0.001)], STABLE),
        ([(STABLE, 0.05, 0.03)], [(BOOSTING, 0.01, 0.001)], BOOSTING),
        ([(STABLE, 0.05, None)], [], HEDGE),
        ([(STABLE, 0.004, 0.0001)], [], HEDGE),
        ([(BOOSTING, -0.03, 0.01)], [(BOOSTING, 0.01, 0.001)], HEDGE),
        ([(BOOSTING, -0.005, 0.01)], [(BOOSTING, 0.01, 0.001)], BOOSTING),
        ([], [(BOOSTING, 0.001, 0.001)], HEDGE),
        ([], [(BOOSTING, 0.01, 0.001)], BOOSTING),
    ],
)
def test_forward_chaining_decides_first_folds_second_and_the_hedge_otherwise(
    by_cut: list[tuple[Recipe, float, float | None]],
    by_fold: list[tuple[Recipe, float, float | None]],
    chosen: Recipe,
) -> None:
    assert decide(tuple(trial(*one) for one in by_cut), tuple(trial(*one) for one in by_fold)) == chosen


def test_newer_cuts_weigh_more() -> None:
    trials = rank([{HEDGE: 0.6, BOOSTING: 0.7}, {HEDGE: 0.6, BOOSTING: 0.5}])

    assert trials[0].recipe == BOOSTING
    assert trials[0].gain == pytest.approx((0.1 - 0.7 * 0.1) / 1.7)


def test_the_gain_of_a_recipe_is_measured_where_it_was_tried() -> None:
    hedge_and_full = {HEDGE: 0.6, Recipe(Family.LOGISTIC, AttributeSet.ALL): 0.6}
    trials = rank([hedge_and_full | {STABLE: 0.8}, hedge_and_full])
    stable = next(one for one in trials if one.recipe == STABLE)

    assert stable.aucs == (0.8, 0.6)
    assert stable.gain == pytest.approx(0.2)
    assert stable.gain_error is None


def test_standard_error_of_an_unweighted_mean() -> None:
    values = np.array([0.1, 0.2, 0.4, 0.3])

    mean, error = weighted_mean(values, np.ones(4))

    assert mean == pytest.approx(0.25)
    assert error == pytest.approx(values.std(ddof=1) / 2)
