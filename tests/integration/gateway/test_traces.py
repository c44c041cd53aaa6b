"""One trace from the caller through the gateway into a service."""

import importlib
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import grpc
import pytest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind
from prometheus_client import CollectorRegistry

from services.common.server.grpc_server import GrpcServer
from tests.contract.served import settings_type

TRACE = "0af7651916cd43dd8448eb211c80319c"
CALLER = "b7ad6b7169203331"
METHOD = "/leadlight.notes.v1.NotesService/GetNotesSettings"


def started(name: str, folder: Path, provider: TracerProvider, stack: ExitStack, **more: Any) -> str:
    """Serves a service with tracing; returns its address."""
    processes = importlib.import_module(f"services.{name}.processes")
    kind = settings_type(name)
    settings = kind(
        **dict.fromkeys(kind.listeners, "127.0.0.1:0"), data_dir=folder, drain_timeout_s=5, **more
    )
    make_server = getattr(processes, "serve", GrpcServer)
    server = make_server(
        settings, processes.build(settings), registry=CollectorRegistry(), tracer_provider=provider
    )
    port = server.start()
    stack.callback(server.stop)
    return f"127.0.0.1:{port}"


@pytest.fixture
def spans(tmp_path: Path) -> tuple[ReadableSpan, ...]:
    """The spans of one call, from the gateway and from the service."""
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    with ExitStack() as stack:
        notes = started("notes", tmp_path, provider, stack)
        gateway = started("gateway", tmp_path, provider, stack, notes_address=notes)
        channel: Any = stack.enter_context(grpc.insecure_channel(gateway))
        channel.unary_unary("/grpc.health.v1.Health/Check")(b"", timeout=20)
        channel.unary_unary(METHOD)(
            b"",  # an empty request
            timeout=20,
            metadata=[("traceparent", f"00-{TRACE}-{CALLER}-01")],
        )
    return tuple(exporter.get_finished_spans())


def test_a_call_is_one_trace_through_gateway_and_service(spans: tuple[ReadableSpan, ...]) -> None:
    found = [span for span in spans if span.context is not None]
    assert {f"{span.context.trace_id:032x}" for span in found} == {TRACE}
    by_id = {f"{span.context.span_id:016x}": span for span in found}
    (inner,) = (
        span
        for span in found
        if span.kind is SpanKind.SERVER and span.parent and f"{span.parent.span_id:016x}" != CALLER
    )
    kinds, at = [], inner
    while True:
        kinds.append(at.kind)
        assert at.parent is not None
        above = f"{at.parent.span_id:016x}"
        if above == CALLER:
            break
        at = by_id[above]
    assert kinds == [SpanKind.SERVER, SpanKind.CLIENT, SpanKind.SERVER]
    for span in found:
        assert span.name == METHOD
        assert span.attributes is not None
        assert span.attributes["rpc.grpc.status_code"] == 0
