"""The home page between the service's own types and protobuf."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta

from google.type import date_pb2, money_pb2
from leadlight.conversation.v1 import home_pb2, home_service_pb2

from services.common.db import utc_now
from services.common.errors import invalid_argument
from services.common.paging import Page
from services.common.server.wire import optional_moment, optional_timestamp, storable, timestamp
from services.conversation.home.best_sellers import STORED, BestSellers, Measure
from services.conversation.home.call_facts import HUNDREDTHS, CallFacts, MentionKind
from services.conversation.home.deals import DealFacts, Sums
from services.conversation.home.estimates import Interval
from services.conversation.home.figures import Comparison, Figure, count_figure, share_figure
from services.conversation.home.home import (
    Home,
    MeasureFigures,
    MentionFigures,
    MonthRecordings,
    SellerOverview,
    Topics,
)
from services.conversation.home.periods import Compared, Period, PeriodKind, month_start
from services.conversation.home.tallies import Asked, MentionKey
from services.conversation.home_service import MentionDetails, MentionPoint, SellerDetails, SellerPoint

_NANOS = 1_000_000_000
_EARLIEST, _LATEST = datetime(1970, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
_PERIODS = {home_pb2.HomePeriodKind.Value(f"HOME_PERIOD_KIND_{kind.name}"): kind for kind in PeriodKind}
_MENTIONS = {home_pb2.HomeMentionKind.Value(f"HOME_MENTION_KIND_{kind.name}"): kind for kind in MentionKind}
_MENTION_NUMBERS = {kind: number for number, kind in _MENTIONS.items()}
_MEASURES = {measure: home_pb2.HomeMeasure.Value(f"HOME_MEASURE_{measure.name}") for measure in Measure}


def period_of(message: home_pb2.HomePeriod) -> Period:
    """The period that is asked for.

    Raises:
        LeadlightError: INVALID_ARGUMENT that names the field at fault.
    """
    now = optional_moment(message, "as_of_time", "period.as_of_time") or utc_now()
    if not _EARLIEST <= now < _LATEST:
        raise invalid_argument("period.as_of_time", "is outside the years 1970 to 2199")
    kind = _PERIODS.get(message.kind, PeriodKind.LAST_7_DAYS)
    if kind is not PeriodKind.OWN_DATES:
        if message.HasField("first_day") or message.HasField("last_day"):
            name = "first_day" if message.HasField("first_day") else "last_day"
            raise invalid_argument(f"period.{name}", "is for own dates alone")
        return Period(kind, now)
    first = _day(message.first_day, "first_day") if message.HasField("first_day") else None
    last = _day(message.last_day, "last_day") if message.HasField("last_day") else None
    return Period(kind, now, first, last)


def asked_of(team: str, seller: str) -> Asked:
    """Whose calls are asked for.

    Raises:
        LeadlightError: INVALID_ARGUMENT that names the field at fault.
    """
    return Asked(storable(team, "team"), storable(seller, "seller"))


def mention_of(kind: home_pb2.HomeMentionKind.ValueType, key: str) -> MentionKey:
    """What is mentioned.

    Raises:
        LeadlightError: INVALID_ARGUMENT that names the field at fault.
    """
    return _MENTIONS[kind], storable(key, "key")


def optional_mention_of(request: home_service_pb2.ListHomeCallsRequest) -> MentionKey | None:
    """What calls are to mention, None for nothing.

    Raises:
        LeadlightError: INVALID_ARGUMENT that names the field at fault.
    """
    if bool(request.mention_kind) != bool(request.mention_key):
        wrong = "is needed with mention_kind" if request.mention_kind else "is for a mention_kind alone"
        raise invalid_argument("mention_key", wrong)
    if not request.mention_kind:
        return None
    return _MENTIONS[request.mention_kind], storable(request.mention_key, "mention_key")


def home_message(home: Home) -> home_pb2.Home:
    """The home page."""
    return home_pb2.Home(
        span=_span(home.span),
        basic=_basic(*home.deals, home.time_left) if home.deals else None,
        topics=_topics(home.topics),
        best_sellers=_best_sellers(home.best) if home.best else None,
        months=[_month(each) for each in home.months],
        sellers=[_overview(each) for each in home.sellers],
        missing=[
            home_pb2.MissingPart(part=each.part, service=each.service, reason=each.reason)
            for each in home.missing
        ],
    )


def mention_details_message(found: MentionDetails) -> home_service_pb2.MentionDetails:
    """How often something is mentioned."""
    return home_service_pb2.MentionDetails(
        span=_span(found.span),
        figures=_mention(found.figures),
        points=[_mention_point(each) for each in found.points],
    )


def seller_details_message(found: SellerDetails) -> home_service_pb2.SellerDetails:
    """A seller's measures."""
    return home_service_pb2.SellerDetails(
        span=_span(found.span),
        overview=_overview(found.overview),
        points=[_seller_point(each) for each in found.points],
        negative_percent=_figure(found.negative),
    )


