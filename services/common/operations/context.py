"""What a handler of an operation is given."""

import threading
import time
from collections.abc import Callable
from typing import Protocol

from services.common.db import Database, TenantSession
from services.common.errors import LeadlightError
from services.common.operations.leases import Claim, LeaseLostError, Leases
from services.common.operations.model import TypedBytes

_PROGRESS_EVERY_S = 0.5
_STAGE_MAX_CHARS = 200


class OperationCancelledError(Exception):
    """The operation is to be cancelled: leave the handler by it."""


class RunnerStoppingError(Exception):
    """The process is to end: leave the handler by it; another runner resumes the operation."""


class StopSignal(Protocol):
    """A `threading.Event` or `multiprocessing.Event`."""

    def is_set(self) -> bool:
        """Whether to stop."""
        ...

    def wait(self, timeout: float | None = None) -> bool:
        """Waits until it is set or the time is over; gives whether it is set."""
        ...


class OperationContext:
    """One attempt at one operation.

    Attributes:
        db: The service's database.
        tenant: Whose operation it is.
        id: The operation's id; a good id for what it creates, since attempts share it.
        kind: What to do.
        target: Name of the resource it works on.
        request: The bytes it was created with.
        attempt: From 1; more after a crash.
        checkpoint: What an earlier attempt, or this one, stored last; None if nothing was.
    """

    def __init__(
        self,
        db: Database,
        leases: Leases,
        claim: Claim,
        stop: StopSignal,
        clock_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self.db = db
        self.tenant = claim.tenant
        self.id = claim.id
        self.kind = claim.kind
        self.target = claim.target
        self.request = claim.request
        self.attempt = claim.attempt
        self.checkpoint = claim.checkpoint
        self.cancelled = threading.Event()
        self.lost = threading.Event()
        self._leases = leases
        self._claim = claim
        self._stop = stop
        self._clock_s = clock_s
        self._reported_s = float("-inf")
        self._stage = ""

    def progress(self, share: float, stage: str = "") -> None:
        """Tells how far the work is; may be called often, and ends the work if that is to end.

        Args:
            share: Done so far, 0 to 1.
            stage: What is done now, for people; empty keeps the last one.

        Raises:
            OperationCancelledError, RunnerStoppingError, LeaseLostError: As `raise_if_cancelled`.
        """
        self.raise_if_cancelled()
        stage = stage[:_STAGE_MAX_CHARS] or self._stage
        moment_s = self._clock_s()
        if stage == self._stage and moment_s - self._reported_s < _PROGRESS_EVERY_S:
            return
        self._stage, self._reported_s = stage, moment_s
        try:
            self._leases.progress(self._claim, min(max(share, 0.0), 1.0), stage)
        except LeadlightError:
            # The database is busy: the next report will do. Losing the work for it would not.
            return

    def raise_if_cancelled(self) -> None:
        """Ends the work that nobody wants any more; call it every second or so. Costs nothing.

        Raises:
            OperationCancelledError: The caller cancelled the operation.
            RunnerStoppingError: This process is to end.
            LeaseLostError: Another runner took the operation, thinking this one dead.
        """
        if self.lost.is_set():
            raise LeaseLostError
        if self.cancelled.is_set():
            raise OperationCancelledError
        if self._stop.is_set():
            raise RunnerStoppingError

    def save_checkpoint(self, session: TenantSession, data: bytes) -> None:
        """Stores where a later attempt resumes, in the transaction of the work done so far.

        Raises:
            LeaseLostError: Another runner has the operation; the transaction must not commit.
        """
        self._leases.checkpoint(session, self._claim, data)
        self.checkpoint = data

    def complete(self, session: TenantSession, result: TypedBytes) -> None:
        """Ends the operation with its result, in the transaction of the effect that goes with it.

        Raises:
            LeaseLostError: Another runner has the operation; the transaction must not commit.
        """
        self._leases.succeed(session, self._claim, result)
