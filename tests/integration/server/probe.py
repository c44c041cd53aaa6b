"""A small service for the kit's own tests, whose requests say what should happen.

Its proto is written out below, so that these tests depend on no service of the suite. Run as a
program it serves like any service, with its settings in LEADLIGHT_PROBE_* variables.
"""

import os
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import grpc
from buf.validate import validate_pb2
from google.longrunning import operations_pb2_grpc
from google.protobuf import descriptor_pb2, descriptor_pool, text_format
from google.protobuf.message_factory import GetMessageClass
from leadlight.common.v1 import access_pb2
from pydantic_settings import SettingsConfigDict

from services.common import context as calls
from services.common.errors import LeadlightError, Reason, failed_precondition, not_found
from services.common.server.bundle import ServiceBundle
from services.common.server.handlers import checks_each_request
from services.common.server.serve import main
from services.common.server.validation import check_request
from services.common.settings import ServiceSettings

_PROTO = """
name: "leadlight/probe/v1/probe.proto"
package: "leadlight.probe.v1"
syntax: "proto3"
dependency: "buf/validate/validate.proto"
dependency: "leadlight/common/v1/access.proto"
message_type {
  name: "Attribute"
  field {
    name: "value" number: 1 label: LABEL_OPTIONAL type: TYPE_DOUBLE
    options { [buf.validate.field] { double { gte: 0 } } }
  }
}
message_type {
  name: "Record"
  field {
    name: "attributes" number: 1 label: LABEL_REPEATED type: TYPE_MESSAGE
    type_name: ".leadlight.probe.v1.Attribute"
  }
  field {
    name: "extra" number: 2 label: LABEL_REPEATED type: TYPE_MESSAGE
    type_name: ".leadlight.probe.v1.Record.ExtraEntry"
  }
  nested_type {
    name: "ExtraEntry"
    field { name: "key" number: 1 label: LABEL_OPTIONAL type: TYPE_STRING }
    field {
      name: "value" number: 2 label: LABEL_OPTIONAL type: TYPE_MESSAGE
      type_name: ".leadlight.probe.v1.Attribute"
    }
    options { map_entry: true }
  }
}
message_type {
  name: "ActRequest"
  field {
    name: "action" number: 1 label: LABEL_OPTIONAL type: TYPE_STRING
    options { [buf.validate.field] { string { max_len: 64 } } }
  }
  field {
    name: "record" number: 2 label: LABEL_OPTIONAL type: TYPE_MESSAGE
    type_name: ".leadlight.probe.v1.Record"
  }
  field { name: "padding" number: 3 label: LABEL_OPTIONAL type: TYPE_BYTES }
}
message_type {
  name: "ActReply"
  field { name: "text" number: 1 label: LABEL_OPTIONAL type: TYPE_STRING }
}
service {
  name: "ProbeService"
  method {
    name: "Act"
    input_type: ".leadlight.probe.v1.ActRequest"
    output_type: ".leadlight.probe.v1.ActReply"
    options { [leadlight.common.v1.access] { roles: [ROLE_SELLER, ROLE_MANAGER] } }
  }
  method {
    name: "Administer"
    input_type: ".leadlight.probe.v1.ActRequest"
    output_type: ".leadlight.probe.v1.ActReply"
    options { [leadlight.common.v1.access] { roles: [ROLE_ADMIN] } }
  }
  method {
    name: "Count"
    input_type: ".leadlight.probe.v1.ActRequest"
    output_type: ".leadlight.probe.v1.ActReply"
    server_streaming: true
    options { [leadlight.common.v1.access] { roles: [ROLE_SELLER] } }
  }
  method {
    name: "Collect"
    input_type: ".leadlight.probe.v1.ActRequest"
    output_type: ".leadlight.probe.v1.ActReply"
    client_streaming: true
    options { [leadlight.common.v1.access] { roles: [ROLE_SELLER] } }
  }
  method {
    name: "Chat"
    input_type: ".leadlight.probe.v1.ActRequest"
    output_type: ".leadlight.probe.v1.ActReply"
    client_streaming: true server_streaming: true
    options { [leadlight.common.v1.access] { roles: [ROLE_SELLER] } }
  }
  method {
    name: "Import"
    input_type: ".leadlight.probe.v1.ActRequest"
    output_type: ".leadlight.probe.v1.ActReply"
    client_streaming: true server_streaming: true
    options { [leadlight.common.v1.access] { roles: [ROLE_SELLER] } }
  }
}
service {
  name: "OpenService"
  method {
    name: "Act"
    input_type: ".leadlight.probe.v1.ActRequest"
    output_type: ".leadlight.probe.v1.ActReply"
  }
}
"""

assert validate_pb2.DESCRIPTOR, access_pb2.DESCRIPTOR  # the options above are theirs
_pool = descriptor_pool.Default()
_pool.Add(text_format.Parse(_PROTO, descriptor_pb2.FileDescriptorProto()))
SERVICE = "leadlight.probe.v1.ProbeService"
OPEN_SERVICE = "leadlight.probe.v1.OpenService"
ActRequest: Any = GetMessageClass(_pool.FindMessageTypeByName("leadlight.probe.v1.ActRequest"))
ActReply: Any = GetMessageClass(_pool.FindMessageTypeByName("leadlight.probe.v1.ActReply"))


