"""The calls whose commitments the notes service has yet to read or to hear of: an outbox, written with the call."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, or_, select, update
from sqlmodel import col

from services.common.db import Database, TenantSession
from services.common.records import RecordKind, RecordRef
from services.conversation.models import CommitmentTaskRow

LONGEST_WAIT = timedelta(minutes=5)
"""Of a task that failed."""


@dataclass(frozen=True, slots=True)
class CommitmentTask:
    """A call whose commitments are to be handed in.

    Attributes:
        tenant: Whose call it is.
        call_id: The call; it may be gone, and then its commitments are to go too.
        ref: The record that they are kept on; None where they are only to be read.
        version: Tells it from a task that took its place.
        attempts: That failed.
    """

    tenant: str
    call_id: str
    ref: RecordRef | None
    version: str
    attempts: int


def put(session: TenantSession, call_id: str, ref: RecordRef | None, now: datetime) -> None:
    """Stores a task in place of the call's earlier one."""
    row = {
        "call_id": call_id,
        "ref_kind": ref.kind if ref else "",
        "ref_id": ref.id if ref else "",
        "version": uuid.uuid4().hex,
        "attempts": 0,
        "next_at": now,
    }
    session.upsert_rows(CommitmentTaskRow, [row])


def due(db: Database, now: datetime, limit: int) -> Sequence[CommitmentTask]:
    """Tasks of all tenants whose time has come, those that waited longest first."""
    next_at = col(CommitmentTaskRow.next_at)
    query = (
        select(
            col(CommitmentTaskRow.tenant),
            col(CommitmentTaskRow.call_id),
            col(CommitmentTaskRow.ref_kind),
            col(CommitmentTaskRow.ref_id),
            col(CommitmentTaskRow.version),
            col(CommitmentTaskRow.attempts),
        )
        # A time further ahead than any wait was written before the clock was set back.
        .where(or_(next_at <= now, next_at > now + 2 * LONGEST_WAIT))
        .order_by(next_at)
        .limit(limit)
    )
    with db.read_all_tenants() as connection:
        return [
            CommitmentTask(
                tenant, call_id, RecordRef(RecordKind(kind), ref_id) if kind else None, version, attempts
            )
            for tenant, call_id, kind, ref_id, version, attempts in connection.execute(query)
        ]


def finish(session: TenantSession, task: CommitmentTask) -> None:
    """Removes a task, unless another took its place."""
    session.change(
        delete(CommitmentTaskRow).where(
            col(CommitmentTaskRow.call_id) == task.call_id, col(CommitmentTaskRow.version) == task.version
        )
    )


def postpone(session: TenantSession, task: CommitmentTask, until: datetime) -> None:
    """Has a task that failed wait."""
    session.change(
        update(CommitmentTaskRow)
        .where(col(CommitmentTaskRow.call_id) == task.call_id, col(CommitmentTaskRow.version) == task.version)
        .values(attempts=task.attempts + 1, next_at=until)
    )
