"""How fast a server says that it is well while it is loaded."""

import threading
import time
from statistics import quantiles
from types import TracebackType
from typing import Self

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc

_PAUSE_S = 0.02
_PATIENCE_S = 60.0


class HealthBeside:
    """Asks Health/Check again and again on a connection of its own, from here to the end of a `with` block.

    Args:
        address: host:port of the server.
    """

    def __init__(self, address: str) -> None:
        self.took_ms: list[float] = []
        self._address = address
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._ask, name="health-beside")

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end.set()
        self._thread.join()

    def _ask(self) -> None:
        with grpc.insecure_channel(self._address, [("grpc.use_local_subchannel_pool", 1)]) as channel:
            grpc.channel_ready_future(channel).result(_PATIENCE_S)
            stub = health_pb2_grpc.HealthStub(channel)
            while not self._end.wait(_PAUSE_S):
                begun_s = time.perf_counter()
                stub.Check(health_pb2.HealthCheckRequest(), timeout=_PATIENCE_S)
                self.took_ms.append((time.perf_counter() - begun_s) * 1000)

    def percentile_ms(self, percent: int) -> float:
        """So many percent were answered within this time; 0 if none was asked."""
        if len(self.took_ms) < 2:
            return max(self.took_ms, default=0.0)
        return quantiles(self.took_ms, n=100, method="inclusive")[percent - 1]
