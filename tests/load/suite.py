"""The whole suite as an operator runs it, a process for each service, with a good request for each RPC."""

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import grpc
import psutil
from google.protobuf import json_format
from google.protobuf.descriptor import FileDescriptor
from google.protobuf.descriptor_pb2 import FileDescriptorSet
from google.protobuf.field_mask_pb2 import FieldMask
from google.protobuf.message import Message
from grpc_health.v1 import health_pb2

from services.common.caller import Role
from tests.contract.cases import Contract, contract_of
from tests.contract.served import SECRET, TENANT, Rpc, Served, rpcs, settings_type, token
from tests.load.leads import REPOSITORY
from tests.load.service import await_serving, free_port

SERVICES = sorted({rpc.service for rpc in rpcs()}, key=lambda name: (name == "gateway", name))
"""The gateway last: it asks the others."""
_STOP_S = 60.0
_NO_LIMIT = {"TENANT_CALLS_PER_S": "1e6", "TENANT_BURST_CALLS": "1000000", "TENANT_CALLS_IN_FLIGHT": "100000"}


@dataclass(frozen=True)
class Loaded:
    """A service of the suite, in processes of its own.

    Attributes:
        name: Such as "scoring".
        address: host:port.
        process: The parent of its workers.
        contract: Its cases, which have put there what good requests refer to.
    """

    name: str
    address: str
    process: psutil.Process
    contract: Contract

    def processes(self) -> list[psutil.Process]:
        """All its processes."""
        return [self.process, *self.process.children(recursive=True)]

    def rss_mib(self) -> float:
        """Resident memory of its largest process."""
        return float(max(each.memory_info().rss for each in self.processes())) / 2**20

    def descriptors(self) -> int:
        """Open files and connections of all its processes."""
        return sum(each.num_fds() for each in self.processes())


@contextmanager
def running_suite(folder: Path, wanted: Sequence[str]) -> Iterator[dict[str, Loaded]]:
    """Starts the services wanted (the gateway: all) with SQLite below `folder`; stops them at the end."""
    names = SERVICES if "gateway" in wanted else [name for name in SERVICES if name in wanted]
    with ExitStack() as cleanup:
        found: dict[str, Loaded] = {}
        for name in names:
            addresses = {f"{other}_address": each.address for other, each in found.items()}
            found[name] = cleanup.enter_context(_running(name, folder / name, addresses))
        yield found


@contextmanager
def _running(name: str, folder: Path, addresses: dict[str, str]) -> Iterator[Loaded]:
    folder.mkdir(parents=True)
    kind = settings_type(name)
    chosen = {each: f"127.0.0.1:{free_port()}" for each in kind.listeners}
    chosen |= {each: at for each, at in addresses.items() if each in kind.model_fields}
    own = {f"LEADLIGHT_{name.upper()}_{each.upper()}": value for each, value in chosen.items()}
    if name == "gateway":
        own |= {f"LEADLIGHT_GATEWAY_{each}": value for each, value in _NO_LIMIT.items()}
    shared = {"LEADLIGHT_DATA_DIR": str(folder), "LEADLIGHT_AUTH": "jwt", "LEADLIGHT_JWT_SECRET": SECRET}
    inherited = {
        key: value for key, value in os.environ.items() if not key.startswith(("LEADLIGHT_", "OTEL_"))
    }
    log_path = folder / "load.log"
    with log_path.open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", f"services.{name}"],
            cwd=REPOSITORY,
            env=inherited | shared | own,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
    try:
        await_serving(chosen["listen"], process, log_path)
        with grpc.insecure_channel(chosen["listen"]) as channel:
            settings = kind(data_dir=folder, auth="jwt", jwt_secret=SECRET, **chosen)
            contract = contract_of(Served(name, settings, chosen["listen"], channel))
            try:
                yield Loaded(name, chosen["listen"], psutil.Process(process.pid), contract)
            finally:
                contract.close()
    finally:
        process.terminate()
        try:
            process.wait(_STOP_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def write_protoset(path: Path) -> None:
    """Every service's protos with all they import, so that ghz needs no reflection."""
    found: dict[str, FileDescriptor] = {}

    def add(file: FileDescriptor) -> None:
        for dependency in file.dependencies:
            add(dependency)
        found.setdefault(file.name, file)

    add(health_pb2.DESCRIPTOR)
    for rpc in rpcs():
        add(rpc.method.containing_service.file)
    protos = FileDescriptorSet()
    for file in found.values():
        file.CopyToProto(protos.file.add())
    path.write_bytes(protos.SerializeToString())


def orders_work(rpc: Rpc) -> bool:
    """Whether each call of an RPC orders long work."""
    is_operation = rpc.method.output_type.full_name == "google.longrunning.Operation"
    return is_operation and not rpc.name.startswith("Operations.")


def configuration(rpc: Rpc, requests: Sequence[Message]) -> dict[str, object]:
    """What ghz is told of an RPC: its name, a good request, a caller with every role."""
    return {
        "name": f"{rpc.service} {rpc.name}",
        "call": f"{rpc.method.containing_service.full_name}.{rpc.method.name}",
        "data": [_as_ghz_reads(each) for each in requests],
        "metadata": {"authorization": f"Bearer {token(TENANT, frozenset(Role))}"},
        "insecure": True,
        "timeout": "60s",
    }


def _as_ghz_reads(request: Message) -> dict[str, Any]:
    """A request as JSON; ghz knows no other form of a field mask than that of any message."""
    found = json_format.MessageToDict(request)
    _open_masks(request, found)
    return found


def _open_masks(message: Message, found: dict[str, Any]) -> None:
    for field, value in message.ListFields():
        kind = field.message_type
        if kind is not None and kind.full_name == FieldMask.DESCRIPTOR.full_name:
            found[field.json_name] = {"paths": list(value.paths)}
        elif kind is not None and not (
            kind.GetOptions().map_entry or kind.full_name.startswith("google.protobuf.")
        ):
            inner = found[field.json_name]
            pairs = zip(value, inner, strict=True) if field.is_repeated else [(value, inner)]
            for each, as_json in pairs:
                _open_masks(each, as_json)


HEALTH: dict[str, object] = {
    "name": "Health/Check",
    "call": "grpc.health.v1.Health.Check",
    "data": {},
    "insecure": True,
    "timeout": "60s",
}
