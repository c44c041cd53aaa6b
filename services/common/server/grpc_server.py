"""One worker's gRPC server, composed from the settings and a service's bundle."""

import importlib
from collections.abc import Iterable
from typing import Any, TypeAlias

import grpc
from google.protobuf import descriptor_pool
from google.protobuf.descriptor import MethodDescriptor
from google.protobuf.message_factory import GetMessageClass
from opentelemetry.instrumentation.grpc import server_interceptor
from opentelemetry.sdk.trace import TracerProvider
from prometheus_client import CollectorRegistry

from services.common.auth import make_authenticator
from services.common.server.access import roles_of
from services.common.server.builtin import Health, Reflection
from services.common.server.bundle import AddServicer, ServiceBundle
from services.common.server.credentials import make_credentials
from services.common.server.dispatch import Dispatcher, Handler
from services.common.server.guard import CallPolicy, Guard
from services.common.server.handlers import guarded
from services.common.server.metrics import MethodMetrics, ServerMetrics
from services.common.server.pools import CallPool
from services.common.server.validation import warm_up
from services.common.settings import ServiceSettings

ServiceHandlers: TypeAlias = "grpc.ServiceRpcHandler[Any, Any]"
_CONNECTION_GRACE_S = 30
_STOP_MARGIN_S = 1.0
_UNTAKEN_CALLS = 5_000
"""Calls that have come and that Python has not taken yet, before gRPC turns some of them away.

Its own limit is 1,000, and beyond it gRPC ends calls by chance, anyone's, as CANCELLED with nothing that says why
(grpc/grpc#34782): a caller that begins and resets calls by the thousand cost others theirs. A call that waits so has
about 6 kB.
"""


class GrpcServer:
    """A service on a port: in a worker process, or inside a test.

    Args:
        settings: The service's settings; `listen` says where.
        bundle: The service.
        registry: Where metrics are counted.
        tracer_provider: Where spans go; None leaves tracing out altogether.

    Raises:
        ValueError: If a method does not say in its proto who may call it.
        SettingsError: If certificates or keys cannot be used.
    """

    def __init__(
        self,
        settings: ServiceSettings,
        bundle: ServiceBundle,
        *,
        registry: CollectorRegistry,
        tracer_provider: TracerProvider | None = None,
    ) -> None:
        self._settings = settings
        self._bundle = bundle
        self._tracer_provider = tracer_provider
        self._credentials = make_credentials(settings)
        self._metrics = ServerMetrics(registry)
        domain = f"leadlight.{settings.service}"
        self._policy = CallPolicy(
            make_authenticator(settings), domain, settings.max_deadline_s, settings.access_log == "all"
        )
        patience_s = settings.receive_timeout_s
        self._pool = CallPool(settings.threads, "call", receive_timeout_s=patience_s)
        reflection_pool = CallPool(1, "reflection")
        # Two: a watcher that reads slowly must not silence Check.
        health_pool = CallPool(2, "health", receive_timeout_s=patience_s)
        self._side_pools = (health_pool, reflection_pool)
        self._dispatcher = Dispatcher(
            self._pool,
            domain=domain,
            max_queued_calls=settings.max_queued_calls,
            max_wait_s=settings.max_wait_s,
        )
        services = self._add_services()
        self._health = Health(services, health_pool)
        self._dispatcher.add_open(self._health.handlers())
        self._reflection = Reflection(services, reflection_pool)
        if settings.reflection:
            self._dispatcher.add_open(self._reflection.handlers())
        self._server = grpc.server(self._pool, handlers=[self._dispatcher], options=server_options(settings))

    def _add_services(self) -> list[str]:
        collected = Collected()
        for add, servicer in self._bundle.servicers:
            load_descriptors(add)
            add(servicer, collected)
        for name, handlers in collected.services.items():
            service = descriptor_pool.Default().FindServiceByName(name)
            for method in service.methods:
                self._add_method(method, handlers)
        return list(collected.services)

    def _add_method(self, method: MethodDescriptor, handlers: ServiceHandlers) -> None:
        service = method.containing_service
        path = f"/{service.full_name}/{method.name}"
        handler = handlers.service(_Details(path))
        if handler is None:
            raise ValueError(f"{method.full_name} is in the proto but its servicer does not have it")
        metrics = MethodMetrics(self._metrics, kind_of(method), service.full_name, method.name)
        guard = Guard(self._policy, path.lstrip("/"), roles_of(service, method), metrics)
        request_type = GetMessageClass(method.input_type)
        warm_up(request_type)
        self._dispatcher.add_bounded(path, self._traced(path, guarded(handler, request_type, guard)), metrics)

    def _traced(self, path: str, handler: Handler) -> Handler:
        if self._tracer_provider is None:
            return handler
        make_interceptor: Any = server_interceptor
        interceptor = make_interceptor(tracer_provider=self._tracer_provider)
        traced: Handler = interceptor.intercept_service(lambda _: handler, _Details(path))
        return traced

    def start(self) -> int:
        """Warms up, then listens; returns the port.

        Raises:
            RuntimeError: If the address cannot be bound.
        """
        for warm in self._bundle.warm_ups:
            warm()
        if self._credentials is None:
            port = self._server.add_insecure_port(self._settings.listen)
        else:
            port = self._server.add_secure_port(self._settings.listen, self._credentials)
        self._server.start()
        return port

    def stop(self) -> None:
        """NOT_SERVING, then no new calls and time for those under way, then the bundle's closers."""
        self._health.end()
        grace_s = self._settings.drain_timeout_s
        stopped = self._server.stop(grace_s)
        self._reflection.end()
        stopped.wait(grace_s + _STOP_MARGIN_S)
        for pool in (self._pool, *self._side_pools):
            pool.shutdown(wait=True, cancel_futures=True)
        for close in self._bundle.closers:
            close()


