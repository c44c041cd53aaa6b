"""Who owes what by when, with a notes service that answers, is slow, is down, or comes back."""

import json
import socket
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from leadlight.common.v1 import record_pb2
from leadlight.conversation.v1 import analysis_pb2, call_pb2, call_service_pb2
from leadlight.notes.v1 import commitment_pb2
from typer.testing import CliRunner

from clients.cli.main import app
from services.common.caller import Role
from services.common.db import Database, utc_now
from services.common.db.migrations import migrate
from services.common.peers import Peers
from services.conversation import commitment_task_store
from services.conversation.handover import Handover
from services.conversation.peer_notes import NotesPeer
from tests.contract.conversation_cases import analyze, changed, create
from tests.contract.served import EVERY_ROLE, Client, Served, served, token
from tests.integration.working import eventually

WEDNESDAY = datetime(2026, 3, 11, 9, 30, tzinfo=UTC)
DEAL = record_pb2.RecordRef(kind=record_pb2.RECORD_KIND_OPPORTUNITY, id="deal-1")
SAID = ("I'll send you the offer by Friday.", "Thanks, we will review it next week.", "Have a good day.")


@pytest.fixture(scope="module")
def notes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served("notes", tmp_path_factory.mktemp("notes"), run_operations=False) as running:
        yield running


