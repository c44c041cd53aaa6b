"""Any service of the suite in this process, found by the stubs and built by the suite's conventions."""

import importlib
import inspect
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import grpc
import jwt
import leadlight
from google.longrunning import operations_pb2
from google.protobuf.descriptor import MethodDescriptor
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass
from leadlight.common.v1 import job_service_pb2, subject_service_pb2
from prometheus_client import CollectorRegistry

from services.common.caller import Role
from services.common.server.access import roles_of
from services.common.server.grpc_server import GrpcServer
from services.common.settings import ServiceSettings
from tests.integration.server.clients import Failure, failure

SECRET = "fedcba9876543210fedcba9876543210"
TENANT = "acme"
EVERY_ROLE = frozenset(Role)
CALL_TIMEOUT_S = 20.0


@dataclass(frozen=True)
class Rpc:
    """One method, as its descriptor tells it.

    Attributes:
        service: The service that serves it, such as "scoring".
        method: Its descriptor.
    """

    service: str
    method: MethodDescriptor

    @property
    def name(self) -> str:
        """Such as "ScoringService.Score"."""
        return f"{self.method.containing_service.name}.{self.method.name}"

    @property
    def path(self) -> str:
        return f"/{self.method.containing_service.full_name}/{self.method.name}"

    @property
    def roles(self) -> frozenset[Role]:
        return roles_of(self.method.containing_service, self.method)

    @property
    def request_type(self) -> type[Message]:
        return GetMessageClass(self.method.input_type)

    def __str__(self) -> str:
        return self.name


@cache
def rpcs() -> tuple[Rpc, ...]:
    """Every RPC of every service: those of the stubs, and google.longrunning where a service trains or scans."""
    found = []
    long_running = set()
    for folder in leadlight.__path__:
        for path in sorted(Path(folder).rglob("*_pb2.py")):
            relative = path.relative_to(folder).with_suffix("")
            module = importlib.import_module(".".join(["leadlight", *relative.parts]))
            for service in module.DESCRIPTOR.services_by_name.values():
                owner = service.file.package.split(".")[1]
                if owner == "common":
                    continue
                found += [Rpc(owner, method) for method in service.methods]
                if any(
                    method.output_type.full_name.startswith("google.longrunning")
                    for method in service.methods
                ):
                    long_running.add(owner)
    owners = sorted({rpc.service for rpc in found})
    with_jobs = [owner for owner in owners if serves_jobs(owner)]
    long_running.update(with_jobs)
    operations = operations_pb2.DESCRIPTOR.services_by_name["Operations"]
    found += [Rpc(owner, method) for owner in sorted(long_running) for method in operations.methods]
    subjects = subject_service_pb2.DESCRIPTOR.services_by_name["SubjectService"]
    found += [Rpc(owner, method) for owner in owners if serves_subjects(owner) for method in subjects.methods]
    jobs = job_service_pb2.DESCRIPTOR.services_by_name["JobService"]
    found += [Rpc(owner, method) for owner in with_jobs for method in jobs.methods]
    return tuple(found)


def serves_subjects(service: str) -> bool:
    """Whether a service holds personal data: it has a module that says where."""
    modules = (f"services.{service}.subjects", f"services.{service}.subject_store")
    return any(find_spec(module) is not None for module in modules)


def serves_jobs(service: str) -> bool:
    """Whether a service has jobs over a whole CRM: a folder of them."""
    return find_spec(f"services.{service}.jobs") is not None


def rpc(name: str, service: str = "scoring") -> Rpc:
    """The RPC of that name."""
    return next(each for each in rpcs() if each.name == name and each.service == service)


@cache
def token(tenant: str, roles: frozenset[Role], subject: str = "tester") -> str:
    claims = {"tenant": tenant, "sub": subject, "roles": sorted(roles), "exp": time.time() + 3600}
    return jwt.encode(claims, SECRET, "HS256")


