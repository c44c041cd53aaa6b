"""What a server does with operations: create, show, list, wait for, cancel, delete."""

import re
import time
import uuid
from collections.abc import Sequence

from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from services.common.context import current_or_none
from services.common.db import Database, TenantReader, TenantSession, utc_now
from services.common.errors import (
    Code,
    LeadlightError,
    Reason,
    failed_precondition,
    invalid_argument,
    not_found,
)
from services.common.operations.model import FINAL_STATES, Operation, error_to_json, operation_of
from services.common.paging import Page, SortKey, read_page
from services.common.tables import OperationRow, OperationState

_NAME = re.compile(r"operations/([a-z0-9][a-z0-9-]{0,62})")
_NEWEST_FIRST = (SortKey(OperationRow.created_at, descending=True), SortKey(OperationRow.id, descending=True))
_FIRST_POLL_S = 0.05
_LAST_POLL_S = 0.5


def cancelled_error() -> LeadlightError:
    """The error of a cancelled operation."""
    return LeadlightError(Code.CANCELLED, Reason.OPERATION_CANCELLED, "the operation was cancelled")


def create_operation(session: TenantSession, *, kind: str, request: bytes, target: str = "") -> Operation:
    """Creates an operation in the caller's transaction; a runner begins it after the commit.

    Args:
        session: The transaction.
        kind: What to do; a handler of that name must run.
        request: For the handler.
        target: Name of the resource it works on.
    """
    row = OperationRow(id=uuid.uuid4().hex, kind=kind, request=request, target=target)
    session.add(row)
    session.flush()
    return operation_of(row)


def unfinished_operations(
    session: TenantReader, *, kind: str, target: str, for_update: bool = False
) -> list[Operation]:
    """The operations of a kind on a resource that wait or are worked on, the oldest first.

    Args:
        session: The tenant's session.
        kind: What they do.
        target: Name of the resource.
        for_update: Lock them until the transaction ends; none that waits is begun before.
    """
    query = _of(kind, target, [OperationState.PENDING, OperationState.RUNNING])
    rows = session.exec(query.with_for_update() if for_update else query)
    return [operation_of(row) for row in rows]


def good_operations(session: TenantReader, *, kind: str, target: str) -> list[Operation]:
    """The operations of a kind on a resource that neither failed nor were cancelled, the oldest first.

    Args:
        session: The tenant's session.
        kind: What they do.
        target: Name of the resource.
    """
    states = [OperationState.PENDING, OperationState.RUNNING, OperationState.SUCCEEDED]
    return [operation_of(row) for row in session.exec(_of(kind, target, states))]


def _of(kind: str, target: str, states: Sequence[OperationState]) -> SelectOfScalar[OperationRow]:
    query = select(OperationRow).where(
        OperationRow.kind == kind, OperationRow.target == target, col(OperationRow.state).in_(states)
    )
    return query.order_by(col(OperationRow.created_at), col(OperationRow.id))


class OperationStore:
    """The operations in one service's database."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def get(self, tenant: str, name: str) -> Operation:
        """The operation of that name.

        Raises:
            LeadlightError: INVALID_ARGUMENT for a name of another form, NOT_FOUND.
        """
        with self._db.read(tenant) as reader:
            return operation_of(_row(reader, name))

    def list(
        self, tenant: str, *, page_size: int = 0, page_token: str = "", kind: str | None = None
    ) -> Page[Operation]:
        """One page of the tenant's operations, the newest first.

        Raises:
            LeadlightError: INVALID_ARGUMENT for a bad page size or token.
        """
        query = select(OperationRow)
        if kind is not None:
            query = query.where(OperationRow.kind == kind)
        with self._db.read(tenant) as reader:
            page = read_page(
                reader,
                query,
                _NEWEST_FIRST,
                page_size=page_size,
                page_token=page_token,
                scope=("operations", kind or ""),
            )
        return Page([operation_of(row) for row in page.rows], page.next_page_token)

    def wait(self, tenant: str, name: str, timeout_s: float) -> Operation:
        """The operation once it is done, or as it is when the time is over.

        Raises:
            LeadlightError: As `get`; CANCELLED when the caller left in the meantime.
        """
        end_s = time.monotonic() + timeout_s
        call = current_or_none()
        poll_s = _FIRST_POLL_S
        while True:
            operation = self.get(tenant, name)
            left_s = end_s - time.monotonic()
            if operation.done or left_s <= 0:
                return operation
            time.sleep(min(poll_s, left_s))
            poll_s = min(poll_s * 2, _LAST_POLL_S)
            if call is not None:
                call.check()

    def cancel(self, tenant: str, name: str) -> None:
        """Asks an operation to stop: at once if none runs it yet, else at its next occasion.

        A finished one stays as it is.

        Raises:
            LeadlightError: INVALID_ARGUMENT for a name of another form, NOT_FOUND.
        """
        moment = utc_now()
        with self._db.write(tenant) as session:
            row = _row(session, name, for_update=True)
            if row.state == OperationState.PENDING:
                row.state = OperationState.CANCELLED
                row.error = error_to_json(cancelled_error())
                row.finished_at = moment
            elif row.state == OperationState.RUNNING:
                row.cancel_requested = True
            row.updated_at = moment
            session.add(row)

    def delete(self, tenant: str, name: str) -> None:
        """Deletes a finished operation and its result.

        Raises:
            LeadlightError: INVALID_ARGUMENT for a name of another form, NOT_FOUND,
                FAILED_PRECONDITION (OPERATION_NOT_FINISHED).
        """
        with self._db.write(tenant) as session:
            row = _row(session, name, for_update=True)
            if row.state not in FINAL_STATES:
                raise failed_precondition(
                    Reason.OPERATION_NOT_FINISHED, "the operation is not finished; cancel it first", name=name
                )
            session.delete(row)


def _row(reader: TenantReader, name: str, *, for_update: bool = False) -> OperationRow:
    match = _NAME.fullmatch(name)
    if match is None:
        raise invalid_argument("name", 'must have the form "operations/{operation}"')
    row = reader.get(OperationRow, for_update=for_update, id=match.group(1))
    if row is None:
        raise not_found("operation", name)
    return row
