"""A few composed calls begin at a time, so that the event loop is never far behind with them."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

_AT_ONCE = 4
_TICK_S = 0.01
_LATE_S = 0.002


class Turns:
    """Lets calls begin in the order in which they came: once a place is free, or the event loop has nothing to do.

    While calls wait, the loop is looked at again and again. If it comes to a tick in time, the calls under way wait
    for services: that costs the loop nothing, and a service that hangs must not keep calls that do without it from
    beginning. So one more place is lent, until a call ends.

    Args:
        at_once: Places.
        tick_s: Pause between two looks at the loop.
        late_s: Delay of a tick from which on the loop is busy.
    """

    def __init__(self, at_once: int = _AT_ONCE, *, tick_s: float = _TICK_S, late_s: float = _LATE_S) -> None:
        self._places = asyncio.Semaphore(at_once)
        self._tick_s = tick_s
        self._late_s = late_s
        self._lent = 0
        self._waiting = 0
        self._ticks: asyncio.TimerHandle | None = None

    @asynccontextmanager
    async def one(self) -> AsyncIterator[None]:
        """A call, from where it may begin."""
        if self._places.locked():
            await self._wait()
        else:
            await self._places.acquire()
        try:
            yield
        finally:
            if self._lent:
                self._lent -= 1
            else:
                self._places.release()

    async def _wait(self) -> None:
        self._waiting += 1
        try:
            if self._ticks is None:
                self._tick_later()
            await self._places.acquire()
        finally:
            self._waiting -= 1

    def _tick_later(self) -> None:
        due_s = time.monotonic() + self._tick_s  # uvloop's own clock counts whole milliseconds
        self._ticks = asyncio.get_running_loop().call_later(self._tick_s, self._tick, due_s)

    def _tick(self, due_s: float) -> None:
        self._ticks = None
        if self._waiting:
            if time.monotonic() - due_s < self._late_s:
                self._lent += 1
                self._places.release()
            self._tick_later()
