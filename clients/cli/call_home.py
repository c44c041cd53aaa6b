"""`leadlight conversation home`: what customers talk about, what the best sellers do, how the team does."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal

import typer
from google.protobuf import json_format
from google.type import date_pb2, money_pb2
from leadlight.conversation.v1 import home_pb2, home_service_pb2, home_service_pb2_grpc

from clients.cli import output
from clients.cli.connection import connect
from clients.cli.failures import UsageError
from clients.cli.options import JsonOption

SERVICE = "conversation"
_NANOS = 1e9


class Period(StrEnum):
    """Which stretch of time."""

    DAY = "24h"
    WEEK = "7d"
    THIS_MONTH = "this-month"
    LAST_MONTH = "last-month"
    ALL = "all"


_KINDS = {
    Period.DAY: home_pb2.HOME_PERIOD_KIND_LAST_24_HOURS,
    Period.WEEK: home_pb2.HOME_PERIOD_KIND_LAST_7_DAYS,
    Period.THIS_MONTH: home_pb2.HOME_PERIOD_KIND_THIS_MONTH,
    Period.LAST_MONTH: home_pb2.HOME_PERIOD_KIND_LAST_MONTH,
    Period.ALL: home_pb2.HOME_PERIOD_KIND_ALL_TIME,
}


def home(
    context: typer.Context,
    *,
    period: Annotated[
        Period | None, typer.Option(help="Of when; own dates by --from and --to.", show_default="7d")
    ] = None,
    first: Annotated[
        datetime | None,
        typer.Option("--from", metavar="DAY", formats=["%Y-%m-%d"], help="First day of own dates."),
    ] = None,
    last: Annotated[
        datetime | None,
        typer.Option("--to", metavar="DAY", formats=["%Y-%m-%d"], help="Last day of own dates; it counts."),
    ] = None,
    team: Annotated[str, typer.Option(help="One team's calls alone.")] = "",
    seller: Annotated[str, typer.Option(help="One seller's calls alone, by address or id.")] = "",
    as_json: JsonOption = False,
) -> None:
    """Show the manager's home page: each number beside the period before, with how many it is of.

    A change or a difference is marked * when it is more than noise: its 95 % confidence interval does not hold 0.

    Examples:
        leadlight conversation home --period this-month

        leadlight conversation home --from 2026-03-01 --to 2026-03-14 --team north --json
    """
    request = home_service_pb2.GetHomeRequest(period=_period(period, first, last), team=team, seller=seller)
    with connect(context.obj, SERVICE, "relationship") as channel:
        found = home_service_pb2_grpc.HomeServiceStub(channel).GetHome(request)
    if as_json:
        output.print_json(json_format.MessageToDict(found, preserving_proto_field_name=True))
        return
    _print(found)


def _period(period: Period | None, first: datetime | None, last: datetime | None) -> home_pb2.HomePeriod:
    if first is None and last is None:
        return home_pb2.HomePeriod(kind=_KINDS[period or Period.WEEK])
    if period is not None or first is None or last is None:
        raise UsageError("own dates are --from and --to together, without --period")
    return home_pb2.HomePeriod(
        kind=home_pb2.HOME_PERIOD_KIND_OWN_DATES, first_day=_day(first), last_day=_day(last)
    )


def _day(moment: datetime) -> date_pb2.Date:
    return date_pb2.Date(year=moment.year, month=moment.month, day=moment.day)


def _print(found: home_pb2.Home) -> None:
    span = found.span
    output.say(
        f"{span.start_time.ToDatetime():%Y-%m-%d %H:%M} to {span.end_time.ToDatetime():%Y-%m-%d %H:%M} UTC "
        f"(days of {span.time_zone})"
    )
    if found.HasField("basic"):
        _print_basic(found.basic)
    topics = found.topics
    _print_figures(
        "What customers talk about",
        [
            ("conversations", topics.conversations),
            ("more negative than average, %", topics.negative_percent),
            *((_name(each.measure), each.figure) for each in topics.split),
        ],
    )
    for title, mentions in (
        ("Keywords", topics.keywords),
        ("Competitors", topics.competitors),
        ("Other brands", topics.brands),
    ):
        _print_mentions(title, mentions)
    if found.HasField("best_sellers"):
        _print_best(found.best_sellers)
    _print_months(found.months)
    for seller in found.sellers:
        best = " (one of the best)" if seller.is_best else ""
        _print_figures(
            f"{seller.seller}{best}",
            [
                ("calls", seller.calls),
                ("hours", seller.hours),
                *((_name(each.measure), each.figure) for each in seller.measures),
            ],
        )
    for missing in found.missing:
        output.note(f"{missing.part} is missing: {missing.service} did not answer ({missing.reason})")


def _print_basic(basic: home_pb2.BasicKpis) -> None:
    _print_figures("Deals", [("won", basic.deals_won), ("win rate, %", basic.win_percent)])
    rows = [
        [title, _money(each.amount), _money(each.amount_before) if each.HasField("amount_before") else ""]
        for title, figures in (
            ("revenue", basic.won_revenue),
            ("open, estimated", basic.open_revenue),
            ("mean deal", basic.mean_deal_revenue),
        )
        for each in figures
    ]
    if rows:
        output.print_table("Revenue", ["", "now", "before"], rows)


def _print_figures(title: str, figures: Iterable[tuple[str, home_pb2.Figure]]) -> None:
    rows = [
        [
            name,
            _number(each, "value"),
            _interval(each),
            str(each.sample_size),
            _number(each, "value_before"),
            _number(each, "change") + ("*" if each.is_change_clear else ""),
        ]
        for name, each in figures
    ]
    output.print_table(title, ["", "value", "95 %", "n", "before", "change"], rows)


def _print_mentions(title: str, mentions: Sequence[home_pb2.MentionFigures]) -> None:
    rows = [
        [
            each.name + (" (new)" if each.is_new else ""),
            _number(each.mention_count, "value"),
            _number(each.call_percent, "value"),
            str(each.call_percent.sample_size),
            _number(each.call_percent, "change") + ("*" if each.call_percent.is_change_clear else ""),
        ]
        for each in mentions
    ]
    if rows:
        output.print_table(title, ["", "mentions", "% of calls", "n", "change"], rows)


def _print_best(best: home_pb2.BestSellers) -> None:
    names = ", ".join(f"{each.seller} ({_money(each.revenue)})" for each in best.best)
    output.say(f"Best sellers: {names or 'none'}; {best.other_count} others.")
    compared: list[tuple[str, home_pb2.MeasureComparison | home_pb2.KeywordComparison]] = [
        *((_name(each.measure), each) for each in best.measures),
        *((f"keyword {each.key}, % of calls", each) for each in best.keywords),
    ]
    rows = [
        [
            name,
            _number(each.best, "value"),
            str(each.best.sample_size),
            _number(each.team, "value"),
            str(each.team.sample_size),
            _interval(each) + ("*" if each.is_clear else ""),
        ]
        for name, each in compared
    ]
    if rows:
        output.print_table(
            "The best against the others", ["", "best", "n", "team", "n", "difference, 95 %"], rows
        )


def _print_months(months: Sequence[home_pb2.MonthRecordings]) -> None:
    rows = [
        [
            f"{each.first_day.year}-{each.first_day.month:02}",
            str(each.call_count),
            f"{each.hours:.1f}",
            str(each.keyword_call_count),
            str(each.brand_call_count),
            str(each.competitor_call_count),
        ]
        for each in months
        if each.call_count
    ]
    if rows:
        header = ["month", "calls", "hours", "with keywords", "with brands", "with competitors"]
        output.print_table("Recordings", header, rows)


def _name(measure: home_pb2.HomeMeasure.ValueType) -> str:
    words = home_pb2.HomeMeasure.Name(measure).removeprefix("HOME_MEASURE_").lower().split("_")
    unit = {"percent": ", %", "s": ", s", "hours": ", hours"}.get(words[-1], "")
    return " ".join(words[:-1] if unit else words) + unit


def _number(figure: home_pb2.Figure, field: Literal["value", "value_before", "change"]) -> str:
    return f"{getattr(figure, field):,.4g}" if figure.HasField(field) else ""


def _interval(message: home_pb2.Figure | home_pb2.MeasureComparison | home_pb2.KeywordComparison) -> str:
    if not message.HasField("interval"):
        return ""
    return f"{message.interval.low:,.4g} to {message.interval.high:,.4g}"


def _money(amount: money_pb2.Money) -> str:
    return f"{amount.units + amount.nanos / _NANOS:,.2f} {amount.currency_code}"
