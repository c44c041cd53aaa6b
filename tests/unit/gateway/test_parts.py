"""Parts of an answer at once: those that are needed, and those that wait for their turn."""

import asyncio
import time
from typing import Any

from services.common.caller import LOCAL_CALLER
from services.common.context import CallContext
from services.gateway.parts import Parts, fetch
from services.gateway.server_peers import _in_turn


def fetched(**more: Any) -> Parts:
    """Of one part that fails and one that would take as long as it may."""

    async def fail() -> None:
        await asyncio.sleep(0)
        raise ConnectionError

    async def run() -> Parts:
        never = asyncio.Event()
        parts = {"known": fail(), "more": never.wait()}
        call = CallContext(LOCAL_CALLER, "r", time.monotonic() + more.pop("in_s"))
        return await fetch(parts, call, margin_s=0.0, **more)

    return asyncio.run(run())


def test_nothing_is_waited_for_once_the_needed_part_has_failed() -> None:
    came = fetched(in_s=3600.0, needed="known")
    assert not came.done
    assert isinstance(came.failed["known"], ConnectionError)


def test_of_other_parts_each_has_its_time() -> None:
    came = fetched(in_s=0.05)
    assert {name: type(error) for name, error in came.failed.items()} == {
        "known": ConnectionError,
        "more": TimeoutError,
    }


def test_parts_of_one_service_wait_for_their_turn() -> None:
    under_way, most = 0, 0

    async def start(request: int) -> int:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        await asyncio.sleep(0)
        under_way -= 1
        return request

    async def run() -> list[int]:
        call = _in_turn(lambda: start, asyncio.Semaphore(3))()
        return list(await asyncio.gather(*map(call, range(10))))

    assert asyncio.run(run()) == list(range(10))
    assert most == 3
