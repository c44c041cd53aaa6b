"""Memory of an idle worker, and what it grows by over calls: a leak would grow with each further ten thousand."""

import json
from collections.abc import Iterator

import grpc
from google.protobuf import json_format
from leadlight.scoring.v1 import scoring_service_pb2, scoring_service_pb2_grpc

from bench.figures import Figure, against, alone
from bench.workspace import Workspace
from tests.load.service import RunningService, running

_CALLS = 10_000


def figures(workspace: Workspace) -> Iterator[Figure]:
    """MiB of the one worker."""
    data_dir = workspace.data_dir
    sent = json.loads((workspace.folder / "score.json").read_text(encoding="utf-8"))
    requests = [json_format.ParseDict(each, scoring_service_pb2.ScoreRequest()) for each in sent]
    with running(data_dir, workers=1) as service:
        idle = service.worker_rss_mib()
        _call(service, requests, len(requests))
        loaded = service.worker_rss_mib()
        _call(service, requests, _CALLS)
        first = service.worker_rss_mib()
        _call(service, requests, _CALLS)
        second = service.worker_rss_mib()
    yield alone("Memory of an idle worker", idle, "MiB", 1)
    for name, value, than, before in (
        ("with its model loaded", loaded, "idle", idle),
        (f"after {_CALLS:,} Score calls", first, "with its model loaded", loaded),
        (f"after {2 * _CALLS:,} Score calls", second, f"after {_CALLS:,}", first),
    ):
        yield against(
            f"Memory of a worker {name}", value, "MiB", baseline=(f"the same worker, {than}", before), n=1
        )


def _call(service: RunningService, requests: list[scoring_service_pb2.ScoreRequest], count: int) -> None:
    with grpc.insecure_channel(service.address) as channel:
        stub = scoring_service_pb2_grpc.ScoringServiceStub(channel)
        for number in range(count):
            stub.Score(requests[number % len(requests)])
