"""The time in a stage: what it adds, that it is exact, and that it says of open deals what becomes of them."""

import math

import numpy as np
import pytest

from services.scoring.compile import compile_model
from services.scoring.encoding import Encoder
from services.scoring.runtime import LoadedModel
from services.scoring.staying import fit_stay, with_stay
from tests.unit.scoring.conftest import Fitted

# Ten won deals that stayed 1 day, ten lost ones that stayed 9 days.
DAYS = np.array([1.0] * 10 + [9.0] * 10)
WON = np.array([True] * 10 + [False] * 10)


def test_golden_vector_of_the_term() -> None:
    """One mark, 1 day: beyond it are 0 of 10 won and 10 of 10 lost, each drawn towards 10 of 20 by 20 deals."""
    table = fit_stay(DAYS, WON)
    assert table.marks == (1.0,)
    assert table.log_odds[0] == 0
    assert table.log_odds[1] == pytest.approx(math.log((0 + 10) / 30) - math.log((10 + 10) / 30))
    assert [(each.closed, each.positive, each.share) for each in table.still_there] == [
        (20, 10, 1.0),
        (10, 0, 0.5),
    ]
    assert (table.median_won, table.median_lost) == (1, 9)


@pytest.mark.parametrize(("days", "cell"), [(0, 0), (1, 0), (1.001, 1), (2, 1), (500, 1)])
def test_days_up_to_a_mark_are_before_it(days: float, cell: int) -> None:
    table = fit_stay(DAYS, WON)
    assert table.added(np.array([days])).tolist() == [table.log_odds[cell]]


def test_a_deal_that_has_just_come_in_gets_nothing_for_its_time() -> None:
    days = np.random.default_rng(1).gamma(2.0, 10.0, 500)
    table = fit_stay(days, days < 15)
    assert table.added(np.zeros(1)).tolist() == [0.0]
    assert min(table.log_odds) < -1


def test_all_deals_stayed_equally_long() -> None:
    table = fit_stay(np.full(50, 3.0), np.arange(50) % 2 == 0)
    assert (table.marks, table.log_odds) == ((), (0.0,))


def test_without_won_or_lost_deals_there_is_no_median_and_the_term_is_finite() -> None:
    days = np.arange(30.0)
    table = fit_stay(days, np.ones(30, dtype=bool))
    assert table.median_lost is None
    assert np.isfinite(table.log_odds).all()


def test_what_it_says_of_open_deals_is_what_becomes_of_them() -> None:
    """Deals leave at rates that depend on the outcome alone: the rate among those still there follows Bayes' rule.

    A model that took the days when left for the days so far would say on the first day that quick deals are won.
    """
    rng = np.random.default_rng(7)
    won = rng.random(20_000) < 0.4
    days = rng.exponential(np.where(won, 10.0, 30.0))
    table = fit_stay(days[:10_000], won[:10_000])
    base = math.log(0.4 / 0.6)
    later_days, later_won = days[10_000:], won[10_000:]
    for so_far in (0.0, 6.0, 15.0, 30.0):
        still = later_days > so_far
        said = 1 / (1 + math.exp(-(base + float(table.added(np.array([so_far]))[0]))))
        assert said == pytest.approx(float(later_won[still].mean()), abs=0.05), so_far


def test_with_the_term_contributions_stay_exact_and_the_others_do_not_move(fitted: Fitted) -> None:
    table = fit_stay(DAYS * 3, WON)
    model = LoadedModel(compile_model(with_stay(fitted.ensemble, table, "days_in_stage")))
    values = {
        "budget": 900.0,
        "age": 30,
        "job": "manager",
        "rating": "3",
        "member": True,
        "email": "a@acme.com",
    }
    plain = fitted.model.score(values)
    assert model.base_log_odds == pytest.approx(fitted.model.base_log_odds, abs=1e-6)
    for days in (None, 0.0, 3.0, 4.0, 400.0):
        score = model.score(values | {"days_in_stage": days})
        added = 0.0 if days is None else float(table.added(np.array([days]))[0])
        contributions = dict(zip(model.attributes, score.contributions, strict=True))
        assert contributions["days_in_stage"] == pytest.approx(added, abs=1e-6)
        assert score.log_odds == pytest.approx(plain.log_odds + added, abs=1e-5)
        for attribute, contribution in zip(fitted.model.attributes, plain.contributions, strict=True):
            assert contributions[attribute] == pytest.approx(contribution, abs=1e-6)


def test_one_record_and_many_get_the_same_for_their_time(fitted: Fitted) -> None:
    table = fit_stay(np.random.default_rng(2).gamma(2.0, 10.0, 300), np.arange(300) % 3 == 0)
    model = LoadedModel(compile_model(with_stay(fitted.ensemble, table, "days_in_stage")))
    assert isinstance(model.encoder, Encoder)
    records = [{"age": 30.0, "days_in_stage": float(days)} for days in range(0, 80, 7)]
    rows = np.array([model.encoder.encode(each) for each in records], dtype=np.float32)
    many = model.score_matrix(rows).probability
    assert many.tolist() == pytest.approx([model.score(each).probability for each in records], abs=1e-6)
