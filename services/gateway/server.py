"""One worker's gateway: gRPC and HTTP on an event loop of its own thread."""

import asyncio
import threading
from collections.abc import Coroutine, Iterable
from typing import Any, TypeVar

import grpc
import uvloop
from google.longrunning import operations_pb2_grpc
from google.protobuf import descriptor_pool
from leadlight.common.v1 import job_service_pb2_grpc
from opentelemetry.instrumentation.grpc import aio_server_interceptor
from opentelemetry.instrumentation.grpc.filters import health_check, negate
from opentelemetry.sdk.trace import TracerProvider
from prometheus_client import CollectorRegistry

from services.common.auth import make_authenticator
from services.common.server.bundle import AddServicer
from services.common.server.credentials import make_credentials
from services.common.server.grpc_server import Collected, kind_of, load_descriptors, server_options
from services.common.server.guard import CallPolicy, Guard
from services.common.server.metrics import MethodMetrics, ServerMetrics
from services.common.server.validation import warm_up
from services.gateway.audit import AuditLog
from services.gateway.catalog import (
    Rpc,
    rpcs_of,
    rpcs_of_service,
    runs_operations,
    starts_operation,
)
from services.gateway.composition import GatewayBundle
from services.gateway.convert_failures import DOMAIN
from services.gateway.limits import CallsAtOnce, TenantLimits
from services.gateway.server_builtin import Health, reflection_handlers
from services.gateway.server_grpc import Dispatcher
from services.gateway.server_http import HttpServer
from services.gateway.server_jobs import SERVICES_WITH_JOBS, Jobs
from services.gateway.server_methods import Method
from services.gateway.server_operations import OperationOwners, Operations
from services.gateway.server_peers import AioPeers
from services.gateway.server_targets import Forward, Own, Target
from services.gateway.settings import GatewaySettings
from services.gateway.turns import Turns

T = TypeVar("T")
_START_TIMEOUT_S = 60.0
_STOP_MARGIN_S = 3.0
# A server takes one call in a turn of the event loop. On a connection to another one a call does not stand behind
# hundreds that are still to be taken.
_LISTENERS = 16


