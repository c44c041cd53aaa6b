"""How much a worker takes: calls per second and at a time of each tenant, and calls at a time of all."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from services.common.errors import Code, LeadlightError, Reason

_RETRY_AFTER_S = 0.5
_SWEPT_EVERY = 4096


@dataclass(slots=True)
class CallsAtOnce:
    """How many calls of one kind a worker has under way, whoever makes them.

    Attributes:
        most: Calls at a time.
        under_way: Calls now.
    """

    most: int
    under_way: int = 0

    @contextmanager
    def one_more(self) -> Iterator[None]:
        """Counts a call while it is under way.

        Raises:
            LeadlightError: RESOURCE_EXHAUSTED with the time after which to try again.
        """
        if self.under_way >= self.most:
            raise _overloaded(self.under_way)
        self.under_way += 1
        try:
            yield
        finally:
            self.under_way -= 1


@dataclass(slots=True)
class _Use:
    """What a tenant has used. The rate is a token bucket: it fills with time, a call takes one."""

    tokens: float
    filled_at_s: float
    in_flight: int = 0


@dataclass(slots=True)
class TenantLimits:
    """The limits and what each tenant has used of them, in one worker.

    Attributes:
        calls_per_s: Rate at which the bucket fills.
        burst_calls: What the bucket holds.
        calls_in_flight: Calls at a time.
        all_calls_in_flight: The same for all tenants together.
        clock: Seconds, monotonic.
    """

    calls_per_s: float
    burst_calls: int
    calls_in_flight: int
    all_calls_in_flight: int
    clock: Callable[[], float] = time.monotonic
    _uses: dict[str, _Use] = field(default_factory=dict)
    _new: int = 0
    _in_flight: int = 0

    def begin(self, tenant: str) -> None:
        """Counts a call that begins; `end` must follow.

        Raises:
            LeadlightError: RESOURCE_EXHAUSTED with the time after which to try again.
        """
        if self._in_flight >= self.all_calls_in_flight:
            raise _overloaded(self._in_flight)
        now_s = self.clock()
        use = self._uses.get(tenant)
        if use is None:
            self._sweep(now_s)
            use = self._uses[tenant] = _Use(float(self.burst_calls), now_s)
        use.tokens = min(float(self.burst_calls), use.tokens + (now_s - use.filled_at_s) * self.calls_per_s)
        use.filled_at_s = now_s
        if use.in_flight >= self.calls_in_flight:
            raise _exceeded("calls at a time", self.calls_in_flight, _RETRY_AFTER_S)
        if use.tokens < 1.0:
            raise _exceeded("calls per second", self.calls_per_s, (1.0 - use.tokens) / self.calls_per_s)
        use.tokens -= 1.0
        use.in_flight += 1
        self._in_flight += 1

    def end(self, tenant: str) -> None:
        """Counts a call that ended."""
        self._uses[tenant].in_flight -= 1
        self._in_flight -= 1

    def _sweep(self, now_s: float) -> None:
        """Forgets tenants that are as good as new, so that their number is not what fills the memory."""
        self._new += 1
        if self._new % _SWEPT_EVERY:
            return
        full_after_s = self.burst_calls / self.calls_per_s
        self._uses = {
            tenant: use
            for tenant, use in self._uses.items()
            if use.in_flight or now_s - use.filled_at_s < full_after_s
        }


def _overloaded(in_flight: int) -> LeadlightError:
    return LeadlightError(
        Code.RESOURCE_EXHAUSTED,
        Reason.OVERLOADED,
        "too many calls are under way; try again a little later, or add workers",
        metadata={"calls_in_flight": str(in_flight)},
        retry_after_s=_RETRY_AFTER_S,
    )


def _exceeded(what: str, limit: float, retry_after_s: float) -> LeadlightError:
    return LeadlightError(
        Code.RESOURCE_EXHAUSTED,
        Reason.TENANT_LIMIT_REACHED,
        f"the tenant's limit of {limit:g} {what} is reached; try again a little later",
        metadata={"limit": f"{limit:g}", "of": what},
        retry_after_s=retry_after_s,
    )
