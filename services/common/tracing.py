"""OpenTelemetry tracing: off unless the standard OTEL_* variables ask for it."""

import os
from collections.abc import Mapping

from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, ConsoleSpanExporter, SpanExporter

from services.common.settings import ServiceSettings, SettingsError

_ENDPOINTS = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")


def make_tracer_provider(
    settings: ServiceSettings, environ: Mapping[str, str] = os.environ
) -> TracerProvider | None:
    """The process's tracer provider, None when tracing is off.

    `OTEL_TRACES_EXPORTER` is `otlp`, `console` or `none`; without it tracing goes to OTLP when an
    endpoint is set. Sampling, headers and batching follow the SDK's own variables.

    Raises:
        SettingsError: For an exporter or protocol that is not installed.
    """
    asked = environ.get("OTEL_TRACES_EXPORTER", "").strip().lower()
    if not asked and any(environ.get(name) for name in _ENDPOINTS):
        asked = "otlp"
    if environ.get("OTEL_SDK_DISABLED", "").strip().lower() == "true" or asked in {"", "none"}:
        return None
    exporter: SpanExporter
    if asked == "console":
        exporter = ConsoleSpanExporter()
    elif asked == "otlp":
        protocol = environ.get("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL") or environ.get(
            "OTEL_EXPORTER_OTLP_PROTOCOL", "grpc"
        )
        if protocol != "grpc":
            raise SettingsError(
                f"OTEL_EXPORTER_OTLP_PROTOCOL={protocol} is not built in: use grpc (port 4317)"
            )
        exporter = OTLPSpanExporter()
    else:
        raise SettingsError(f"OTEL_TRACES_EXPORTER={asked} is not built in: use otlp, console or none")
    name = environ.get("OTEL_SERVICE_NAME") or f"leadlight.{settings.service}"
    provider = TracerProvider(resource=Resource.create({"service.name": name}))
    provider.add_span_processor(BatchSpanProcessor(exporter))
    return provider
