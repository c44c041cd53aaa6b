"""kill -9 of the gateway in mid-write: what a seller was told is off the list stays off it."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from leadlight.gateway.v1 import worklist_pb2

from services.common.caller import LOCAL_CALLER
from services.common.db import Database
from services.gateway import store
from tests.integration.working import eventually
from tests.robustness.processes import Running, running
from tests.robustness.size import ALL, size
from tests.robustness.table import Tried

pytestmark = [pytest.mark.timeout(300), pytest.mark.fault("kill -9 of a worker")]

WRITERS = 3
MARKS = size(1500, 240)
KILL_AFTER = (0.2, 0.6) if ALL else (0.4,)
PEERS = ("SCORING", "RELATIONSHIP", "DEDUPE", "QUALIFICATION", "CONVERSATION", "NOTES")
ALONE = {f"LEADLIGHT_GATEWAY_{name}_ADDRESS": "127.0.0.1:1" for name in PEERS} | {
    "LEADLIGHT_GATEWAY_HTTP": "127.0.0.1:0",
    "LEADLIGHT_GATEWAY_TENANT_CALLS_PER_S": "1e6",
    "LEADLIGHT_GATEWAY_TENANT_BURST_CALLS": "1000000",
}


def write(service: Running, writer: int, acknowledged: set[str]) -> None:
    """Takes items off a list, each asked for again until it is acknowledged."""
    client = service.client()
    for number in range(MARKS // WRITERS):
        item = f"w{writer}-{number}"
        request = worklist_pb2.CompleteWorklistItemRequest(id=item)
        service.call_until_answered(client, "WorklistService.CompleteWorklistItem", request)
        acknowledged.add(item)


def marked(database_url: str) -> set[str]:
    """The items that are off somebody's list."""
    db = Database(database_url, service="gateway")
    with db.read(LOCAL_CALLER.tenant) as reader:
        found = {row.item for row in store.all_marks(reader)}
    db.close()
    return found


def test_what_was_acknowledged_outlives_kills(tmp_path: Path, kept_at: str, tried: Tried) -> None:
    acknowledged: set[str] = set()
    with running(tmp_path, kept_at, service="gateway", more=ALONE) as service:
        with ThreadPoolExecutor(WRITERS) as pool:
            writers = [pool.submit(write, service, number, acknowledged) for number in range(WRITERS)]
            for share in KILL_AFTER:
                eventually(lambda share=share: len(acknowledged) >= share * MARKS, 90)  # type: ignore[misc]
                service.workers()[0].kill()
            for each in writers:
                each.result()
        assert len(acknowledged) == MARKS
        assert len(service.events("process_died")) == len(KILL_AFTER)
        service.kill_all()
    with running(tmp_path, kept_at, workers=1, service="gateway", more=ALONE) as service:
        asked = worklist_pb2.CompleteWorklistItemRequest(id="after")
        service.client().call("WorklistService.CompleteWorklistItem", asked)
        lost = acknowledged - marked(kept_at)
        tried(len(KILL_AFTER) + 1, writes=len(acknowledged), lost=len(lost))
        assert not lost
        assert "after" in marked(kept_at)
