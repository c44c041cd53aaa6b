"""The gateway's composed calls: everything known about a record beside its slowest part, and what it takes in."""

import math
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import grpc
import psutil
from leadlight.common.v1 import record_pb2
from leadlight.conversation.v1 import call_service_pb2, call_service_pb2_grpc
from leadlight.dedupe.v1 import dedupe_service_pb2_grpc, duplicate_pb2
from leadlight.gateway.v1 import ingest_pb2, ingest_service_pb2_grpc, insight_pb2, insight_service_pb2_grpc
from leadlight.notes.v1 import (
    commitment_pb2,
    commitment_service_pb2_grpc,
    notes_service_pb2_grpc,
    suggestion_pb2,
)
from leadlight.relationship.v1 import insight_pb2 as relationship_pb2
from leadlight.relationship.v1 import relationship_service_pb2_grpc, tie_pb2, tie_service_pb2_grpc
from leadlight.scoring.v1 import record_pb2 as scored_pb2
from leadlight.scoring.v1 import score_pb2, scoring_service_pb2_grpc

from bench.figures import Figure, alone
from bench.workspace import Workspace
from clients.cli.demo.generate import generate
from clients.cli.demo.items import items
from services.common.run_file import RunFile, RunningSuite
from services.common.supervisor import Ports, Supervisor

_ROUNDS, _CALLS, _LEADS = 9, 30, 30
_DEADLINE_S = 3.0
_IDLE_S = 5.0
_KILLED = "dedupe"

Call = Callable[[record_pb2.RecordRef], object]


def figures(workspace: Workspace) -> Iterator[Figure]:
    """Medians of rounds that are taken in turns; the ratio is within a round."""
    environment = {
        "LEADLIGHT_WORKERS": "1",
        "LEADLIGHT_GATEWAY_TENANT_CALLS_PER_S": "1000000",
        "LEADLIGHT_GATEWAY_TENANT_BURST_CALLS": "1000000",
    }
    folder = workspace.folder / "gateway-composed"
    with (
        Supervisor(folder, ports=Ports.FREE, environment=environment) as suite,
        grpc.insecure_channel(suite.addresses["gateway"]) as gateway,
    ):
        crm = generate(datetime.now(UTC).replace(minute=0, second=0, microsecond=0))
        given = list(items(crm))
        begun_s = time.perf_counter()
        answers = list(ingest_service_pb2_grpc.IngestServiceStub(gateway).Ingest(iter(given)))
        rate = len(given) / (time.perf_counter() - begun_s)
        _refuse_failed(answers)
        yield alone("Gateway: items of a CRM taken in, one stream", rate, "items/s", len(given))
        refs = [
            record_pb2.RecordRef(kind=record_pb2.RECORD_KIND_LEAD, id=lead.id)
            for lead in crm.leads
            if lead.closed is None
        ][:_LEADS]
        channels = {name: grpc.insecure_channel(address) for name, address in suite.addresses.items()}
        insights = insight_service_pb2_grpc.InsightServiceStub(gateway)

        def composed(ref: record_pb2.RecordRef) -> insight_pb2.RecordInsights:
            found: insight_pb2.RecordInsights = insights.GetRecordInsights(
                insight_pb2.GetRecordInsightsRequest(ref=ref), timeout=_DEADLINE_S
            )
            return found

        parts = _parts(channels)
        yield _against_slowest(parts, composed, refs)
        yield _processor_time(folder, parts, composed, refs)
        yield from _without_one(folder, composed, refs)
        for channel in channels.values():
            channel.close()


def _refuse_failed(answers: Sequence[ingest_pb2.IngestResponse]) -> None:
    failed = [each for each in answers if each.status.code]
    if failed:
        raise RuntimeError(f"{len(failed)} items were refused, such as {failed[0]}")


def _parts(channels: dict[str, grpc.Channel]) -> dict[str, Call]:
    """The parts of a lead's insights, each called as the gateway calls it, at the service itself."""
    scoring = scoring_service_pb2_grpc.ScoringServiceStub(channels["scoring"])
    relationship = relationship_service_pb2_grpc.RelationshipServiceStub(channels["relationship"])
    ties = tie_service_pb2_grpc.TieServiceStub(channels["relationship"])
    dedupe = dedupe_service_pb2_grpc.DedupeServiceStub(channels["dedupe"])
    notes = notes_service_pb2_grpc.NotesServiceStub(channels["notes"])
    owed = commitment_service_pb2_grpc.CommitmentServiceStub(channels["notes"])
    calls = call_service_pb2_grpc.CallServiceStub(channels["conversation"])
    not_done = (commitment_pb2.COMMITMENT_STATE_LATE, commitment_pb2.COMMITMENT_STATE_DUE)
    top, is_open = score_pb2.REASON_DETAIL_TOP, suggestion_pb2.SUGGESTION_STATE_OPEN
    return {
        "scoring": lambda ref: scoring.GetRecord(scored_pb2.GetRecordRequest(ref=ref, reason_detail=top)),
        "relationship": lambda ref: relationship.GetInsights(relationship_pb2.GetInsightsRequest(ref=ref)),
        "connections": lambda ref: ties.FindConnections(tie_pb2.FindConnectionsRequest(ref=ref)),
        "duplicates": lambda ref: dedupe.FindDuplicates(duplicate_pb2.FindDuplicatesRequest(ref=ref)),
        "suggestions": lambda ref: notes.ListSuggestions(
            suggestion_pb2.ListSuggestionsRequest(parent="notes/-", ref=ref, states=[is_open], page_size=20)
        ),
        "commitments": lambda ref: owed.ListCommitments(
            commitment_pb2.ListCommitmentsRequest(ref=ref, states=not_done, page_size=50)
        ),
        "calls": lambda ref: calls.ListCalls(call_service_pb2.ListCallsRequest(ref=ref, page_size=10)),
    }


