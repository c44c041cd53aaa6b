"""Sends what comes side by side in one call: many things cost a service little more than one."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Generic, TypeVar

_Item = TypeVar("_Item")


class Batcher(Generic[_Item]):
    """Collects while a batch is under way; what has come meanwhile is the next one, so nothing waits for company.

    Args:
        send: Stores several things, all or none.
        most: Things in one batch.
        is_of_an_item: Whether an error of `send` may be one item's fault, so that the others deserve a try.
    """

    def __init__(
        self,
        send: Callable[[Sequence[_Item]], Awaitable[Any]],
        *,
        most: int,
        is_of_an_item: Callable[[Exception], bool],
    ) -> None:
        self._send = send
        self._most = most
        self._is_of_an_item = is_of_an_item
        self._waiting: list[tuple[_Item, asyncio.Future[None]]] = []
        self._sending: asyncio.Task[None] | None = None

    async def store(self, item: _Item) -> None:
        """Returns once the item is stored.

        Raises:
            Exception: What `send` raises: for the batch, or, where that may be the fault of one item, for this one.
        """
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, done))
        if self._sending is None:
            self._sending = asyncio.create_task(self._send_all())
        await done

    async def _send_all(self) -> None:
        try:
            while self._waiting:
                batch, self._waiting = self._waiting[: self._most], self._waiting[self._most :]
                await self._send_batch(batch)
        finally:
            self._sending = None
            for _, done in self._waiting:
                done.cancel()

    async def _send_batch(self, batch: Sequence[tuple[_Item, "asyncio.Future[None]"]]) -> None:
        try:
            await self._send([item for item, _ in batch])
        except Exception as error:
            if len(batch) > 1 and self._is_of_an_item(error):
                for one in batch:
                    await self._send_batch([one])
                return
            for _, done in batch:
                if not done.done():
                    done.set_exception(error)
        else:
            for _, done in batch:
                if not done.done():
                    done.set_result(None)