def calls_message(
    page: Page[CallFacts], mention: MentionKey | None
) -> home_service_pb2.ListHomeCallsResponse:
    """A page of calls."""
    return home_service_pb2.ListHomeCallsResponse(
        calls=[_call(each, mention) for each in page.rows], next_page_token=page.next_page_token
    )


def _day(message: date_pb2.Date, name: str) -> date:
    try:
        return date(message.year, message.month, message.day)
    except ValueError:
        raise invalid_argument(f"period.{name}", "is no day") from None


def _date(ordinal: int) -> date_pb2.Date:
    day = date.fromordinal(ordinal)
    return date_pb2.Date(year=day.year, month=day.month, day=day.day)


def _span(span: Compared) -> home_pb2.HomeSpan:
    return home_pb2.HomeSpan(
        start_time=timestamp(span.span.start),
        end_time=timestamp(span.span.end),
        start_time_before=optional_timestamp(span.before.start if span.before else None),
        time_zone=span.time_zone,
    )


def _interval(interval: Interval | None) -> home_pb2.Interval | None:
    return None if interval is None else home_pb2.Interval(low=interval.low, high=interval.high)


def _figure(figure: Figure) -> home_pb2.Figure:
    return home_pb2.Figure(
        value=figure.value,
        sample_size=figure.n,
        interval=_interval(figure.interval),
        value_before=figure.before,
        sample_size_before=figure.n_before,
        change=figure.change,
        change_interval=_interval(figure.change_interval),
        is_change_clear=figure.is_change_clear,
    )


def _measures(figures: MeasureFigures) -> list[home_pb2.MeasureFigure]:
    return [
        home_pb2.MeasureFigure(measure=_MEASURES[measure], figure=_figure(figure))
        for measure, figure in figures.items()
    ]


def _money(currency: str, nanos: int) -> money_pb2.Money:
    sign = -1 if nanos < 0 else 1
    units, rest = divmod(abs(nanos), _NANOS)
    return money_pb2.Money(currency_code=currency, units=sign * units, nanos=sign * rest)


def _money_figures(now: Sums, before: Sums | None) -> list[home_pb2.MoneyFigure]:
    return [
        home_pb2.MoneyFigure(
            amount=_money(currency, now.get(currency, 0)),
            amount_before=None if before is None else _money(currency, before.get(currency, 0)),
        )
        for currency in sorted(now.keys() | (before or {}).keys())
    ]


def _basic(now: DealFacts, before: DealFacts | None, time_left: timedelta) -> home_pb2.BasicKpis:
    past = (before.won, before.won + before.lost) if before else None
    message = home_pb2.BasicKpis(
        won_revenue=_money_figures(now.won_revenue, before.won_revenue if before else None),
        open_revenue=_money_figures(now.open_revenue, before.open_revenue if before else None),
        mean_deal_revenue=_money_figures(now.mean_deal, before.mean_deal if before else None),
        deals_won=_figure(count_figure(now.won, now.won + now.lost, past)),
        win_percent=_figure(share_figure(now.win_rate, before.win_rate if before else None)),
    )
    message.time_left.FromTimedelta(time_left)
    return message


