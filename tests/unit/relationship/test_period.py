"""The home page's numbers of a period, and the pipeline chart."""

from datetime import UTC, datetime, timedelta

import pytest

from services.common.records import RecordKind, RecordRef
from services.relationship.membership import Amount, Record, RecordState
from services.relationship.period import Bubble, bubble_chart, period_facts

START, END, NOW = (datetime(2026, month, day, tzinfo=UTC) for month, day in ((4, 1), (7, 1), (5, 2)))
EUR_1 = 1_000_000_000


def deal(
    name: str,
    state: RecordState,
    *,
    closed: datetime | None = None,
    due: datetime | None = None,
    revenue: int | None = None,
    currency: str = "EUR",
    owner: str = "ann",
    kind: RecordKind = RecordKind.OPPORTUNITY,
) -> Record:
    amount = Amount(currency, revenue * EUR_1) if revenue is not None else None
    is_open = state is RecordState.OPEN
    return Record(
        RecordRef(kind, name),
        state=state,
        owner=owner,
        actual_close_at=closed,
        estimated_close_at=due,
        estimated_revenue=amount if is_open else None,
        actual_revenue=None if is_open else amount,
    )


WON, LOST, OPEN = RecordState.WON, RecordState.LOST, RecordState.OPEN


def test_period() -> None:
    found = period_facts(
        [
            deal("w1", WON, closed=START, revenue=100),
            deal("w2", WON, closed=NOW, revenue=50, owner="bob"),
            deal("w3", WON, closed=NOW, revenue=70, currency="DKK"),
            deal("w4", WON, closed=NOW),
            deal("too late", WON, closed=END, revenue=999),
            deal("too early", WON, closed=START - timedelta(seconds=1), revenue=999),
            deal("l1", LOST, closed=NOW, revenue=0),
            deal("o1", OPEN, due=NOW, revenue=30),
            deal("o2", OPEN, due=START, revenue=12),
            deal("o3", OPEN, due=END, revenue=999),
            deal("o4", OPEN, revenue=999),
            deal("lead", WON, closed=NOW, revenue=999, kind=RecordKind.LEAD),
        ],
        START,
        END,
        NOW,
    )
    assert (found.won, found.lost, found.win_rate) == (4, 1, 0.8)
    assert found.won_revenue == {"EUR": 150 * EUR_1, "DKK": 70 * EUR_1}
    assert found.open_revenue == {"EUR": 42 * EUR_1}
    assert found.mean_deal == {"EUR": 75 * EUR_1, "DKK": 70 * EUR_1}
    assert found.by_seller == {"ann": {"EUR": 100 * EUR_1, "DKK": 70 * EUR_1}, "bob": {"EUR": 50 * EUR_1}}
    assert found.without_revenue == 1
    assert found.time_left == timedelta(days=60)


def test_a_period_without_deals() -> None:
    found = period_facts([], START, END, END + timedelta(days=1))
    assert (found.win_rate, found.won_revenue, found.mean_deal) == (None, {}, {})
    assert found.time_left == timedelta()


@pytest.mark.parametrize(("now", "days"), [(START - timedelta(days=9), 91), (START, 91), (END, 0)])
def test_time_left(now: datetime, days: int) -> None:
    assert period_facts([], START, END, now).time_left == timedelta(days=days)


def test_bubbles_and_what_is_left_out() -> None:
    healths = {"a": 70, "b": 20, "c": None}
    chart = bubble_chart(
        [
            deal("b", OPEN, due=END, revenue=30),
            deal("a", OPEN, due=NOW),
            deal("c", OPEN, due=END),
            deal("no date", OPEN),
            deal("past", OPEN, due=NOW - timedelta(seconds=1)),
            deal("won", WON, closed=NOW, due=END),
        ],
        lambda ref: healths[ref.id],
        NOW,
    )
    assert chart.bubbles == (
        Bubble(RecordRef(RecordKind.OPPORTUNITY, "a"), NOW, 70, None),
        Bubble(RecordRef(RecordKind.OPPORTUNITY, "b"), END, 20, Amount("EUR", 30 * EUR_1)),
    )
    assert (chart.without_date, chart.past_date, chart.without_health) == (1, 1, 1)
