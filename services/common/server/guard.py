"""What every call passes before and after its work: identity, role, deadline, errors, accounts.

One guard stands around each method, composed once at start-up: a small call pays for one Python
layer instead of a chain of interceptors.
"""

import itertools
import re
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NoReturn, cast

import grpc
import structlog
from google.protobuf.message import DecodeError, Message

from services.common.auth import Authenticator, role_required
from services.common.caller import Role
from services.common.context import CallContext, deadline_passed, enter, leave
from services.common.errors import Code, LeadlightError, Reason
from services.common.server.metrics import MethodMetrics
from services.common.server.status import DETAILS_KEY, grpc_code, status_of

REQUEST_ID_KEY = "x-request-id"
_SANE_REQUEST_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:/-]{0,127}", re.ASCII)
_BLAMES_SERVER = frozenset({Code.INTERNAL.value, Code.DATA_LOSS.value, Code.UNAVAILABLE.value})

_log = structlog.get_logger()
_process = secrets.token_hex(6)
_numbers = itertools.count(1)


@dataclass(frozen=True, slots=True)
class CallPolicy:
    """What holds for all methods of a server.

    Attributes:
        authenticator: Who calls.
        domain: `ErrorInfo.domain`.
        max_deadline_s: Longest time a call may take.
        log_all: Whether calls that went well get a log line too.
    """

    authenticator: Authenticator
    domain: str
    max_deadline_s: float
    log_all: bool


class Guard:
    """Stands around the calls of one method."""

    def __init__(
        self, policy: CallPolicy, method: str, roles: frozenset[Role], metrics: MethodMetrics
    ) -> None:
        self.method = method
        self.metrics = metrics
        self._policy = policy
        self._roles = roles

    def enter(self, request_id: str, authorization: str | None, context: grpc.ServicerContext) -> CallContext:
        """Lets the call in and makes it the current one; see `admit`."""
        return self.admit(request_id, authorization, context.time_remaining(), context.is_active)

    def admit(
        self,
        request_id: str,
        authorization: str | None,
        remaining_s: float | None,
        is_active: Callable[[], bool],
    ) -> CallContext:
        """Lets a call of any transport in and makes it the current one.

        Args:
            request_id: The call's name.
            authorization: Its `Bearer <JWT>`.
            remaining_s: Time the caller allows; None if they set none.
            is_active: Whether the caller still waits.

        Raises:
            LeadlightError: DEADLINE_EXCEEDED, UNAUTHENTICATED or PERMISSION_DENIED.
        """
        if remaining_s is None or remaining_s > self._policy.max_deadline_s:
            remaining_s = self._policy.max_deadline_s
        elif remaining_s <= 0:
            raise deadline_passed()
        caller = self._policy.authenticator.authenticate(authorization)
        if self._roles.isdisjoint(caller.roles):
            raise role_required(self._roles)
        call = CallContext(caller, request_id, time.monotonic() + remaining_s, is_active, authorization)
        enter(call)
        return call

    def may_wait(self, authorization: str | None) -> bool:
        """Whether `admit` may wait for keys; `authenticate` on another thread makes it quick."""
        return self._policy.authenticator.may_wait(authorization)

    def authenticate(self, authorization: str | None) -> None:
        """Verifies a token ahead of `admit`.

        Raises:
            LeadlightError: UNAUTHENTICATED, or UNAVAILABLE when keys cannot be fetched.
        """
        self._policy.authenticator.authenticate(authorization)

    def succeed(self, request_id: str, begun_s: float) -> None:
        """Accounts for a call that went well."""
        duration_s = time.perf_counter() - begun_s
        self.metrics.observe_s(duration_s)
        self.metrics.handled(grpc.StatusCode.OK)
        if self._policy.log_all:
            self._write("info", "OK", request_id, duration_s)
        leave()

    def leave(self, request_id: str, begun_s: float) -> None:
        """Accounts for a call whose caller left while answers were on their way."""
        duration_s = time.perf_counter() - begun_s
        self.metrics.observe_s(duration_s)
        self.metrics.handled(grpc.StatusCode.CANCELLED)
        self._write("info", Code.CANCELLED, request_id, duration_s, reason=Reason.CALL_CANCELLED)
        leave()

    def fail(
        self, error: Exception, request_id: str, begun_s: float, context: grpc.ServicerContext
    ) -> NoReturn:
        """Answers with the status of `error` and accounts for the call."""
        public = self._public(error, request_id, context)
        self.account(grpc_code(public), request_id, begun_s, reason=public.reason)
        answer(public, self._policy.domain, request_id, context)

    def account(self, code: grpc.StatusCode, request_id: str, begun_s: float, *, reason: str) -> None:
        """Accounts for a call that failed."""
        duration_s = time.perf_counter() - begun_s
        self.metrics.observe_s(duration_s)
        self.metrics.handled(code)
        level = "error" if code.name in _BLAMES_SERVER else "info"
        self._write(level, code.name, request_id, duration_s, reason=reason)
        leave()

    def crashed(self, error: Exception, request_id: str) -> LeadlightError:
        """The INTERNAL of an exception that no one foresaw; its text goes to the log only."""
        _log.error("call_crashed", method=self.method, request_id=request_id, exc_info=error)
        return LeadlightError(
            Code.INTERNAL,
            Reason.INTERNAL_ERROR,
            f"an unexpected error happened; it is in the log under request id {request_id}",
        )

    def _public(self, error: Exception, request_id: str, context: grpc.ServicerContext) -> LeadlightError:
        if isinstance(error, LeadlightError):
            return error
        if not context.is_active():
            if context.time_remaining() == 0:
                return deadline_passed()
            return LeadlightError(Code.CANCELLED, Reason.CALL_CANCELLED, "the caller cancelled the call")
        if (
            isinstance(error, NotImplementedError)
            and cast("Any", context).code() is grpc.StatusCode.UNIMPLEMENTED
        ):
            return not_served(self.method)
        return self.crashed(error, request_id)

    def _write(self, level: str, code: str, request_id: str, duration_s: float, **more: str) -> None:
        _log.log(
            _LEVELS[level],
            "call",
            method=self.method,
            code=str(code),
            duration_ms=round(duration_s * 1000, 3),
            request_id=request_id,
            **more,
        )


