"""What a seller reads of a relationship: the spec's examples, through the whole service."""

import math

import pytest
from leadlight.relationship.v1 import insight_pb2, record_pb2

from tests.contract.served import Client
from tests.integration.relationship.world import (
    ACCOUNT,
    ADA,
    BEN,
    CALL,
    CLEO,
    KIM,
    LEAD,
    LEE,
    MAX,
    MEETING,
    OPPORTUNITY,
    PLANNED,
    activity,
    batch,
    insights,
    record,
    records,
    ref,
)

MINUTE_S = 60


def take(client: Client, *activities: object) -> None:
    client.call("ActivityService.BatchUpsertActivities", batch(*activities))


def keep(client: Client, *given: record_pb2.RelationshipRecord) -> None:
    client.call("RelationshipService.BatchUpsertRecords", records(*given))


def ask(client: Client, *args: object, **fields: object) -> insight_pb2.Insights:
    found: insight_pb2.Insights = client.call("RelationshipService.GetInsights", insights(*args, **fields))
    return found


@pytest.fixture
def contact(client: Client) -> Client:
    keep(client, record("K", addresses=[KIM.upper()]))
    return client


def test_team_time_counts_for_each_and_customer_time_once(contact: Client) -> None:
    keep(contact, record("A", ACCOUNT, contacts=["K", "L"]), record("L", addresses=[LEE]))
    take(contact, activity(ADA, BEN, CLEO, KIM, LEE, kind=MEETING, minutes=30))
    found = ask(contact, "A", ACCOUNT)
    assert (found.own_time.seconds, found.customer_time.seconds) == (90 * MINUTE_S, 30 * MINUTE_S)


def test_a_mail_takes_five_minutes_to_write_and_two_and_a_half_to_read(contact: Client) -> None:
    take(contact, activity(ADA, KIM))
    found = ask(contact)
    assert (found.own_time.seconds, found.customer_time.seconds) == (300, 150)
    take(contact, activity(KIM, ADA, BEN))
    found = ask(contact)
    assert (found.own_time.seconds, found.customer_time.seconds) == (300 + 2 * 150, 150 + 300)


def test_ratios_have_no_data_where_a_side_sent_nothing(contact: Client) -> None:
    take(contact, activity(ADA, KIM), activity(ADA, KIM))
    found = ask(contact)
    assert not found.HasField("sent_ratio_by_us")
    assert not found.HasField("sent_ratio_by_customer")
    take(contact, activity(KIM, ADA))
    found = ask(contact)
    assert (found.sent_ratio_by_us, found.sent_ratio_by_customer) == (2, 0.5)


def test_a_reply_may_come_before_its_question(contact: Client) -> None:
    take(contact, activity(KIM, ADA, days=0.5, message_id="<r@x>", in_reply_to="<q@x>"))
    assert ask(contact).customer_responses.received_count == 0
    take(contact, activity(ADA, KIM, message_id="q@x"))
    found = ask(contact)
    assert (found.customer_responses.received_count, found.customer_responses.answered_count) == (1, 1)
    assert found.customer_responses.median.seconds == 12 * 60 * MINUTE_S
    assert found.unanswered_count == 1


def test_median_and_90th_percentile(contact: Client) -> None:
    for number, hours in enumerate([1, 2, 3, 4, 5, 6, 7, 8, 9, 40]):
        take(
            contact,
            activity(ADA, KIM, days=number / 100, thread_id=f"t{number}"),
            activity(KIM, ADA, days=number / 100 + hours / 24, thread_id=f"t{number}"),
        )
    times = ask(contact).customer_responses
    assert (times.answered_count, times.rate) == (10, 1)
    assert times.mean.seconds == pytest.approx(8.5 * 3600, abs=1)
    assert times.median.seconds == pytest.approx(5.5 * 3600, rel=0.005)
    assert times.p90.seconds == pytest.approx((9 + 40) / 2 * 3600, rel=0.005)


def test_mails_that_wait_are_listed_and_alert(contact: Client) -> None:
    take(contact, activity(KIM, ADA, id="wait", subject="Prices?"), activity(ADA, KIM, subject="News"))
    found = ask(contact, days=10)
    assert {
        (each.activity_id, each.waits_for) for each in found.unanswered if each.activity_id == "wait"
    } == {("wait", 1)}
    assert found.unanswered_count == 2
    kinds = [alert.kind for alert in found.alerts]
    assert insight_pb2.ALERT_KIND_UNANSWERED in kinds
    take(contact, activity(ADA, KIM, days=1, subject="Re: Prices?"))
    assert "wait" not in {each.activity_id for each in ask(contact).unanswered}


def test_one_contact_and_silence_alert(contact: Client) -> None:
    take(contact, *(activity(ADA, KIM, days=number, kind=CALL, minutes=5) for number in range(6)))
    found = ask(contact, days=5 + 29)
    alerts = {alert.kind: alert for alert in found.alerts}
    assert alerts[insight_pb2.ALERT_KIND_SINGLE_THREADED].subject == KIM
    assert alerts[insight_pb2.ALERT_KIND_GONE_SILENT].value == 29
    assert insight_pb2.ALERT_KIND_GONE_SILENT not in {each.kind for each in ask(contact, days=5 + 28).alerts}


