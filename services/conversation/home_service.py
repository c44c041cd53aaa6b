"""The use cases of the home page: the page itself, what is behind a number of it, and who may see what."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from services.common.caller import Caller, Role
from services.common.db import Database, TenantReader
from services.common.errors import Code, LeadlightError, Reason
from services.common.paging import Page
from services.conversation import settings_store
from services.conversation.home import fact_store, moment_store, tally_store
from services.conversation.home.best_sellers import BestSellers, best_sellers
from services.conversation.home.call_facts import CallFacts, MentionKind
from services.conversation.home.deals import DealFacts, Missing, OwnTime
from services.conversation.home.figures import Figure
from services.conversation.home.home import (
    MOST_MENTIONS,
    Home,
    MeasureFigures,
    MentionFigures,
    MonthRecordings,
    SellerOverview,
    measures_of,
    mention_figures,
    most_mentioned,
    negative_figure,
    overview_of,
    topics_of,
)
from services.conversation.home.periods import (
    DAILY_UP_TO,
    Compared,
    Grain,
    Period,
    Span,
    bucket_of,
    compared,
    month_start,
)
from services.conversation.home.tallies import Asked, MentionKey, MentionTally, Tallies, Tally

FEWEST_MONTHS = 12
MOST_MONTHS = 120
_SEE_EVERYBODY = frozenset({Role.MANAGER, Role.ADMIN, Role.SERVICE})
_RECORDED = ("calls", "duration_ms", "keyword_calls", "brand_calls", "competitor_calls")


class PendingDeals(Protocol):
    """Deals that were asked for and may be on their way."""

    def facts(self) -> DealFacts:
        """What the period brought.

        Raises:
            LeadlightError: The relationship service gave no answer.
        """
        ...

    def facts_before(self) -> DealFacts | None:
        """What the period before brought; None without one. Raises as `facts`."""
        ...

    def own_time(self) -> OwnTime:
        """Own time in the period. Raises as `facts`."""
        ...


class DealSource(Protocol):
    """Who knows of deals."""

    def ask(self, span: Compared, seller: str, *, with_sellers: bool) -> PendingDeals:
        """Asks for a period and the one before, and does not wait.

        Args:
            span: The periods.
            seller: Of whose deals alone; empty for all.
            with_sellers: Whether own time by seller is needed.
        """
        ...


@dataclass(frozen=True, slots=True)
class MentionPoint:
    """A day or a month of something that is mentioned.

    Attributes:
        first_day: Ordinal.
        mentions: How often.
        calls: Conversations that mention it.
        conversations: All of them.
    """

    first_day: int
    mentions: int
    calls: int
    conversations: int


@dataclass(frozen=True, slots=True)
class MentionDetails:
    """How often something is mentioned, over the period and over time."""

    span: Compared
    figures: MentionFigures
    points: Sequence[MentionPoint]


@dataclass(frozen=True, slots=True)
class SellerPoint:
    """A day or a month of a seller.

    Attributes:
        first_day: Ordinal.
        tally: The sums.
        measures: Those that the data give.
    """

    first_day: int
    tally: Tally
    measures: MeasureFigures


@dataclass(frozen=True, slots=True)
class SellerDetails:
    """A seller's measures, over the period and over time."""

    span: Compared
    overview: SellerOverview
    negative: Figure
    points: Sequence[SellerPoint]


