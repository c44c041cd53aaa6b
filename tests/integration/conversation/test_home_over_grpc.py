"""The home page over gRPC: calls go in, deals and activities go into a real relationship service."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from google.type import money_pb2
from leadlight.common.v1 import record_pb2 as common_pb2
from leadlight.conversation.v1 import call_service_pb2, home_pb2, home_service_pb2
from leadlight.relationship.v1 import activity_pb2, record_pb2
from typer.testing import CliRunner

from clients.cli.main import app
from services.common.caller import Role
from services.conversation.convert_calls import call_message
from tests.contract.served import EVERY_ROLE, TENANT, Client, Served, served, token
from tests.integration.conversation.calls import NOON, made_call

ANN, BEN = "ann@own.example", "ben@own.example"
CUSTOMER = "kim@customer.example"


def moment(days: float = 0) -> Timestamp:
    found = Timestamp()
    found.FromDatetime(NOON + timedelta(days=days))
    return found


@pytest.fixture(scope="module")
def conversation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folders = [tmp_path_factory.mktemp(each) for each in ("relationship", "conversation")]
    with (
        served("relationship", folders[0]) as relationship,
        served("conversation", folders[1], relationship_address=relationship.address) as running,
    ):
        _bring(relationship.client())
        _talk(running.client())
        yield running


def _bring(relationship: Client) -> None:
    deals = [
        record_pb2.RelationshipRecord(
            ref=common_pb2.RecordRef(kind=common_pb2.RECORD_KIND_OPPORTUNITY, id=f"{owner}-{amount}"),
            state=record_pb2.RECORD_STATE_WON,
            owner=owner,
            actual_close_time=moment(-1),
            actual_revenue=money_pb2.Money(currency_code="EUR", units=amount),
        )
        for owner, amount in ((ANN, 500), (ANN, 400), (BEN, 100))
    ]
    relationship.call(
        "RelationshipService.BatchUpsertRecords", record_pb2.BatchUpsertRecordsRequest(records=deals)
    )
    hours = {
        activity_pb2.ACTIVITY_KIND_PHONE_CALL: {ANN: 1, BEN: 2},
        activity_pb2.ACTIVITY_KIND_MEETING: {ANN: 6, BEN: 5},
    }
    activities = [
        activity_pb2.Activity(
            id=f"{kind}-{seller}", kind=kind, start_time=moment(-1), participants=_people(seller)
        )
        for kind, spent in hours.items()
        for seller in spent
    ]
    for each in activities:
        each.duration.FromTimedelta(timedelta(hours=hours[each.kind][each.participants[0].address]))
    # 23 hours are 276 mails of 5 minutes.
    mails = [
        activity_pb2.Activity(
            id=f"mail-{n}",
            kind=activity_pb2.ACTIVITY_KIND_EMAIL,
            start_time=moment(-2),
            participants=_people(ANN),
        )
        for n in range(276)
    ]
    relationship.call(
        "ActivityService.BatchUpsertActivities",
        activity_pb2.BatchUpsertActivitiesRequest(activities=[*activities, *mails]),
    )


def _people(seller: str) -> list[activity_pb2.Participant]:
    return [
        activity_pb2.Participant(
            address=seller, role=activity_pb2.PARTICIPANT_ROLE_FROM, side=activity_pb2.SIDE_OWN
        ),
        activity_pb2.Participant(address=CUSTOMER, side=activity_pb2.SIDE_CUSTOMER),
    ]


def _talk(conversation: Client) -> None:
    calls = [
        *(made_call(f"ann-{n}", ANN, talk=59 + 5 * (-1) ** n, negative=(14, 50)) for n in range(2)),
        *(
            made_call(f"ben-{n}", BEN, talk=61 + 5 * (-1) ** n, switches=34 + (-1) ** n, negative=(13, 50))
            for n in range(2)
        ),
    ]
    for each in calls:
        request = call_service_pb2.CreateCallRequest(call=call_message(each), team="north")
        conversation.call("CallService.CreateCall", request)


def page(client: Client, **fields: str) -> home_pb2.Home:
    request = home_service_pb2.GetHomeRequest(period=home_pb2.HomePeriod(as_of_time=moment()), **fields)
    found: home_pb2.Home = client.call("HomeService.GetHome", request)
    return found


def test_the_page_of_the_spec(conversation: Served) -> None:
    found = page(conversation.client())
    assert not found.missing
    assert found.basic.deals_won.value == 3
    assert [each.amount.units for each in found.basic.won_revenue] == [1000]
    best = found.best_sellers
    assert [(each.seller, each.revenue.units) for each in best.best] == [(ANN, 900)]
    assert (best.mean_revenue.units, best.other_count) == (500, 1)
    shown = {
        home_pb2.HomeMeasure.Name(each.measure).removeprefix("HOME_MEASURE_"): (
            round(each.best.value, 2),
            round(each.team.value, 2),
            each.is_clear,
        )
        for each in best.measures
    }
    expected = {
        "TALK_PERCENT": (59.0, 61.0, False),
        "LISTEN_PERCENT": (41.0, 39.0, False),
        "SWITCHES_PER_HOUR": (33.0, 34.0, False),
        "NEGATIVE_PERCENT": (28.0, 26.0, False),
        "EMAIL_HOURS": (23.0, 0.0, False),
        "CALL_HOURS": (1.0, 2.0, False),
        "MEETING_HOURS": (6.0, 5.0, False),
    }
    assert expected.items() <= shown.items()
    assert [(each.seller, each.calls.value, each.is_best) for each in found.sellers] == [
        (ANN, 2, True),
        (BEN, 2, False),
    ]
    assert found.months[-1].call_count == 4


def test_a_seller_gets_their_own_page(conversation: Served) -> None:
    seller = conversation.client(TENANT, [Role.SELLER])  # their subject is "tester"
    found = page(seller)
    assert not found.sellers
    assert not found.HasField("best_sellers")
    assert found.topics.conversations.value == 0
    other = home_service_pb2.GetHomeRequest(seller=ANN)
    assert seller.refused("HomeService.GetHome", other).code == "PERMISSION_DENIED"


def test_a_deleted_call_is_out_of_the_very_next_page(conversation: Served) -> None:
    client = conversation.client("another")
    _talk(client)
    assert page(client).topics.conversations.value == 4
    client.call("CallService.DeleteCall", call_service_pb2.DeleteCallRequest(id="ann-0"))
    assert page(client).topics.conversations.value == 3


def test_the_page_on_the_command_line(conversation: Served) -> None:
    access = ["--address", conversation.address, "--token", token(TENANT, EVERY_ROLE)]
    own = ["--from", "2026-03-05", "--to", "2026-03-11"]
    result = CliRunner().invoke(app, ["conversation", "home", *own, *access])
    assert result.exit_code == 0, result.output
    for text in ("more negative than average, %", "Best sellers: ann@own.example", "switches per hour"):
        assert text in result.stdout
    result = CliRunner().invoke(app, ["conversation", "home", *own, "--period", "7d", *access])
    assert result.exit_code == 2
    assert "--period" in result.stderr


def test_without_a_relationship_service_the_page_says_so(tmp_path: Path) -> None:
    with served("conversation", tmp_path, relationship_address="127.0.0.1:1") as running:
        client = running.client()
        _talk(client)
        found = page(client)
    assert {each.part for each in found.missing} == {"basic", "best_sellers"}
    assert {(each.service, each.reason) for each in found.missing} == {("relationship", "PEER_UNAVAILABLE")}
    assert found.topics.conversations.value == 4
