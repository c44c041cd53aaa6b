"""A long-running operation as callers see it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from services.common.errors import Code, LeadlightError, Reason
from services.common.tables import OperationRow, OperationState

_PREFIX = "operations/"

FINAL_STATES = (OperationState.SUCCEEDED, OperationState.FAILED, OperationState.CANCELLED)


class _Message(Protocol):
    @property
    def DESCRIPTOR(self) -> Any: ...  # noqa: N802 - protobuf's name

    def SerializeToString(self, *, deterministic: bool = ...) -> bytes: ...  # noqa: N802


@dataclass(frozen=True, slots=True)
class TypedBytes:
    """A message that names its type: `google.protobuf.Any` without protobuf.

    Attributes:
        type_url: Such as "type.googleapis.com/leadlight.scoring.v1.Model".
        value: The message's bytes.
    """

    type_url: str
    value: bytes

    @classmethod
    def of(cls, message: _Message) -> "TypedBytes":
        """A protobuf message, packed; called where a service converts."""
        url = f"type.googleapis.com/{message.DESCRIPTOR.full_name}"
        return cls(url, message.SerializeToString(deterministic=True))


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation at one moment.

    Attributes:
        id: Unique within the service.
        kind: What it does, such as "TrainModel".
        target: Name of the resource it works on; may be empty.
        request: The bytes it was created with.
        state: Where it is.
        progress: Share done, 0 to 1.
        stage: What it is doing, for people.
        attempts: How often a runner began it; more than 1 after a crash.
        result: Of a SUCCEEDED one.
        error: Of a FAILED or CANCELLED one.
        created_at: When it was asked for.
        started_at: When a runner first began it.
        finished_at: When it reached a final state.
    """

    id: str
    kind: str
    target: str
    request: bytes
    state: OperationState
    progress: float
    stage: str
    attempts: int
    result: TypedBytes | None
    error: LeadlightError | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None

    @property
    def name(self) -> str:
        """Its resource name, `operations/<id>`."""
        return _PREFIX + self.id

    @property
    def done(self) -> bool:
        """Whether it reached a final state."""
        return self.state in FINAL_STATES


def operation_of(row: OperationRow) -> Operation:
    """The operation that a row holds."""
    state = OperationState(row.state)
    succeeded = state is OperationState.SUCCEEDED
    return Operation(
        id=row.id,
        kind=row.kind,
        target=row.target,
        request=row.request,
        state=state,
        progress=row.progress,
        stage=row.stage,
        attempts=row.attempts,
        result=TypedBytes(row.result_type, row.result_value) if succeeded else None,
        error=error_from_json(row.error) if row.error is not None else None,
        created_at=row.created_at,
        started_at=row.started_at,
        finished_at=row.finished_at,
    )


def error_to_json(error: LeadlightError) -> dict[str, Any]:
    """The parts of an error that outlive the process."""
    return {
        "code": str(error.code),
        "reason": str(error.reason),
        "message": error.message,
        "metadata": error.metadata,
    }


def error_from_json(stored: dict[str, Any]) -> LeadlightError:
    """The error that `error_to_json` stored."""
    return LeadlightError(
        Code(stored["code"]), Reason(stored["reason"]), stored["message"], metadata=stored["metadata"]
    )
