"""Who sees calls, what managers write on them, what tenants set, and which calls a list has."""

from typing import Any

import pytest
from leadlight.common.v1 import record_pb2
from leadlight.conversation.v1 import (
    analysis_pb2,
    call_pb2,
    call_service_pb2,
    comment_pb2,
    comment_service_pb2,
    settings_pb2,
)

from services.common.caller import Role
from tests.contract.conversation_cases import CALL, analyze, changed, comment, create, settings
from tests.contract.served import Client
from tests.integration.conversation.conftest import Conversation

LEAD = record_pb2.RecordRef(kind=record_pb2.RECORD_KIND_LEAD, id="4711")
CARD = "4111 1111 1111 1111"


def keep(client: Client, call_id: str, **fields: Any) -> call_service_pb2.StoredCall:
    answer: call_service_pb2.StoredCall = client.call(
        "CallService.CreateCall", create(changed(id=call_id, **fields))
    )
    return answer


def sold_by(address: str = "", participant_id: str = "s") -> dict[str, Any]:
    seller = call_pb2.Participant(id=participant_id, side=call_pb2.CALL_SIDE_SELLER, address=address)
    return {"participants": [seller, CALL.participants[1]], "turns": [CALL.turns[1]]}


def listed(client: Client, **fields: Any) -> list[str]:
    page = client.call("CallService.ListCalls", call_service_pb2.ListCallsRequest(**fields))
    return [each.call.id for each in page.stored_calls]


def set_to(client: Client, *paths: str, **fields: Any) -> settings_pb2.ConversationSettings:
    answer: settings_pb2.ConversationSettings = client.call(
        "ConversationService.UpdateConversationSettings", settings(*paths, **fields)
    )
    return answer


def comments(client: Client, call_id: str) -> list[comment_pb2.Comment]:
    request = comment_service_pb2.ListCommentsRequest(call_id=call_id)
    return list(client.call("CommentService.ListComments", request).comments)


@pytest.fixture
def seller(client: Client, conversation: Conversation) -> Client:
    """A seller of the same tenant; their tokens name them "tester"."""
    return conversation.served.client(client.tenant, {Role.SELLER})


def test_a_seller_sees_own_calls_alone_where_the_tenant_says_so(client: Client, seller: Client) -> None:
    keep(client, "by-address", **sold_by("Tester"))
    keep(client, "by-id", **sold_by(participant_id="tester"))
    keep(client, "of-others", **sold_by("anna@own.example", "tester"))
    keep(client, "as-customer", participants=[call_pb2.Participant(id="tester")], turns=[])
    client.call("CommentService.CreateComment", comment("of-others"))
    assert len(listed(seller)) == 4
    set_to(client, "sellers_see_own", sellers_see_own=True)
    assert listed(seller) == ["by-id", "by-address"]
    assert len(listed(client)) == 4
    assert listed(seller, seller="anna@own.example") == []
    requests = {
        "CallService.GetCall": call_service_pb2.GetCallRequest(id="of-others"),
        "CallService.GetAnalysis": call_service_pb2.GetAnalysisRequest(id="of-others"),
        "CommentService.ListComments": comment_service_pb2.ListCommentsRequest(call_id="of-others"),
    }
    for method, request in requests.items():
        assert seller.refused(method, request).code == "NOT_FOUND"
        client.call(method, request)
    seller.call("CallService.GetCall", call_service_pb2.GetCallRequest(id="by-address"))


def test_a_manager_comments_on_calls_and_turns(client: Client) -> None:
    keep(client, "one")
    first = client.call("CommentService.CreateComment", comment("one", text="Well done."))
    second = client.call("CommentService.CreateComment", comment("one", text="Slower here.", turn=0))
    assert comments(client, "one") == [first, second]
    assert (first.author, first.text, first.HasField("turn")) == ("tester", "Well done.", False)
    assert second.turn == 0
    assert client.call("CommentService.CreateComment", comment("one", text="Well done.")) == first
    gone = comment_service_pb2.DeleteCommentRequest(call_id="one", id=first.id)
    client.call("CommentService.DeleteComment", gone)
    assert comments(client, "one") == [second]
    assert client.refused("CommentService.DeleteComment", gone).code == "NOT_FOUND"


