"""`leadlight notes` as people run it: embedded for one command, in a running suite, and when it goes wrong."""

import json
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import grpc
import psutil
import pytest
from leadlight.notes.v1 import notes_service_pb2_grpc

from tests.integration.notes.world import create
from tests.shell import Shell

ZONE = "Europe/Copenhagen"
WRITTEN = {"reference_time": "2026-03-02T10:30:00", "time_zone": ZONE}


def address(suite: Shell) -> str:
    services = json.loads(suite.run("status", "--json").stdout)["services"]
    return str(next(each["address"] for each in services if each["name"] == "notes"))


def write(folder: Path, *notes: dict[str, Any]) -> Path:
    path = folder / "notes.jsonl"
    path.write_text("".join(json.dumps(each, ensure_ascii=False) + "\n" for each in notes), encoding="utf-8")
    return path


def read(path: Path) -> list[Any]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_without_a_suite_a_file_is_read_and_nothing_keeps_running(tmp_path: Path) -> None:
    shell = Shell(tmp_path / "data")
    notes = write(
        tmp_path,
        {"id": "en", "text": "Meet the customer on May 4 at 4:00 PM", **WRITTEN},
        {"id": "zh", "text": "5 月 4 日下午 4:00 与客户会面", **WRITTEN},
        {"id": "da", "text": "Møde med kunden den 4. maj kl. 16", **WRITTEN},
        {"id": "nb", "text": "Møte med kunden 4. mai kl. 16.00", **WRITTEN},
        {"id": "sv", "text": "Möte med kunden den 4 maj kl. 16", **WRITTEN},
        {"id": "none", "text": "We had a lovely lunch and the weather was fine.", **WRITTEN},
        {"id": "empty", "text": "", **WRITTEN},
    )
    done = shell.run("notes", "suggest", notes, "-o", tmp_path / "out.jsonl")
    assert done.returncode == 0, done.stderr
    answers = {each["id"]: each["suggestions"] for each in read(tmp_path / "out.jsonl")}
    assert list(answers) == ["en", "zh", "da", "nb", "sv", "none", "empty"]
    for language in ("en", "zh", "da", "nb", "sv"):
        (found,) = answers[language]
        assert (found["type"], found["start"], found["date_only"]) == (
            "APPOINTMENT",
            "2026-05-04T16:00:00",
            False,
        )
        assert set(found) >= {"end", "due", "assignee", "contact_name", "span_start", "span_end", "title"}
        assert 0 < found["confidence"] <= 1
    assert answers["none"] == answers["empty"] == []
    assert not [
        process
        for process in psutil.process_iter(["cmdline", "environ"])
        if "services.notes" in (process.info["cmdline"] or [])
        and (process.info["environ"] or {}).get("LEADLIGHT_DATA_DIR") == str(shell.data_dir)
    ]


def test_the_sample_has_something_in_every_language(suite: Shell, tmp_path: Path) -> None:
    sample = tmp_path / "sample.jsonl"
    assert suite.run("notes", "sample", sample).returncode == 0
    done = suite.run("notes", "suggest", sample, "-o", tmp_path / "out.jsonl", "--json")
    assert done.returncode == 0, done.stderr
    counts = json.loads(done.stdout)
    assert counts["notes"] == 80
    answers = read(tmp_path / "out.jsonl")
    for language in ("en", "da", "nb", "sv", "zh"):
        own = [each["suggestions"] for each in answers if each["id"].startswith(language)]
        kinds = {found["type"] for suggestions in own for found in suggestions}
        assert len(kinds) >= 4, f"{language}: {kinds}"
        assert any(not suggestions for suggestions in own)


def test_times_are_found(suite: Shell, tmp_path: Path) -> None:
    notes = write(
        tmp_path,
        {"id": 1, "text": "tomorrow at 3 pm", "reference_time": "2013-02-12T04:30:00-02:00"},
        {"id": 2, "text": "næste tirsdag kl. 15", "language": "da", **WRITTEN},
    )
    done = suite.run("notes", "times", notes, "-o", tmp_path / "out.jsonl")
    assert done.returncode == 0, done.stderr
    first, second = read(tmp_path / "out.jsonl")
    assert first["times"][0]["values"] == ["2013-02-13T15:00:00"]
    assert (first["times"][0]["kind"], first["times"][0]["span_start"]) == ("instant", 0)
    assert second["times"][0]["values"][0].endswith("T15:00:00")