class ProbeSettings(ServiceSettings):
    model_config = SettingsConfigDict(env_prefix="LEADLIGHT_PROBE_")
    service: ClassVar[str] = "probe"
    listen: str = "127.0.0.1:0"
    journal: Path | None = None
    fail_with: str = ""


class Probe:
    """The servicer."""

    def __init__(self) -> None:
        self.reached: list[str] = []
        self.left = threading.Event()

    def act(self, request: Any, context: grpc.ServicerContext) -> Any:
        call = calls.current()
        action, _, argument = request.action.partition(":")
        self.reached.append(action)
        match action:
            case "sleep":
                time.sleep(float(argument))
            case "until-left":
                self.wait_until_left(call)
            case "missing":
                raise not_found("operation", argument)
            case "precondition":
                raise failed_precondition(Reason.DATASET_EMPTY, "the data set has no rows", dataset="d1")
            case "crash":
                raise RuntimeError(f"customer {argument} could not be read")
            case "wrong-reply":
                return "not a message"
            case "peer":
                return ActReply(text=context.peer())
            case "pid":
                return ActReply(text=str(os.getpid()))
        return ActReply(
            text=f"{call.caller.tenant} {call.caller.subject} {call.request_id} {call.remaining_s():.0f}"
        )

    def wait_until_left(self, call: calls.CallContext) -> None:
        try:
            while True:
                call.check()
                time.sleep(0.01)
        except LeadlightError:
            self.left.set()
            raise

    def count(self, request: Any, context: grpc.ServicerContext) -> Iterator[Any]:
        numbers, _, then = request.action.partition(" then ")
        for number in range(int(numbers)):
            yield ActReply(text=f"{number} {calls.current().request_id}")
        self.act(ActRequest(action=then), context)

    def collect(self, requests: Iterator[Any], _context: grpc.ServicerContext) -> Any:
        return ActReply(text=" ".join(request.action for request in requests))

    def chat(self, requests: Iterator[Any], _context: grpc.ServicerContext) -> Iterator[Any]:
        for request in requests:
            yield ActReply(text=request.action)

    @checks_each_request
    def import_(self, requests: Iterator[Any], _context: grpc.ServicerContext) -> Iterator[Any]:
        for request in requests:
            try:
                check_request(request)
            except LeadlightError as error:
                yield ActReply(text=error.reason)
            else:
                yield ActReply(text="taken")


def add_probe(servicer: Probe, server: Any) -> None:
    """What protoc would generate as add_ProbeServiceServicer_to_server."""
    codec: Any = {
        "request_deserializer": ActRequest.FromString,
        "response_serializer": ActReply.SerializeToString,
    }
    handlers = {
        "Act": grpc.unary_unary_rpc_method_handler(servicer.act, **codec),
        "Administer": grpc.unary_unary_rpc_method_handler(servicer.act, **codec),
        "Count": grpc.unary_stream_rpc_method_handler(servicer.count, **codec),
        "Collect": grpc.stream_unary_rpc_method_handler(servicer.collect, **codec),
        "Chat": grpc.stream_stream_rpc_method_handler(servicer.chat, **codec),
        "Import": grpc.stream_stream_rpc_method_handler(servicer.import_, **codec),
    }
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(SERVICE, handlers),))


def add_open(servicer: Probe, server: Any) -> None:
    """A service whose method does not say who may call it."""
    handlers = {"Act": grpc.unary_unary_rpc_method_handler(servicer.act)}
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(OPEN_SERVICE, handlers),))


class Operations(operations_pb2_grpc.OperationsServicer):
    """A foreign service of which nothing is implemented."""


def servicers(servicer: Probe) -> list[tuple[Any, Any]]:
    """The probe, and the operations."""
    operations: Any = Operations
    return [
        (add_probe, servicer),
        (operations_pb2_grpc.add_OperationsServicer_to_server, operations()),
    ]


def build(settings: ProbeSettings) -> ServiceBundle:
    if settings.fail_with:
        raise RuntimeError(settings.fail_with)
    return ServiceBundle(
        servicers=servicers(Probe()),
        warm_ups=[lambda: _note(settings, "warm")],
        closers=[lambda: _note(settings, "pools closed"), lambda: _note(settings, "database closed")],
    )


def run(settings: ProbeSettings, stop: threading.Event) -> None:
    """A runner that notes its life."""
    _note(settings, f"runner is {os.getpid()}")
    stop.wait()
    _note(settings, "runner stopped")


def _note(settings: ProbeSettings, what: str) -> None:
    if settings.journal is not None:
        with settings.journal.open("a", encoding="utf-8") as journal:
            journal.write(f"{what}\n")


if __name__ == "__main__":
    sys.exit(main(ProbeSettings, build, run))
