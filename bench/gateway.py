"""What the gateway adds to a small unary call, what JSON costs beside gRPC, and the composed calls: one at a time."""

import http.client
import statistics
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc
from leadlight.relationship.v1 import relationship_service_pb2_grpc, settings_pb2

from bench import gateway_composed
from bench.figures import Figure
from bench.workspace import Workspace
from services.common.supervisor import SUITE, Ports, Supervisor

_ROUNDS = 15
_CALLS = 200
_WARM_UPS = 300
_PATH = "/leadlight.relationship.v1.RelationshipService/GetRelationshipSettings"
_SERVICES = ("relationship", "gateway")
_HEALTH = "grpc.health.v1 Health/Check, the service itself"


def figures(workspace: Workspace) -> Iterator[Figure]:
    """Medians of rounds that are taken in turns, so that what disturbs the machine disturbs all alike."""
    medians_us = _measure(workspace.folder / "gateway")
    added = [
        through - direct for through, direct in zip(medians_us["through"], medians_us["direct"], strict=True)
    ]
    health = medians_us["health"]
    yield _figure("Gateway: added to a small unary call, p50", added, _HEALTH, health)
    yield _figure(
        "Gateway: Connect JSON over HTTP, p50",
        medians_us["json"],
        "the same call through the gateway over gRPC",
        medians_us["through"],
    )
    yield from gateway_composed.figures(workspace)


def _figure(name: str, values: list[float], baseline: str, against: list[float]) -> Figure:
    ratio = statistics.median(one / other for one, other in zip(values, against, strict=True))
    return Figure(
        name, statistics.median(values), "us", baseline, statistics.median(against), ratio, len(values)
    )


def _measure(data_dir: Path) -> Mapping[str, list[float]]:
    """Median time of a call in each round, in microseconds."""
    environment = {
        "LEADLIGHT_WORKERS": "1",
        "LEADLIGHT_GATEWAY_TENANT_CALLS_PER_S": "1000000",
        "LEADLIGHT_GATEWAY_TENANT_BURST_CALLS": "1000000",
    }
    services = [each for each in SUITE if each.name in _SERVICES]
    with Supervisor(
        data_dir, services=services, ports=Ports.FREE, environment=environment, announced=False
    ) as suite:
        backend, gateway = (suite.addresses[name] for name in _SERVICES)
        with grpc.insecure_channel(backend) as direct, grpc.insecure_channel(gateway) as through:
            calls = {
                "health": _health(direct),
                "direct": _settings(direct),
                "through": _settings(through),
                "json": _json(suite.http_addresses["gateway"]),
            }
            for call in calls.values():
                for _ in range(_WARM_UPS):
                    call()
            medians: dict[str, list[float]] = {name: [] for name in calls}
            for _ in range(_ROUNDS):
                for name, call in calls.items():
                    medians[name].append(statistics.median(_timed_us(call) for _ in range(_CALLS)))
            return medians


def _timed_us(call: Callable[[], object]) -> float:
    begun_s = time.perf_counter()
    call()
    return (time.perf_counter() - begun_s) * 1e6


def _health(channel: grpc.Channel) -> Callable[[], object]:
    stub = health_pb2_grpc.HealthStub(channel)
    return lambda: stub.Check(health_pb2.HealthCheckRequest(), timeout=10)


def _settings(channel: grpc.Channel) -> Callable[[], object]:
    stub = relationship_service_pb2_grpc.RelationshipServiceStub(channel)
    request = settings_pb2.GetRelationshipSettingsRequest()
    return lambda: stub.GetRelationshipSettings(request, timeout=10)


def _json(address: str) -> Callable[[], object]:
    connection = http.client.HTTPConnection(address, timeout=10)

    def call() -> None:
        connection.request("POST", _PATH, b"{}", {"content-type": "application/json"})
        answer = connection.getresponse()
        body = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{answer.status}: {body.decode()}")

    return call
