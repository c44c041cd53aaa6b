"""Merges by several workers, and with kill -9 in between, leave the tables equal to a plain model of them."""

import random
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import grpc
import psutil
import pytest
from leadlight.dedupe.v1 import merge_pb2

from services.common.db import Database
from tests.contract.served import Client
from tests.integration.dedupe.merge_world import order, store, tables, unmerge
from tests.integration.server.clients import failure
from tests.robustness.merge_history import History
from tests.robustness.processes import Running, running
from tests.robustness.size import size
from tests.robustness.table import Tried

pytestmark = pytest.mark.timeout(300)

CALLS = size(1000, 400)
KILLS = size(6, 3)
CALLERS = 8
MOST_CALLERS = 40
ROUNDS = 5


@pytest.mark.fault("kill -9 of a worker")
def test_merges_with_kills_in_between_leave_what_a_plain_model_says(
    tmp_path: Path, sqlite_url: str, tried: Tried
) -> None:
    with running(tmp_path, sqlite_url, service="dedupe") as service:
        db = Database(sqlite_url, service="dedupe")
        history = History(service, db, random.Random(5))  # noqa: S311 - the same history each time
        try:
            history.run(CALLS, KILLS)
        finally:
            db.close()
        assert len(service.events("process_died")) == KILLS
    done = ("MergeRecords", "UnmergeRecords", "DetachRecord")
    assert min(history.counts[f"MergeService.{each}"] for each in done) > CALLS / 40
    refusals = ("RECORD_MERGED", "MERGE_NOT_REVERSIBLE", "MERGE_CHANGED_SINCE", "RESOURCE_NOT_FOUND")
    assert min(history.counts[each] for each in refusals) > 0
    tried(KILLS, writes=sum(count for name, count in history.counts.items() if "." in name))


def callers_at_every_worker(service: Running) -> list[Client]:
    """Callers with connections of their own: at least `CALLERS`, and one at each worker."""
    clients: list[Client] = []
    while len(clients) < CALLERS or not all(_is_called(worker) for worker in service.workers()):
        assert len(clients) < MOST_CALLERS
        clients.append(service.client())
        clients[-1].call("MergeService.ListMerges", merge_pb2.ListMergesRequest())
    return clients


def _is_called(worker: psutil.Process) -> bool:
    return any(each.status == psutil.CONN_ESTABLISHED for each in worker.net_connections("tcp"))


@pytest.mark.fault("the same change at two workers at once", times=ROUNDS)
def test_of_two_merges_at_two_workers_one_wins(tmp_path: Path, database_url: str) -> None:
    with running(tmp_path, database_url, workers=2, service="dedupe") as service:
        db = Database(database_url, service="dedupe")
        clients = callers_at_every_worker(service)
        for record_id in (*(f"m{number}" for number in range(len(clients))), "shared"):
            store(clients[0], record_id, email=f"{record_id}@y.example")
        before = tables(db, clients[0].tenant)
        for _ in range(ROUNDS):
            together = threading.Barrier(len(clients))

            def attempt(number: int, together: threading.Barrier = together) -> str:
                together.wait()
                try:
                    clients[number].call("MergeService.MergeRecords", order(f"m{number}", "shared"))
                except grpc.RpcError as error:
                    return failure(error).reason
                return "merged"

            with ThreadPoolExecutor(len(clients)) as pool:
                answers = list(pool.map(attempt, range(len(clients))))
            assert answers.count("merged") == 1
            assert set(answers) <= {"merged", "CONCURRENT_CHANGE", "RECORD_MERGED"}
            (held,) = (
                clients[0]
                .call(
                    "MergeService.ListMerges", merge_pb2.ListMergesRequest(state=merge_pb2.MERGE_STATE_MERGED)
                )
                .merges
            )
            unmerge(clients[0], held.name)
            assert tables(db, clients[0].tenant) == before
        db.close()
