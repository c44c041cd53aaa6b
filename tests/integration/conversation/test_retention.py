"""What is kept of calls ends by age: transcript, then sentences, then the call; sums without persons stay."""

import threading
from datetime import timedelta
from pathlib import Path
from typing import Any

from leadlight.common.v1 import record_pb2
from leadlight.conversation.v1 import analysis_pb2, call_pb2, call_service_pb2
from sqlmodel import select

from services.common.db import Database, utc_now
from services.conversation.models import CommitmentTaskRow, HomeCellRow
from services.conversation.retention import Retention
from tests.contract.conversation_cases import CALL, changed, comment, create, settings
from tests.contract.served import Client, served
from tests.integration.conversation.conftest import Conversation

WORDS = "I'll review the Quoll-Zephyr contract, it costs $400 and that is great."


def keep(client: Client, call_id: str, team: str = "", **fields: Any) -> None:
    turns = [*CALL.turns, call_pb2.Turn(participant="c", text=WORDS, start_ms=5000, end_ms=6000)]
    client.call("CallService.CreateCall", create(changed(id=call_id, turns=turns, **fields), team=team))


def set_days(client: Client, transcript: int, highlights: int, insights: int) -> None:
    request = settings(transcript_days=transcript, highlight_days=highlights, insight_days=insights)
    client.call("ConversationService.UpdateConversationSettings", request)


def run_after(db: Database, days: float) -> dict[str, int]:
    """The calls that the job touches so many days from now, by tenant."""
    return dict(Retention(db).run(utc_now() + timedelta(days=days), threading.Event()))


def got(client: Client, call_id: str) -> call_service_pb2.StoredCall:
    answer: call_service_pb2.StoredCall = client.call(
        "CallService.GetCall", call_service_pb2.GetCallRequest(id=call_id)
    )
    return answer


def analysis(client: Client, call_id: str) -> analysis_pb2.Analysis:
    answer: analysis_pb2.Analysis = client.call(
        "CallService.GetAnalysis", call_service_pb2.GetAnalysisRequest(id=call_id)
    )
    return answer


def test_words_go_in_stages(client: Client, conversation: Conversation) -> None:
    set_days(client, 10, 20, 30)
    keep(client, "one")
    whole = analysis(client, "one")
    assert run_after(conversation.db, 9.9)[client.tenant] == 0

    assert run_after(conversation.db, 10.1)[client.tenant] == 1
    stored = got(client, "one")
    assert not stored.call.turns
    assert stored.removed == call_service_pb2.REMOVED_PART_TRANSCRIPT
    assert analysis(client, "one") == whole
    assert run_after(conversation.db, 10.1)[client.tenant] == 0

    assert run_after(conversation.db, 20.1)[client.tenant] == 1
    assert got(client, "one").removed == call_service_pb2.REMOVED_PART_HIGHLIGHTS
    bare = analysis(client, "one")
    assert not bare.highlights
    assert not bare.summary
    assert not bare.commitments
    assert bare.measures == whole.measures
    assert bare.customer_sentiment == whole.customer_sentiment

    assert run_after(conversation.db, 30.1)[client.tenant] == 1
    missing = client.refused("CallService.GetCall", call_service_pb2.GetCallRequest(id="one"))
    assert missing.code == "NOT_FOUND"
    assert client.tenant not in run_after(conversation.db, 30.1)


def test_the_default_is_ninety_days(client: Client, conversation: Conversation) -> None:
    keep(client, "one")
    assert run_after(conversation.db, 89.9)[client.tenant] == 0
    assert run_after(conversation.db, 90.1)[client.tenant] == 1


def test_more_calls_than_a_transaction_takes(client: Client, conversation: Conversation) -> None:
    set_days(client, 1, 1, 1)
    call = changed(turns=[], consent=False)
    for number in range(51):
        call.id = f"c{number}"
        client.call("CallService.CreateCall", create(call))
    assert run_after(conversation.db, 1.1)[client.tenant] == 51


def test_sums_without_persons_stay(client: Client, conversation: Conversation) -> None:
    keep(client, "one", team="north")
    assert _scopes(conversation, client.tenant) == {"all", "team", "seller"}
    run_after(conversation.db, 91)
    assert _scopes(conversation, client.tenant) == {"all", "team"}


def test_the_notes_service_hears_that_words_are_gone(client: Client, conversation: Conversation) -> None:
    set_days(client, 10, 10, 30)
    keep(client, "one", regarding=record_pb2.RecordRef(kind=record_pb2.RECORD_KIND_LEAD, id="1"))
    run_after(conversation.db, 11)
    with conversation.db.read(client.tenant) as session:
        (task,) = session.exec(select(CommitmentTaskRow))
    assert (task.call_id, task.ref_kind, task.ref_id) == ("one", "lead", "1")


def test_no_word_is_left_in_a_file_while_the_service_runs(tmp_path: Path) -> None:
    with served("conversation", tmp_path) as running:
        client = running.client()
        set_days(client, 10, 20, 20)
        keep(client, "one", title="About Quoll-Zephyr")
        client.call("CommentService.CreateComment", comment("one", text="Ask about Quoll-Zephyr."))
        assert b"Quoll-Zephyr" in _files(tmp_path)
        db = Database(running.settings.database_url, service="conversation")
        run_after(db, 10.1)
        assert b"review the" in _files(tmp_path)  # what was found in it
        run_after(db, 20.1)
        db.close()
        left = _files(tmp_path)
        assert not [word for word in (b"Quoll-Zephyr", b"review the", b"contract") if word in left]


def _scopes(conversation: Conversation, tenant: str) -> set[str]:
    with conversation.db.read(tenant) as session:
        return set(session.exec(select(HomeCellRow.scope)))


def _files(folder: Path) -> bytes:
    return b"".join(each.read_bytes() for each in sorted(folder.rglob("*")) if each.is_file())
