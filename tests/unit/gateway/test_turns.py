"""A few calls begin at a time, in order; more while the event loop has nothing to do."""

import asyncio
import time
from collections.abc import Awaitable, Callable

import pytest

from services.gateway.turns import Turns

TICK_S, LATE_S, BUSY_S = 0.005, 0.002, 0.02


class Calls:
    """Calls of numbers, which begin in turn and end when they are told to."""

    def __init__(self, places: int) -> None:
        self.turns = Turns(places, tick_s=TICK_S, late_s=LATE_S)
        self.begun: list[int] = []
        self.under_way = 0
        self._ends: dict[int, asyncio.Event] = {}
        self._tasks: dict[int, asyncio.Task[None]] = {}

    def add(self, *numbers: int) -> None:
        for number in numbers:
            self._ends[number] = asyncio.Event()
            self._tasks[number] = asyncio.create_task(self._call(number))

    async def _call(self, number: int) -> None:
        async with self.turns.one():
            self.begun.append(number)
            self.under_way += 1
            await self._ends[number].wait()
            self.under_way -= 1

    async def end(self, *numbers: int) -> None:
        for number in numbers:
            self._ends[number].set()
            await self._tasks[number]

    async def cancel(self, *numbers: int) -> None:
        for number in numbers:
            self._tasks[number].cancel()
        await asyncio.wait([self._tasks[number] for number in numbers])


async def busy(times: int) -> None:
    """Holds the loop up, so that each tick is late."""
    for _ in range(times):
        time.sleep(BUSY_S)
        await asyncio.sleep(0)


async def idle(until: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not until():
            await asyncio.sleep(TICK_S)


def run(scenario: Callable[[Calls], Awaitable[None]], *, places: int = 3) -> None:
    async def whole() -> None:
        calls = Calls(places)
        await scenario(calls)
        for task in calls._tasks.values():
            task.cancel()
        await asyncio.wait(calls._tasks.values())

    asyncio.run(whole())


def test_while_the_loop_is_busy_one_begins_when_one_ends() -> None:
    async def scenario(calls: Calls) -> None:
        calls.add(*range(10))
        await busy(10)
        assert calls.begun == [0, 1, 2]
        await calls.end(1)
        await busy(10)
        assert calls.begun == [0, 1, 2, 3]

    run(scenario)


def test_calls_that_wait_for_others_do_not_keep_the_next_from_beginning() -> None:
    async def scenario(calls: Calls) -> None:
        calls.add(*range(20))
        await idle(lambda: len(calls.begun) == 20)
        assert calls.begun == list(range(20))

    run(scenario)


def test_what_was_lent_is_given_back() -> None:
    async def scenario(calls: Calls) -> None:
        calls.add(*range(20))
        await idle(lambda: len(calls.begun) == 20)
        await calls.end(*range(20))
        calls.add(*range(20, 40))
        await busy(10)
        assert calls.under_way == 3

    run(scenario)


def test_one_that_is_cancelled_takes_no_place_with_it() -> None:
    async def scenario(calls: Calls) -> None:
        calls.add(0, 1, 2)
        await busy(3)
        await calls.cancel(0, 1)  # one that had begun and one that waited
        await busy(3)
        assert calls.begun == [0, 2]

    run(scenario, places=1)


@pytest.mark.parametrize("pause_s", [0.0, 0.03])
def test_the_loop_is_looked_at_only_while_calls_wait(pause_s: float) -> None:
    async def scenario(calls: Calls) -> None:
        calls.add(0)
        await asyncio.sleep(pause_s)
        calls.add(1)
        await idle(lambda: calls.begun == [0, 1])
        await calls.end(0, 1)
        await asyncio.sleep(0.03)
        calls.add(2, 3)
        await busy(3)
        assert calls.begun == [0, 1, 2]

    run(scenario, places=1)