class HomeService:
    """The home page of all tenants.

    Args:
        db: The service's database.
        deals: Who knows of deals.
    """

    def __init__(self, db: Database, deals: DealSource) -> None:
        self._db = db
        self._deals = deals

    def home(self, caller: Caller, period: Period, asked: Asked) -> Home:
        """The home page of a period.

        Raises:
            LeadlightError: PERMISSION_DENIED for a seller who asks for another; INVALID_ARGUMENT for own dates that
                are none.
        """
        asked = visible(caller, asked)
        sees_all = sees_everybody(caller)
        with self._db.read(caller.tenant) as session:
            span = _span(session, period)
            pending = self._deals.ask(span, asked.seller, with_sellers=sees_all)
            now = _tallies(session, span.span, asked, with_keywords=sees_all)
            keys = [(kind, key) for kind in MentionKind for key in most_mentioned(now, kind)]
            before = _tallies(session, span.before, asked, mentions=keys) if span.before else None
            heard = _heard(session, span.span, now)
            months = _months(session, span, asked)
        missing: list[Missing] = []
        deals = _deals(pending, missing)
        best = _best(pending, now, deals[0] if deals else None, asked, missing) if sees_all else None
        return Home(
            span,
            span.span.left_at(period.now),
            deals,
            topics_of(now, before, heard),
            best,
            months,
            [overview_of(seller, now, before, best) for seller in sorted(now.sellers)],
            missing,
        )

    def mention(self, caller: Caller, key: MentionKey, period: Period, asked: Asked) -> MentionDetails:
        """How often something is mentioned. Raises as `home`."""
        asked = visible(caller, asked)
        with self._db.read(caller.tenant) as session:
            span = _span(session, period)
            now = _tallies(session, span.span, asked, mentions=[key])
            before = _tallies(session, span.before, asked, mentions=[key]) if span.before else None
            heard = tally_store.known_before(session, span.span.first_day, [key[1]])
            points = _mention_points(session, span.span, asked, key)
        return MentionDetails(span, mention_figures(key, now, before, heard), points)

    def seller(self, caller: Caller, period: Period, asked: Asked) -> SellerDetails:
        """A seller's measures. Raises as `home`."""
        asked = visible(caller, asked)
        with self._db.read(caller.tenant) as session:
            span = _span(session, period)
            now = _tallies(session, span.span, asked, mentions=())
            before = _tallies(session, span.before, asked, mentions=()) if span.before else None
            points = _seller_points(session, span.span, asked)
        return SellerDetails(
            span, overview_of(asked.seller, now, before, None), negative_figure(now, before), points
        )

    def calls(
        self,
        caller: Caller,
        period: Period,
        asked: Asked,
        key: MentionKey | None,
        *,
        page_size: int,
        page_token: str,
    ) -> Page[CallFacts]:
        """A page of the calls behind the numbers, the latest first.

        Raises:
            LeadlightError: As `home`; INVALID_ARGUMENT for a page token of another list.
        """
        asked = visible(caller, asked)
        with self._db.read(caller.tenant) as session:
            span = _span(session, period)
            return fact_store.list_calls(
                session, span.span, asked, key, page_size=page_size, page_token=page_token
            )


def sees_everybody(caller: Caller) -> bool:
    """Whether somebody may see other sellers' numbers."""
    return bool(caller.roles & _SEE_EVERYBODY)


def visible(caller: Caller, asked: Asked) -> Asked:
    """What somebody may see of what they ask for: sellers themselves alone.

    Raises:
        LeadlightError: PERMISSION_DENIED for a seller who asks for another.
    """
    asked = replace(asked, seller=asked.seller.casefold())
    if sees_everybody(caller):
        return asked
    own = caller.subject.casefold()
    if asked.seller not in ("", own):
        raise LeadlightError(
            Code.PERMISSION_DENIED,
            Reason.ROLE_REQUIRED,
            "a seller sees their own numbers alone",
            metadata={"roles": ", ".join(sorted(_SEE_EVERYBODY))},
        )
    return replace(asked, seller=own)


def _span(session: TenantReader, period: Period) -> Compared:
    return compared(period, settings_store.read(session).time_zone, tally_store.call_days(session))


class _Store(Protocol):
    """What moment_store and tally_store have in common."""

    def read_tallies(
        self, session: TenantReader, span: Span, asked: Asked, *, with_keywords: bool = False
    ) -> Tallies: ...

    def read_most_mentioned(
        self, session: TenantReader, span: Span, asked: Asked, kind: MentionKind, limit: int
    ) -> dict[MentionKey, MentionTally]: ...

    def read_mentions(
        self, session: TenantReader, span: Span, asked: Asked, keys: Collection[MentionKey]
    ) -> dict[MentionKey, MentionTally]: ...

    def read_days(
        self, session: TenantReader, span: Span, asked: Asked
    ) -> list[tuple[int, Counter[str]]]: ...

    def read_mention_days(
        self, session: TenantReader, span: Span, asked: Asked, key: MentionKey
    ) -> list[tuple[int, int, int]]: ...


