"""Parts of an answer that are fetched at once, each allowed to fail without the others."""

import asyncio
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass
from typing import Any

from services.common.context import CallContext


@dataclass(frozen=True, slots=True)
class Parts:
    """What came of the parts.

    Attributes:
        done: What the parts gave that came in time, by name.
        failed: Why the others did not, by name: what they raised, TimeoutError for those that were too slow.
    """

    done: Mapping[str, Any]
    failed: Mapping[str, BaseException]


async def fetch(
    parts: Mapping[str, Awaitable[Any]], call: CallContext, *, margin_s: float, needed: str | None = None
) -> Parts:
    """Waits for all parts at once, until `margin_s` before the call's deadline; what is not there then is cancelled.

    Args:
        parts: What to wait for, by name; each is started at once.
        call: The call whose time it is.
        margin_s: Time that is left to put the answer together.
        needed: The part without which there is no answer: once it has failed, none is waited for.
    """
    tasks = {name: asyncio.ensure_future(part) for name, part in parts.items()}

    def give_up(failed: asyncio.Future[Any]) -> None:
        if failed.cancelled() or failed.exception() is not None:
            for task in tasks.values():
                task.cancel()

    if needed is not None:
        tasks[needed].add_done_callback(give_up)
    try:
        if tasks:
            await asyncio.wait(tasks.values(), timeout=max(0.0, call.remaining_s() - margin_s))
    finally:
        for task in tasks.values():
            task.cancel()
    done: dict[str, Any] = {}
    failed: dict[str, BaseException] = {}
    for name, task in tasks.items():
        if not task.done() or task.cancelled():
            failed[name] = TimeoutError(name)
        elif (error := task.exception()) is not None:
            failed[name] = error
        else:
            done[name] = task.result()
    return Parts(done, failed)
