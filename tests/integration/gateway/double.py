"""A service that says what reached it, and does as it is told: stands where scoring would."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import grpc
from google.protobuf.empty_pb2 import Empty


@dataclass
class Double:
    """What reached the service, and what it shall do.

    Attributes:
        metadata: Of the last call.
        time_s: That the last call had.
        calls: How many came.
        fails: What calls end with, in order; then they go well.
        held: Set to let calls end that wait.
        arrived: Set when a call has come.
        left: Set when a waiting call's caller has gone.
    """

    address: str = ""
    metadata: dict[str, Any] = field(default_factory=dict)
    time_s: float = 0.0
    calls: int = 0
    fails: list[tuple[grpc.StatusCode, str]] = field(default_factory=list)
    waits: bool = False
    arrived: threading.Event = field(default_factory=threading.Event)
    left: threading.Event = field(default_factory=threading.Event)

    def reset(self) -> None:
        self.calls, self.fails, self.waits = 0, [], False
        self.arrived.clear()
        self.left.clear()


class _Handlers(grpc.GenericRpcHandler):  # type: ignore[type-arg]
    def __init__(self, double: Double) -> None:
        self._double = double

    def service(self, details: Any) -> Any:
        if details.method.startswith("/google.longrunning."):
            return None
        if details.method.endswith("/UploadDataset"):
            return grpc.stream_unary_rpc_method_handler(self._collect)
        return grpc.unary_unary_rpc_method_handler(self._answer)

    def _collect(self, requests: Any, context: Any) -> bytes:
        if not self._double.fails:  # else the call ends before its messages have come
            for _ in requests:
                pass
        return self._answer(b"", context)

    def _answer(self, request: bytes, context: Any) -> bytes:
        double = self._double
        double.calls += 1
        double.metadata = dict(context.invocation_metadata())
        double.time_s = context.time_remaining()
        if double.waits:
            context.add_callback(double.left.set)
        double.arrived.set()
        if double.waits:
            double.left.wait(20)
        if double.fails:
            context.abort(*double.fails.pop(0))
        return Empty().SerializeToString()


@contextmanager
def doubled() -> Iterator[Double]:
    double = Double()
    server = grpc.server(ThreadPoolExecutor(4), handlers=[_Handlers(double)])
    double.address = f"127.0.0.1:{server.add_insecure_port('127.0.0.1:0')}"
    server.start()
    try:
        yield double
    finally:
        double.left.set()
        server.stop(None).wait()
