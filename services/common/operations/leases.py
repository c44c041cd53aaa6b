"""Which runner works on which operation: claims, signs of life, and ends, each one statement.

A claim gives a runner an operation until `lease_expires_at`, which its heartbeat moves. Whatever a
runner writes later names its claim (owner and attempt) in the WHERE clause: one that was thought
dead and lost its operation to another writes nothing more.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, delete, or_, select, update
from sqlmodel import col
from sqlmodel import select as sqlmodel_select

from services.common.db import Database, TenantSession, utc_now
from services.common.errors import Code, LeadlightError, Reason
from services.common.operations.model import FINAL_STATES, TypedBytes, error_to_json
from services.common.operations.owner import is_gone
from services.common.operations.store import cancelled_error
from services.common.tables import OperationRow, OperationState

_STATE = col(OperationRow.state)


class LeaseLostError(Exception):
    """Another runner has the operation now, or it was deleted: stop and write nothing."""


@dataclass(frozen=True, slots=True)
class Claim:
    """An operation that a runner holds.

    Attributes:
        tenant, id, kind, target, request, checkpoint: As in `OperationRow`.
        owner: The runner.
        attempt: Which attempt this is, from 1.
    """

    tenant: str
    id: str
    kind: str
    target: str
    request: bytes
    checkpoint: bytes | None
    owner: str
    attempt: int


class Leases:
    """Claims on the operations of one database, for one runner.

    Args:
        db: The database.
        owner: This runner, see `owner.this_process`.
        lease_s: How long a runner may be silent before another takes its operation.
        max_attempts: How often an operation is begun before it is given up.
        now: The clock. Machines that share a database must agree to well within `lease_s`.
    """

    def __init__(
        self,
        db: Database,
        owner: str,
        *,
        lease_s: float,
        max_attempts: int,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self._db = db
        self._owner = owner
        self._lease = timedelta(seconds=lease_s)
        self._max_attempts = max_attempts
        self._now = now

    def claim(self, kinds: Collection[str]) -> Claim | None:
        """Takes the oldest operation of `kinds` that waits or whose runner died; None if there is none."""
        moment = self._now()
        mine = col(OperationRow.kind).in_(kinds)
        with self._db.read_all_tenants() as connection:
            abandoned = self._abandoned(connection, moment)
            claimable = and_(mine, or_(_STATE == OperationState.PENDING, abandoned))
            # Looking first keeps an idle runner from taking SQLite's write lock.
            if connection.execute(select(col(OperationRow.id)).where(claimable).limit(1)).first() is None:
                return None
        with self._db.write_all_tenants() as connection:
            self._end_abandoned(connection, and_(mine, abandoned), moment)
            return self._take_oldest(connection, claimable, moment)

    def _abandoned(self, connection: Connection, moment: datetime) -> ColumnElement[bool]:
        owner = col(OperationRow.lease_owner)
        running = _STATE == OperationState.RUNNING
        owners = connection.execute(select(owner).where(running).distinct()).scalars()
        gone = [name for name in owners if name is not None and is_gone(name)]
        expires = col(OperationRow.lease_expires_at)
        # Nobody takes a lease that long: it was taken before the clock was set back.
        unbelievable = expires > moment + 2 * self._lease
        return and_(running, or_(expires <= moment, unbelievable, owner.in_(gone)))

    def _end_abandoned(
        self, connection: Connection, abandoned: ColumnElement[bool], moment: datetime
    ) -> None:
        interrupted = LeadlightError(
            Code.ABORTED,
            Reason.OPERATION_INTERRUPTED,
            f"the operation was interrupted {self._max_attempts} times and given up; start it again",
        )
        ends: list[tuple[ColumnElement[bool], OperationState, LeadlightError]] = [
            (col(OperationRow.cancel_requested).is_(True), OperationState.CANCELLED, cancelled_error()),
            (col(OperationRow.attempts) >= self._max_attempts, OperationState.FAILED, interrupted),
        ]
        for condition, state, error in ends:
            values = _finished(state, moment) | {"error": error_to_json(error)}
            connection.execute(update(OperationRow).where(abandoned, condition).values(values))

    def _take_oldest(
        self, connection: Connection, claimable: ColumnElement[bool], moment: datetime
    ) -> Claim | None:
        row = connection.execute(
            select(OperationRow.__table__)  # type: ignore[attr-defined]
            .where(claimable)
            .order_by(col(OperationRow.created_at), col(OperationRow.id))
            .limit(1)
            # PostgreSQL: the next runner takes the next one. SQLite: one writer at a time anyway.
            .with_for_update(skip_locked=True)
        ).first()
        if row is None:
            return None
        connection.execute(
            update(OperationRow)
            .where(col(OperationRow.tenant) == row.tenant, col(OperationRow.id) == row.id)
            .values(
                state=OperationState.RUNNING,
                attempts=row.attempts + 1,
                lease_owner=self._owner,
                lease_expires_at=moment + self._lease,
                started_at=row.started_at or moment,
                updated_at=moment,
            )
        )
        return Claim(
            tenant=row.tenant,
            id=row.id,
            kind=row.kind,
            target=row.target,
            request=row.request,
            checkpoint=row.checkpoint,
            owner=self._owner,
            attempt=row.attempts + 1,
        )

    def beat(self, claim: Claim) -> bool:
        """Renews the lease; gives whether the operation is to be cancelled.

        Raises:
            LeaseLostError: The operation is no longer this runner's.
        """
        with self._db.write(claim.tenant) as session:
            self._write(session, claim, {"lease_expires_at": self._now() + self._lease})
            return session.exec(sqlmodel_select(OperationRow.cancel_requested).where(_is(claim))).one()

    def progress(self, claim: Claim, share: float, stage: str) -> None:
        """Stores how far the operation is."""
        with self._db.write(claim.tenant) as session:
            self._write(session, claim, {"progress": share, "stage": stage, "updated_at": self._now()})

    def checkpoint(self, session: TenantSession, claim: Claim, data: bytes) -> None:
        """Stores where a later attempt resumes, in the transaction of the work done so far."""
        self._write(session, claim, {"checkpoint": data, "updated_at": self._now()})

    def succeed(self, session: TenantSession, claim: Claim, result: TypedBytes) -> None:
        """Stores the result, in the transaction of the effect that goes with it."""
        values = _finished(OperationState.SUCCEEDED, self._now())
        values |= {"progress": 1.0, "result_type": result.type_url, "result_value": result.value}
        self._write(session, claim, values)

    def fail(self, claim: Claim, state: OperationState, error: LeadlightError) -> None:
        """Stores why the operation ended without a result; `state` is FAILED or CANCELLED."""
        values = _finished(state, self._now()) | {"error": error_to_json(error)}
        with self._db.write(claim.tenant) as session:
            self._write(session, claim, values)

    def release(self, claim: Claim) -> None:
        """Puts the operation back for another runner; this attempt does not count."""
        with self._db.write(claim.tenant) as session:
            back = {
                "state": OperationState.PENDING,
                "attempts": claim.attempt - 1,
                "lease_owner": None,
                "lease_expires_at": None,
                "updated_at": self._now(),
            }
            self._write(session, claim, back)

    def delete_finished(self, older_than: timedelta) -> int:
        """Deletes the operations of all tenants that finished that long ago; gives their number."""
        with self._db.write_all_tenants() as connection:
            old = col(OperationRow.finished_at) <= self._now() - older_than
            return connection.execute(delete(OperationRow).where(_STATE.in_(FINAL_STATES), old)).rowcount

    def _write(self, session: TenantSession, claim: Claim, values: dict[str, Any]) -> None:
        if session.change(update(OperationRow).where(_is(claim)).values(values)) == 0:
            raise LeaseLostError


def _is(claim: Claim) -> ColumnElement[bool]:
    return and_(
        col(OperationRow.id) == claim.id,
        _STATE == OperationState.RUNNING,
        col(OperationRow.lease_owner) == claim.owner,
        col(OperationRow.attempts) == claim.attempt,
    )


def _finished(state: OperationState, moment: datetime) -> dict[str, Any]:
    return {
        "state": state,
        "finished_at": moment,
        "updated_at": moment,
        "lease_owner": None,
        "lease_expires_at": None,
    }
