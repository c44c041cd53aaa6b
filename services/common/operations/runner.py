"""The process that works on long-running operations, one at a time, and outlives its own death.

Each service has one such process beside its servers; more may run, on other machines too. A runner
that dies leaves its operation to the next one, which begins it again with the last checkpoint; the
third death ends it as FAILED (OPERATION_INTERRUPTED).
"""

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

import structlog

from services.common.caller import Caller, Role
from services.common.context import using
from services.common.db import Database, utc_now
from services.common.errors import Code, LeadlightError, Reason
from services.common.idempotency import delete_expired
from services.common.operations.context import (
    OperationCancelledError,
    OperationContext,
    RunnerStoppingError,
    StopSignal,
)
from services.common.operations.leases import Claim, LeaseLostError, Leases
from services.common.operations.model import TypedBytes
from services.common.operations.owner import this_process
from services.common.operations.store import cancelled_error
from services.common.tables import OperationState

Handler = Callable[[OperationContext], TypedBytes | None]
"""Does the work of one kind. Gives the result, or None if it called `OperationContext.complete`.

What it writes must bear being begun again: name new rows by the operation's id, or store progress
and effect in one transaction by `save_checkpoint` and `complete`. Transactions stay shorter than
the lease. A `LeadlightError` it raises is the operation's error; any other is INTERNAL."""

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class RunnerSettings:
    """How a runner behaves.

    Attributes:
        poll_s: How often it looks for work.
        heartbeat_s: How often it shows that it lives, and hears of a cancellation.
        lease_s: How long it may be silent; longer than the database's lock timeout.
        max_attempts: How often an operation is begun before it is given up.
        housekeeping_s: How often old answers and operations are deleted.
        keep_finished: How long finished operations stay.
    """

    poll_s: float = 0.5
    heartbeat_s: float = 2.0
    lease_s: float = 60.0
    max_attempts: int = 3
    housekeeping_s: float = 3600.0
    keep_finished: timedelta = timedelta(days=30)


def run(
    db: Database,
    handlers: Mapping[str, Handler],
    stop: StopSignal,
    settings: RunnerSettings = RunnerSettings(),
) -> None:
    """Works on operations until `stop` is set.

    Args:
        db: The service's database.
        handlers: By kind of operation.
        stop: Ends the loop; a handler under way leaves at its next `raise_if_cancelled`, and its
            operation waits for another runner.
        settings: See there.
    """
    leases = Leases(db, this_process(), lease_s=settings.lease_s, max_attempts=settings.max_attempts)
    cleaned_s = float("-inf")
    while not stop.is_set():
        try:
            claim = leases.claim(handlers)
            if claim is None and time.monotonic() - cleaned_s >= settings.housekeeping_s:
                cleaned_s = time.monotonic()
                delete_expired(db, utc_now())
                leases.delete_finished(settings.keep_finished)
        except LeadlightError as error:
            _log.warning("runner_waits", reason=error.reason)
            stop.wait(error.retry_after_s or settings.poll_s)
            continue
        if claim is None:
            stop.wait(settings.poll_s)
        else:
            _Attempt(db, leases, claim, stop, settings).run(handlers[claim.kind])


class _Attempt:
    """One attempt at one operation, from its claim to its end."""

    def __init__(
        self, db: Database, leases: Leases, claim: Claim, stop: StopSignal, settings: RunnerSettings
    ) -> None:
        self._db = db
        self._leases = leases
        self._claim = claim
        self._stop = stop
        self._settings = settings
        self._context = OperationContext(db, leases, claim, stop)

    def run(self, handler: Handler) -> None:
        caller = Caller(self._claim.tenant, "operations-runner", frozenset({Role.SERVICE}))
        with using(caller, request_id=f"operations/{self._claim.id}"), self._heartbeat():
            _log.info("operation_begun", kind=self._claim.kind, attempt=self._claim.attempt)
            end = self._end_of(handler)
            if end is not None:
                self._store(end)

    def _end_of(self, handler: Handler) -> Callable[[], None] | None:
        """Runs the handler; gives what is to be stored at its end."""
        try:
            result = handler(self._context)
        except OperationCancelledError:
            return lambda: self._leases.fail(self._claim, OperationState.CANCELLED, cancelled_error())
        except RunnerStoppingError:
            return lambda: self._leases.release(self._claim)
        except LeaseLostError:
            return self._lost
        except LeadlightError as error:
            return self._failure(error)
        except Exception as error:
            _log.error("operation_crashed", kind=self._claim.kind, exc_info=error)
            return self._failure(_internal_error(self._claim.id))
        return None if result is None else lambda: self._succeed(result)

    def _succeed(self, result: TypedBytes) -> None:
        with self._db.write(self._claim.tenant) as session:
            self._leases.succeed(session, self._claim, result)

    def _failure(self, error: LeadlightError) -> Callable[[], None]:
        _log.info("operation_failed", kind=self._claim.kind, code=error.code, reason=error.reason)
        return lambda: self._leases.fail(self._claim, OperationState.FAILED, error)

    def _lost(self) -> None:
        _log.warning("operation_lost", kind=self._claim.kind, attempt=self._claim.attempt)

    def _store(self, end: Callable[[], None]) -> None:
        """Stores the end, however long the database takes: the heartbeat keeps the lease."""
        while True:
            try:
                end()
            except LeaseLostError:
                self._lost()
            except LeadlightError as error:
                _log.warning("operation_end_waits", reason=error.reason)
                if not self._stop.wait(error.retry_after_s or 1.0):
                    continue
            return

    @contextmanager
    def _heartbeat(self) -> Iterator[None]:
        ended = threading.Event()
        thread = threading.Thread(target=self._beat, args=(ended,), name="operation-heartbeat", daemon=True)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()

    def _beat(self, ended: threading.Event) -> None:
        while not ended.wait(self._settings.heartbeat_s):
            try:
                if self._leases.beat(self._claim):
                    self._context.cancelled.set()
            except LeaseLostError:
                # Also once the handler completed it; nobody looks at the flag then.
                self._context.lost.set()
                return
            except LeadlightError as error:
                _log.warning("heartbeat_waits", reason=error.reason)


def _internal_error(operation: str) -> LeadlightError:
    return LeadlightError(
        Code.INTERNAL,
        Reason.INTERNAL_ERROR,
        f"an unexpected error happened; it is in the log under request id operations/{operation}",
    )
