"""Insights and series between the service's own types and protobuf."""

from collections.abc import Iterable, Sequence
from datetime import date

from google.type import date_pb2
from leadlight.relationship.v1 import insight_pb2

from services.common.records import RecordKind, RecordRef
from services.common.server.wire import optional_timestamp, ref_message, timestamp
from services.relationship.activity import Kind, Side, Stored
from services.relationship.alerting import Alert, AlertKind, alerts
from services.relationship.conditions import Conditions
from services.relationship.convert_activities import KIND_NUMBERS, SIDE_NUMBERS, milliseconds
from services.relationship.convert_records import record_message
from services.relationship.convert_won_deals import won_deals_message
from services.relationship.engagements import EngagementTotals
from services.relationship.health import (
    ACTIVITY_SHARE,
    ENGAGEMENT_SHARE,
    RECENCY_SHARE,
    HealthState,
    Trend,
)
from services.relationship.insights import Contacted, Insights, Series
from services.relationship.relationship_health import Condition
from services.relationship.summaries import sentences
from services.relationship.window_totals import KindTotal, Responses, ratio

WINDOW_DAYS = 60
_STATES = {state: insight_pb2.HealthState.Value(f"HEALTH_STATE_{state.name}") for state in HealthState}
_TRENDS = {trend: insight_pb2.HealthTrend.Value(f"HEALTH_TREND_{trend.name}") for trend in Trend}
_ALERTS = {kind: insight_pb2.AlertKind.Value(f"ALERT_KIND_{kind.name}") for kind in AlertKind}


def insights_message(found: Insights, language: str) -> insight_pb2.Insights:
    """How the relationship behind a record is, with its summary in a language."""
    ours, theirs = found.sent
    return insight_pb2.Insights(
        ref=ref_message(found.ref),
        as_of_time=timestamp(found.as_of),
        window_days=found.window_days,
        health=_health_message(found.condition, found.ref, found.today),
        kinds=_kinds(found.kinds),
        own_time=milliseconds(sum(each.own_ms for each in found.kinds)),
        customer_time=milliseconds(sum(each.customer_ms for each in found.kinds)),
        sent_ratio_by_us=ratio(ours, theirs),
        sent_ratio_by_customer=ratio(theirs, ours),
        our_responses=_responses(found.our_responses),
        customer_responses=_responses(found.customer_responses),
        unanswered=[_unanswered(each) for each in found.unanswered],
        unanswered_count=found.unanswered_total,
        most_contacted_by=[_contacted(each) for each in found.contacted_by],
        most_contacted=[_contacted(each) for each in found.contacted],
        last_interaction=_interaction(found.last),
        next_interaction=_interaction(found.next),
        alerts=[_alert(each) for each in alerts(found)],
        summary=sentences(found, language),
        engagement=_engagement(found.engagement),
        won_deals=won_deals_message(found.compared) if found.compared is not None else None,
    )


def record_health_message(found: Conditions) -> insight_pb2.BatchGetRecordHealthResponse:
    """Records with their health."""
    return insight_pb2.BatchGetRecordHealthResponse(
        records=[
            insight_pb2.RecordHealth(
                record=record_message(each), health=_health_message(found.of[each.ref], each.ref, found.today)
            )
            for each in found.records
        ]
    )


def series_message(series: Series) -> insight_pb2.ActivitySeries:
    """Activities by day."""
    return insight_pb2.ActivitySeries(
        days=[
            insight_pb2.DayCounts(day=day_message(day), kinds=_kinds(kinds))
            for day, kinds in series.days.items()
        ],
        silences=[
            insight_pb2.Silence(
                first_day=day_message(first), last_day=day_message(last), days=last - first + 1
            )
            for first, last in series.silences
        ],
        first_day=day_message(series.first),
        last_day=day_message(series.last),
    )


def day_message(ordinal: int) -> date_pb2.Date:
    """A day."""
    day = date.fromordinal(ordinal)
    return date_pb2.Date(year=day.year, month=day.month, day=day.day)


