"""A call as the gateway sees it, whatever brought it: gRPC or HTTP."""

from collections.abc import Callable
from dataclasses import dataclass

from services.common.context import CallContext


def _always() -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Incoming:
    """What a transport knows of a call before it is let in.

    Attributes:
        request_id: Its name: the caller's, or a new one.
        authorization: `Bearer <JWT>`, None without. Never logged.
        remaining_s: Time the caller allows; None if they set none.
        trace: `traceparent` and `tracestate` as they came, to be passed on.
        is_active: Whether the caller still waits.
    """

    request_id: str
    authorization: str | None
    remaining_s: float | None
    trace: tuple[tuple[str, str], ...] = ()
    is_active: Callable[[], bool] = _always


@dataclass(frozen=True, slots=True)
class Admitted:
    """A call that was let in.

    Attributes:
        call: Who asks, until when.
        trace: See `Incoming`.
    """

    call: CallContext
    trace: tuple[tuple[str, str], ...]
