"""The Python client against a served service: token, deadline, retries, errors of calls of every shape."""

import threading
from collections.abc import Callable, Iterator
from concurrent import futures
from pathlib import Path
from typing import Any

import grpc
import pytest
from leadlight.common.v1 import record_pb2
from leadlight.notes.v1 import note_pb2, notes_service_pb2
from leadlight.scoring.v1 import record_pb2 as scoring_record_pb2
from leadlight.scoring.v1 import score_pb2, scoring_service_pb2, scoring_service_pb2_grpc
from leadlight_client import CallError, Leadlight, connect

from tests.certificates import certificate
from tests.contract.served import EVERY_ROLE, TENANT, Served, served, token

LEAD = scoring_service_pb2.ScoreRequest(kind=record_pb2.RECORD_KIND_LEAD)


@pytest.fixture(scope="module")
def notes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served("notes", tmp_path_factory.mktemp("notes"), run_operations=False) as service:
        yield service


@pytest.fixture
def leadlight(notes: Served) -> Iterator[Leadlight]:
    with connect(notes.address, token=token(TENANT, EVERY_ROLE)) as client:
        yield client


def test_a_call_with_a_token(leadlight: Leadlight) -> None:
    request = notes_service_pb2.ResolveTimesRequest(text="Call tomorrow", language="en")
    assert leadlight.notes.ResolveTimes(request).times
    assert leadlight.notes is leadlight.notes


def test_a_token_is_asked_for_before_each_call(notes: Served) -> None:
    given = iter(["forged", token(TENANT, EVERY_ROLE)])
    request = notes_service_pb2.ResolveTimesRequest(text="Call tomorrow", language="en")
    with connect(notes.address, token=lambda: next(given)) as client:
        with pytest.raises(CallError) as raised:
            client.notes.ResolveTimes(request)
        assert raised.value.reason == "INVALID_TOKEN"
        assert client.notes.ResolveTimes(request).times


def begin_stream(leadlight: Leadlight) -> Any:
    requests = iter([notes_service_pb2.ResolveTimesStreamRequest()])
    return leadlight.notes.ResolveTimesStream(requests, timeout=20)


BAD = notes_service_pb2.ResolveTimesRequest(text="x", language="fr")


@pytest.mark.parametrize(
    "call",
    [
        lambda leadlight: leadlight.notes.ResolveTimes(BAD),
        lambda leadlight: leadlight.notes.ResolveTimes.with_call(BAD),
        lambda leadlight: leadlight.notes.ResolveTimes.future(BAD).result(),
    ],
    ids=["call", "with_call", "future"],
)
def test_a_refused_call_names_the_field(leadlight: Leadlight, call: Callable[[Leadlight], Any]) -> None:
    with pytest.raises(CallError) as raised:
        call(leadlight)
    error = raised.value
    assert (error.code(), error.reason) == (grpc.StatusCode.INVALID_ARGUMENT, "INVALID_FIELD")
    assert error.domain == "leadlight.notes"
    assert [each.field for each in error.violations] == ["language"]


def test_a_futures_exception(leadlight: Leadlight) -> None:
    future = leadlight.notes.GetNote.future(note_pb2.GetNoteRequest(name="notes/none"))
    error = future.exception()
    assert isinstance(error, CallError)
    assert error.reason == "RESOURCE_NOT_FOUND"


def test_a_stream_that_fails(notes: Served) -> None:
    with connect(notes.address) as stranger, pytest.raises(CallError) as raised:
        list(begin_stream(stranger))
    assert raised.value.reason == "MISSING_TOKEN"


class Scripted(scoring_service_pb2_grpc.ScoringServiceServicer):
    """Answers as the test says, and keeps the time that callers gave."""

    def __init__(self) -> None:
        self.failures = 0
        self.calls = 0
        self.left_s: list[float | None] = []
        self.released = threading.Event()

    def Score(
        self, request: scoring_service_pb2.ScoreRequest, context: grpc.ServicerContext
    ) -> score_pb2.Score:
        self.calls += 1
        self.left_s.append(context.time_remaining())
        if self.calls <= self.failures:
            context.abort(grpc.StatusCode.UNAVAILABLE, "restarting")
        return score_pb2.Score(score=50)

    def UpsertRecord(self, request: Any, context: grpc.ServicerContext) -> Any:
        self.calls += 1
        self.left_s.append(context.time_remaining())
        context.abort(grpc.StatusCode.UNAVAILABLE, "restarting")

    def StreamScore(self, request_iterator: Any, context: grpc.ServicerContext) -> Iterator[score_pb2.Score]:
        self.left_s.append(context.time_remaining())
        yield score_pb2.Score(score=1)


@pytest.fixture
def scripted() -> Iterator[tuple[Scripted, str]]:
    servicer = Scripted()
    server = grpc.server(futures.ThreadPoolExecutor(2))
    scoring_service_pb2_grpc.add_ScoringServiceServicer_to_server(servicer, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    yield servicer, f"127.0.0.1:{port}"
    server.stop(None).wait()


def test_what_may_be_repeated_is_and_nothing_else(scripted: tuple[Scripted, str]) -> None:
    servicer, address = scripted
    servicer.failures = 2
    with connect(address) as client:
        assert client.scoring.Score(LEAD).score == 50
        assert servicer.calls == 3
        servicer.calls = 0
        with pytest.raises(CallError):
            client.scoring.UpsertRecord(scoring_record_pb2.UpsertRecordRequest())
        assert servicer.calls == 1


def test_deadlines_are_the_callers_then_the_configs_then_the_clients(
    scripted: tuple[Scripted, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    servicer, address = scripted
    with connect(address, deadline_s=5) as client:
        client.scoring.Score(LEAD, timeout=3)
        client.scoring.Score(LEAD)
        list(client.scoring.StreamScore(iter([])))
    monkeypatch.setattr("leadlight_client.channel._service_config", lambda: ("{}", {}))
    with connect(address, deadline_s=5) as client:
        client.scoring.Score(LEAD)
    asked, configured, stream, by_default = servicer.left_s
    assert asked is not None
    assert asked < 4  # gRPC rounds up on the wire
    assert configured is not None
    assert 6 < configured < 12
    assert stream is None or stream > 3600
    assert by_default is not None
    assert by_default < 6


def test_nobody_there() -> None:
    with connect("127.0.0.1:1", deadline_s=5) as client, pytest.raises(CallError) as raised:
        client.scoring.Score(LEAD, timeout=5)
    assert (raised.value.reason, raised.value.domain) == ("UNAVAILABLE", "")


def test_over_tls(tmp_path: Path) -> None:
    ca = certificate("test root")
    own = certificate("localhost", ca)
    for name, content in (("ca.pem", ca.cert_pem), ("cert.pem", own.cert_pem), ("key.pem", own.key_pem)):
        (tmp_path / name).write_bytes(content)
    pair = {"tls_cert": tmp_path / "cert.pem", "tls_key": tmp_path / "key.pem"}
    with served("notes", tmp_path, run_operations=False, **pair) as service:
        address = service.address.replace("127.0.0.1", "localhost")
        with connect(address, token=token(TENANT, EVERY_ROLE), ca=tmp_path / "ca.pem") as client:
            assert client.notes.ListNotes(note_pb2.ListNotesRequest()).notes == []