def test_suggestions_of_stored_notes_are_decided(suite: Shell) -> None:
    with grpc.insecure_channel(address(suite)) as channel:
        stub = notes_service_pb2_grpc.NotesServiceStub(channel)
        stub.CreateNote(create("Call her about pricing on Thursday.", "n1"))
    listed = json.loads(suite.run("notes", "list", "--json").stdout)
    (name,) = [each["name"] for each in listed]
    assert json.loads(suite.run("notes", "commitments", "--json").stdout)[0]["source"] == "notes/n1"
    assert "accepted" in suite.run("notes", "accept", name, "--created", "T-1").stdout
    assert json.loads(suite.run("notes", "list", "--json").stdout) == []
    assert suite.run("notes", "dismiss", name).returncode == 0
    missing = suite.run("notes", "dismiss", "notes/none/suggestions/1")
    assert missing.returncode == 1
    assert "[RESOURCE_NOT_FOUND]" in missing.stderr
    assert missing.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("line", "code", "says"),
    [
        ({"id": 1, "text": "x", "language": "fr"}, 1, "notes.jsonl line 1: request.language: is none of"),
        ({"id": 1, "text": "x", "time_zone": "Mars"}, 1, "notes.jsonl line 1: request.time_zone: is no IANA"),
        ({"id": 1, "text": "x" * 100_001}, 1, "notes.jsonl line 1: request.text"),
        ({"text": "x"}, 2, "notes.jsonl line 1: a note is"),
        ({"id": 1, "text": "x", "reference_time": "soon"}, 2, "notes.jsonl line 1: reference_time"),
    ],
)
def test_what_goes_wrong_is_one_line(
    suite: Shell, tmp_path: Path, line: dict[str, Any], code: int, says: str
) -> None:
    done = suite.run("notes", "suggest", write(tmp_path, line), "-o", tmp_path / "out.jsonl")
    assert done.returncode == code
    assert says in done.stderr
    assert done.stderr.count("\n") == 1
    assert not (tmp_path / "out.jsonl").exists()


def test_memory_stays_flat_over_a_long_file(suite: Shell, tmp_path: Path) -> None:
    """The command holds a few notes at a time: twenty times the notes, the same memory."""

    def most_memory(notes: int) -> int:
        path = tmp_path / f"{notes}.jsonl"
        with path.open("w", encoding="utf-8") as file:
            for number in range(notes):
                file.write(
                    json.dumps({"id": number, "text": f"note {number} " + "x" * 2_000, **WRITTEN}) + "\n"
                )
        most = 0
        with suite.start("notes", "times", path, "-o", tmp_path / "out.jsonl") as process:
            watched = psutil.Process(process.pid)
            while process.poll() is None:
                try:
                    most = max(most, watched.memory_info().rss)
                except psutil.Error:
                    break
                time.sleep(0.02)
            assert process.wait() == 0
        return most

    few, many = most_memory(250), most_memory(5_000)
    assert many < few + 12 * 2**20


def test_an_interrupted_command_leaves_no_file(suite: Shell, tmp_path: Path) -> None:
    path = tmp_path / "notes.jsonl"
    with path.open("w", encoding="utf-8") as file:
        for number in range(20_000):
            file.write(json.dumps({"id": number, "text": "Call her on Thursday. " * 10, **WRITTEN}) + "\n")
    with suite.start("notes", "suggest", path, "-o", tmp_path / "out.jsonl") as process:
        deadline = time.monotonic() + 60
        while not any(each.name.endswith(".part") for each in tmp_path.iterdir()):
            assert time.monotonic() < deadline
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        try:
            _, stderr = process.communicate(timeout=30)
        except subprocess.TimeoutExpired:
            # Python drops an interrupt that lands in a library's callback; a person presses the keys again.
            process.send_signal(signal.SIGINT)
            _, stderr = process.communicate(timeout=60)
    assert process.returncode == 130, stderr
    assert "Traceback" not in stderr
    assert [each.name for each in tmp_path.iterdir()] == ["notes.jsonl"]
