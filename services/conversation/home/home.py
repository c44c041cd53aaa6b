"""The home page: what the sums of a period and of the one before say."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from services.conversation.home.best_sellers import STORED, BestSellers, Measure, sample_of
from services.conversation.home.call_facts import HUNDREDTHS, MentionKind
from services.conversation.home.deals import DealFacts, Missing
from services.conversation.home.estimates import Share
from services.conversation.home.figures import Figure, count_figure, mean_figure, share_figure
from services.conversation.home.periods import Compared
from services.conversation.home.tallies import MentionKey, MentionTally, Tallies, Tally, mean_score

MOST_MENTIONS = 20
_SPLIT = (Measure.POSITIVE_PERCENT, Measure.NEUTRAL_PERCENT, Measure.NEGATIVE_PERCENT)

MeasureFigures = Mapping[Measure, Figure]


@dataclass(frozen=True, slots=True)
class MentionFigures:
    """How often something is mentioned.

    Attributes:
        kind: What it is.
        key: The tracker's id, or the brand's key.
        name: For people.
        mentions: How often.
        calls: Percent of conversations that mention it.
        is_new: A brand that no call before the period had.
    """

    kind: MentionKind
    key: str
    name: str
    mentions: Figure
    calls: Figure
    is_new: bool = False


@dataclass(frozen=True, slots=True)
class Topics:
    """What customers talk about.

    Attributes:
        conversations: How many.
        negative: Percent that are more negative than the tenant's mean.
        mean_sentiment: That mean, -1 to 1.
        split: Positive, neutral and negative share of customers' turns.
        mentions: The most mentioned of each kind.
    """

    conversations: Figure
    negative: Figure
    mean_sentiment: float | None
    split: MeasureFigures
    mentions: Mapping[MentionKind, Sequence[MentionFigures]]


@dataclass(frozen=True, slots=True)
class SellerOverview:
    """How a seller's conversations are.

    Attributes:
        seller: Key.
        calls: With consent.
        hours: Their length.
        measures: Those that the data give.
        is_best: None where it is not known.
    """

    seller: str
    calls: Figure
    hours: Figure
    measures: MeasureFigures
    is_best: bool | None = None


@dataclass(frozen=True, slots=True)
class MonthRecordings:
    """The recordings of a calendar month.

    Attributes:
        month: Bucket; see `periods.bucket_of`.
        tally: Its sums.
    """

    month: int
    tally: Tally


@dataclass(frozen=True, slots=True)
class Home:
    """The home page.

    Attributes:
        span: What it is of.
        time_left: Of the period.
        deals: Of the period and of the one before; None if they could not be had.
        topics: What customers talk about.
        best: What the best sellers do; None for sellers, and without deals.
        months: Recordings.
        sellers: By key.
        missing: What could not be had.
    """

    span: Compared
    time_left: timedelta
    deals: tuple[DealFacts, DealFacts | None] | None
    topics: Topics
    best: BestSellers | None
    months: Sequence[MonthRecordings]
    sellers: Sequence[SellerOverview]
    missing: Sequence[Missing] = field(default_factory=tuple)


def topics_of(now: Tallies, before: Tallies | None, heard: Collection[str]) -> Topics:
    """What customers talk about.

    Args:
        now: Of the period.
        before: Of the period before.
        heard: Brands that calls before the period had.
    """
    mean = mean_score(now.all_calls)
    return Topics(
        conversations=_count(now.asked, before.asked if before else None, "conversations"),
        negative=negative_figure(now, before),
        mean_sentiment=None if mean is None else mean / HUNDREDTHS,
        split={each: _measure(each, now.asked, before.asked if before else None) for each in _SPLIT},
        mentions={
            kind: [mention_figures((kind, key), now, before, heard) for key in most_mentioned(now, kind)]
            for kind in MentionKind
        },
    )


def negative_figure(now: Tallies, before: Tallies | None) -> Figure:
    """Percent of conversations that are more negative than the tenant's mean of their period."""
    return share_figure(_more_negative(now), _more_negative(before) if before else None)


def most_mentioned(tallies: Tallies, kind: MentionKind) -> list[str]:
    """What most conversations mention, by key."""
    found = [(key, tally) for (of, key), tally in tallies.mentions.items() if of is kind]
    found.sort(key=lambda each: (-each[1].calls, -each[1].mentions, each[0]))
    return [key for key, _ in found[:MOST_MENTIONS]]


def mention_figures(
    key: MentionKey, now: Tallies, before: Tallies | None, heard: Collection[str]
) -> MentionFigures:
    """How often something is mentioned.

    Args:
        key: What it is.
        now: Of the period.
        before: Of the period before.
        heard: Brands that calls before the period had.
    """
    found = now.mentions.get(key, MentionTally())
    past = before.mentions.get(key, MentionTally()) if before else None
    calls = now.asked["conversations"]
    past_calls = before.asked["conversations"] if before else 0
    return MentionFigures(
        key[0],
        key[1],
        found.name or key[1],
        mentions=count_figure(found.mentions, calls, (past.mentions, past_calls) if past else None),
        calls=share_figure(Share(found.calls, calls), Share(past.calls, past_calls) if past else None),
        is_new=key[0] is MentionKind.BRAND and found.calls > 0 and key[1] not in heard,
    )


def overview_of(
    seller: str, now: Tallies, before: Tallies | None, best: BestSellers | None
) -> SellerOverview:
    """How a seller's conversations are."""
    tally = now.sellers.get(seller, Tally())
    past = before.sellers.get(seller, Tally()) if before else None
    return SellerOverview(
        seller,
        calls=_count(tally, past, "calls"),
        hours=count_figure(tally.hours, tally["calls"], (past.hours, past["calls"]) if past else None),
        measures=measures_of(tally, past),
        is_best=None if best is None or not best.best else seller in best.best,
    )


def measures_of(tally: Tally, before: Tally | None) -> dict[Measure, Figure]:
    """The measures that some calls have."""
    found = {each: _measure(each, tally, before) for each in STORED}
    return {measure: figure for measure, figure in found.items() if figure.n or figure.n_before}


def _measure(measure: Measure, tally: Tally, before: Tally | None) -> Figure:
    return mean_figure(sample_of(tally, measure), sample_of(before, measure) if before else None)


def _count(tally: Tally, before: Tally | None, column: str) -> Figure:
    """A number of calls, which is of itself."""
    return count_figure(tally[column], tally[column], (before[column], before[column]) if before else None)


def _more_negative(tallies: Tallies) -> Share:
    return tallies.scores.below(mean_score(tallies.all_calls))
