"""The kit's own tables, which live in every service's database.

A service lists `KIT_METADATA` in the `METADATA` of its `models.py`; its first revision then makes
these tables with its own.
"""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Index, LargeBinary
from sqlmodel import Field

from services.common.db.tables import TenantRow, UtcDateTime, service_registry, utc_now


class KitRow(TenantRow, registry=service_registry()):
    """A row of the kit."""


class IdempotentRequest(KitRow, table=True):
    """The answer to a request that named itself with a `request_id` (AIP-155).

    Attributes:
        method: Full name of the method.
        request_id: The caller's name for the request.
        request_hash: SHA-256 of the request's bytes.
        response: The answer's bytes; empty until the effect is done, in the same transaction.
        created_at: When the effect was done.
    """

    __tablename__ = "idempotent_request"
    __table_args__ = (Index(None, "created_at"),)

    method: str = Field(primary_key=True, max_length=256)
    request_id: str = Field(primary_key=True, max_length=64)
    request_hash: bytes = Field(sa_type=LargeBinary)
    response: bytes = Field(default=b"", sa_type=LargeBinary)
    created_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)


class OperationState(StrEnum):
    """States of a long-running operation; the last three are final."""

    PENDING = "PENDING"
    RUNNING = "RUNNING"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"


_STATES = ", ".join(f"'{state}'" for state in OperationState)


class OperationRow(KitRow, table=True):
    """A long-running operation.

    Attributes:
        id: Second half of its name `operations/<id>`.
        kind: What it does, such as "TrainModel"; chooses the handler.
        target: Name of the resource it works on, such as "models/spring".
        request: The request's bytes, for the handler.
        state: See `OperationState`.
        progress: Share done, 0 to 1.
        stage: What it is doing now, for people.
        result_type, result_value: Typed result of a SUCCEEDED one, as in `google.protobuf.Any`.
        error: Of a FAILED or CANCELLED one: code, reason, message, metadata.
        checkpoint: Where the handler resumes.
        attempts: How often a runner began it.
        lease_owner, lease_expires_at: Which runner works on it, and until when it may be silent.
        cancel_requested: The handler is to stop at the next occasion.
        created_at, started_at, updated_at, finished_at: Times of the states.
    """

    __tablename__ = "operation"
    __table_args__ = (
        CheckConstraint(
            f"state IN ({', '.join(repr(str(state)) for state in OperationState)})", name="state"
        ),
        CheckConstraint("progress >= 0 AND progress <= 1", name="progress"),
        Index(None, "state", "created_at"),
        Index(None, "tenant", "created_at", "id"),
    )

    id: str = Field(primary_key=True, max_length=64)
    kind: str = Field(max_length=64)
    target: str = Field(default="", max_length=256)
    request: bytes = Field(sa_type=LargeBinary)
    state: str = Field(default=OperationState.PENDING, max_length=16)
    progress: float = 0.0
    stage: str = Field(default="", max_length=200)
    result_type: str = Field(default="", max_length=256)
    result_value: bytes = Field(default=b"", sa_type=LargeBinary)
    error: dict[str, Any] | None = Field(default=None, sa_type=JSON)
    checkpoint: bytes | None = Field(default=None, sa_type=LargeBinary)
    attempts: int = 0
    lease_owner: str | None = Field(default=None, max_length=200)
    lease_expires_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    cancel_requested: bool = False
    created_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    started_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    updated_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    finished_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


KIT_METADATA = KitRow.metadata
