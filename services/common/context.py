"""The call a use case is working for: who asks, until when, and whether they still wait.

The server sets it for each call; use cases, stores and logs read it with `current()`. Nothing
here knows gRPC, so a test or a job makes its own with `using`.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

from services.common.caller import LOCAL_CALLER, Caller
from services.common.errors import Code, LeadlightError, Reason


def _always() -> bool:
    return True


@dataclass(frozen=True, slots=True)
class CallContext:
    """One call.

    Attributes:
        caller: Who asks; tenant-bound queries take the tenant from here.
        request_id: The call's name in logs and in answers.
        deadline_s: When the answer is due, on the clock of `time.monotonic()`.
        is_active: Whether the caller still waits: neither cancelled nor gone.
        authorization: The caller's `Bearer <JWT>`, for calls to other services on their behalf; None without
            tokens and in work of the service's own. Never logged.
    """

    caller: Caller
    request_id: str
    deadline_s: float
    is_active: Callable[[], bool] = _always
    authorization: str | None = field(default=None, repr=False)

    def remaining_s(self) -> float:
        """Seconds until the answer is due, never negative."""
        return max(0.0, self.deadline_s - time.monotonic())

    def check(self) -> None:
        """Ends work nobody waits for; call it between the parts of long work.

        Raises:
            LeadlightError: DEADLINE_EXCEEDED once the deadline passed, CANCELLED once the caller left.
        """
        if time.monotonic() >= self.deadline_s:
            raise deadline_passed()
        if not self.is_active():
            raise LeadlightError(Code.CANCELLED, Reason.CALL_CANCELLED, "the caller cancelled the call")


def deadline_passed() -> LeadlightError:
    """The DEADLINE_EXCEEDED of a call whose time is over."""
    return LeadlightError(
        Code.DEADLINE_EXCEEDED,
        Reason.DEADLINE_PASSED,
        "the call's deadline passed before the work was done; allow more time or ask for less at once",
    )


_current: ContextVar[CallContext | None] = ContextVar("leadlight_call", default=None)


def current() -> CallContext:
    """The call under way in this thread.

    Raises:
        LookupError: Outside of a call: jobs and start-up code pass what they need explicitly.
    """
    call = _current.get()
    if call is None:
        raise LookupError("no call is under way here")
    return call


def current_tenant() -> str:
    """The tenant of the call under way in this thread.

    Raises:
        LookupError: Outside of a call.
    """
    return current().caller.tenant


def current_or_none() -> CallContext | None:
    """The call under way in this thread, or None outside of one (for logs)."""
    return _current.get()


def enter(call: CallContext) -> None:
    """Makes `call` the current one for the rest of this `contextvars` context, or until `leave`."""
    _current.set(call)


def leave() -> None:
    """Ends the current call.

    gRPC runs every call in a context of its own, which goes with the call. But the call knows its caller's
    connection, and through it that context: a circle that only Python's cycle collector would find, at a cost.
    """
    _current.set(None)


@contextmanager
def using(
    caller: Caller = LOCAL_CALLER, *, request_id: str = "local", deadline_s: float = float("inf")
) -> Iterator[CallContext]:
    """Runs a block as if it were a call of `caller`: jobs, the runner process, tests."""
    call = CallContext(caller, request_id, deadline_s)
    token = _current.set(call)
    try:
        yield call
    finally:
        _current.reset(token)
