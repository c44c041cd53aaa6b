"""kill -9 of the conversation service in mid-write: an acknowledged call is there whole, and so is its analysis."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import grpc
import pytest
from leadlight.conversation.v1 import call_pb2, call_service_pb2

from tests.contract.conversation_cases import changed, create
from tests.contract.served import Client
from tests.integration.working import eventually
from tests.robustness.processes import Running, running
from tests.robustness.size import ALL, size
from tests.robustness.table import Tried

pytestmark = [pytest.mark.timeout(300), pytest.mark.fault("kill -9 of a worker")]

WRITERS = 3
CALLS = size(600, 60)
KILL_AFTER = (0.2, 0.6) if ALL else (0.4,)
# Nobody is there to be told what was promised: it waits, and keeps no call waiting.
ALONE = {f"LEADLIGHT_CONVERSATION_{name}_ADDRESS": "127.0.0.1:1" for name in ("NOTES", "RELATIONSHIP")}


def sent(call_id: str) -> call_pb2.Call:
    """A call whose words tell it from all others."""
    said = (f"Good morning, this is about {call_id}.", "I will send you the offer by Friday.")
    turns = [
        call_pb2.Turn(
            participant="sc"[number], text=text, start_ms=2000 * number, end_ms=2000 * number + 1900
        )
        for number, text in enumerate(said)
    ]
    return changed(id=call_id, turns=turns)


def write(service: Running, writer: int, acknowledged: set[str]) -> None:
    """Stores calls, each sent again until it is acknowledged: the same call twice is one."""
    client = service.client()
    for number in range(CALLS // WRITERS):
        request = create(sent(f"w{writer}-{number}"))
        acknowledged.add(service.call_until_answered(client, "CallService.CreateCall", request).call.id)


def is_whole(client: Client, call_id: str) -> bool:
    """Whether a call is there as it was sent, with its analysis."""
    try:
        found = client.call("CallService.GetCall", call_service_pb2.GetCallRequest(id=call_id))
        analysis = client.call("CallService.GetAnalysis", call_service_pb2.GetAnalysisRequest(id=call_id))
    except grpc.RpcError as error:
        if error.code() is not grpc.StatusCode.NOT_FOUND:
            raise
        return False
    texts = [turn.text for turn in found.call.turns]
    return texts == [turn.text for turn in sent(call_id).turns] and bool(analysis.summary)


def test_what_was_acknowledged_outlives_kills(tmp_path: Path, kept_at: str, tried: Tried) -> None:
    acknowledged: set[str] = set()
    with running(tmp_path, kept_at, workers=size(2, 1), service="conversation", more=ALONE) as service:
        with ThreadPoolExecutor(WRITERS) as pool:
            writers = [pool.submit(write, service, number, acknowledged) for number in range(WRITERS)]
            for share in KILL_AFTER:
                eventually(lambda share=share: len(acknowledged) >= share * CALLS, 90)  # type: ignore[misc]
                service.workers()[0].kill()
            for each in writers:
                each.result()
        assert len(acknowledged) == CALLS
        assert len(service.events("process_died")) == len(KILL_AFTER)
        service.kill_all()
    with running(tmp_path, kept_at, workers=1, service="conversation", more=ALONE) as service:
        client = service.client()
        lost = [call_id for call_id in sorted(acknowledged) if not is_whole(client, call_id)]
        tried(len(KILL_AFTER) + 1, writes=len(acknowledged), lost=len(lost))
        assert not lost
        page = client.call("CallService.ListCalls", call_service_pb2.ListCallsRequest(page_size=1000))
        # What was stored without being acknowledged is whole, too.
        assert all(is_whole(client, each.call.id) for each in page.stored_calls)