def _store(span: Span) -> _Store:
    """Where a period's sums are: stored by day and month, or to be worked out from its calls."""
    if span.is_to_the_moment:
        return moment_store
    return tally_store


def _tallies(
    session: TenantReader,
    span: Span,
    asked: Asked,
    *,
    mentions: Collection[MentionKey] | None = None,
    with_keywords: bool = False,
) -> Tallies:
    """The sums of a period: stored ones of days and months, of parts of days those of their calls.

    Args:
        session: The transaction.
        span: The period.
        asked: Whose calls.
        mentions: Which mentions to sum; None for the most frequent of each kind.
        with_keywords: Whether to sum keywords by seller.
    """
    store = _store(span)
    found = store.read_tallies(session, span, asked, with_keywords=with_keywords)
    if mentions is not None:
        found.mentions = store.read_mentions(session, span, asked, mentions)
        return found
    for kind in MentionKind:
        found.mentions.update(store.read_most_mentioned(session, span, asked, kind, MOST_MENTIONS))
    return found


def _heard(session: TenantReader, span: Span, now: Tallies) -> set[str]:
    return tally_store.known_before(session, span.first_day, most_mentioned(now, MentionKind.BRAND))


def _months(session: TenantReader, span: Compared, asked: Asked) -> list[MonthRecordings]:
    last = bucket_of(span.span.last_day, Grain.MONTH)
    first = min(bucket_of(span.span.first_day, Grain.MONTH), last - FEWEST_MONTHS + 1)
    first = max(first, last - MOST_MONTHS + 1)
    found = tally_store.read_months(session, first, last, asked, _RECORDED)
    return [MonthRecordings(month, Tally(found.get(month, Counter()))) for month in range(first, last + 1)]


def _deals(pending: PendingDeals, missing: list[Missing]) -> tuple[DealFacts, DealFacts | None] | None:
    try:
        return pending.facts(), pending.facts_before()
    except LeadlightError as error:
        missing += [_missing("basic", error), _missing("best_sellers", error)]
        return None


def _best(
    pending: PendingDeals, now: Tallies, deals: DealFacts | None, asked: Asked, missing: list[Missing]
) -> BestSellers | None:
    if deals is None:
        return None
    if asked.team:
        # Deals know no teams: whose calls are the team's belongs to it.
        ours = {seller: sums for seller, sums in deals.sellers.items() if seller in now.sellers}
        deals = replace(deals, sellers=ours)
    try:
        own_time: OwnTime | None = pending.own_time()
    except LeadlightError as error:
        missing.append(_missing("engagement_hours", error))
        own_time = None
    return best_sellers(now, deals, own_time)


def _missing(part: str, error: LeadlightError) -> Missing:
    return Missing(part, "relationship", error.reason.value)


def _point_of(span: Span, day: int) -> int:
    """The first day of the point that a day belongs to."""
    if span.days <= DAILY_UP_TO:
        return day
    return max(span.first_day, month_start(bucket_of(day, Grain.MONTH)))


def _day_tallies(session: TenantReader, span: Span, asked: Asked) -> dict[int, Tally]:
    found: dict[int, Tally] = {}
    for day, counts in _store(span).read_days(session, span, asked):
        found.setdefault(_point_of(span, day), Tally()).add(counts)
    return found


def _mention_points(session: TenantReader, span: Span, asked: Asked, key: MentionKey) -> list[MentionPoint]:
    calls: Counter[int] = Counter()
    mentions: Counter[int] = Counter()
    for day, found, times in _store(span).read_mention_days(session, span, asked, key):
        calls[_point_of(span, day)] += found
        mentions[_point_of(span, day)] += times
    return [
        MentionPoint(day, mentions[day], calls[day], tally["conversations"])
        for day, tally in _day_tallies(session, span, asked).items()
        if tally["conversations"]
    ]


def _seller_points(session: TenantReader, span: Span, asked: Asked) -> list[SellerPoint]:
    return [
        SellerPoint(day, tally, measures_of(tally, None))
        for day, tally in _day_tallies(session, span, asked).items()
    ]
