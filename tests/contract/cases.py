"""What a service has to say about its RPCs so that the contract tests can call them.

By convention it stands in tests/contract/<service>_cases.py: a class `Cases` with the attributes and methods of
`Contract`. A service without it, or an RPC without its entries, fails the tests.
"""

import importlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from google.protobuf.message import Message

from tests.contract.served import Served

Requests = Sequence[Message]


@dataclass(frozen=True)
class BadInput:
    """Requests with one fault that no constraint of the proto tells.

    Attributes:
        fault: What is wrong, for the test's name.
        requests: Makes them; one for a unary RPC. It is given the service's `Contract`.
        field: Path of the field that the answer names; None where the code is another than INVALID_ARGUMENT.
        code: The canonical code.
        reason: The reason in ErrorInfo.
    """

    fault: str
    requests: Callable[[Any], Requests]
    field: str | None
    code: str = "INVALID_ARGUMENT"
    reason: str = "INVALID_FIELD"


class Contract(Protocol):
    """A running service, and for each of its RPCs (`Service.Method`) what to send.

    Attributes:
        served: The running service.
        secret: A text in the data of the tenant `served.TENANT` that no other tenant's answer may hold.
        good: Makes requests that succeed for the tenant `served.TENANT`, each time with what they need to.
        missing: Makes requests that name what does not exist.
        nothing_missing: RPCs that name nothing that could be missing, with the reason.
        bad: Bad inputs beyond the proto's constraints.
        nothing_bad: RPCs whose constraints say everything, with the reason.
    """

    served: Served
    secret: str
    good: Mapping[str, Callable[[], Requests]]
    missing: Mapping[str, Callable[[], Requests]]
    nothing_missing: Mapping[str, str]
    bad: Mapping[str, Sequence[BadInput]]
    nothing_bad: Mapping[str, str]

    def snapshot(self) -> Sequence[Message]:
        """Everything of the tenant `served.TENANT` that a call could change."""
        ...

    def close(self) -> None:
        """Lets go of what it holds."""
        ...


def cases_of(service: str) -> Any:
    """The class with a service's cases."""
    return importlib.import_module(f"tests.contract.{service}_cases").Cases


def contract_of(running: Served) -> Contract:
    """A running service's cases."""
    contract: Contract = cases_of(running.name)(running)
    return contract