_LEVELS = {"info": 20, "error": 40}


def request_id_of(sent: str | None) -> str:
    """The call's name: what the caller sent if it is sane, else a new one."""
    if sent is not None and _SANE_REQUEST_ID.fullmatch(sent):
        return sent
    return f"{_process}-{next(_numbers):x}"


def read_metadata(context: grpc.ServicerContext) -> tuple[str, str | None]:
    """The call's request id (the caller's if it is sane, else a new one) and its authorization."""
    request_id = authorization = None
    for key, value in context.invocation_metadata() or ():
        if key == REQUEST_ID_KEY and isinstance(value, str):
            request_id = value
        elif key == "authorization" and isinstance(value, str):
            authorization = value
    return request_id_of(request_id), authorization


def parse(request_type: type[Message], data: bytes) -> Message:
    """The request in `data`.

    Raises:
        LeadlightError: INVALID_ARGUMENT with MALFORMED_REQUEST if it is not a message of that type.
    """
    try:
        return request_type.FromString(data)
    except DecodeError:
        raise LeadlightError(
            Code.INVALID_ARGUMENT,
            Reason.MALFORMED_REQUEST,
            f"the request is not a {request_type.DESCRIPTOR.full_name}",
        ) from None


def answer(error: LeadlightError, domain: str, request_id: str, context: grpc.ServicerContext) -> NoReturn:
    """Ends a call with an error's status."""
    status = status_of(error, domain=domain, request_id=request_id)
    context.set_trailing_metadata(((REQUEST_ID_KEY, request_id), (DETAILS_KEY, status.SerializeToString())))
    try:
        context.abort(grpc_code(error), status.message)
    except Exception as ended:
        # Without its context: tracing records what it sees raised, and must not see the cause's text.
        raise ended from None
    raise AssertionError("abort raises")


def not_served(method: str) -> LeadlightError:
    """The UNIMPLEMENTED of a method this server does not have."""
    return LeadlightError(Code.UNIMPLEMENTED, Reason.NOT_SERVED, f"{method} is not served here")


def overloaded(waiting: int, retry_after_s: float) -> LeadlightError:
    """The RESOURCE_EXHAUSTED of a call that would have waited too long for a thread."""
    return LeadlightError(
        Code.RESOURCE_EXHAUSTED,
        Reason.OVERLOADED,
        "too many calls are waiting; try again a little later, or add workers",
        metadata={"waiting_calls": str(waiting)},
        retry_after_s=retry_after_s,
    )