def load_descriptors(add: AddServicer) -> None:
    """Loads the file that declares a service: generated stubs import their messages only."""
    importlib.import_module(add.__module__.removesuffix("_grpc"))


class Collected:
    """Stands in for the server in generated `add_…_to_server` functions, to see what they add."""

    def __init__(self) -> None:
        self.services: dict[str, ServiceHandlers] = {}

    def add_generic_rpc_handlers(self, handlers: Iterable[ServiceHandlers]) -> None:
        """Takes note of a service's handlers."""
        for handler in handlers:
            self.services[handler.service_name()] = handler

    def add_registered_method_handlers(self, service_name: str, method_handlers: object) -> None:
        """The same handlers once more, for gRPC's own fast path; the dispatcher is ours."""


class _Details(grpc.HandlerCallDetails):
    def __init__(self, method: str) -> None:
        self.method = method
        self.invocation_metadata = ()


def kind_of(method: MethodDescriptor) -> str:
    """The method's shape as metrics name it."""
    if method.client_streaming:
        return "bidi_stream" if method.server_streaming else "client_stream"
    return "server_stream" if method.server_streaming else "unary"


def server_options(settings: ServiceSettings) -> list[tuple[str, int]]:
    """What gRPC is told of limits and connections."""

    def ms(seconds: float) -> int:
        return round(seconds * 1000)

    return [
        ("grpc.so_reuseport", 1),
        ("grpc.max_receive_message_length", settings.max_message_bytes),
        ("grpc.max_send_message_length", settings.max_message_bytes),
        ("grpc.keepalive_time_ms", ms(settings.keepalive_time_s)),
        ("grpc.keepalive_timeout_ms", ms(settings.keepalive_timeout_s)),
        ("grpc.keepalive_permit_without_calls", 1),
        ("grpc.http2.min_ping_interval_without_data_ms", ms(settings.keepalive_min_client_interval_s)),
        ("grpc.max_connection_age_ms", ms(settings.max_connection_age_s)),
        ("grpc.max_connection_age_grace_ms", ms(settings.max_deadline_s + _CONNECTION_GRACE_S)),
        ("grpc.server.max_pending_requests", _UNTAKEN_CALLS),
        ("grpc.server.max_pending_requests_hard_limit", 2 * _UNTAKEN_CALLS),
    ]
