"""A history of notes gives what the service suggests from each of them."""

import json
from pathlib import Path

import pytest
from leadlight.notes.v1 import notes_service_pb2
from pyarrow import parquet

from clients.cli.note_lines import NoteLine, fill, suggestions_answer
from services.common.batch.run_folder import RunFolder
from services.common.batch.runner import JobRequest, run_job
from services.common.batch.sources import Source
from services.common.db import Database
from services.common.db.migrations import migrate
from services.notes.convert_texts import actions_response, text
from services.notes.jobs.history import JOB
from services.notes.preferences import PreferenceService
from services.notes.service import NotesService
from tests.integration.batch.running import outputs_of

SAMPLE = Path(__file__).parents[3] / "clients/cli/sample/notes.jsonl"
NOTE = {"id": "1", "text": "Call Ann tomorrow", "reference_time": "2026-03-02T09:30:00", "time_zone": "UTC"}


@pytest.fixture
def service(tmp_path: Path) -> NotesService:
    url = f"sqlite:///{tmp_path / 'notes.db'}"
    migrate(url, service="notes")
    db = Database(url, service="notes")
    return NotesService(db, PreferenceService(db))


def test_each_note_is_read_as_the_service_reads_it(service: NotesService) -> None:
    notes = [json.loads(line) for line in SAMPLE.read_text(encoding="utf-8").splitlines()[::4]]
    expected = []
    for note in notes:
        line = NoteLine(1, 1.0, note)
        asked = text(fill(notes_service_pb2.SuggestActionsRequest(), line, SAMPLE), "acme", service)
        response = actions_response(service.suggest_actions("acme", asked), asked.time_zone)
        answer = suggestions_answer(line, response)
        for number, each in enumerate(answer["suggestions"], start=1):
            expected.append({"note": answer["id"], "number": number, **each})
    found = outputs_of(JOB, {"notes": notes})
    assert found["suggestions"] == sorted(expected, key=lambda row: (row["note"], row["number"]))
    assert expected
    assert found["left_out"] == []


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"reference_time": "soon"}, "reference_time is no time"),
        ({"reference_time": None}, "reference_time: is missing"),
        ({"time_zone": "Nowhere/Land"}, "IANA"),
        ({"language": "fr"}, "none of the languages"),
        ({"text": "a" * 100_001}, "text: "),
    ],
)
def test_a_note_that_cannot_be_read_is_told_and_stops_nobody(
    wrong: dict[str, str | None], reason: str
) -> None:
    found = outputs_of(JOB, {"notes": [NOTE, NOTE | {"id": "2"} | wrong]})
    assert {each["note"] for each in found["suggestions"]} == {"1"}
    (left_out,) = found["left_out"]
    assert left_out["note"] == "2"
    assert reason in left_out["reason"]


def test_options_stand_in_for_what_notes_do_not_say() -> None:
    bare = NOTE | {"reference_time": None, "time_zone": None}
    options = {"reference_time": "2026-03-02T09:30:00", "time_zone": "Europe/Copenhagen"}
    (row,) = outputs_of(JOB, {"notes": [bare]}, **options)["suggestions"]
    assert (row["due"], row["date_only"]) == ("2026-03-03T00:00:00", True)


def test_the_command_lines_own_files_are_read(tmp_path: Path) -> None:
    lines = SAMPLE.read_text(encoding="utf-8").splitlines()[:3]
    (tmp_path / "notes.jsonl").write_text("\n".join(lines), encoding="utf-8")
    request = JobRequest({"notes": Source(str(tmp_path / "notes.jsonl"))}, tmp_path / "found")
    run_job(JOB, request, RunFolder(tmp_path / "runs", "one"))
    found = parquet.read_table(tmp_path / "found" / "suggestions.parquet")
    rows = outputs_of(JOB, {"notes": map(json.loads, lines)})["suggestions"]
    assert sorted(found.to_pylist(), key=lambda row: (row["note"], row["number"])) == rows