class GatewayServer:
    """The gateway on its ports: in a worker process, or inside a test.

    Args:
        settings: The gateway's settings; `listen` and `http` say where.
        bundle: The gateway's own calls.
        registry: Where metrics are counted.
        tracer_provider: Where spans go; None leaves tracing out altogether.

    Raises:
        ValueError: If a method does not say in its proto who may call it.
        SettingsError: If certificates or keys cannot be used.
    """

    def __init__(
        self,
        settings: GatewaySettings,
        bundle: GatewayBundle,
        *,
        registry: CollectorRegistry,
        tracer_provider: TracerProvider | None = None,
    ) -> None:
        self._settings = settings
        self._bundle = bundle
        self._tracer_provider = tracer_provider
        # One for each: a server takes its first certificates out of its credentials.
        self._credentials = [make_credentials(settings) for _ in range(_LISTENERS)]
        self._metrics = ServerMetrics(registry)
        self._policy = CallPolicy(
            make_authenticator(settings), DOMAIN, settings.max_deadline_s, settings.access_log == "all"
        )
        self._limits = TenantLimits(
            settings.tenant_calls_per_s,
            settings.tenant_burst_calls,
            settings.tenant_calls_in_flight,
            settings.max_calls_in_flight,
        )
        self._composed = CallsAtOnce(settings.max_composed_calls)
        self._turns = Turns()
        self._audit = AuditLog(settings.data_dir / "audit" / "gateway.jsonl")
        self._loop = uvloop.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="gateway", daemon=True)
        self._servers: list[grpc.aio.Server] = []
        self.http_port = 0

    def start(self) -> int:
        """Listens; returns gRPC's port, `http_port` has that of HTTP.

        Raises:
            RuntimeError: If an address cannot be bound.
        """
        self._thread.start()
        return self._run(self._start(), _START_TIMEOUT_S)

    def stop(self) -> None:
        """NOT_SERVING, then no new calls and time for those under way, then what the gateway uses."""
        self._run(self._stop(), 2 * self._settings.drain_timeout_s + _STOP_MARGIN_S)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
        self._audit.close()
        for close in self._bundle.closers:
            close()

    def _run(self, work: Coroutine[Any, Any, T], timeout_s: float) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(timeout_s)

    async def _start(self) -> int:
        settings = self._settings
        self._peers = AioPeers(settings, self._tracer_provider)
        methods = self._methods()
        names = {method.rpc.service_name: method.rpc.owner for method in methods}
        owners = {name: owner for name, owner in names.items() if owner in self._peers.addresses}
        self._health = Health(owners, self._peers)
        open_handlers = self._health.handlers()
        if settings.reflection:
            open_handlers |= reflection_handlers(list(names))
        by_path = {method.rpc.path: method for method in methods}
        dispatcher = Dispatcher(by_path, open_handlers, receive_timeout_s=settings.receive_timeout_s)
        self._http = HttpServer(
            settings, by_path, jwks=self._bundle.jwks, tracing=self._tracer_provider is not None
        )
        self.http_port = await self._http.start()
        return await self._listen(dispatcher)  # last: health over gRPC is what tells that all of it serves

    async def _listen(self, dispatcher: Dispatcher) -> int:
        address = self._settings.listen
        for credentials in self._credentials:
            server = grpc.aio.server(
                handlers=[dispatcher], options=server_options(self._settings), interceptors=self._tracing()
            )
            if credentials is None:
                port = server.add_insecure_port(address)
            else:
                port = server.add_secure_port(address, credentials)
            await server.start()
            self._servers.append(server)
            address = f"{address.rpartition(':')[0]}:{port}"  # the first may have taken any
        return port

    def _tracing(self) -> list[Any]:
        if self._tracer_provider is None:
            return []
        make_interceptor: Any = aio_server_interceptor
        calls_only: Any = negate(health_check())
        return [make_interceptor(tracer_provider=self._tracer_provider, filter_=calls_only)]

    def _methods(self) -> list[Method]:
        peers, operation_owners = self._peers, OperationOwners()
        methods, running = [], []
        for owner in peers.addresses:
            rpcs = rpcs_of(owner)
            if owner in SERVICES_WITH_JOBS or runs_operations(rpcs):
                running.append(owner)
            for rpc in rpcs:
                learn = operation_owners.learner(owner) if starts_operation(rpc) else None
                methods.append(self._method(rpc, Forward(rpc, peers, learn)))
        operations = Operations(peers, running, operation_owners)
        own: list[tuple[AddServicer, Any]] = [
            *self._bundle.composed(peers),
            (operations_pb2_grpc.add_OperationsServicer_to_server, operations),
            (job_service_pb2_grpc.add_JobServiceServicer_to_server, Jobs(peers, operation_owners)),
        ]
        for add, servicer in own:
            methods += self._own(add, servicer)
        return methods

    def _own(self, add: AddServicer, servicer: Any) -> Iterable[Method]:
        collected = Collected()
        load_descriptors(add)
        add(servicer, collected)
        for name in collected.services:
            service = descriptor_pool.Default().FindServiceByName(name)
            for rpc in rpcs_of_service(self._settings.service, service):
                warm_up(rpc.request_type)
                yield self._method(
                    rpc, Own(rpc, getattr(servicer, rpc.method.name), self._composed, self._turns)
                )

    def _method(self, rpc: Rpc, target: Target) -> Method:
        metrics = MethodMetrics(self._metrics, kind_of(rpc.method), rpc.service_name, rpc.method.name)
        guard = Guard(self._policy, rpc.path.lstrip("/"), rpc.roles, metrics)
        return Method(rpc, target, guard, limits=self._limits, audit=self._audit)

    async def _stop(self) -> None:
        grace_s = self._settings.drain_timeout_s
        await self._health.end()
        await asyncio.gather(*(each.stop(grace_s) for each in self._servers), self._http.stop())
        await self._peers.close()
