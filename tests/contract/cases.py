"""What a service has to say about its RPCs so that the contract tests can call them.

By convention it stands in tests/contract/<service>_cases.py: a class `Cases` with the attributes and methods of
`Contract`. A service without it, or an RPC without its entries, fails the tests.
"""

import importlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Protocol

from google.protobuf.message import Message
from leadlight.common.v1 import record_pb2, subject_pb2

from tests.contract.served import Served, rpcs, served, serves_jobs, serves_subjects

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


def unwritten_language(requests: Callable[[str], Requests], field: str = "language") -> BadInput:
    """Asks for sentences in a language that none are written in.

    Args:
        requests: Makes the requests with the tag of a language.
        field: Path of the tag.
    """
    return BadInput("language that is not written", lambda _: requests("fr"), field)


_NOBODY = subject_pb2.Subject(emails=["nobody@x.example"])
_BROKEN = subject_pb2.Subject(
    records=[record_pb2.RecordRef(kind=record_pb2.RECORD_KIND_LEAD, id="a\x00b")], names=["Nobody"]
)
NO_MISSING_SUBJECTS = dict.fromkeys(
    ("SubjectService.ExportSubject", "SubjectService.EraseSubject"),
    "of who is not there nothing is held: nothing tells whether they ever were",
)
BAD_SUBJECTS: Mapping[str, Sequence[BadInput]] = {
    "SubjectService.ExportSubject": [
        BadInput(
            "NUL in a record's id",
            lambda _: [subject_pb2.ExportSubjectRequest(subject=_BROKEN)],
            "subject.records[0].id",
        )
    ],
    "SubjectService.EraseSubject": [
        BadInput(
            "NUL in a record's id",
            lambda _: [subject_pb2.EraseSubjectRequest(subject=_BROKEN)],
            "subject.records[0].id",
        )
    ],
}


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


def _good_subjects(known: str) -> Mapping[str, Callable[[], Requests]]:
    subject = subject_pb2.Subject(**{"emails" if "@" in known else "names": [known]})
    return {
        "SubjectService.ExportSubject": lambda: [subject_pb2.ExportSubjectRequest(subject=subject)],
        "SubjectService.EraseSubject": lambda: [subject_pb2.EraseSubjectRequest(subject=_NOBODY)],
    }


@cache
def cases_of(service: str) -> Any:
    """The class with a service's cases, those that every service has in common among them."""
    own = importlib.import_module(f"tests.contract.{service}_cases").Cases
    more: dict[str, Any] = {"bad": {**own.bad}, "missing": {**own.missing}}
    more["nothing_missing"] = {**own.nothing_missing}
    if serves_subjects(service):
        more["bad"] |= BAD_SUBJECTS
        more["nothing_missing"] |= NO_MISSING_SUBJECTS
    if serves_jobs(service):
        more["bad"] |= _job_cases().bad(service)
        more["missing"] |= _job_cases().MISSING
        more["nothing_missing"] |= _job_cases().NOTHING_MISSING
    return type("Cases", (own,), more)


def _job_cases() -> Any:
    """By its name, since it is made of what stands here."""
    return importlib.import_module("tests.contract.job_cases")


def contract_of(running: Served) -> Contract:
    """A running service's cases."""
    contract: Any = cases_of(running.name)(running)
    if serves_subjects(running.name):
        contract.good = {**contract.good, **_good_subjects(contract.secret)}
    if serves_jobs(running.name):
        contract.good = {**contract.good, **_job_cases().good(running.name)}
    made: Contract = contract
    return made


@contextmanager
def every_contract(folder: Path, *, threads: int = 1) -> Iterator[dict[str, Contract]]:
    """Serves the whole suite in this process; its cases by service.

    Args:
        folder: Each service gets a folder of its own in it.
        threads: Of each service, for calls.
    """
    with ExitStack() as cleanup:
        found: dict[str, Contract] = {}
        # The gateway last: it asks the others.
        for service in sorted({rpc.service for rpc in rpcs()}, key=lambda name: (name == "gateway", name)):
            own: dict[str, Any] = {"threads": threads} | dict(getattr(cases_of(service), "served_with", {}))
            if service == "gateway":
                own |= {f"{name}_address": other.served.address for name, other in found.items()}
            (folder / service).mkdir()
            if serves_jobs(service):
                own |= _job_cases().served_with(folder / service / "whole")
            running = cleanup.enter_context(served(service, folder / service, **own))
            found[service] = contract_of(running)
            cleanup.callback(found[service].close)
        yield found