def _topics(topics: Topics) -> home_pb2.CustomerTopics:
    return home_pb2.CustomerTopics(
        conversations=_figure(topics.conversations),
        negative_percent=_figure(topics.negative),
        mean_sentiment=topics.mean_sentiment,
        split=_measures(topics.split),
        keywords=_mentions(topics.mentions[MentionKind.KEYWORD]),
        competitors=_mentions(topics.mentions[MentionKind.COMPETITOR]),
        brands=_mentions(topics.mentions[MentionKind.BRAND]),
    )


def _mentions(found: Sequence[MentionFigures]) -> list[home_pb2.MentionFigures]:
    return [_mention(each) for each in found]


def _mention(found: MentionFigures) -> home_pb2.MentionFigures:
    return home_pb2.MentionFigures(
        kind=_MENTION_NUMBERS[found.kind],
        key=found.key,
        name=found.name,
        mention_count=_figure(found.mentions),
        call_percent=_figure(found.calls),
        is_new=found.is_new,
    )


def _best_sellers(best: BestSellers) -> home_pb2.BestSellers:
    return home_pb2.BestSellers(
        currency=best.currency,
        mean_revenue=_money(best.currency, best.mean_revenue) if best.currency else None,
        best=[
            home_pb2.SellerRevenue(seller=seller, revenue=_money(best.currency, revenue))
            for seller, revenue in best.best.items()
        ],
        other_count=len(best.others),
        measures=_comparisons(best.measures),
        keywords=[
            home_pb2.KeywordComparison(
                key=key,
                best=_figure(compared.best),
                team=_figure(compared.team),
                ratio=compared.ratio,
                interval=_interval(compared.interval),
                is_clear=compared.is_clear,
            )
            for key, compared in best.keywords.items()
        ],
    )


def _comparisons(compared: Mapping[Measure, Comparison]) -> list[home_pb2.MeasureComparison]:
    return [
        home_pb2.MeasureComparison(
            measure=_MEASURES[measure],
            best=_figure(each.best),
            team=_figure(each.team),
            difference=each.difference,
            interval=_interval(each.interval),
            is_clear=each.is_clear,
        )
        for measure, each in compared.items()
    ]


def _month(recorded: MonthRecordings) -> home_pb2.MonthRecordings:
    tally = recorded.tally
    return home_pb2.MonthRecordings(
        first_day=_date(month_start(recorded.month)),
        call_count=tally["calls"],
        hours=tally.hours,
        keyword_call_count=tally["keyword_calls"],
        brand_call_count=tally["brand_calls"],
        competitor_call_count=tally["competitor_calls"],
    )


def _overview(seller: SellerOverview) -> home_pb2.SellerOverview:
    return home_pb2.SellerOverview(
        seller=seller.seller,
        calls=_figure(seller.calls),
        hours=_figure(seller.hours),
        measures=_measures(seller.measures),
        is_best=seller.is_best,
    )


def _mention_point(point: MentionPoint) -> home_pb2.MentionPoint:
    return home_pb2.MentionPoint(
        first_day=_date(point.first_day),
        mention_count=point.mentions,
        call_count=point.calls,
        conversation_count=point.conversations,
    )


def _seller_point(point: SellerPoint) -> home_pb2.SellerPoint:
    return home_pb2.SellerPoint(
        first_day=_date(point.first_day),
        call_count=point.tally["calls"],
        hours=point.tally.hours,
        measures=_measures(point.measures),
    )


def _call(facts: CallFacts, mention: MentionKey | None) -> home_pb2.HomeCall:
    measures = {}
    for measure, stored in STORED.items():
        if (value := facts.measured.get(stored)) is not None:
            own = value / HUNDREDTHS
            measures[measure] = Figure(100 - own if measure is Measure.LISTEN_PERCENT else own, 1)
    return home_pb2.HomeCall(
        id=facts.call_id,
        start_time=timestamp(facts.started_at),
        sellers=facts.sellers,
        team=facts.team,
        duration_ms=facts.duration_ms,
        is_conversation=facts.is_conversation,
        measures=_measures(measures),
        sentiment=None if facts.score is None else facts.score / HUNDREDTHS,
        mention_count=sum(each.count for each in facts.mentions if (each.kind, each.key) == mention),
    )