def _health_message(condition: Condition, ref: RecordRef, today: int) -> insight_pb2.Health:
    message = insight_pb2.Health(expected_days=condition.expected_days)
    health = condition.health
    if health is None:
        return message
    message.state = _STATES[health.state]
    message.trend = _TRENDS[health.trend]
    if health.parts is None or health.score is None:
        return message
    message.score = health.score
    message.parts.CopyFrom(
        insight_pb2.HealthParts(
            activity=health.parts.activity,
            recency=health.parts.recency,
            engagement=health.parts.engagement,
            activity_count=condition.activities,
            gap_days=condition.gap_days or 0,
            # An account's parts come from its contacts'.
            weight_sum=None if ref.kind is RecordKind.ACCOUNT else health.parts.weight_sum,
            activity_points=100 * ACTIVITY_SHARE * health.parts.activity,
            recency_points=100 * RECENCY_SHARE * health.parts.recency,
            engagement_points=100 * ENGAGEMENT_SHARE * health.parts.engagement,
        )
    )
    if health.change is not None:
        message.score_before = health.score - health.change
    if health.falls_in_days is not None:
        message.falls_on.CopyFrom(day_message(today + health.falls_in_days))
    return message


def _kinds(totals: Iterable[KindTotal]) -> list[insight_pb2.KindCounts]:
    return [
        insight_pb2.KindCounts(
            kind=KIND_NUMBERS[each.kind],
            from_us_count=each.from_us,
            from_customer_count=each.from_customer,
            own_time=milliseconds(each.own_ms),
            customer_time=milliseconds(each.customer_ms),
        )
        for each in totals
    ]


def _responses(found: Responses) -> insight_pb2.ResponseTimes:
    message = insight_pb2.ResponseTimes(
        received_count=found.received, answered_count=found.answered, rate=found.rate
    )
    times = (("mean", found.mean_ms), ("median", found.median_ms), ("p90", found.p90_ms))
    for name, ms in times:
        if ms is not None:
            getattr(message, name).FromMilliseconds(ms)
    return message


def _unanswered(stored: Stored) -> insight_pb2.UnansweredMail:
    return insight_pb2.UnansweredMail(
        activity_id=stored.activity.activity_id,
        waits_for=SIDE_NUMBERS[stored.awaits or Side.UNKNOWN],
        send_time=timestamp(stored.activity.started_at),
        subject=stored.activity.subject,
    )


def _contacted(contacted: Contacted) -> insight_pb2.MostContacted:
    person = contacted.person
    return insight_pb2.MostContacted(
        address=person.address,
        activity_count=person.activities,
        kinds=_kind_counts(list(person.kinds.items())),
        last_time=optional_timestamp(contacted.last_at),
    )


def _kind_counts(kinds: Sequence[tuple[Kind, int]]) -> list[insight_pb2.KindCount]:
    numbered = sorted((KIND_NUMBERS[kind], count) for kind, count in kinds)
    return [insight_pb2.KindCount(kind=kind, count=count) for kind, count in numbered]


def _interaction(stored: Stored | None) -> insight_pb2.Interaction | None:
    if stored is None:
        return None
    return insight_pb2.Interaction(
        activity_id=stored.activity.activity_id,
        kind=KIND_NUMBERS[stored.activity.kind],
        time=timestamp(stored.activity.started_at),
        subject=stored.activity.subject,
        from_side=SIDE_NUMBERS[stored.from_side],
    )


def _engagement(totals: EngagementTotals) -> insight_pb2.Engagement:
    people, programs = totals.people, totals.programs
    return insight_pb2.Engagement(
        followed_count=totals.mails,
        reply_count=totals.replies,
        human_open_count=people.get("open", 0.0),
        machine_open_count=programs.get("open", 0.0),
        human_click_count=people.get("click", 0.0),
        machine_click_count=programs.get("click", 0.0),
        human_attachment_open_count=people.get("attachment_open", 0.0),
        machine_attachment_open_count=programs.get("attachment_open", 0.0),
    )


def _alert(alert: Alert) -> insight_pb2.Alert:
    return insight_pb2.Alert(kind=_ALERTS[alert.kind], value=alert.value, subject=alert.subject)
