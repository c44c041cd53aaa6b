"""Deals compared: similar won ones, the pipeline, the period."""

from datetime import timedelta

import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from google.type import money_pb2
from leadlight.relationship.v1 import deal_pb2, insight_pb2, record_pb2

from services.common.caller import Role
from tests.contract.served import Client
from tests.integration.relationship.conftest import Relationship
from tests.integration.relationship.world import (
    ADA,
    BEN,
    CALL,
    KIM,
    MEETING,
    NOON,
    OPPORTUNITY,
    activity,
    batch,
    insights,
    record,
    records,
    ref,
    timestamp,
)

WON, LOST = record_pb2.RECORD_STATE_WON, record_pb2.RECORD_STATE_LOST


def after(days: float) -> Timestamp:
    return timestamp(NOON + timedelta(days=days))


def deal(name: str, source: str = "", **fields: object) -> record_pb2.RelationshipRecord:
    attributes = {"source": source} if source else {}
    return record(name, OPPORTUNITY, **({"owner": ADA, "attributes": attributes} | fields))


def keep(client: Client, *given: record_pb2.RelationshipRecord) -> None:
    client.call("RelationshipService.BatchUpsertRecords", records(*given))


def euro(units: int) -> money_pb2.Money:
    return money_pb2.Money(currency_code="EUR", units=units)


def test_similar_won_deals_with_what_they_took(client: Client) -> None:
    won = [deal(f"w{n}", "referral", state=WON, actual_close_time=after(n)) for n in range(30)]
    lost = [deal(f"l{n}", "advert", state=LOST, actual_close_time=after(n)) for n in range(29)]
    keep(client, *won, *lost, deal("open", "referral"))
    request = deal_pb2.GetSimilarDealsRequest(ref=ref("open", OPPORTUNITY))
    refused = client.refused("DealService.GetSimilarDeals", request)
    assert (refused.code, refused.reason) == ("FAILED_PRECONDITION", "TOO_FEW_CLOSED_RECORDS")
    assert refused.metadata == {"won": "30", "lost": "29"}
    keep(client, deal("l29", "advert", state=LOST, actual_close_time=after(1)))
    regarding = [ref("w29", OPPORTUNITY)]
    meeting = activity(ADA, BEN, KIM, kind=MEETING, minutes=30, regarding=regarding)
    client.call("ActivityService.BatchUpsertActivities", batch(meeting))
    found = client.call("DealService.GetSimilarDeals", request)
    assert found.basis == deal_pb2.SIMILAR_DEALS_BASIS_SIMILAR
    assert len(found.deals) == 20
    assert [field.name for field in found.fields] == ["source"]
    newest = found.deals[0]
    assert (newest.ref.id, newest.similarity) == ("w29", 1)
    assert (newest.effort.activity_count, newest.effort.own_time.seconds) == (1, 3600)
    assert found.effort.activity_count == 0
    assert found.mean_effort.activity_count == pytest.approx(1 / 20)


def test_insights_of_an_opportunity_stand_beside_similar_won_deals(client: Client) -> None:
    won = [deal(f"w{n}", "referral", state=WON, actual_close_time=after(n)) for n in range(30)]
    lost = [deal(f"l{n}", "advert", state=LOST, actual_close_time=after(n)) for n in range(30)]
    keep(client, *won, *lost[1:], deal("open", "referral"), record("K"))

    def ask() -> insight_pb2.Insights:
        return client.call("RelationshipService.GetInsights", insights("open", OPPORTUNITY, days=40))

    assert not ask().HasField("won_deals")
    keep(client, lost[0])
    before = ask().won_deals
    assert (before.basis, before.deal_count) == (deal_pb2.SIMILAR_DEALS_BASIS_SIMILAR, 20)
    assert [field.name for field in before.fields] == ["source"]
    assert (before.effort.activity_count, before.mean_effort.activity_count) == (0, 0)

    def meet(*names: str) -> None:
        made = [
            activity(ADA, BEN, KIM, days=1, kind=MEETING, minutes=30, regarding=[ref(name, OPPORTUNITY)])
            for name in names
        ]
        client.call("ActivityService.BatchUpsertActivities", batch(*made))

    meet(*(f"w{n}" for n in range(10, 30)), "w29", "open", "open", "open")
    found = ask()
    assert found.won_deals.effort.activity_count == 3
    assert found.won_deals.effort.own_time.seconds == 3 * 3600
    assert found.won_deals.mean_effort.activity_count == pytest.approx(21 / 20)
    assert found.won_deals.mean_effort.own_time.seconds == 3780
    assert "Similar won deals had 1.1 activities on average; here: 3." in found.summary
    assert "Similar won deals took 1.1 hours of your time; this one: 3 hours." in found.summary
    similar = client.call(
        "DealService.GetSimilarDeals", deal_pb2.GetSimilarDealsRequest(ref=ref("open", OPPORTUNITY))
    )
    assert similar.mean_effort == found.won_deals.mean_effort
    client.call(
        "RelationshipService.DeleteRecord", record_pb2.DeleteRecordRequest(ref=ref("w29", OPPORTUNITY))
    )
    assert ask().won_deals.mean_effort.activity_count == pytest.approx(19 / 20)
    assert not client.call("RelationshipService.GetInsights", insights()).HasField("won_deals")


