"""The commands of notes against a server with canned answers: what is asked, what is printed, which exit code."""

import contextlib
import json
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.rpc import status_pb2
from leadlight.common.v1 import record_pb2
from leadlight.notes.v1 import (
    commitment_pb2,
    commitment_service_pb2_grpc,
    notes_service_pb2,
    notes_service_pb2_grpc,
    suggestion_pb2,
)
from typer.testing import CliRunner, Result

from clients.cli import item_stream
from clients.cli.main import app


class Server(
    notes_service_pb2_grpc.NotesServiceServicer, commitment_service_pb2_grpc.CommitmentServiceServicer
):
    """Remembers what it was asked."""

    def __init__(self) -> None:
        self.address = ""
        self.asked: list[Any] = []
        self.streams = 0
        self.refuse: dict[str, str] = {}
        self.most_ahead = 0
        self.answered = 0
        self.pause_s = 0.0

    def _stream(self, requests: Iterator[Any], result_type: Any, found: Any) -> Iterator[Any]:
        self.streams += 1
        lock = threading.Lock()
        taken: list[Any] = []
        ended = threading.Event()

        def take() -> None:
            # A call that is broken off ends by an exception of grpc's own.
            with contextlib.suppress(Exception):
                for request in requests:
                    with lock:
                        taken.append(request)
                        self.most_ahead = max(self.most_ahead, len(taken) - index)
            ended.set()

        index = 0
        reader = threading.Thread(target=take)
        reader.start()
        while True:
            if len(taken) <= index:
                if ended.is_set() and len(taken) <= index:
                    return
                time.sleep(0.001)
                continue
            request = taken[index].request
            time.sleep(self.pause_s)
            self.asked.append(request)
            result = result_type(index=index)
            if request.text in self.refuse:
                result.status.CopyFrom(status_pb2.Status(code=3, message=self.refuse[request.text]))
            else:
                result.response.CopyFrom(found)
            index += 1
            yield result

    def SuggestActionsStream(self, requests: Iterator[Any], context: Any) -> Iterator[Any]:
        found = notes_service_pb2.SuggestActionsResponse(
            suggestions=[suggestion_pb2.Suggestion(kind=suggestion_pb2.SUGGESTION_KIND_TASK, title="Do it")],
            time_zone="UTC",
        )
        yield from self._stream(requests, notes_service_pb2.SuggestActionsStreamResponse, found)

    def ResolveTimesStream(self, requests: Iterator[Any], context: Any) -> Iterator[Any]:
        found = notes_service_pb2.ResolveTimesResponse(time_zone="UTC")
        yield from self._stream(requests, notes_service_pb2.ResolveTimesStreamResponse, found)

    def ListSuggestions(self, request: Any, context: Any) -> suggestion_pb2.ListSuggestionsResponse:
        self.asked.append(suggestion_pb2.ListSuggestionsRequest.FromString(request.SerializeToString()))
        suggestion = suggestion_pb2.Suggestion(
            name=f"notes/n1/suggestions/{len(self.asked)}",
            kind=suggestion_pb2.SUGGESTION_KIND_PHONE_CALL,
            title="Call Ann [bold]",
            confidence=0.9,
        )
        return suggestion_pb2.ListSuggestionsResponse(
            suggestions=[suggestion], next_page_token="" if request.page_token else "more"
        )

    def AcceptSuggestion(self, request: Any, context: Any) -> suggestion_pb2.Suggestion:
        self.asked.append(request)
        return suggestion_pb2.Suggestion(
            name=request.name, title="Call Ann", state=suggestion_pb2.SUGGESTION_STATE_ACCEPTED
        )

    def DismissSuggestion(self, request: Any, context: Any) -> suggestion_pb2.Suggestion:
        self.asked.append(request)
        return suggestion_pb2.Suggestion(name=request.name, title="Call Ann")

    def ListCommitments(self, request: Any, context: Any) -> commitment_pb2.ListCommitmentsResponse:
        self.asked.append(request)
        commitment = commitment_pb2.Commitment(
            what="Send the price list",
            owner="Ann",
            owed_by=commitment_pb2.COMMITMENT_SIDE_CUSTOMER,
            state=commitment_pb2.COMMITMENT_STATE_LATE,
            source="notes/n1",
            date_only=True,
            time_zone="Europe/Copenhagen",
        )
        commitment.due_time.FromJsonString("2026-03-05T23:00:00Z")
        return commitment_pb2.ListCommitmentsResponse(commitments=[commitment])


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server()  # type: ignore[abstract]
    served = grpc.server(ThreadPoolExecutor(4))
    notes_service_pb2_grpc.add_NotesServiceServicer_to_server(made, served)
    commitment_service_pb2_grpc.add_CommitmentServiceServicer_to_server(made, served)
    made.address = f"127.0.0.1:{served.add_insecure_port('127.0.0.1:0')}"
    served.start()
    yield made
    served.stop(None).wait()


@pytest.fixture
def run(server: Server) -> Any:
    def runs(*arguments: object) -> Result:
        given = [str(each) for each in arguments]
        return CliRunner().invoke(app, ["notes", *given, "--address", server.address])

    return runs


def notes(folder: Path, *texts: str) -> Path:
    path = folder / "notes.jsonl"
    path.write_text(
        "".join(json.dumps({"id": number, "text": text}) + "\n" for number, text in enumerate(texts)),
        encoding="utf-8",
    )
    return path


