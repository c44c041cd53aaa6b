"""Group commit: writes of many callers share a transaction and are acknowledged after it.

A durable commit costs one fsync, whatever is in it. The writes that arrive while one commit runs
go together into the next; nothing waits for company.
"""

import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from contextvars import Context, copy_context
from dataclasses import dataclass, field
from math import isinf
from typing import Any, TypeVar, cast

from sqlalchemy import Connection

from services.common.context import CallContext, current_or_none, deadline_passed
from services.common.db import Database, TenantSession
from services.common.db.failures import storage_errors
from services.common.errors import Code, LeadlightError, Reason

_Result = TypeVar("_Result")


class _BatchFailedError(Exception):
    """The storage failed under one write: the whole transaction is lost."""


@dataclass(slots=True)
class _Write:
    tenant: str
    work: Callable[[TenantSession], Any]
    call: CallContext | None
    context: Context
    future: Future[Any] = field(default_factory=Future)


class GroupCommitter:
    """Runs the writes of one process on one thread, many to a transaction.

    Args:
        db: Where to write.
        queue_limit: Most writes that wait; more are turned away.
        max_batch: Most writes in one transaction.
    """

    def __init__(self, db: Database, *, queue_limit: int = 1024, max_batch: int = 256) -> None:
        self._db = db
        self._max_batch = max_batch
        self._queue: queue.Queue[_Write | None] = queue.Queue(queue_limit)
        self._closed = False
        self._closing = threading.Lock()
        self._thread = threading.Thread(target=self._run, name="group-commit", daemon=True)
        self._thread.start()

    def submit(self, tenant: str, work: Callable[[TenantSession], _Result]) -> _Result:
        """Runs `work` in a shared transaction; returns its result once that is durable.

        Args:
            tenant: Whose rows it writes.
            work: The write. It runs on the committer's thread with the caller's context variables
                and should be short; if it raises, it alone is undone.

        Raises:
            LeadlightError: RESOURCE_EXHAUSTED when too many writes wait, DEADLINE_EXCEEDED or
                CANCELLED when the call ended before the write began, UNAVAILABLE when the storage
                fails or the committer is closed.
            Exception: Whatever `work` raised.
        """
        call = current_or_none()
        write = _Write(tenant, work, call, copy_context())
        self._enqueue(write)
        remaining_s = call.remaining_s() if call is not None else float("inf")
        try:
            result = write.future.result(timeout=None if isinf(remaining_s) else remaining_s)
        except TimeoutError:
            if not write.future.done() and write.future.cancel():
                raise deadline_passed() from None
            # It has begun: what the caller gets is what happened.
            result = write.future.result()
        return cast("_Result", result)

    def close(self) -> None:
        """Takes no more writes, finishes those that wait, and ends the thread."""
        with self._closing:
            if not self._closed:
                self._closed = True
                self._queue.put(None)
        self._thread.join()

    def _enqueue(self, write: _Write) -> None:
        with self._closing:
            if self._closed:
                raise LeadlightError(
                    Code.UNAVAILABLE, Reason.SHUTTING_DOWN, "the server is shutting down", retry_after_s=1.0
                )
            try:
                self._queue.put_nowait(write)
            except queue.Full:
                raise LeadlightError(
                    Code.RESOURCE_EXHAUSTED,
                    Reason.OVERLOADED,
                    "too many writes are waiting; try again",
                    retry_after_s=1.0,
                ) from None

    def _run(self) -> None:
        while (batch := self._next_batch()) is not None:
            self._commit(batch)

    def _next_batch(self) -> list[_Write] | None:
        first = self._queue.get()
        if first is None:
            return None
        batch = [first]
        while len(batch) < self._max_batch:
            try:
                write = self._queue.get_nowait()
            except queue.Empty:
                break
            if write is None:
                self._queue.put(None)  # the end comes after this batch
                break
            batch.append(write)
        return batch

    def _commit(self, batch: list[_Write]) -> None:
        begun = [write for write in batch if write.future.set_running_or_notify_cancel()]
        results: dict[int, Any] = {}
        failures: dict[int, BaseException] = {}
        try:
            with self._db.write_all_tenants() as connection:
                for index, write in enumerate(begun):
                    try:
                        results[index] = self._apply(connection, write)
                    except _BatchFailedError:
                        raise
                    except BaseException as error:
                        failures[index] = error
        except BaseException as error:
            cause = error.__cause__ if isinstance(error, _BatchFailedError) else error
            failures |= {index: cause or error for index in range(len(begun)) if index not in failures}
        for index, write in enumerate(begun):
            if index in failures:
                write.future.set_exception(failures[index])
            else:
                write.future.set_result(results[index])

    def _apply(self, connection: Connection, write: _Write) -> Any:
        if write.call is not None:
            write.call.check()
        storage_failure: LeadlightError | None = None
        try:
            with storage_errors(), self._db.write_on(connection, write.tenant) as session:
                return write.context.run(write.work, session)
        except LeadlightError as error:
            if error.reason is not Reason.STORAGE_UNAVAILABLE:
                raise
            storage_failure = error
        raise _BatchFailedError from storage_failure