def _against_slowest(parts: dict[str, Call], composed: Call, refs: Sequence[record_pb2.RecordRef]) -> Figure:
    """p50 of the composed call, beside that of the slowest of its parts, in turns."""
    whole_ms: list[float] = []
    slowest_ms: list[float] = []
    names: list[str] = []
    for call in (composed, *parts.values()):
        _p50_ms(call, refs)
    for _ in range(_ROUNDS):
        whole_ms.append(_p50_ms(composed, refs))
        each_ms = {name: _p50_ms(call, refs) for name, call in parts.items()}
        names.append(max(each_ms, key=lambda name: each_ms[name]))
        slowest_ms.append(each_ms[names[-1]])
    ratio = statistics.median(whole / part for whole, part in zip(whole_ms, slowest_ms, strict=True))
    return Figure(
        "Gateway: GetRecordInsights of a lead, p50",
        statistics.median(whole_ms),
        "ms",
        f"its slowest part ({statistics.mode(names)}), called directly",
        statistics.median(slowest_ms),
        ratio,
        _ROUNDS,
    )


def _processor_time(
    folder: Path, parts: dict[str, Call], composed: Call, refs: Sequence[record_pb2.RecordRef]
) -> Figure:
    """What the composed call takes of all services together, beside its parts called directly, in turns.

    Without what they take when nobody asks.
    """
    services = [psutil.Process(each.pid) for each in _run_file(folder).services.values()]
    before_s = _processor_s(services)
    time.sleep(_IDLE_S)
    idle_share = (_processor_s(services) - before_s) / _IDLE_S

    def all_parts(ref: record_pb2.RecordRef) -> None:
        for call in parts.values():
            call(ref)

    whole_ms: list[float] = []
    parts_ms: list[float] = []
    for _ in range(_ROUNDS):
        for call, found in ((composed, whole_ms), (all_parts, parts_ms)):
            before_s, begun_s = _processor_s(services), time.perf_counter()
            for ref in refs:
                call(ref)
            idle_s = idle_share * (time.perf_counter() - begun_s)
            found.append((_processor_s(services) - before_s - idle_s) * 1e3 / len(refs))
    return Figure(
        "Gateway: GetRecordInsights of a lead, processor time of all services",
        statistics.median(whole_ms),
        "ms",
        "its parts, called directly",
        statistics.median(parts_ms),
        statistics.median(whole / part for whole, part in zip(whole_ms, parts_ms, strict=True)),
        _ROUNDS,
    )


def _processor_s(services: Sequence[psutil.Process]) -> float:
    """Seconds that services and their workers have taken so far."""
    every = [process for service in services for process in (service, *service.children(recursive=True))]
    return math.fsum(times.user + times.system for times in (process.cpu_times() for process in every))


def _run_file(folder: Path) -> RunningSuite:
    found = RunFile(folder).read()
    if found is None:
        raise RuntimeError("the suite is gone")
    return found


def _p50_ms(call: Call, refs: Sequence[record_pb2.RecordRef]) -> float:
    times: list[float] = []
    for number in range(_CALLS):
        begun_s = time.perf_counter()
        call(refs[number % len(refs)])
        times.append((time.perf_counter() - begun_s) * 1e3)
    return statistics.median(times)


def _without_one(
    folder: Path,
    composed: Callable[[record_pb2.RecordRef], insight_pb2.RecordInsights],
    refs: Sequence[record_pb2.RecordRef],
) -> Iterator[Figure]:
    """The slowest answer while a service is dead; each has to name it."""
    killed = psutil.Process(_run_file(folder).services[_KILLED].pid)
    for process in (*killed.children(recursive=True), killed):
        process.kill()
    times: list[float] = []
    for ref in refs:
        begun_s = time.perf_counter()
        missing = {each.service for each in composed(ref).unavailable}
        times.append((time.perf_counter() - begun_s) * 1e3)
        if missing != {_KILLED}:
            raise RuntimeError(f"missing are {missing}, not {_KILLED}")
    yield alone(
        f"Gateway: GetRecordInsights with {_KILLED} killed, slowest (deadline 3,000 ms)",
        max(times),
        "ms",
        len(times),
    )
