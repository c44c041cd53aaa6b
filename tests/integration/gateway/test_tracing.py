"""With tracing on, a caller's trace goes on through the gateway, whatever brought the call."""

from collections.abc import Iterator
from pathlib import Path

import grpc
import httpx
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from prometheus_client import CollectorRegistry

from services.gateway.composition import build
from services.gateway.server import GatewayServer
from services.gateway.settings import GatewaySettings
from tests.integration.gateway.double import Double
from tests.integration.gateway.test_forwarding import LIST_MODELS, TRACE, UPLOAD, raw

TRACE_ID = TRACE.split("-")[1]
CALLERS_SPAN = TRACE.split("-")[2]


@pytest.fixture
def traced(scoring: Double, tmp_path: Path) -> Iterator[tuple[GatewayServer, InMemorySpanExporter, int]]:
    spans = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(spans))
    settings = GatewaySettings(
        listen="127.0.0.1:0",
        http="127.0.0.1:0",
        data_dir=tmp_path,
        database_url=f"sqlite:///{tmp_path / 'gateway.db'}",
        scoring_address=scoring.address,
        drain_timeout_s=2,
    )
    server = GatewayServer(settings, build(settings), registry=CollectorRegistry(), tracer_provider=provider)
    port = server.start()
    yield server, spans, port
    server.stop()


def test_a_trace_goes_on(traced: tuple[GatewayServer, InMemorySpanExporter, int], scoring: Double) -> None:
    server, spans, port = traced

    def goes_on() -> None:
        _, trace_id, span_id, _ = scoring.metadata["traceparent"].split("-")
        assert trace_id == TRACE_ID
        assert span_id != CALLERS_SPAN  # the gateway's own span is between
        assert f"{span_id}" in {
            f"{span.context.span_id:016x}" for span in spans.get_finished_spans() if span.context
        }

    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        metadata = (("traceparent", TRACE),)
        raw(channel, LIST_MODELS)(b"", metadata=metadata, timeout=10)
        goes_on()
        before = len(spans.get_finished_spans())
        health_pb2_grpc.HealthStub(channel).Check(health_pb2.HealthCheckRequest(), timeout=10)
        assert len(spans.get_finished_spans()) == before
        raw(channel, UPLOAD, "stream_unary")(iter([b""]), metadata=metadata, timeout=10)
        goes_on()
    answer = httpx.post(
        f"http://127.0.0.1:{server.http_port}{LIST_MODELS}", json={}, headers={"traceparent": TRACE}
    )
    assert answer.status_code == 200
    goes_on()