@pytest.fixture(scope="module")
def conversation(notes: Served, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("conversation")
    with served("conversation", folder, notes_address=notes.address, notes_timeout_s=20) as running:
        yield running


@pytest.fixture
def client(conversation: Served) -> Client:
    return conversation.client(f"t{uuid.uuid4().hex[:12]}")


def call(*said: str, **fields: Any) -> call_pb2.Call:
    turns = [call_pb2.Turn(participant="sc"[place % 2], text=text) for place, text in enumerate(said or SAID)]
    start = Timestamp()
    start.FromDatetime(WEDNESDAY)
    return changed(**{"turns": turns, "start_time": start} | fields)


def analysis(client: Client, call_id: str) -> analysis_pb2.Analysis:
    answer: analysis_pb2.Analysis = client.call(
        "CallService.GetAnalysis", call_service_pb2.GetAnalysisRequest(id=call_id)
    )
    return answer


def open_items(notes: Served, tenant: str) -> list[tuple[str, str]]:
    """Who owes what, as the notes service has it."""
    answer = notes.client(tenant).call(
        "CommitmentService.ListCommitments", commitment_pb2.ListCommitmentsRequest(ref=DEAL)
    )
    return [(each.owner, each.what) for each in answer.commitments]


def test_commitments_say_who_owes_what_by_when(client: Client) -> None:
    found = client.call("ConversationService.AnalyzeCall", analyze(call())).analysis
    assert not found.missing_parts
    owed = [
        (each.turn, each.owner, each.what, each.due_time.ToJsonString(), each.date_only, each.due_text)
        for each in found.commitments
    ]
    assert owed == [
        (0, "s", "send you the offer", "2026-03-13T00:00:00Z", True, "by Friday"),
        (1, "c", "review it", "2026-03-16T00:00:00Z", True, "next week"),
    ]
    assert {each.time_zone for each in found.commitments} == {"UTC"}


def test_the_same_sentence_has_the_same_answer_in_any_call(client: Client) -> None:
    alone = client.call("ConversationService.AnalyzeCall", analyze(call(SAID[0]))).analysis.commitments
    among = client.call(
        "ConversationService.AnalyzeCall", analyze(call("See you on Monday.", "Today I'm in <b>Oslo</b>.", SAID[0]))
    ).analysis.commitments  # fmt: skip
    for each in (*alone, *among):
        each.turn = 0
    assert among == alone


def test_a_call_without_a_start_has_no_date_to_count_from(client: Client) -> None:
    request = call()
    request.ClearField("start_time")
    found = client.call("ConversationService.AnalyzeCall", analyze(request)).analysis.commitments
    assert [each.due_text for each in found] == ["by Friday", "next week"]
    assert not any(each.HasField("due_time") for each in found)


def test_a_seller_may_ask_too(conversation: Served) -> None:
    seller = conversation.client("sellers", {Role.SELLER})
    assert len(seller.call("ConversationService.AnalyzeCall", analyze(call())).analysis.commitments) == 2


def test_commitments_become_open_items_and_go_with_their_call(client: Client, notes: Served) -> None:
    client.call("CallService.CreateCall", create(call(regarding=DEAL)))
    owed = [("Anna Berg", "send you the offer"), ("Tom Hill", "review it")]
    eventually(lambda: open_items(notes, client.tenant) == owed, timeout_s=60)
    client.call("CallService.DeleteCall", call_service_pb2.DeleteCallRequest(id="call-1"))
    eventually(lambda: not open_items(notes, client.tenant), timeout_s=60)


def test_a_call_about_nothing_makes_no_open_item(client: Client, notes: Served) -> None:
    client.call("CallService.CreateCall", create(call(id="first")))
    client.call("CallService.CreateCall", create(call(id="second", regarding=DEAL)))
    eventually(lambda: len(open_items(notes, client.tenant)) > 0, timeout_s=60)
    assert len(open_items(notes, client.tenant)) == 2


PROMISES = {
    "id": "promises",
    "started_at": "2026-03-11T09:30:00Z",
    "consent": True,
    "participants": [{"id": "s", "role": "seller"}, {"id": "c", "role": "customer"}],
    "turns": [
        {"participant": "s", "text": "I'll send you the offer by Friday at 3 PM."},
        {"participant": "c", "text": "We'll sign it on Monday. We will call you."},
    ],
}


def told(address: str, folder: Path) -> tuple[dict[str, Any], str]:
    """What the command line writes of a call, and what it says beside."""
    source, out = folder / "call.json", folder / "out.json"
    source.write_text(json.dumps(PROMISES), encoding="utf-8")
    access = ["--address", address, "--token", token("cli", EVERY_ROLE)]
    result = CliRunner().invoke(app, ["conversation", "analyze", str(source), "-o", str(out), *access])
    assert result.exit_code == 0, result.output
    return json.loads(out.read_text(encoding="utf-8")), result.stderr


def test_the_command_line_tells_commitments(conversation: Served, tmp_path: Path) -> None:
    found, _ = told(conversation.address, tmp_path)
    assert found["commitments"] == [
        {
            "turn": 0,
            "start": 0,
            "end": 41,
            "owner": "s",
            "what": "send you the offer",
            "due": "2026-03-13T15:00:00+00:00",
            "due_text": "by Friday at 3 PM",
        },
        {
            "turn": 1,
            "start": 0,
            "end": 23,
            "owner": "c",
            "what": "sign it",
            "due": "2026-03-16",
            "due_text": "Monday",
        },
        {"turn": 1, "start": 25, "end": 41, "owner": "c", "what": "call you"},
    ]
    assert found["missing_parts"] == []


def test_the_command_line_says_what_is_missing(silent_address: str, tmp_path: Path) -> None:
    with served(
        "conversation", tmp_path, run_operations=False, notes_address=silent_address, notes_timeout_s=0.2
    ) as running:
        found, said = told(running.address, tmp_path)
    assert (found["commitments"], found["missing_parts"]) == ([], ["commitments"])
    assert "commitments are missing" in said


@pytest.fixture
def silent_address() -> Iterator[str]:
    """A port at which connections are taken and nothing is said."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield f"127.0.0.1:{listener.getsockname()[1]}"


@pytest.fixture
def dead_address() -> str:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return f"127.0.0.1:{listener.getsockname()[1]}"


def test_a_slow_notes_service_leaves_the_rest(silent_address: str, tmp_path: Path) -> None:
    with served(
        "conversation", tmp_path, run_operations=False, notes_address=silent_address, notes_timeout_s=0.2
    ) as running:
        found = running.client().call("ConversationService.AnalyzeCall", analyze(call())).analysis
    assert list(found.missing_parts) == [analysis_pb2.ANALYSIS_PART_COMMITMENTS]
    assert not found.commitments
    assert found.summary


def test_what_was_missing_comes_once_the_notes_service_is_there(
    dead_address: str, notes: Served, tmp_path: Path
) -> None:
    tenant = f"t{uuid.uuid4().hex[:12]}"
    with served("conversation", tmp_path, run_operations=False, notes_address=dead_address) as running:
        client = running.client(tenant)
        client.call("CallService.CreateCall", create(call(regarding=DEAL)))
        assert list(analysis(client, "call-1").missing_parts) == [analysis_pb2.ANALYSIS_PART_COMMITMENTS]
        db, peers = Database(running.settings.database_url, service="conversation"), Peers(running.settings)
        Handover(db, NotesPeer(peers, dead_address, 1)).step(utc_now())
        assert analysis(client, "call-1").missing_parts
        later = datetime.fromtimestamp(utc_now().timestamp() + 3600, UTC)
        Handover(db, NotesPeer(peers, notes.address, 20)).step(later)
        peers.close()
        db.close()
        found = analysis(client, "call-1")
    assert not found.missing_parts
    assert [each.what for each in found.commitments] == ["send you the offer", "review it"]
    assert [each.heading for each in found.summary].count("commitment") == 2
    assert len(open_items(notes, tenant)) == 2


@pytest.mark.parametrize(("ahead_s", "is_due"), [(3600, True), (400, False), (-1, True)])
def test_a_task_from_before_the_clock_was_set_back_is_due(
    sqlite_url: str, ahead_s: int, is_due: bool
) -> None:
    migrate(sqlite_url, service="conversation")
    db, now = Database(sqlite_url, service="conversation"), utc_now()
    with db.write("acme") as session:
        commitment_task_store.put(session, "call-1", None, now + timedelta(seconds=ahead_s))
    assert [each.call_id for each in commitment_task_store.due(db, now, 10)] == ["call-1"] * is_due
    db.close()
