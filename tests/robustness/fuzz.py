"""Sends random messages to every RPC of the suite, and says what came of it."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import grpc
from google.protobuf.message import Message
from grpc_health.v1 import health_pb2, health_pb2_grpc

from tests.contract.bad_requests import valid
from tests.contract.cases import Contract
from tests.contract.served import Rpc
from tests.integration.server.clients import failure
from tests.robustness.random_messages import Messages

CALL_TIMEOUT_S = 60.0
OVER = "OVER"
"""Instead of a code: a call was given less time than it may take, and used it up."""
_WAIT_TIMEOUT_S = 5.0
"""Of a call that waits for an operation: it answers shortly before, done or not; with more time, after up to 20 s."""
NO_STATUS = "NO STATUS"
FAULTS = frozenset(
    {"INTERNAL", "UNKNOWN", "DATA_LOSS", "UNIMPLEMENTED", "UNAVAILABLE", "DEADLINE_EXCEEDED", NO_STATUS}
)
"""Codes that no message may call forth: they blame the service, or nobody answered."""


@dataclass(frozen=True)
class Fault:
    """A message that brought a service to what it must not do.

    Attributes:
        rpc: Such as "scoring ScoringService.Score".
        code: What came instead of an answer.
        message: The status's text: it has the request id, by which the log has the cause.
        payloads: What was sent; one for a unary RPC.
    """

    rpc: str
    code: str
    message: str
    payloads: tuple[bytes, ...]


@dataclass
class Found:
    """What came of an RPC's messages.

    Attributes:
        sent: How many were sent.
        codes: How many calls ended with each code.
        faults: Those that must not have been.
    """

    sent: int = 0
    codes: Counter[str] = field(default_factory=Counter)
    faults: list[Fault] = field(default_factory=list)

    def add(self, other: "Found") -> None:
        """Takes in what came of further messages."""
        self.sent += other.sent
        self.codes += other.codes
        self.faults += other.faults


def good_requests(contracts: Mapping[str, Contract], rpcs: Iterable[Rpc]) -> dict[str, list[Message]]:
    """By RPC (`str` of service and name): good requests, and the smallest that keeps every constraint."""
    found: dict[str, list[Message]] = {}
    for rpc in rpcs:
        known = list(contracts[rpc.service].good[rpc.name]())
        found[key(rpc)] = [*known, valid(rpc.method.input_type)]
    return found


def key(rpc: Rpc) -> str:
    """An RPC's name over all services."""
    return f"{rpc.service} {rpc.name}"


def fuzz(contract: Contract, rpc: Rpc, good: Sequence[Message], messages: Messages, count: int) -> Found:
    """Sends so many random messages to an RPC.

    A stream gets several in one call, of which those after the first bad one may go unread.
    """
    found = Found()
    send = _sender(contract, rpc)
    size = 3 if rpc.method.client_streaming else 1
    while found.sent < count:
        payloads = tuple(messages.payload(good) for _ in range(size))
        found.sent += size
        code, message = send(payloads)
        found.codes[code] += 1
        # A service that is served alone says so of those it asks: nobody is to blame.
        if code in FAULTS and not message.startswith("PEER_UNAVAILABLE"):
            found.faults.append(Fault(key(rpc), code, message, payloads))
    return found


def is_alive(contract: Contract) -> bool:
    """Whether a service still says that it serves."""
    health = health_pb2_grpc.HealthStub(contract.served.channel)
    return bool(health.Check(health_pb2.HealthCheckRequest(), timeout=CALL_TIMEOUT_S).status == 1)


def _sender(contract: Contract, rpc: Rpc) -> Callable[[tuple[bytes, ...]], tuple[str, str]]:
    """What makes one call of an RPC; gives the status's code and text."""
    method = rpc.method
    shape = "_".join(
        "stream" if many else "unary" for many in (method.client_streaming, method.server_streaming)
    )
    client = contract.served.client()
    channel: Any = client.channel
    call = getattr(channel, shape)(rpc.path)
    metadata = client.metadata
    is_hurried = method.name == "WaitOperation"
    timeout_s = _WAIT_TIMEOUT_S if is_hurried else CALL_TIMEOUT_S

    def send(payloads: tuple[bytes, ...]) -> tuple[str, str]:
        argument = iter(payloads) if method.client_streaming else payloads[0]
        try:
            answers = call(argument, timeout=timeout_s, metadata=metadata)
            for _ in answers if method.server_streaming else ():
                pass
        except grpc.RpcError as error:
            if is_hurried and error.code() is grpc.StatusCode.DEADLINE_EXCEEDED:
                return OVER, ""
            try:
                seen = failure(error)
            except AssertionError:  # a status that says less than every status of the suite does
                return NO_STATUS, f"{error.code().name}: {error.details()}"
            return seen.code, f"{seen.reason}: {seen.message}"
        return "OK", ""

    return send
