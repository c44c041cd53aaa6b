"""Calls that are kept: once each, masked, without a word where there is no consent or no call any more."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from leadlight.conversation.v1 import (
    analysis_pb2,
    call_pb2,
    call_service_pb2,
    tracker_pb2,
    tracker_service_pb2,
)
from sqlmodel import select

from services.conversation.models import AnalysisRow, CallBrandRow, UtteranceRow
from tests.contract.conversation_cases import CALL, analyze, changed, create, tracker, upsert
from tests.contract.served import Client, served
from tests.integration.conversation.conftest import Conversation

CARD = "4111 1111 1111 1111"
WORDS = "We moved away from Fabrikam Ltd, the Quoll-Zephyr was terrible."


def said(text: str, **fields: Any) -> call_pb2.Call:
    turns = [*CALL.turns, call_pb2.Turn(participant="c", text=text, start_ms=5000, end_ms=6000)]
    return changed(**{"turns": turns} | fields)


def kept(client: Client, call: call_pb2.Call, **more: Any) -> call_service_pb2.StoredCall:
    answer: call_service_pb2.StoredCall = client.call("CallService.CreateCall", create(call, **more))
    return answer


def got(client: Client, call_id: str = CALL.id) -> call_service_pb2.StoredCall:
    answer: call_service_pb2.StoredCall = client.call(
        "CallService.GetCall", call_service_pb2.GetCallRequest(id=call_id)
    )
    return answer


def analysis(client: Client, call_id: str = CALL.id) -> analysis_pb2.Analysis:
    answer: analysis_pb2.Analysis = client.call(
        "CallService.GetAnalysis", call_service_pb2.GetAnalysisRequest(id=call_id)
    )
    return answer


def listed(client: Client) -> list[str]:
    page = client.call("CallService.ListCalls", call_service_pb2.ListCallsRequest())
    return [each.call.id for each in page.stored_calls]


def rows(conversation: Conversation, tenant: str) -> list[Any]:
    """All that could hold words of the tenant's calls."""
    with conversation.db.read(tenant) as session:
        return [
            row for model in (UtteranceRow, AnalysisRow, CallBrandRow) for row in session.exec(select(model))
        ]


def test_a_call_is_kept_as_it_was_sent_with_its_analysis(client: Client) -> None:
    call = said(WORDS)
    call.turns[0].words.add(text="Good", start_ms=0, end_ms=300)
    call.turns[0].words.add(text="morning,")
    answer = kept(client, call, team="north")
    assert not answer.call.turns
    stored = got(client)
    assert (stored.call, stored.team, stored.create_time) == (call, "north", answer.create_time)
    assert analysis(client) == client.call("ConversationService.AnalyzeCall", analyze(call)).analysis
    assert listed(client) == [CALL.id]


def test_card_data_is_masked_before_it_is_kept(client: Client, conversation: Conversation) -> None:
    kept(client, said(f"My card is {CARD}."))
    assert got(client).call.turns[-1].text == "My card is **** **** **** ****."
    assert not any("1111 1111" in str(row) for row in rows(conversation, client.tenant))


def test_the_same_call_sent_twice_is_one_call(client: Client) -> None:
    first = kept(client, CALL)
    assert kept(client, CALL) == first
    for other in (changed(title="Another"), changed(consent=False), said("More.")):
        refused = client.refused("CallService.CreateCall", create(other))
        assert (refused.code, refused.reason) == ("ALREADY_EXISTS", "RESOURCE_EXISTS")
    assert client.refused("CallService.CreateCall", create(CALL, team="x")).code == "ALREADY_EXISTS"
    assert listed(client) == [CALL.id]


def test_the_same_call_sent_at_once_is_one_call(client: Client) -> None:
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: kept(client, CALL), range(4)))
    assert all(each == answers[0] for each in answers)
    assert listed(client) == [CALL.id]


def test_without_consent_nothing_is_kept_of_what_was_said(client: Client, conversation: Conversation) -> None:
    call = said(WORDS, consent=False)
    kept(client, call)
    assert got(client).call == changed(turns=[], consent=False)
    assert rows(conversation, client.tenant) == []
    refused = client.refused("CallService.GetAnalysis", call_service_pb2.GetAnalysisRequest(id=CALL.id))
    assert (refused.code, refused.reason) == ("FAILED_PRECONDITION", "CONSENT_MISSING")


