"""Callers of the probe service, and what they read out of an error."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import grpc
from google.rpc import code_pb2, error_details_pb2
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_status import rpc_status
from prometheus_client import CollectorRegistry

from services.common.server.bundle import ServiceBundle
from services.common.server.grpc_server import GrpcServer
from tests.integration.server import probe

Metadata = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Failure:
    """An error as a caller sees it."""

    code: str
    reason: str
    domain: str
    message: str
    metadata: dict[str, str]
    fields: list[str]
    retry_after_s: float | None
    request_id: str
    trailer_request_id: str


class Client:
    """Calls the probe service at one address."""

    def __init__(self, address: str, credentials: grpc.ChannelCredentials | None = None) -> None:
        # A connection of its own: channels to one address share theirs otherwise, and its back-off.
        options: list[tuple[str, Any]] = [("grpc.use_local_subchannel_pool", 1)]
        if credentials:
            options.append(("grpc.ssl_target_name_override", "localhost"))
        self.channel: Any = (
            grpc.secure_channel(address, credentials, options)
            if credentials
            else grpc.insecure_channel(address, options)
        )

    def _method(self, shape: str, name: str) -> Any:
        return getattr(self.channel, shape)(
            f"/{probe.SERVICE}/{name}",
            request_serializer=probe.ActRequest.SerializeToString,
            response_deserializer=probe.ActReply.FromString,
        )

    def act(
        self,
        action: str = "",
        *,
        request: Any = None,
        metadata: Metadata = (),
        timeout: float | None = 30,
        method: str = "Act",
    ) -> str:
        if request is None:
            request = probe.ActRequest(action=action)
        reply = self._method("unary_unary", method)(request, metadata=metadata, timeout=timeout)
        return str(reply.text)

    def begin(self, action: str, timeout: float | None = 30) -> Any:
        return self._method("unary_unary", "Act").future(probe.ActRequest(action=action), timeout=timeout)

    def count(self, numbers: int, then: str = "") -> Any:
        request = probe.ActRequest(action=f"{numbers} then {then}")
        return self._method("unary_stream", "Count")(request, timeout=10)

    def collect(self, requests: Iterable[Any]) -> str:
        return str(self._method("stream_unary", "Collect")(iter(requests), timeout=10).text)

    def stream(self, method: str, requests: Iterable[Any], timeout: float | None = 10) -> Any:
        return self._method("stream_stream", method)(iter(requests), timeout=timeout)

    def health(self, service: str = "") -> str:
        stub: Any = health_pb2_grpc.HealthStub(self.channel)
        reply = stub.Check(health_pb2.HealthCheckRequest(service=service), timeout=10)
        return str(health_pb2.HealthCheckResponse.ServingStatus.Name(reply.status))

    def watch(self, service: str = "") -> Any:
        stub: Any = health_pb2_grpc.HealthStub(self.channel)
        return stub.Watch(health_pb2.HealthCheckRequest(service=service), timeout=20)


def failure(error: Any) -> Failure:
    """What stands in the error of a failed call."""
    status = rpc_status.from_call(error)
    assert status is not None, f"no google.rpc.Status: {error.code()} {error.details()}"
    details = {detail.TypeName(): detail for detail in status.details}
    info, bad = error_details_pb2.ErrorInfo(), error_details_pb2.BadRequest()
    retry, request = error_details_pb2.RetryInfo(), error_details_pb2.RequestInfo()
    for message in (info, bad, retry, request):
        if message.DESCRIPTOR.full_name in details:
            details[message.DESCRIPTOR.full_name].Unpack(message)
    has_retry = retry.DESCRIPTOR.full_name in details
    return Failure(
        code=code_pb2.Code.Name(status.code),
        reason=info.reason,
        domain=info.domain,
        message=status.message,
        metadata=dict(info.metadata),
        fields=[violation.field for violation in bad.field_violations],
        retry_after_s=retry.retry_delay.ToMilliseconds() / 1000 if has_retry else None,
        request_id=request.request_id,
        trailer_request_id=str(dict(error.trailing_metadata())["x-request-id"]),
    )


@contextmanager
def serving(
    servicer: probe.Probe | None = None, *, tracer_provider: Any = None, **settings: Any
) -> Iterator[tuple[str, CollectorRegistry]]:
    """A server in this process; gives its address and its metrics."""
    registry = CollectorRegistry()
    bundle = ServiceBundle(
        servicers=[
            (probe.add_probe, servicer or probe.Probe()),
            *probe.build(probe.ProbeSettings()).servicers[1:],
        ]
    )
    server = GrpcServer(
        probe.ProbeSettings(**settings), bundle, registry=registry, tracer_provider=tracer_provider
    )
    port = server.start()
    try:
        yield f"127.0.0.1:{port}", registry
    finally:
        server.stop()
