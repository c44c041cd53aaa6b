"""What the audit's file says of a call."""

import json
from pathlib import Path

import pytest
from leadlight.common.v1 import record_pb2
from leadlight.dedupe.v1 import duplicate_pb2
from leadlight.notes.v1 import note_pb2
from leadlight.relationship.v1 import tie_pb2

from services.common.context import using
from services.common.errors import LeadlightError
from services.gateway.audit import EVENTS, Audited, AuditLog, Event
from services.gateway.catalog import rpcs_of

RPCS = {
    rpc.method.full_name: rpc
    for peer in ("scoring", "relationship", "dedupe", "qualification", "conversation", "notes", "gateway")
    for rpc in rpcs_of(peer)
}
FIND = Audited(Event.READ, "FindDuplicates", duplicate_pb2.FindDuplicatesRequest)
LOOKED_FOR = duplicate_pb2.FindDuplicatesRequest(
    ref=record_pb2.RecordRef(kind=record_pb2.RECORD_KIND_LEAD, id="L-7")
)
READ_NOTE = Audited(Event.READ, "GetNote", note_pb2.GetNoteRequest)


def test_every_audited_method_exists() -> None:
    installed = {name.split(".")[1] for name in RPCS}
    assert {name for name in EVENTS if name.split(".")[1] in installed} <= set(RPCS)


def test_everything_that_deletes_merges_or_publishes_is_audited() -> None:
    verbs = ("Delete", "Erase", "Merge", "Unmerge", "Detach", "PublishModel", "RetireModel")
    of_no_person = {
        "leadlight.scoring.v1.ModelService.DeleteModel",
        "leadlight.scoring.v1.ModelService.DeleteDataset",
        "leadlight.dedupe.v1.RuleService.DeleteRule",
        "leadlight.dedupe.v1.DedupeService.DeletePairDecision",
        "leadlight.conversation.v1.TrackerService.DeleteTracker",
        "leadlight.qualification.v1.QualificationService.DeleteFieldMapping",
    }
    audited = {name for name, rpc in RPCS.items() if rpc.method.name.startswith(verbs)}
    assert audited - of_no_person <= set(EVENTS)


def test_a_line_has_ids_and_no_texts(tmp_path: Path) -> None:
    log = AuditLog(tmp_path / "audit" / "gateway.jsonl")
    opt_out = Audited(Event.ERASE, "SetOptOut", tie_pb2.SetOptOutRequest)
    request = tie_pb2.SetOptOutRequest(opt_out=tie_pb2.OptOut(name="mia@example.com"))
    with using() as call:
        log.write(READ_NOTE, call, note_pb2.GetNoteRequest(name="notes/n1").SerializeToString(), "OK")
        log.write(opt_out, call, request.SerializeToString(), "OK")
        log.write(READ_NOTE, call, b"\xff\xff", "INVALID_ARGUMENT")
        log.write(FIND, call, LOOKED_FOR.SerializeToString(), "OK")
    log.close()
    path = tmp_path / "audit" / "gateway.jsonl"
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert lines[0]["ids"] == ["notes/n1"]
    assert lines[1]["ids"] == []  # an address is no resource's name
    assert lines[3]["ids"] == ["1:L-7"]
    assert lines[2]["ids"] == []
    assert path.stat().st_mode & 0o077 == 0


def test_the_file_may_be_moved_away(tmp_path: Path) -> None:
    path = tmp_path / "gateway.jsonl"
    log = AuditLog(path)
    with using() as call:
        log.write(READ_NOTE, call, b"", "OK")
        path.rename(tmp_path / "old.jsonl")
        log.write(READ_NOTE, call, b"", "OK")
    log.close()
    assert len(path.read_text(encoding="utf-8").splitlines()) == 1


def test_what_cannot_be_noted_is_not_answered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = AuditLog(tmp_path / "gateway.jsonl")

    def full(_text: str) -> int:
        raise OSError(28, "no space left")

    monkeypatch.setattr(log._file.stream, "write", full)
    with using() as call, pytest.raises(LeadlightError) as info:
        log.write(READ_NOTE, call, b"", "OK")
    assert info.value.reason == "STORAGE_UNAVAILABLE"
    log.close()