def test_a_check_keeps_nothing(client: Client) -> None:
    kept(client, CALL, validate_only=True)
    assert listed(client) == []


def test_an_import_says_of_each_call_what_became_of_it(client: Client) -> None:
    calls = [CALL, changed(id=""), CALL, said(WORDS, id="second")]
    results = client.call(
        "CallService.ImportCalls", *(call_service_pb2.ImportCallsRequest(call=each) for each in calls)
    )
    assert [each.index for each in results] == [0, 1, 2, 3]
    assert [each.status.code for each in results] == [0, 3, 0, 0]
    assert results[0].stored_call == results[2].stored_call
    assert listed(client) == ["second", CALL.id]


def test_a_team_listens_for_what_it_tracks_and_what_all_track(client: Client) -> None:
    for tracker_id, phrase, team in (("all", "great", ""), ("ours", "love", "north"), ("theirs", "day", "s")):
        tracked = tracker(tracker_id, phrase)
        tracked.team = team
        client.call("TrackerService.UpsertTracker", upsert(tracked))
    kept(client, said("What a day."), team="north")
    assert {each.tracker for each in analysis(client).hits} == {"all", "ours"}


def test_a_changed_tracker_is_heard_from_then_on(client: Client) -> None:
    client.call("TrackerService.UpsertTracker", upsert(tracker("t", "offer")))
    kept(client, said("The offer and the contract.", id="before"))
    client.call("TrackerService.UpsertTracker", upsert(tracker("t", "contracts")))
    kept(client, said("The offer and the contract.", id="after"))
    words = [(hit.start, hit.end) for each in ("before", "after") for hit in analysis(client, each).hits]
    assert words == [(4, 9), (18, 26)]
    client.call("TrackerService.DeleteTracker", tracker_service_pb2.DeleteTrackerRequest(id="t"))
    kept(client, said("The offer and the contract.", id="last"))
    assert not analysis(client, "last").hits


def test_a_tenant_has_at_most_10_000_phrases(client: Client) -> None:
    def many(number: int, count: int) -> tracker_pb2.Tracker:
        return tracker(f"t{number}", *(f"phrase {number} {each}" for each in range(count)))

    for number in range(10):
        client.call("TrackerService.UpsertTracker", upsert(many(number, 1000)))
    client.call("TrackerService.UpsertTracker", upsert(many(9, 1000)))
    refused = client.refused("TrackerService.UpsertTracker", upsert(many(10, 1)))
    assert refused.fields == ["tracker.phrases"]


def test_a_brand_is_other_once_and_again_when_its_call_is_gone(client: Client) -> None:
    def brands(call_id: str) -> set[str]:
        kept(client, said(WORDS, id=call_id))
        return {each.name for each in analysis(client, call_id).brands}

    assert "Fabrikam Ltd" in brands("first")
    assert "Fabrikam Ltd" not in brands("second")
    for call_id in ("first", "second"):
        client.call("CallService.DeleteCall", call_service_pb2.DeleteCallRequest(id=call_id))
    assert "Fabrikam Ltd" in brands("third")


def test_a_deleted_call_leaves_no_row(client: Client, conversation: Conversation) -> None:
    kept(client, said(WORDS))
    assert any("Quoll-Zephyr" in str(row) for row in rows(conversation, client.tenant))
    client.call("CallService.DeleteCall", call_service_pb2.DeleteCallRequest(id=CALL.id))
    assert rows(conversation, client.tenant) == []
    missing = call_service_pb2.DeleteCallRequest(id=CALL.id, allow_missing=True)
    client.call("CallService.DeleteCall", missing)


@pytest.mark.parametrize("consent", [True, False])
def test_no_word_is_left_in_the_file(tmp_path: Path, consent: bool) -> None:
    """Neither of a call that is deleted nor of one without consent, in any file of the folder."""
    with served("conversation", tmp_path) as running:
        client = running.client()
        kept(client, said(f"{WORDS} My card is {CARD}.", consent=consent))
        before = _files(tmp_path)
        assert (b"Quoll-Zephyr" in before) == consent
        assert CARD.encode() not in before
        client.call("CallService.DeleteCall", call_service_pb2.DeleteCallRequest(id=CALL.id))
    assert b"Quoll-Zephyr" not in _files(tmp_path)


def _files(folder: Path) -> bytes:
    return b"".join(each.read_bytes() for each in sorted(folder.rglob("*")) if each.is_file())
