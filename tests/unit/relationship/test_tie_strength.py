"""Strength of a tie: bands, decay, one-way mail, adaptation of the half-life to the tenant's own past."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.relationship.pair_days import PairDay, PairDays
from services.relationship.tie_fitting import fit_ties
from services.relationship.tie_strength import (
    HALF_LIVES_DAYS,
    Band,
    TieModel,
    band_of,
    features,
    strengths,
)

TODAY = 1_000
DEFAULT = TieModel.default()


def strength_of(
    *rows: tuple[int, int, int, int], before_day: int = TODAY, model: TieModel = DEFAULT
) -> float:
    """Strength of one pair of (days ago, sent, received, meetings)."""
    days = PairDays.of(PairDay("ann", "carl", TODAY - ago, *counts) for ago, *counts in rows)
    return float(strengths(days, before_day, model)[0])


@pytest.mark.parametrize(
    ("strength", "band"),
    [
        (100, Band.STRONG),
        (60, Band.STRONG),
        (59.9, Band.MEDIUM),
        (25, Band.MEDIUM),
        (24.9, Band.WEAK),
        (0, Band.WEAK),
    ],
)
def test_band(strength: float, band: Band) -> None:
    assert band_of(strength) is band


def test_features_are_the_published_ones() -> None:
    days = PairDays.of(
        [PairDay("ann", "carl", 990, sent=3, received=2), PairDay("ann", "carl", 995, 1, 0, 1)]
    )
    sent = 3 * 2 ** (-9.5 / 30) + (1 + 2) * 2 ** (-4.5 / 30)
    received = 2 * 2 ** (-9.5 / 30) + 2 * 2 ** (-4.5 / 30)
    expected = [np.log1p(2 * np.sqrt(sent * received)), np.log1p(2 * (sent + received))]
    assert features(days, TODAY, (30.0,))[0] == pytest.approx(expected, abs=1e-12)


def test_strength_is_the_published_one() -> None:
    model = TieModel((30.0,), (0.7,), (0.4,), intercept=-2.0)
    days = PairDays.of([PairDay("ann", "carl", 990, sent=3, received=2)])
    two_way, all_messages = features(days, TODAY, (30.0,))[0]
    p, p0 = (1 / (1 + np.exp(-odds)) for odds in (-2 + 0.7 * two_way + 0.4 * all_messages, -2.0))
    assert strengths(days, TODAY, model)[0] == pytest.approx(100 * (p - p0) / (1 - p0), abs=1e-9)


def test_lively_exchange_is_strong_and_a_greeting_is_weak() -> None:
    assert band_of(strength_of(*((ago, 2, 2, 0) for ago in range(1, 60, 3)))) is Band.STRONG
    assert band_of(strength_of((200, 1, 1, 0))) is Band.WEAK


def test_nothing_before_the_day_is_no_strength() -> None:
    assert strength_of((1, 5, 5, 1), before_day=TODAY - 10) == 0


@settings(max_examples=50)
@given(
    st.lists(
        st.tuples(st.integers(1, 900), st.integers(0, 9), st.integers(0, 9), st.integers(0, 3)),
        min_size=1,
        max_size=12,
    ),
    st.integers(1, 400),
)
def test_grows_with_exchange_and_decays_with_time(rows: list[tuple[int, int, int, int]], later: int) -> None:
    today = strength_of(*rows)
    assert 0 <= today < 100
    assert strength_of(*rows, before_day=TODAY + later) <= today
    assert strength_of(*rows, (1, 1, 1, 0)) >= today


@settings(max_examples=50)
@given(st.integers(0, 1_000_000), st.integers(0, 900))
def test_one_way_mail_is_never_above_weak(messages: int, days_ago: int) -> None:
    generous = TieModel((30.0,), (0.0,), (5.0,), intercept=0.0)
    for model in (DEFAULT, generous):
        assert strength_of((days_ago + 1, messages, 0, 0), model=model) < 24.5
        assert strength_of((days_ago + 1, 0, messages, 0), model=model) < 24.5


def test_one_way_pairs_keep_their_order_where_they_are_held_weak() -> None:
    found = [strength_of((1, messages, 0, 0)) for messages in (1, 10, 100, 1_000)]
    assert found == sorted(set(found))


def test_a_meeting_is_two_way() -> None:
    assert strength_of(*((ago, 0, 0, 1) for ago in range(1, 60, 7))) > 25


def test_a_half_life_of_ones_own_is_the_only_one() -> None:
    slow, fast = (strength_of((90, 5, 5, 0), model=TieModel.of_half_life(days)) for days in (365, 7))
    assert band_of(slow) is Band.STRONG
    assert band_of(fast) is Band.WEAK


def simulated(rates: np.ndarray, seed: int) -> PairDays:
    """A log in which both sides of a pair write with a daily rate (pairs, days)."""
    rng = np.random.default_rng(seed)
    sent, received = rng.poisson(rates), rng.poisson(rates)
    return PairDays.of(
        PairDay("ann", f"c{pair}", int(day) + 1, int(sent[pair, day]), int(received[pair, day]))
        for pair, day in np.argwhere(sent + received)
    )


def long_memory(seed: int, pairs: int = 400, days: int = 720) -> PairDays:
    """Each pair keeps its pace for good: old mails tell as much as new ones."""
    rng = np.random.default_rng(seed)
    return simulated(np.repeat(np.exp(rng.normal(-4.5, 1.2, (pairs, 1))), days, axis=1), seed)


def short_memory(seed: int, pairs: int = 400, days: int = 720) -> PairDays:
    """Each pair takes on a new pace every 40 days: old mails tell nothing."""
    rng = np.random.default_rng(seed)
    paces = np.repeat(np.exp(rng.normal(-4.5, 2.0, (pairs, days // 40))), 40, axis=1)
    return simulated(paces, seed)


def mean_half_life(model: TieModel) -> float:
    """In powers of two, so that it says which end of the scale weighs more."""
    weights = np.array(model.two_way) + np.array(model.all_messages)
    return float(np.exp2(np.average(np.log2(model.half_lives_days), weights=weights)))


def auc(days: PairDays, before_day: int, score: np.ndarray) -> float:
    goes_on = days.within(before_day, before_day + 60).is_mutual()
    known = days.before(before_day).last_day() >= 0
    on, off = score[known & goes_on], score[known & ~goes_on]
    return float(np.mean((on[:, None] > off) + 0.5 * (on[:, None] == off)))


def test_long_half_lives_win_where_memory_is_long() -> None:
    days = long_memory(seed=1)
    fitted = fit_ties(days, 650)
    assert fitted.fitted_on > 1_000
    assert mean_half_life(fitted) > 1.3 * mean_half_life(DEFAULT)
    found = {h: auc(days, 650, strengths(days, 650, TieModel.of_half_life(h))) for h in (7, 480)}
    assert found[480] > found[7] + 0.03
    assert auc(days, 650, strengths(days, 650, fitted)) > found[480] - 0.01


def test_short_half_lives_win_where_memory_is_short() -> None:
    days = short_memory(seed=1)
    fitted = fit_ties(days, 650)
    assert mean_half_life(fitted) < 0.5 * mean_half_life(DEFAULT)
    assert auc(days, 650, strengths(days, 650, fitted)) > auc(days, 650, strengths(days, 650, DEFAULT)) + 0.02


def test_nothing_from_the_day_on_is_looked_at() -> None:
    days = long_memory(seed=2)
    assert fit_ties(days, 600) == fit_ties(days.before(600), 600)


def test_little_history_leaves_the_default() -> None:
    assert fit_ties(long_memory(seed=3, pairs=10), 650) == DEFAULT
    assert fit_ties(PairDays.of([]), 650) == DEFAULT


def test_weights_are_never_negative() -> None:
    fitted = fit_ties(short_memory(seed=4), 700)
    assert len(fitted.two_way) == len(fitted.all_messages) == len(HALF_LIVES_DAYS)
    assert min(fitted.two_way + fitted.all_messages) >= 0


def test_a_pair_that_is_there_from_both_ends_is_learned_from_once() -> None:
    days = long_memory(seed=2)
    mirrored = PairDays(
        days.pairs + tuple((contact, colleague) for colleague, contact in days.pairs),
        np.concatenate([days.pair, days.pair + len(days.pairs)]),
        *(np.concatenate(each) for each in ([days.day] * 2, [days.sent, days.received])),
        *(np.concatenate(each) for each in ([days.received, days.sent], [days.meetings] * 2)),
    )
    one, both = fit_ties(days, 650), fit_ties(mirrored, 650)
    assert both.fitted_on == one.fitted_on
    assert both.two_way + both.all_messages == pytest.approx(one.two_way + one.all_messages, abs=1e-6)
