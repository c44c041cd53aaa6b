"""kill -9 of a worker, of the runner, of everything: nothing that was acknowledged is lost."""

import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import grpc
import pytest
from google.longrunning import operations_pb2
from google.rpc import error_details_pb2
from leadlight.common.v1 import record_pb2 as common_record_pb2
from leadlight.scoring.v1 import model_pb2, score_pb2, scoring_service_pb2

from tests.contract.served import Client, rpc
from tests.integration.scoring.test_datasets import UPLOAD, described, piece
from tests.integration.scoring.world import HOT, LEAD, eventually, leads, struct
from tests.robustness.ledger import Ledger, scores_of_kinds
from tests.robustness.processes import Running, prepare, running
from tests.robustness.size import ALL, size
from tests.robustness.table import Tried

WRITERS = 4
WRITES = size(1000, 400)
KILL_AFTER = (0.2, 0.5, 0.8) if ALL else (0.5,)
BATCH = size(1000, 400)


@pytest.fixture(params=["sqlite", "postgresql"] if ALL else ["postgresql"])
def held_at(request: pytest.FixtureRequest) -> str:
    """URL of an empty database; the other services' kills are on SQLite in CI, this one on PostgreSQL."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.mark.fault("kill -9 of a worker")
def test_a_killed_worker_loses_no_acknowledged_score(tmp_path: Path, held_at: str, tried: Tried) -> None:
    prepare(tmp_path, held_at)
    with running(tmp_path, held_at) as service:
        client = service.client()
        ledgers = [Ledger(f"w{number}", scores_of_kinds(client), records=5) for number in range(WRITERS)]

        def write(ledger: Ledger) -> None:
            own = service.client()
            for number in range(WRITES // WRITERS):
                ledger.write(own, number)
                if number % 50 == 49:
                    ledger.check(own)

        with ThreadPoolExecutor(WRITERS) as pool:
            writers = [pool.submit(write, ledger) for ledger in ledgers]
            for share in KILL_AFTER:
                eventually(lambda share=share: _acknowledged(ledgers) >= share * WRITES, 60)  # type: ignore[misc]
                service.workers()[0].kill()
            for writer in writers:
                writer.result()
        assert _acknowledged(ledgers) == WRITES
        assert len(service.events("process_died")) == len(KILL_AFTER)
        for ledger in ledgers:
            ledger.check(service.client())
    # And again after a restart, from what is on disk alone.
    with running(tmp_path, held_at, workers=1) as service:
        for ledger in ledgers:
            ledger.check(service.client())
    tried(len(KILL_AFTER), writes=_acknowledged(ledgers))


def _acknowledged(ledgers: list[Ledger]) -> int:
    return sum(ledger.acknowledged for ledger in ledgers)


@pytest.mark.fault("kill -9 of all processes of a service at once")
def test_everything_killed_at_once_loses_no_acknowledged_score(
    tmp_path: Path, sqlite_url: str, tried: Tried
) -> None:
    prepare(tmp_path, sqlite_url)
    with running(tmp_path, sqlite_url) as service:
        scores = scores_of_kinds(service.client())
        killed = threading.Event()
        ledgers = [Ledger(f"w{number}", scores, 5, is_gone=killed) for number in range(WRITERS)]

        def write(ledger: Ledger) -> None:
            own = service.client()
            for number in range(WRITES):
                try:
                    ledger.write(own, number)
                except grpc.RpcError:
                    assert killed.is_set()
                    return

        with ThreadPoolExecutor(WRITERS) as pool:
            writers = [pool.submit(write, ledger) for ledger in ledgers]
            eventually(lambda: _acknowledged(ledgers) >= 150, 60)
            killed.set()
            service.kill_all()
            for writer in writers:
                writer.result()
    assert 150 <= _acknowledged(ledgers) < WRITERS * WRITES
    with running(tmp_path, sqlite_url, workers=1) as service:
        for ledger in ledgers:
            ledger.check(service.client())
            ledger.pending = None
        found = Ledger("after", scores, records=2)
        for number in range(10):
            found.write(service.client(), number)
        found.check(service.client())
    tried(1, writes=_acknowledged(ledgers))


def started(client: Client, rows: int = 1500) -> str:
    """A training that takes a few seconds; returns its operation once a runner has begun it."""
    dataset = client.call(UPLOAD, described(label="qualified", id="lead"), piece(leads(rows)))
    order = model_pb2.TrainModelRequest(kind=LEAD, dataset=dataset.name, publish=True)
    operation: operations_pb2.Operation = client.call("ModelService.TrainModel", order)
    return operation.name


def read(client: Client, name: str) -> tuple[operations_pb2.Operation, model_pb2.TrainModelMetadata]:
    operation = client.call("Operations.GetOperation", operations_pb2.GetOperationRequest(name=name))
    metadata = model_pb2.TrainModelMetadata()
    assert operation.metadata.Unpack(metadata)
    return operation, metadata


def kill_runner_in_attempt(service: Running, client: Client, name: str, restarts: int) -> None:
    """Kills the runner once it works on the operation after so many restarts."""

    def is_running() -> bool:
        _, metadata = read(client, name)
        return metadata.HasField("start_time") and metadata.restart_count == restarts

    eventually(is_running, 60)
    service.runner().kill()


@pytest.mark.fault("kill -9 of the process for long work")
def test_a_training_outlives_its_runner(tmp_path: Path, sqlite_url: str) -> None:
    prepare(tmp_path, sqlite_url)
    with running(tmp_path, sqlite_url, workers=1) as service:
        client = service.client()
        name = started(client)
        kill_runner_in_attempt(service, client, name, 0)
        eventually(lambda: read(client, name)[0].done, 90)
        operation, metadata = read(client, name)
        assert operation.WhichOneof("result") == "response"
        assert metadata.restart_count == 1
        model = model_pb2.Model()
        assert operation.response.Unpack(model)
        assert model.state == model_pb2.MODEL_STATE_PUBLISHED
        request = scoring_service_pb2.ScoreRequest(kind=LEAD, attributes=struct(HOT))
        eventually(lambda: client.call("ScoringService.Score", request).model == model.name, 5)


@pytest.mark.fault("kill -9 of the process for long work", times=3)
def test_a_training_whose_runner_always_dies_is_reported_failed(tmp_path: Path, sqlite_url: str) -> None:
    kept = prepare(tmp_path, sqlite_url)
    with running(tmp_path, sqlite_url, workers=1) as service:
        client = service.client()
        name = started(client, rows=3000)
        for restarts in range(3):
            kill_runner_in_attempt(service, client, name, restarts)
        eventually(lambda: read(client, name)[0].done, 60)
        operation, _ = read(client, name)
        info = error_details_pb2.ErrorInfo()
        assert operation.error.details[0].Unpack(info)
        assert info.reason == "OPERATION_INTERRUPTED"
        published = client.call("ModelService.ListModels", model_pb2.ListModelsRequest()).models
        assert [model.name for model in published if model.state == model_pb2.MODEL_STATE_PUBLISHED] == [kept]


@pytest.mark.fault("kill -9 of all processes of a service at once")
def test_an_operation_waits_for_a_runner_across_a_restart(tmp_path: Path, sqlite_url: str) -> None:
    prepare(tmp_path, sqlite_url)
    with running(tmp_path, sqlite_url, workers=1) as service:
        name = started(service.client(), rows=120)
        service.kill_all()
    with running(tmp_path, sqlite_url, workers=1) as service:
        client = service.client()
        eventually(lambda: read(client, name)[0].done, 60)
        assert read(client, name)[0].WhichOneof("result") == "response"


@pytest.mark.fault("SIGTERM with calls under way")
def test_calls_under_way_finish_when_the_service_is_stopped(tmp_path: Path, sqlite_url: str) -> None:
    prepare(tmp_path, sqlite_url)
    with running(tmp_path, sqlite_url, workers=1) as service:
        client = service.client()
        one = scoring_service_pb2.ScoreRequest(
            kind=common_record_pb2.RECORD_KIND_LEAD,
            attributes=struct(HOT),
            reason_detail=score_pb2.REASON_DETAIL_ALL,
        )
        batch = scoring_service_pb2.BatchScoreRequest(requests=[one] * BATCH)
        calls = [client.begin(rpc("ScoringService.BatchScore"), [batch], timeout_s=60) for _ in range(8)]
        ledger = Ledger("w", scores_of_kinds(service.client()), records=3)
        for write in range(20):
            ledger.write(client, write)
        calls[0].result()  # they share a connection: the others have been received too
        begun_s = time.monotonic()
        service.process.send_signal(signal.SIGTERM)
        assert [len(call.result().scores) for call in calls] == [BATCH] * 8
        assert service.process.wait(30) == 0
        assert time.monotonic() - begun_s < 25
    with running(tmp_path, sqlite_url, workers=1) as service:
        ledger.check(service.client())
