"""What the best sellers do: whose revenue in the period is above the sellers' mean, against all the others."""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum

from services.conversation.home.call_facts import Measured
from services.conversation.home.deals import DealFacts, OwnTime, TimeKind
from services.conversation.home.estimates import Sample, Share
from services.conversation.home.figures import Comparison, compare_means, compare_shares
from services.conversation.home.tallies import MS_PER_HOUR, Tallies, Tally

MOST_KEYWORDS = 20


class Measure(StrEnum):
    """What is measured, as the home page names it."""

    TALK_PERCENT = "talk_percent"
    LISTEN_PERCENT = "listen_percent"
    SWITCHES_PER_HOUR = "switches_per_hour"
    PAUSE_BEFORE_SPEAKING_S = "pause_before_speaking_s"
    CUSTOMER_MONOLOGUE_S = "customer_monologue_s"
    POSITIVE_PERCENT = "positive_percent"
    NEUTRAL_PERCENT = "neutral_percent"
    NEGATIVE_PERCENT = "negative_percent"
    EMAIL_HOURS = "email_hours"
    CALL_HOURS = "call_hours"
    MEETING_HOURS = "meeting_hours"


STORED = {
    Measure.TALK_PERCENT: Measured.TALK,
    Measure.LISTEN_PERCENT: Measured.TALK,
    Measure.SWITCHES_PER_HOUR: Measured.SWITCHES,
    Measure.PAUSE_BEFORE_SPEAKING_S: Measured.PAUSE,
    Measure.CUSTOMER_MONOLOGUE_S: Measured.MONOLOGUE,
    Measure.POSITIVE_PERCENT: Measured.POSITIVE,
    Measure.NEUTRAL_PERCENT: Measured.NEUTRAL,
    Measure.NEGATIVE_PERCENT: Measured.NEGATIVE,
}
"""What each measure of calls is worked out from."""

_HOURS = {
    Measure.EMAIL_HOURS: TimeKind.EMAIL,
    Measure.CALL_HOURS: TimeKind.CALL,
    Measure.MEETING_HOURS: TimeKind.MEETING,
}


@dataclass(frozen=True, slots=True)
class BestSellers:
    """The best against the others.

    Attributes:
        currency: In which revenue is compared; empty without any.
        mean_revenue: Mean of the sellers', in billionths, half up.
        best: Revenue of the best, the most first.
        others: The other sellers.
        measures: Comparisons of what both groups have.
        keywords: Comparisons by keyword, the largest difference first.
    """

    currency: str
    mean_revenue: int
    best: Mapping[str, int]
    others: Collection[str]
    measures: Mapping[Measure, Comparison]
    keywords: Mapping[str, Comparison]


def sample_of(tally: Tally, measure: Measure) -> Sample:
    """A measure of calls."""
    sample = tally.sample(STORED[measure])
    return sample.less_than(100) if measure is Measure.LISTEN_PERCENT else sample


def best_sellers(tallies: Tallies, deals: DealFacts, own_time: OwnTime | None) -> BestSellers:
    """Compares the best with the others.

    Sellers are those with calls in the period and, of all teams, those with revenue.

    Args:
        tallies: Of the period.
        deals: Of the period; of the sellers that count alone.
        own_time: Of the period; None if it is not known.
    """
    currency = _currency(deals)
    revenue = {seller: sums.get(currency, 0) for seller, sums in deals.sellers.items() if seller}
    sellers = tallies.sellers.keys() | revenue.keys()
    total = sum(revenue.values())
    best = {
        seller: revenue[seller]
        for seller in sorted(sellers, key=lambda each: (-revenue.get(each, 0), each))
        if revenue.get(seller, 0) * len(sellers) > total
    }
    others = sorted(sellers - best.keys())
    mean = (2 * total + len(sellers)) // (2 * len(sellers)) if sellers else 0
    if not best or not others:
        return BestSellers(currency, mean, best, others, {}, {})
    measures = _measures(tallies, best, others)
    if own_time is not None:
        measures |= {
            measure: compare_means(_hours(own_time, best, kind), _hours(own_time, others, kind))
            for measure, kind in _HOURS.items()
        }
    return BestSellers(currency, mean, best, others, measures, _keywords(tallies, best, others))


def _currency(deals: DealFacts) -> str:
    """The one that most sellers have revenue in; the first by name of several."""
    sellers = Counter(
        currency
        for seller, sums in deals.sellers.items()
        if seller
        for currency, nanos in sums.items()
        if nanos > 0
    )
    return min(sellers, key=lambda each: (-sellers[each], each), default="")


def _measures(tallies: Tallies, best: Collection[str], others: Collection[str]) -> dict[Measure, Comparison]:
    ours, theirs = _sum(tallies, best), _sum(tallies, others)
    compared = {
        measure: compare_means(sample_of(ours, measure), sample_of(theirs, measure)) for measure in STORED
    }
    return {measure: each for measure, each in compared.items() if each.best.n or each.team.n}


def _keywords(tallies: Tallies, best: Collection[str], others: Collection[str]) -> dict[str, Comparison]:
    """Keywords by how much more of the best's conversations mention them, those that they use alone."""
    groups = []
    for sellers in (best, others):
        used: Counter[str] = Counter()
        for seller in sellers:
            used.update(tallies.seller_keywords.get(seller, {}))
        groups.append((used, _sum(tallies, sellers)["conversations"]))
    (ours, our_calls), (theirs, their_calls) = groups
    compared = {
        key: compare_shares(Share(ours[key], our_calls), Share(theirs[key], their_calls)) for key in ours
    }
    order = sorted(compared, key=lambda key: (-(compared[key].difference or 0.0), key))
    return {key: compared[key] for key in order[:MOST_KEYWORDS]}


def _sum(tallies: Tallies, sellers: Collection[str]) -> Tally:
    total = Tally()
    for seller in sellers:
        if seller in tallies.sellers:
            total.add(tallies.sellers[seller].counts)
    return total


def _hours(own_time: OwnTime, sellers: Collection[str], kind: TimeKind) -> Sample:
    """Hours per seller; one without any activity has 0."""
    return Sample.of((own_time.get(seller, {}).get(kind, 0) for seller in sellers), MS_PER_HOUR)
