"""No text of a note, no name and no address stands in a log line, whatever happens to the call."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import grpc
import pytest
from leadlight.notes.v1 import (
    commitment_pb2,
    commitment_service_pb2_grpc,
    note_pb2,
    notes_service_pb2,
    notes_service_pb2_grpc,
)

from tests.integration.notes.world import actions, create, edit, ref
from tests.integration.working import eventually

SECRETS = ("Zephyrine", "Quoll", "zq@example.com", "+4530123456", "Snowberry")
NOTE = (
    "Let me introduce you to Zephyrine Quoll, CFO at Snowberry, zq@example.com, +45 30 12 34 56. "
    "Call Zephyrine about the Snowberry contract on Thursday."
)


@dataclass
class Service:
    """The service as a process of its own."""

    process: "subprocess.Popen[bytes]"
    log: Path
    address: str = ""


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    log = tmp_path / "log"
    kept = {name: value for name, value in os.environ.items() if not name.startswith("LEADLIGHT_")}
    environment = kept | {
        "LEADLIGHT_DATA_DIR": str(tmp_path),
        "LEADLIGHT_NOTES_LISTEN": "127.0.0.1:0",
        "LEADLIGHT_NOTES_WORKERS": "1",
        "LEADLIGHT_LOG_LEVEL": "debug",
        "LEADLIGHT_ACCESS_LOG": "all",
    }
    with log.open("wb") as sink:
        process = subprocess.Popen(
            [sys.executable, "-m", "services.notes"],
            cwd=Path(__file__).parents[3],
            env=environment,
            stdout=sink,
            stderr=sink,
        )
    started = Service(process, log)
    try:
        eventually(lambda: bool(_address(log)), timeout_s=60)
        started.address = _address(log)
        yield started
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


def _address(log: Path) -> str:
    """Where the service says that it listens."""
    for line in log.read_text(encoding="utf-8").splitlines():
        entry = json.loads(line)
        if entry.get("event") == "serving":
            return str(entry["address"])
    return ""


def test_no_personal_text_is_logged(service: Service) -> None:
    with grpc.insecure_channel(service.address) as channel:
        notes = notes_service_pb2_grpc.NotesServiceStub(channel)
        commitments = commitment_service_pb2_grpc.CommitmentServiceStub(channel)
        assert notes.SuggestActions(actions(NOTE)).suggestions
        created = notes.CreateNote(create(NOTE, "n1", ref=ref("Quoll-1"), author="zq@example.com"))
        notes.UpdateNote(edit(created.name, NOTE + " Zephyrine sends the contract."))
        commitments.RecordCommitments(
            commitment_pb2.RecordCommitmentsRequest(
                ref=ref("Quoll-1"),
                source="calls/Quoll",
                commitments=[
                    commitment_pb2.NewCommitment(
                        owed_by=commitment_pb2.COMMITMENT_SIDE_CUSTOMER, what="Pay Quoll", owner="Zephyrine"
                    )
                ],
            )
        )
        operation = notes.AnalyzeHistory(note_pb2.AnalyzeHistoryRequest())
        assert operation.name
        for bad in (actions(NOTE, language="fr"), actions(NOTE, time_zone="Snowberry/Quoll")):
            with pytest.raises(grpc.RpcError):
                notes.SuggestActions(bad)
        with pytest.raises(grpc.RpcError):
            notes.CreateNote(create(NOTE, "n1"))
        results = notes.SuggestActionsStream(
            iter([notes_service_pb2.SuggestActionsStreamRequest(request=actions(NOTE, language="fr"))])
        )
        assert next(results).status.code
        eventually(lambda: "operation_begun" in service.log.read_text(encoding="utf-8"))
    written = service.log.read_text(encoding="utf-8")
    assert "SuggestActions" in written
    for secret in SECRETS:
        assert secret not in written
