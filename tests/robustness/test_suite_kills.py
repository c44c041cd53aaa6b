"""kill -9 of services of a running suite in turn, under load: the gateway answers in time and loses nothing."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Self

import grpc
import psutil
import pytest
from leadlight.common.v1 import record_pb2 as common_pb2
from leadlight.dedupe.v1 import dedupe_service_pb2_grpc
from leadlight.dedupe.v1 import record_pb2 as matched_pb2
from leadlight.gateway.v1 import (
    ingest_pb2,
    ingest_service_pb2_grpc,
    insight_pb2,
    insight_service_pb2_grpc,
)
from leadlight.notes.v1 import note_pb2, notes_service_pb2_grpc
from leadlight.qualification.v1 import delivery_pb2, lead_pb2, qualification_service_pb2_grpc
from leadlight.relationship.v1 import record_pb2 as related_pb2
from leadlight.relationship.v1 import relationship_service_pb2_grpc
from leadlight.scoring.v1 import record_pb2 as scored_pb2
from leadlight.scoring.v1 import scoring_service_pb2_grpc

from services.common.run_file import RunFile, RunningSuite
from tests.integration.notes import world as notes
from tests.integration.qualification.world import lead, qualify
from tests.integration.working import eventually
from tests.robustness.size import ALL
from tests.robustness.table import Tried
from tests.shell import Shell

pytestmark = pytest.mark.timeout(900)

LEAD = common_pb2.RECORD_KIND_LEAD
# Each costs a start of the service on a busy machine: CI takes two.
KILLED = (
    ("scoring", "relationship", "dedupe", "conversation", "notes", "qualification", "gateway")
    if ALL
    else ("dedupe", "gateway")
)
PARTS = ("scoring", "relationship", "dedupe", "conversation", "notes")
DEADLINE_S, BACK_S = 4.0, 90.0
PROBE = common_pb2.RecordRef(kind=LEAD, id="probe")


def item(number: int) -> ingest_pb2.IngestRequest:
    """A lead in every form, or a note on one."""
    if number % 4 == 3:
        return ingest_pb2.IngestRequest(cursor=str(number), note=notes.create(notes.PROMISE, f"n{number}"))
    record_id = f"L{number}"
    ref = common_pb2.RecordRef(kind=LEAD, id=record_id)
    address = f"{record_id}@customer.example"
    record = ingest_pb2.IngestedRecord(
        scored=scored_pb2.Record(ref=ref),
        matched=matched_pb2.Record(ref=ref, fields={"email": address}),
        related=related_pb2.RelationshipRecord(ref=ref, addresses=[address]),
        lead=lead(record_id, email=address),
    )
    return ingest_pb2.IngestRequest(cursor=str(number), record=record)


class Load:
    """Hands things in, one stream after the other, each until it is cut off; what was refused is sent again."""

    def __init__(self, channel: grpc.Channel) -> None:
        self._stub = ingest_service_pb2_grpc.IngestServiceStub(channel)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="load")
        self._next = 0
        self._again: list[int] = []
        self.acknowledged: set[int] = set()

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stop.is_set():
            sent: set[int] = set()
            try:
                for answer in self._stub.Ingest(self._numbers(sent), timeout=20):
                    if not answer.status.code:
                        self.acknowledged.add(int(answer.cursor))
            except grpc.RpcError:
                self._stop.wait(0.2)
            self._again += sorted(sent - self.acknowledged)

    def _numbers(self, sent: set[int]) -> Iterator[ingest_pb2.IngestRequest]:
        """A few items a moment: load, but not more than a busy machine can take."""
        for _ in range(40):
            if self._stop.is_set():
                return
            if self._again:
                number = self._again.pop()
            else:
                number, self._next = self._next, self._next + 1
            sent.add(number)
            yield item(number)
            self._stop.wait(0.02)


def kill(suite: RunningSuite, name: str) -> None:
    """SIGKILL to a service with its workers."""
    parent = psutil.Process(suite.services[name].pid)
    family = [parent, *parent.children(recursive=True)]
    for each in family:
        each.suspend()
    for each in family:
        each.kill()


@pytest.fixture
def shell(tmp_path: Path) -> Iterator[Shell]:
    made = Shell(tmp_path)
    up = made.run("up", "--detach")
    assert up.returncode == 0, up.stderr
    try:
        yield made
    finally:
        down = made.run("down")
        assert down.returncode == 0, down.stderr


def running(shell: Shell) -> RunningSuite:
    found = RunFile(shell.data_dir).read()
    assert found is not None
    return found


@pytest.mark.fault("kill -9 of a service of a running suite")
def test_services_killed_in_turn(shell: Shell, tried: Tried) -> None:
    options = [("grpc.max_reconnect_backoff_ms", 300), ("grpc.initial_reconnect_backoff_ms", 100)]
    address = running(shell).services["gateway"].address
    with grpc.insecure_channel(address, options) as channel, Load(channel) as load:
        insights = insight_service_pb2_grpc.InsightServiceStub(channel)
        qualification = qualification_service_pb2_grpc.QualificationServiceStub(channel)

        def missing() -> set[str]:
            """Services that an answer names as missing; it comes within its time."""
            begun_s = time.monotonic()
            found = insights.GetRecordInsights(
                insight_pb2.GetRecordInsightsRequest(ref=PROBE), timeout=DEADLINE_S
            )
            assert time.monotonic() - begun_s < DEADLINE_S
            return {each.service for each in found.unavailable}

        def serves(service: str) -> bool:
            try:
                if service == "qualification":
                    qualification.ListDeliveries(delivery_pb2.ListDeliveriesRequest(), timeout=DEADLINE_S)
                    return True
                return not missing()
            except grpc.RpcError:
                # A composed answer comes whichever part is down; the calls of one that is down fail.
                if service in PARTS:
                    raise
                return False

        eventually(lambda: len(load.acknowledged) > 20, 60)
        for service in KILLED:
            before = len(load.acknowledged)
            killed = running(shell).services[service].pid
            kill(running(shell), service)
            if service in PARTS:
                assert missing() == {service}
            if service == "dedupe":
                # Qualified while nobody can be told: it waits for them.
                told = qualification.Qualify(qualify(next_open(load), ignore_duplicates=True), timeout=20)
                assert told.created
            eventually(lambda service=service: serves(service), BACK_S)  # type: ignore[misc]
            assert running(shell).services[service].pid != killed
            eventually(lambda before=before: len(load.acknowledged) > before + 5, BACK_S)  # type: ignore[misc]
        waiting = delivery_pb2.ListDeliveriesRequest()
        eventually(lambda: not qualification.ListDeliveries(waiting).deliveries, BACK_S)
        acknowledged = set(load.acknowledged)
    with grpc.insecure_channel(address, options) as channel:
        assert_stored(channel, acknowledged)
    tried(len(KILLED), writes=len(acknowledged))


def next_open(load: Load) -> str:
    """A lead that was acknowledged."""
    return f"L{next(number for number in sorted(load.acknowledged) if number % 4 != 3)}"


def assert_stored(channel: grpc.Channel, acknowledged: set[int]) -> None:
    """Everything that was acknowledged is at every service that it concerns."""
    scoring = scoring_service_pb2_grpc.ScoringServiceStub(channel)
    dedupe = dedupe_service_pb2_grpc.DedupeServiceStub(channel)
    relationship = relationship_service_pb2_grpc.RelationshipServiceStub(channel)
    leads = qualification_service_pb2_grpc.QualificationServiceStub(channel)
    stored_notes = notes_service_pb2_grpc.NotesServiceStub(channel)
    for number in sorted(acknowledged):
        if number % 4 == 3:
            stored_notes.GetNote(note_pb2.GetNoteRequest(name=f"notes/n{number}"))
            continue
        ref = common_pb2.RecordRef(kind=LEAD, id=f"L{number}")
        scoring.GetRecord(scored_pb2.GetRecordRequest(ref=ref))
        dedupe.GetRecord(matched_pb2.GetRecordRequest(ref=ref))
        relationship.GetRecord(related_pb2.GetRecordRequest(ref=ref))
        leads.GetLead(lead_pb2.GetLeadRequest(id=ref.id))
