"""docs/telemetry.md against the code: metric names, labels and codes, log events, spans."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import grpc
import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from prometheus_client import CollectorRegistry

from services.common.server.metrics import BUCKETS_S, GO_CODES
from services.common.settings import SettingsError
from services.common.tracing import make_tracer_provider
from tests.integration.server.clients import Client, serving
from tests.integration.server.probe import SERVICE, ActRequest, ProbeSettings

ROOT = Path(__file__).parents[3]
DOC = (ROOT / "docs" / "telemetry.md").read_text(encoding="utf-8")


def rows(section: str) -> dict[str, list[str]]:
    """The first table of a section: its first cell's name, and its other cells."""
    text = DOC.split(f"## {section}\n")[1].split("\n## ")[0]
    cells = [
        [cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line[:1] == "|"
    ]
    return {row[0].strip("`"): row[1:] for row in cells[2:]}


def names(cell: str) -> set[str]:
    return set(re.findall(r"`(\w+)`", cell))


@pytest.fixture
def used() -> Iterator[CollectorRegistry]:
    """Metrics after calls of every shape, good and bad."""
    with serving() as (address, registry):
        client = Client(address)
        client.act()
        with pytest.raises(grpc.RpcError):
            client.act("missing:x")
        client.collect([ActRequest(), ActRequest()])
        list(client.count(3))
        list(client.stream("Chat", [ActRequest()] * 4))
        yield registry


def value(registry: CollectorRegistry, name: str, kind: str, method: str, **labels: str) -> float | None:
    whole = {"grpc_type": kind, "grpc_service": SERVICE, "grpc_method": method, **labels}
    return registry.get_sample_value(name, whole)


def test_the_metrics_are_those_of_the_page_with_their_types_and_labels(used: CollectorRegistry) -> None:
    found = {}
    for family in used.collect():
        sample = next(s for s in family.samples if not s.name.endswith("_created"))
        name = f"{family.name}_total" if family.type == "counter" else family.name
        found[name] = (family.type, set(sample.labels) - {"le"})
    assert found == {name: (row[0], names(row[1])) for name, row in rows("Metrics").items()}


def test_the_codes_and_buckets_are_those_of_the_page() -> None:
    line = next(line for line in DOC.splitlines() if line.startswith("- `grpc_code`"))
    assert names(line) - {"grpc_code"} == set(GO_CODES.values())
    line = next(line for line in DOC.splitlines() if line.startswith("- Buckets"))
    assert [float(bound) for bound in re.findall(r"[\d.]+\d|\d+", line)] == list(BUCKETS_S)


def test_each_shape_counts_its_calls_and_messages(used: CollectorRegistry) -> None:
    counted = {
        (kind, method): tuple(
            value(used, f"grpc_server_{name}_total", kind, method)
            for name in ("started", "msg_received", "msg_sent")
        )
        for kind, method in [
            ("unary", "Act"),
            ("client_stream", "Collect"),
            ("server_stream", "Count"),
            ("bidi_stream", "Chat"),
        ]
    }
    assert counted == {
        ("unary", "Act"): (2, 2, 1),
        ("client_stream", "Collect"): (1, 2, 1),
        ("server_stream", "Count"): (1, 1, 3),
        ("bidi_stream", "Chat"): (1, 4, 4),
    }
    assert value(used, "grpc_server_handled_total", "unary", "Act", grpc_code="OK") == 1
    assert value(used, "grpc_server_handled_total", "unary", "Act", grpc_code="NotFound") == 1
    assert value(used, "grpc_server_handling_seconds_count", "unary", "Act") == 2


def test_a_stream_its_caller_left_is_counted_as_canceled() -> None:
    with serving() as (address, registry):
        stream = Client(address).count(3_000_000)
        next(stream)
        stream.cancel()
    labels = {"grpc_type": "server_stream", "grpc_service": SERVICE, "grpc_method": "Count"}
    assert registry.get_sample_value("grpc_server_handled_total", {**labels, "grpc_code": "Canceled"}) == 1


def written_events() -> dict[str, tuple[set[str], set[str]]]:
    """Every event that the services' code logs: its levels and the fields that are named where it is written."""
    found: dict[str, tuple[set[str], set[str]]] = {}
    for path in (ROOT / "services").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            match node:
                case ast.Call(func=ast.Attribute(value=ast.Name(id="_log"), attr=level)):
                    name = node.args[1 if level == "log" else 0]
                    assert isinstance(name, ast.Constant), f"{path}: the event has no fixed name"
                    levels, fields = found.setdefault(name.value, (set(), set()))
                    levels.add("error" if level == "exception" else level)
                    if level == "exception":
                        fields |= {"exception", "stack"}
                    for keyword in node.keywords:
                        fields |= {"exception", "stack"} if keyword.arg == "exc_info" else {keyword.arg or ""}
    return found


def test_every_log_event_is_on_the_page_with_its_level_and_fields() -> None:
    written, told = written_events(), rows("Logs")
    assert set(written) == set(told)
    for event, (levels, fields) in written.items():
        on_page = names(told[event][1])
        if "" in fields:  # some fields come as **more: the page may tell of them
            assert fields - {""} <= on_page, event
        else:
            assert fields == on_page - {"proto"}, event
        assert levels in ({"log"}, {told[event][0]}), event


def test_dashboards_and_alerts_use_only_metrics_and_labels_of_the_page() -> None:
    known = set(rows("Metrics"))
    histograms = {name for name, row in rows("Metrics").items() if row[0] == "histogram"}
    series = known - histograms | {
        f"{name}_{part}" for name in histograms for part in ("bucket", "sum", "count")
    }
    labels = {label for row in rows("Metrics").values() for label in names(row[1])}
    folder = ROOT / "docker" / "observability"
    asked = {
        path.name: re.findall(r'"expr": "((?:[^"\\]|\\.)*)"', path.read_text(encoding="utf-8"))
        for path in (folder / "dashboards").glob("*.json")
    }
    alerts = (folder / "alerts.yaml").read_text(encoding="utf-8")
    asked["alerts.yaml"] = re.findall(r"expr: (?:>-\n)?((?:.|\n)*?)\n +(?:for|labels):", alerts)
    assert asked.keys() > {"alerts.yaml"}
    for name, queries in asked.items():
        assert queries, f"{name} asks nothing"
        for query in queries:
            used = set(re.findall(r"\b(?:grpc_server_\w+|up)\b", query))
            assert used, f"{name}: {query}"
            assert used <= series | {"up"}, f"{name}: {query}"  # up is Prometheus's own
            named = set(re.findall(r'(\w+)(?:=~|!~|!=|=)\\?"', query))
            for group in re.findall(r"\bby \(([^)]*)\)", query):
                named |= set(re.findall(r"\w+", group))
            # job, service and instance are given in prometheus.yaml.
            assert named <= labels | {"job", "service", "instance", "le"}, f"{name}: {query}"


def test_a_span_a_call_below_the_callers_and_none_for_health() -> None:
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    with serving(tracer_provider=provider) as (address, _):
        client = Client(address)
        client.act(metadata=[("traceparent", parent)])
        client.health()
        for action in ("missing:x", "crash:Ida Holm"):
            with pytest.raises(grpc.RpcError):
                client.act(action)
        list(client.count(2))
    fine, failed, crashed, streamed = exporter.get_finished_spans()
    assert fine.name == f"/{SERVICE}/Act"
    assert fine.parent is not None
    assert f"{fine.parent.span_id:016x}" == "b7ad6b7169203331"
    assert fine.context is not None
    assert f"{fine.context.trace_id:032x}" == "0af7651916cd43dd8448eb211c80319c"
    assert fine.attributes is not None
    assert fine.attributes["rpc.service"] == SERVICE
    assert fine.attributes["rpc.method"] == "Act"
    assert set(fine.attributes) <= set(rows("Traces"))
    assert failed.attributes is not None
    assert failed.attributes["rpc.grpc.status_code"] == grpc.StatusCode.NOT_FOUND.value[0]
    assert "Ida" not in crashed.to_json()
    assert streamed.name == f"/{SERVICE}/Count"


def test_shedding_and_health_keep_their_own_threads_when_tracing_is_on() -> None:
    with serving(tracer_provider=TracerProvider(), threads=1, max_queued_calls=1) as (address, _):
        client = Client(address)
        busy = [client.begin("sleep:0.5") for _ in range(4)]
        assert client.health() == "SERVING"
        codes = {call.code() for call in busy}
    assert codes == {grpc.StatusCode.OK, grpc.StatusCode.RESOURCE_EXHAUSTED}


@pytest.mark.parametrize(
    ("environ", "on"),
    [
        ({}, False),
        ({"OTEL_TRACES_EXPORTER": "none"}, False),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:4317"}, True),
        ({"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://127.0.0.1:4317"}, True),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:4317", "OTEL_TRACES_EXPORTER": "none"}, False),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:4317", "OTEL_SDK_DISABLED": "true"}, False),
        ({"OTEL_TRACES_EXPORTER": "console"}, True),
    ],
)
def test_tracing_is_off_unless_asked_for(environ: dict[str, str], on: bool) -> None:
    provider = make_tracer_provider(ProbeSettings(), environ)
    assert (provider is not None) is on
    if provider is not None:
        assert provider.resource.attributes["service.name"] == "leadlight.probe"
        provider.shutdown()


@pytest.mark.parametrize(
    "environ",
    [
        {"OTEL_TRACES_EXPORTER": "zipkin"},
        {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://x", "OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf"},
    ],
)
def test_an_exporter_that_is_not_built_in_is_named(environ: dict[str, str]) -> None:
    with pytest.raises(SettingsError, match="is not built in"):
        make_tracer_provider(ProbeSettings(), environ)
