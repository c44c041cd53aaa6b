"""Every RPC that the gateway serves and whose it is, from the protos' descriptors: a new RPC needs no code here."""

import importlib
import pkgutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from google.protobuf.descriptor import FileDescriptor, MethodDescriptor, ServiceDescriptor
from google.protobuf.descriptor_pb2 import MethodOptions
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass

from services.common.caller import Role
from services.common.server.access import roles_of


@dataclass(frozen=True, slots=True)
class Rpc:
    """One method.

    Attributes:
        owner: The service that answers it, such as "scoring"; "gateway" for its own.
        path: "/package.Service/Method", as gRPC and Connect call it.
        method: Its descriptor.
        roles: Of which a caller needs one.
        request_type: Class of its request.
        response_type: Class of its response.
    """

    owner: str
    path: str
    method: MethodDescriptor
    roles: frozenset[Role]
    request_type: type[Message]
    response_type: type[Message]

    @property
    def service_name(self) -> str:
        """Full name of its service."""
        return str(self.method.containing_service.full_name)

    @property
    def reads_only(self) -> bool:
        """Whether its proto says that it has no side effects."""
        return bool(self.method.GetOptions().idempotency_level == MethodOptions.NO_SIDE_EFFECTS)

    @property
    def is_unary(self) -> bool:
        """Whether it takes one message and gives one."""
        return not (self.method.client_streaming or self.method.server_streaming)


def rpcs_of(owner: str) -> list[Rpc]:
    """The RPCs in a service's own protos; none if its stubs are not installed.

    Raises:
        ValueError: If a method does not say who may call it.
    """
    return [
        rpc
        for file in _files(owner)
        for service in _services(file)
        for rpc in rpcs_of_service(owner, service)
    ]


def runs_operations(rpcs: Iterable[Rpc]) -> bool:
    """Whether one of the methods starts long-running work."""
    return any(starts_operation(rpc) for rpc in rpcs)


def starts_operation(rpc: Rpc) -> bool:
    """Whether a method answers an operation."""
    return str(rpc.method.output_type.full_name) == "google.longrunning.Operation"


def _files(owner: str) -> Iterator[FileDescriptor]:
    try:
        package = importlib.import_module(f"leadlight.{owner}.v1")
    except ModuleNotFoundError:
        return
    for found in sorted(pkgutil.iter_modules(package.__path__), key=lambda module: module.name):
        if found.name.endswith("_pb2"):
            yield importlib.import_module(f"{package.__name__}.{found.name}").DESCRIPTOR


def _services(file: FileDescriptor) -> Iterable[ServiceDescriptor]:
    return file.services_by_name.values()


def rpcs_of_service(owner: str, service: ServiceDescriptor) -> Iterator[Rpc]:
    """The methods of one service, as RPCs of `owner`.

    Raises:
        ValueError: If a method does not say who may call it.
    """
    for method in service.methods:
        yield Rpc(
            owner,
            f"/{service.full_name}/{method.name}",
            method,
            roles_of(service, method),
            GetMessageClass(method.input_type),
            GetMessageClass(method.output_type),
        )
