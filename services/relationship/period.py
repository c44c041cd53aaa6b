"""The home page: what a period brought and may still bring, and open deals by close date, health and revenue.

Sums are per currency: nothing is converted.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from services.common.records import RecordKind, RecordRef
from services.relationship.membership import Amount, Record, RecordState

Sums = Mapping[str, int]
"""Billionths of a unit by currency (ISO 4217)."""


@dataclass(frozen=True, slots=True)
class PeriodFacts:
    """What a period brought.

    Attributes:
        won: Deals won in it.
        lost: Deals lost in it.
        won_revenue: Actual revenue of the won ones.
        open_revenue: Estimated revenue of open deals that are to close in it.
        mean_deal: Mean actual revenue of the won ones that have one in the currency, half up.
        by_seller: Actual revenue of the won ones by owner; of deals without an owner under "".
        without_revenue: Won deals whose actual revenue is unknown: no sum has them.
        time_left: Of the period: all of it before it begins, 0 when it is over.
    """

    won: int
    lost: int
    won_revenue: Sums
    open_revenue: Sums
    mean_deal: Sums
    by_seller: Mapping[str, Sums]
    without_revenue: int
    time_left: timedelta

    @property
    def win_rate(self) -> float | None:
        """Won of won and lost; None where nothing closed."""
        closed = self.won + self.lost
        return self.won / closed if closed else None


@dataclass(frozen=True, slots=True)
class Bubble:
    """An open deal in the pipeline chart.

    Attributes:
        ref: The opportunity.
        closes_at: Across.
        health: Upwards, 0 to 100.
        revenue: Size; None where none is estimated.
    """

    ref: RecordRef
    closes_at: datetime
    health: int
    revenue: Amount | None


@dataclass(frozen=True, slots=True)
class BubbleChart:
    """Open deals, and how many are not shown.

    Attributes:
        bubbles: By close date.
        without_date: Left out for want of an estimated close date.
        past_date: Left out since theirs is past.
        without_health: Left out for want of a score.
    """

    bubbles: tuple[Bubble, ...]
    without_date: int
    past_date: int
    without_health: int


@dataclass
class _Sum:
    nanos: Counter[str] = field(default_factory=Counter)
    deals: Counter[str] = field(default_factory=Counter)

    def add(self, amount: Amount) -> None:
        self.nanos[amount.currency] += amount.nanos
        self.deals[amount.currency] += 1

    def means(self) -> dict[str, int]:
        return {
            currency: (2 * nanos + self.deals[currency]) // (2 * self.deals[currency])
            for currency, nanos in self.nanos.items()
        }


def period_facts(records: Iterable[Record], start: datetime, end: datetime, now: datetime) -> PeriodFacts:
    """Returns what a period brought.

    Args:
        records: All that may matter; only opportunities count.
        start: First moment.
        end: First moment after it.
        now: For the time that is left.
    """
    deals = [record for record in records if record.ref.kind is RecordKind.OPPORTUNITY]
    closed = [deal for deal in deals if _is_within(deal.actual_close_at, start, end)]
    won = [deal for deal in closed if deal.state is RecordState.WON]
    won_sum, open_sum = _Sum(), _Sum()
    by_seller: dict[str, _Sum] = defaultdict(_Sum)
    for deal in won:
        if deal.actual_revenue is not None:
            won_sum.add(deal.actual_revenue)
            by_seller[deal.owner].add(deal.actual_revenue)
    for deal in deals:
        is_due = deal.state is RecordState.OPEN and _is_within(deal.estimated_close_at, start, end)
        if is_due and deal.estimated_revenue is not None:
            open_sum.add(deal.estimated_revenue)
    return PeriodFacts(
        won=len(won),
        lost=sum(deal.state is RecordState.LOST for deal in closed),
        won_revenue=dict(won_sum.nanos),
        open_revenue=dict(open_sum.nanos),
        mean_deal=won_sum.means(),
        by_seller={seller: dict(found.nanos) for seller, found in sorted(by_seller.items())},
        without_revenue=sum(deal.actual_revenue is None for deal in won),
        time_left=max(end - max(now, start), timedelta()),
    )


def bubble_chart(
    records: Iterable[Record], health_of: Callable[[RecordRef], int | None], now: datetime
) -> BubbleChart:
    """Returns the open deals that can be shown.

    Args:
        records: Only open opportunities count.
        health_of: A record's score; None where it has none. Asked only for deals with a date to come.
        now: A close date before it is past.
    """
    bubbles = []
    left_out: Counter[str] = Counter()
    for deal in records:
        if deal.ref.kind is not RecordKind.OPPORTUNITY or deal.state is not RecordState.OPEN:
            continue
        if deal.estimated_close_at is None:
            left_out["date"] += 1
        elif deal.estimated_close_at < now:
            left_out["past"] += 1
        elif (health := health_of(deal.ref)) is None:
            left_out["health"] += 1
        else:
            bubbles.append(Bubble(deal.ref, deal.estimated_close_at, health, deal.estimated_revenue))
    bubbles.sort(key=lambda bubble: (bubble.closes_at, bubble.ref.id))
    return BubbleChart(tuple(bubbles), left_out["date"], left_out["past"], left_out["health"])


def _is_within(moment: datetime | None, start: datetime, end: datetime) -> bool:
    return moment is not None and start <= moment < end
