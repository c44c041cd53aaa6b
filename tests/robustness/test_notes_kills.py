"""kill -9 of the notes service: no acknowledged note is lost, and a history is analysed to its end, once."""

import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from google.longrunning import operations_pb2
from leadlight.notes.v1 import commitment_pb2, note_pb2

from tests.contract.served import Client
from tests.integration.notes.world import CALL, PROMISE, create
from tests.integration.working import eventually
from tests.robustness.processes import Running, running
from tests.robustness.size import size
from tests.robustness.table import Tried

pytestmark = pytest.mark.timeout(300)

NOTES = size(300, 160)
WRITERS = 4
WORKERS = size(2, 1)


def stored(client: Client) -> dict[str, note_pb2.Note]:
    """Every stored note by name, without its suggestions."""
    found: dict[str, note_pb2.Note] = {}
    request = note_pb2.ListNotesRequest(page_size=1000)
    while True:
        page = client.call("NotesService.ListNotes", request)
        found |= {each.name: each for each in page.notes}
        if not page.next_page_token:
            return found
        request.page_token = page.next_page_token


def analyzed(client: Client) -> dict[str, note_pb2.Note]:
    return {name: note for name, note in stored(client).items() if note.HasField("analyze_time")}


def progress(client: Client, name: str) -> operations_pb2.Operation:
    operation: operations_pb2.Operation = client.call(
        "Operations.GetOperation", operations_pb2.GetOperationRequest(name=name)
    )
    return operation


def write(service: Running, writer: int, acknowledged: set[str]) -> None:
    """Stores notes, each sent again until it is acknowledged; notes their names."""
    client = service.client()
    for number in range(NOTES // WRITERS):
        request = create(
            f"{CALL} {PROMISE}", f"w{writer}-{number}", skip_analysis=True, request_id=str(uuid.uuid4())
        )
        acknowledged.add(service.call_until_answered(client, "NotesService.CreateNote", request).name)


@pytest.mark.fault("kill -9 of a worker")
def test_what_was_acknowledged_outlives_kills_and_history_ends(
    tmp_path: Path, kept_at: str, tried: Tried
) -> None:
    with running(tmp_path, kept_at, workers=WORKERS, service="notes") as service:
        acknowledged: set[str] = set()
        with ThreadPoolExecutor(WRITERS) as pool:
            writers = [pool.submit(write, service, writer, acknowledged) for writer in range(WRITERS)]
            for share in (0.2, 0.6):
                least = share * NOTES
                eventually(lambda least=least: len(acknowledged) >= least, 60)  # type: ignore[misc]
                service.workers()[0].kill()
            for each in writers:
                each.result()
        service.wait_for_workers(WORKERS)
        client = service.client()
        tried(3, writes=len(acknowledged), lost=len(acknowledged - stored(client).keys()))
        assert acknowledged == stored(client).keys()
        total = len(acknowledged)
        assert total == NOTES
        name = client.call("NotesService.AnalyzeHistory", note_pb2.AnalyzeHistoryRequest()).name
        eventually(lambda: len(analyzed(client)) >= total // 3, 60)
        service.kill_all()
    with running(tmp_path, kept_at, workers=1, service="notes") as service:
        client = service.client()
        eventually(lambda: progress(client, name).done, 90)
        operation = progress(client, name)
        response, metadata = note_pb2.AnalyzeHistoryResponse(), note_pb2.AnalyzeHistoryMetadata()
        assert operation.response.Unpack(response)
        assert operation.metadata.Unpack(metadata)
        assert (response.note_count, response.open_suggestion_count) == (total, 2 * total)
        assert metadata.restart_count <= 1
        assert len(analyzed(client)) == total
        page = client.call(
            "CommitmentService.ListCommitments", commitment_pb2.ListCommitmentsRequest(page_size=1000)
        )
        assert len(page.commitments) == min(1000, 2 * total)