def test_last_next_and_summary(contact: Client) -> None:
    take(
        contact,
        *(activity(ADA, KIM, days=number, kind=MEETING, minutes=30) for number in range(3)),
        activity(KIM, ADA, days=4, subject="Latest"),
        activity(ADA, KIM, days=20, kind=MEETING, state=PLANNED, subject="Next"),
    )
    found = ask(contact)
    assert found.last_interaction.subject == "Latest"
    assert found.last_interaction.from_side == 2
    assert found.next_interaction.subject == "Next"
    assert "You started 3 meetings more than the customer." in found.summary
    assert found.most_contacted[0].address == KIM
    assert [(each.kind, each.count) for each in found.most_contacted[0].kinds] == [(1, 1), (2, 3)]


def test_the_summary_comes_in_the_language_that_is_asked_for(contact: Client) -> None:
    take(contact, *(activity(ADA, KIM, days=number, kind=MEETING, minutes=30) for number in range(3)))
    danish = contact.call("RelationshipService.GetInsights", insights(language="da-DK"))
    assert "I har indkaldt til 3 møder mere end kunden." in danish.summary
    assert contact.refused("RelationshipService.GetInsights", insights(language="fr")).fields == ["language"]


def test_health_has_its_parts_and_states(contact: Client) -> None:
    health = ask(contact).health
    assert health.state == insight_pb2.HEALTH_STATE_NO_CLOSED_ACTIVITIES
    take(contact, activity(ADA, KIM, kind=MEETING, minutes=30))
    assert ask(contact).health.state == insight_pb2.HEALTH_STATE_NOT_ENOUGH_INFO
    take(contact, activity(KIM, ADA, days=1))
    health = ask(contact, days=1).health
    expected = 0.45 * health.parts.activity + 0.30 * health.parts.recency + 0.25 * health.parts.engagement
    assert health.score == round(100 * expected)
    parts = health.parts
    assert parts.weight_sum == pytest.approx(0.5 + 1.5 * 2 ** (-1 / 28))
    assert parts.activity == pytest.approx(-math.expm1(-parts.weight_sum / 4))
    points = parts.activity_points + parts.recency_points + parts.engagement_points
    assert points == pytest.approx(100 * expected)
    assert ask(contact, days=800).health.state == insight_pb2.HEALTH_STATE_OLDER_THAN_TWO_YEARS


def test_an_account_has_points_that_add_up_but_no_weight_of_its_own(client: Client) -> None:
    keep(client, record("K", addresses=[KIM]), record("A", ACCOUNT, primary_contact="K"))
    take(client, activity(ADA, KIM, kind=MEETING, minutes=30), activity(KIM, ADA, days=1))
    health = ask(client, "A", ACCOUNT).health
    parts = health.parts
    assert health.score == round(parts.activity_points + parts.recency_points + parts.engagement_points)
    assert not parts.HasField("weight_sum")


def test_a_qualified_lead_has_no_health(client: Client) -> None:
    keep(client, record("L", LEAD, owner=ADA, addresses=[KIM], state=record_pb2.RECORD_STATE_QUALIFIED))
    take(client, activity(ADA, KIM), activity(KIM, ADA))
    found = ask(client, "L", LEAD)
    assert found.health.state == insight_pb2.HEALTH_STATE_UNSPECIFIED
    assert found.kinds[0].from_us_count == 1


def counts(client: Client, *args: object) -> int:
    return sum(each.from_us_count + each.from_customer_count for each in ask(client, *args).kinds)


def test_whose_activities_count(client: Client) -> None:
    keep(
        client,
        record("K", addresses=[KIM]),
        record("A", ACCOUNT, primary_contact="K"),
        record("O", OPPORTUNITY, owner=ADA, team=[BEN], account="A"),
        record("L", LEAD, owner=ADA, addresses=[MAX]),
    )
    take(
        client,
        activity(CLEO, KIM, kind=MEETING, minutes=30),
        activity(BEN, KIM, kind=MEETING, minutes=30),
        activity(CLEO, KIM, kind=MEETING, minutes=30, regarding=[ref("O", OPPORTUNITY)]),
        activity(BEN, MAX),
        activity(ADA, MAX),
        activity(ADA, BEN),
    )
    assert counts(client, "K") == 3
    assert counts(client, "A", ACCOUNT) == 3
    assert counts(client, "O", OPPORTUNITY) == 2
    assert counts(client, "L", LEAD) == 1
    client.call("RelationshipService.DeleteRecord", record_pb2.DeleteRecordRequest(ref=ref("K")))
    assert counts(client, "A", ACCOUNT) == 0
    assert counts(client, "O", OPPORTUNITY) == 1


def test_series_with_silences(contact: Client) -> None:
    take(contact, activity(ADA, KIM), activity(KIM, ADA), activity(ADA, KIM, days=8))
    request = insight_pb2.GetActivitySeriesRequest(
        ref=ref(), as_of_time=insights().as_of_time, window_days=11, silence_days=3
    )
    series = contact.call("RelationshipService.GetActivitySeries", request)
    assert [
        (each.day.day, sum(k.from_us_count + k.from_customer_count for k in each.kinds))
        for each in series.days
    ] == [
        (2, 2),
        (10, 1),
    ]
    assert [(each.first_day.day, each.last_day.day, each.days) for each in series.silences] == [(3, 9, 7)]
