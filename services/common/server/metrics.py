"""Prometheus metrics under the names of go-grpc-prometheus, so existing dashboards fit.

In a served process they live in prometheus_client's multiprocess files: each worker writes its
own, the parent's /metrics page adds them up. docs/telemetry.md is the contract.
"""

import grpc
from prometheus_client import CollectorRegistry, Counter, Histogram

LABELS = ("grpc_type", "grpc_service", "grpc_method")
BUCKETS_S = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)

GO_CODES = {
    code: "OK" if code is grpc.StatusCode.OK else code.name.title().replace("_", "")
    for code in grpc.StatusCode
} | {grpc.StatusCode.CANCELLED: "Canceled"}


class ServerMetrics:
    """The metric families of one process."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.started = Counter("grpc_server_started_total", "Calls begun.", LABELS, registry=registry)
        self.handled = Counter(
            "grpc_server_handled_total",
            "Calls ended, by code.",
            (*LABELS, "grpc_code"),
            registry=registry,
        )
        self.received = Counter(
            "grpc_server_msg_received_total", "Messages taken from callers.", LABELS, registry=registry
        )
        self.sent = Counter(
            "grpc_server_msg_sent_total", "Messages sent to callers.", LABELS, registry=registry
        )
        self.seconds = Histogram(
            "grpc_server_handling_seconds",
            "Time from the start of a call's work to its end.",
            LABELS,
            buckets=BUCKETS_S,
            registry=registry,
        )


# Of each call in `MethodMetrics.recent_s`: one that takes long now and then does not make a method slow.
_WEIGHT = 0.1


class MethodMetrics:
    """The metrics of one method, with their labels bound once instead of at each call.

    Attributes:
        recent_s: How long its calls took lately: each counts for a tenth, what came before for the rest.
    """

    def __init__(self, metrics: ServerMetrics, kind: str, service: str, method: str) -> None:
        self._labels = (kind, service, method)
        self._handled_family = metrics.handled
        self._handled: dict[grpc.StatusCode, Counter] = {}
        self.started = metrics.started.labels(*self._labels).inc
        self.received = metrics.received.labels(*self._labels).inc
        self.sent = metrics.sent.labels(*self._labels).inc
        self._observe_s = metrics.seconds.labels(*self._labels).observe
        self.recent_s = 0.0

    def observe_s(self, duration_s: float) -> None:
        """Takes note of how long a call took."""
        self.recent_s += (duration_s - self.recent_s) * _WEIGHT
        self._observe_s(duration_s)

    def handled(self, code: grpc.StatusCode) -> None:
        """Counts a call that ended with `code`."""
        counter = self._handled.get(code)
        if counter is None:
            counter = self._handled[code] = self._handled_family.labels(*self._labels, GO_CODES[code])
        counter.inc()