@dataclass(frozen=True)
class Client:
    """A caller with a tenant and roles; no token at all if `roles` is None."""

    channel: grpc.Channel
    tenant: str
    roles: frozenset[Role] | None = EVERY_ROLE
    service: str = "scoring"
    subject: str = "tester"

    @property
    def metadata(self) -> tuple[tuple[str, str], ...]:
        if self.roles is None:
            return ()
        return (("authorization", f"Bearer {token(self.tenant, self.roles, self.subject)}"),)

    def begin(self, to: Rpc, requests: Iterable[Message], timeout_s: float = CALL_TIMEOUT_S) -> Any:
        """Starts a call: a future for one answer, an iterator for many."""
        method = to.method
        sends, answers = (
            "stream" if many else "unary" for many in (method.client_streaming, method.server_streaming)
        )
        channel: Any = self.channel
        stub = getattr(channel, f"{sends}_{answers}")(
            to.path,
            request_serializer=to.request_type.SerializeToString,
            response_deserializer=GetMessageClass(method.output_type).FromString,
        )
        argument = iter(requests) if method.client_streaming else next(iter(requests))
        start = stub if method.server_streaming else stub.future
        return start(argument, timeout=timeout_s, metadata=self.metadata)

    def answers(self, to: Rpc, requests: Iterable[Message]) -> list[Any]:
        """Every answer of a call.

        Raises:
            grpc.RpcError: The call failed.
        """
        call = self.begin(to, requests)
        return list(call) if to.method.server_streaming else [call.result()]

    def call(self, name: str, *requests: Message) -> Any:
        """The one answer of a call that has one, all answers of a stream."""
        to = rpc(name, self.service)
        answers = self.answers(to, requests)
        return answers if to.method.server_streaming else answers[0]

    def refused(self, name: str | Rpc, *requests: Message) -> Failure:
        """The error of a call that must fail."""
        to = name if isinstance(name, Rpc) else rpc(name, self.service)
        try:
            answers = self.answers(to, requests)
        except grpc.RpcError as error:
            return failure(error)
        raise AssertionError(f"{to} answered {answers} instead of failing")


@dataclass(frozen=True)
class Served:
    """A service that runs in this process, for callers with tokens."""

    name: str
    settings: Any
    address: str
    channel: grpc.Channel
    http_port: int = 0

    def client(self, tenant: str = TENANT, roles: Iterable[Role] | None = EVERY_ROLE) -> Client:
        return Client(self.channel, tenant, None if roles is None else frozenset(roles), self.name)


def settings_type(name: str) -> type[ServiceSettings]:
    """The settings class of a service, by convention the one in its settings.py that names it."""
    module = importlib.import_module(f"services.{name}.settings")
    for _, found in inspect.getmembers(module, inspect.isclass):
        if issubclass(found, ServiceSettings) and getattr(found, "service", None) == name:
            return found
    raise AssertionError(f"services/{name}/settings.py has no settings class for {name}")


@contextmanager
def served(name: str, folder: Path, *, run_operations: bool = True, **settings: Any) -> Iterator[Served]:
    """Serves a service on a free port of this machine, its runner on a thread beside it."""
    processes = importlib.import_module(f"services.{name}.processes")
    chosen = {
        **dict.fromkeys(settings_type(name).listeners, "127.0.0.1:0"),
        "data_dir": folder,
        "auth": "jwt",
        "jwt_secret": SECRET,
        "threads": 2,
        "drain_timeout_s": 5,
        **settings,
    }
    own = settings_type(name)(**chosen)
    with ExitStack() as cleanup:
        make_server = getattr(processes, "serve", GrpcServer)
        server = make_server(own, processes.build(own), registry=CollectorRegistry())
        port = server.start()
        cleanup.callback(server.stop)
        run = getattr(processes, "run_operations", None)
        if run is not None and run_operations:
            stop = threading.Event()
            runner = threading.Thread(target=run, args=(own, stop), name="runner")
            runner.start()
            cleanup.callback(runner.join)
            cleanup.callback(stop.set)
        address = f"127.0.0.1:{port}"
        channel = cleanup.enter_context(grpc.insecure_channel(address))
        yield Served(name, own, address, channel, getattr(server, "http_port", 0))