def test_the_pipeline_counts_what_it_leaves_out(client: Client) -> None:
    keep(
        client,
        deal("shown", estimated_close_time=after(30), estimated_revenue=euro(500)),
        deal("no-date"),
        deal("past", estimated_close_time=after(-1)),
        deal("no-health", estimated_close_time=after(30)),
        deal("won", state=WON, estimated_close_time=after(30)),
    )
    regarding = [ref("shown", OPPORTUNITY)]
    made = [activity(ADA, KIM, regarding=regarding), activity(KIM, ADA, days=1, regarding=regarding)]
    client.call("ActivityService.BatchUpsertActivities", batch(*made))
    found = client.call("DealService.GetPipeline", deal_pb2.GetPipelineRequest(as_of_time=after(2)))
    assert [(each.ref.id, each.estimated_revenue.units) for each in found.deals] == [("shown", 500)]
    assert found.deals[0].health_score > 0
    counts = (found.without_date_count, found.past_date_count, found.without_health_count)
    assert counts == (1, 1, 1)


def test_what_a_period_brought_and_who_may_see_sellers(relationship: Relationship, client: Client) -> None:
    keep(
        client,
        deal("a", state=WON, actual_close_time=after(1), actual_revenue=euro(100)),
        deal("b", state=WON, actual_close_time=after(2), actual_revenue=euro(300), owner=BEN),
        deal("c", state=LOST, actual_close_time=after(2)),
        deal("d", state=WON, actual_close_time=after(40), actual_revenue=euro(1000)),
        deal("e", estimated_close_time=after(3), estimated_revenue=euro(50)),
    )
    request = deal_pb2.GetPeriodFactsRequest(start_time=after(0), end_time=after(30))
    found = client.call("DealService.GetPeriodFacts", request)
    assert (found.won_count, found.lost_count, found.win_rate) == (2, 1, pytest.approx(2 / 3))
    assert (found.won_revenue[0].units, found.open_revenue[0].units, found.mean_deal_size[0].units) == (
        400,
        50,
        200,
    )
    assert [(each.owner, each.revenue[0].units) for each in found.sellers] == [(ADA, 100), (BEN, 300)]
    assert found.time_left.seconds == 0
    seller = relationship.served.client(client.tenant, [Role.SELLER])
    assert not seller.call("DealService.GetPeriodFacts", request).sellers
    request.owner = BEN.upper()
    assert client.call("DealService.GetPeriodFacts", request).won_count == 1


def test_what_a_period_took_by_person_and_kind(client: Client) -> None:
    made = [
        activity(ADA, KIM),
        activity(KIM, ADA, days=1),
        activity(ADA, KIM, days=2, kind=MEETING, minutes=30),
        activity(BEN, KIM, days=2, kind=CALL, minutes=10),
        activity(ADA, KIM, days=40),
    ]
    client.call("ActivityService.BatchUpsertActivities", batch(*made))
    found = client.call(
        "DealService.GetPeriodEffort",
        deal_pb2.GetPeriodEffortRequest(start_time=after(0), end_time=after(30)),
    )
    spent = {
        each.address: (each.email_time.seconds, each.phone_call_time.seconds, each.meeting_time.seconds)
        for each in found.people
    }
    assert spent == {ADA: (450, 0, 1800), BEN: (0, 600, 0)}