def test_comments_go_with_their_call(client: Client) -> None:
    keep(client, "one")
    client.call("CommentService.CreateComment", comment("one"))
    client.call("CallService.DeleteCall", call_service_pb2.DeleteCallRequest(id="one"))
    keep(client, "one")
    assert comments(client, "one") == []


def test_card_data_is_masked_wherever_somebody_writes(client: Client) -> None:
    assert keep(client, "one", title=f"Card {CARD}").call.title == "Card **** **** **** ****"
    written = client.call("CommentService.CreateComment", comment("one", text=f"They said {CARD}"))
    assert written.text == "They said **** **** **** ****"


def test_settings_change_by_mask_and_go_back_to_defaults(client: Client) -> None:
    default = set_to(client)
    assert (default.transcript_days, default.insight_days, default.time_zone) == (90, 90, "UTC")
    set_to(client, "time_zone", "transcript_days", time_zone="Europe/Copenhagen", transcript_days=30)
    now = client.call(
        "ConversationService.GetConversationSettings", settings_pb2.GetConversationSettingsRequest()
    )
    assert (now.time_zone, now.transcript_days, now.highlight_days) == ("Europe/Copenhagen", 30, 90)
    assert set_to(client, "transcript_days").transcript_days == 90


def test_the_policy_lets_calls_without_consent_be_analysed(client: Client) -> None:
    call = changed(consent=False)
    keep(client, "before", consent=False)
    set_to(client, "analyze_without_consent", analyze_without_consent=True)
    keep(client, "after", consent=False)
    analysis = client.call("CallService.GetAnalysis", call_service_pb2.GetAnalysisRequest(id="after"))
    assert analysis.turn_sentiments[0].tone == analysis_pb2.TONE_POSITIVE
    client.call("ConversationService.AnalyzeCall", analyze(call))
    before = call_service_pb2.GetAnalysisRequest(id="before")
    assert client.refused("CallService.GetAnalysis", before).reason == "CONSENT_MISSING"


def test_the_tenants_own_names_are_organisations(client: Client) -> None:
    text = "Vi arbejder sammen med Quibbleworks i nord."
    call = changed(turns=[call_pb2.Turn(participant="c", text=text)], language="da")

    def names() -> set[str]:
        found = client.call("ConversationService.AnalyzeCall", analyze(call)).analysis
        return {each.text for each in found.entities if each.label == "ORG"}

    assert names() == set()
    set_to(client, "organisations", organisations=["Quibbleworks"])
    assert names() == {"Quibbleworks"}


def test_calls_are_found_by_record_and_seller(client: Client) -> None:
    lead = call_pb2.Participant(id="c", side=call_pb2.CALL_SIDE_CUSTOMER, ref=LEAD)
    keep(client, "about", regarding=LEAD)
    keep(client, "with", participants=[CALL.participants[0], lead])
    keep(client, "neither", **sold_by("Anna@Own.example"))
    assert listed(client, ref=LEAD) == ["with", "about"]
    assert listed(client, seller="ANNA@own.example") == ["neither"]
    assert listed(client, seller="s") == ["with", "about"]
    assert listed(client, seller="s", ref=record_pb2.RecordRef(kind=LEAD.kind, id="x")) == []


def test_who_took_part_is_kept_with_address_number_and_record(client: Client) -> None:
    buyer = call_pb2.Participant(
        id="c", address=" Tom@Hill.example ", number="0045 20-77 88 99", ref=LEAD, name="Tom"
    )
    stored = keep(client, "one", participants=[CALL.participants[0], buyer], regarding=LEAD)
    kept = stored.call.participants[1]
    assert (kept.address, kept.number, kept.ref) == ("tom@hill.example", "+4520778899", LEAD)
    assert stored.call.regarding == LEAD
    summary = client.call("CallService.GetAnalysis", call_service_pb2.GetAnalysisRequest(id="one")).summary
    assert "lead 4711" in [each.text for each in summary if each.heading == "related record"]


def test_a_stream_that_is_sent_again_changes_nothing(client: Client) -> None:
    requests = [call_service_pb2.ImportCallsRequest(call=changed(id=each)) for each in ("a", "b", "c")]
    client.call("CallService.ImportCalls", *requests[:2])
    again = client.call("CallService.ImportCalls", *requests)
    assert [each.status.code for each in again] == [0, 0, 0]
    assert listed(client) == ["c", "b", "a"]