def lines(path: Path) -> list[Any]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_every_note_is_answered_in_order(run: Any, server: Server, tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    result = run("suggest", notes(tmp_path, *(f"note {number}" for number in range(300))), "-o", out)
    assert result.exit_code == 0, result.output
    assert f"300 notes read, 300 suggestions written to {out}" in result.stdout
    assert [each.text for each in server.asked] == [f"note {number}" for number in range(300)]
    assert [each["id"] for each in lines(out)] == list(range(300))
    assert {each["suggestions"][0]["type"] for each in lines(out)} == {"TASK"}


def test_no_more_than_a_few_notes_are_under_way(run: Any, server: Server, tmp_path: Path) -> None:
    server.pause_s = 0.002
    path = notes(tmp_path, *(f"note {number}" for number in range(400)))
    assert run("suggest", path, "-o", tmp_path / "out.jsonl").exit_code == 0
    assert 1 < server.most_ahead <= 64


def test_a_long_file_takes_several_calls(
    run: Any, server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(item_stream, "_STREAM_S", 0.05)
    server.pause_s = 0.01
    out = tmp_path / "out.jsonl"
    path = notes(tmp_path, *(f"note {number}" for number in range(200)))
    assert run("times", path, "-o", out).exit_code == 0
    assert server.streams > 1
    assert [each["id"] for each in lines(out)] == list(range(200))


def test_an_empty_file_gives_an_empty_one(run: Any, tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    result = run("times", notes(tmp_path), "-o", out, "--json")
    assert json.loads(result.stdout) == {"notes": 0, "times": 0, "output": str(out)}
    assert out.read_bytes() == b""


def test_a_note_that_the_service_refuses_is_named_and_nothing_is_written(
    run: Any, server: Server, tmp_path: Path
) -> None:
    server.refuse["bad"] = "request.language: is none of the languages"
    out = tmp_path / "out.jsonl"
    result = run("suggest", notes(tmp_path, "good", "bad", "good"), "-o", out)
    assert result.exit_code == 1
    assert result.stderr == "error: notes.jsonl line 2: request.language: is none of the languages\n"
    assert [each.name for each in tmp_path.iterdir()] == ["notes.jsonl"]


def test_a_line_that_is_no_note_is_a_wrong_usage(run: Any, tmp_path: Path) -> None:
    path = notes(tmp_path, *["good"] * 100)
    path.write_text(path.read_text() + "{broken\n")
    result = run("suggest", path, "-o", tmp_path / "out.jsonl")
    assert result.exit_code == 2
    assert result.stderr == "error: notes.jsonl line 101: this is no JSON in UTF-8\n"
    assert not (tmp_path / "out.jsonl").exists()


@pytest.mark.parametrize(
    ("out", "says"),
    [
        ("out.csv", "the suffix must be .jsonl"),
        ("none/out.jsonl", "there is no folder"),
        ("notes.jsonl", "this is the file to be read"),
    ],
)
def test_outputs_that_cannot_be(run: Any, tmp_path: Path, out: str, says: str) -> None:
    result = run("suggest", notes(tmp_path, "a"), "-o", tmp_path / out)
    assert (result.exit_code, says in result.stderr) == (2, True)


def test_suggestions_are_listed(run: Any, server: Server) -> None:
    result = run("list", "--note", "n1", "--state", "dismissed")
    assert "notes/n1/suggestions/2" in result.stdout
    assert "Call Ann [bold]" in result.stdout
    first, second = server.asked
    assert (first.parent, first.page_token, second.page_token) == ("notes/n1", "", "more")
    assert list(first.states) == [suggestion_pb2.SUGGESTION_STATE_DISMISSED]
    told = json.loads(run("list", "--json").stdout)
    assert told[0]["kind"] == "SUGGESTION_KIND_PHONE_CALL"
    assert server.asked[-1].parent == "notes/-"


def test_decisions(run: Any, server: Server) -> None:
    name = "notes/n1/suggestions/1"
    assert run("accept", name, "--created", "A-1").stdout == f"{name} accepted: Call Ann\n"
    assert server.asked[0] == suggestion_pb2.AcceptSuggestionRequest(name=name, created_record="A-1")
    assert run("dismiss", name).stdout == f"{name} dismissed: Call Ann\n"
    assert json.loads(run("accept", name, "--json").stdout)["state"] == "SUGGESTION_STATE_ACCEPTED"


def test_commitments(run: Any, server: Server) -> None:
    result = run("commitments", "--record", "account/A-1", "--done")
    for told in ("late", "2026-03-06", "Ann", "Send the price list", "notes/n1"):
        assert told in result.stdout
    assert server.asked[0].ref == record_pb2.RecordRef(kind=record_pb2.RECORD_KIND_ACCOUNT, id="A-1")
    assert len(server.asked[0].states) == 3
    assert json.loads(run("commitments", "--json").stdout)[0]["what"] == "Send the price list"
    assert not server.asked[-1].HasField("ref")


@pytest.mark.parametrize("record", ["A-1", "thing/A-1", "unspecified/A-1", "lead/"])
def test_a_record_that_is_none(run: Any, record: str) -> None:
    result = run("commitments", "--record", record)
    assert result.exit_code == 2
    assert "write KIND/ID, the kind one of lead, opportunity, contact, account, case" in result.stderr
