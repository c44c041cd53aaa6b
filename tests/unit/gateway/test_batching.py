"""Batches: what comes while one is under way goes in the next; one bad item is refused by itself."""

import asyncio
from collections.abc import Sequence

from services.gateway.batching import Batcher


class Store:
    """Takes numbers, all or none of a batch; refuses odd ones, or everything."""

    def __init__(self, *, down: bool = False) -> None:
        self.batches: list[list[int]] = []
        self._down = down

    async def take(self, numbers: Sequence[int]) -> None:
        self.batches.append(list(numbers))
        await asyncio.sleep(0)
        if self._down:
            raise ConnectionError
        if any(number % 2 for number in numbers):
            raise ValueError


def outcomes(store: Store, *numbers: int, most: int = 100) -> list[BaseException | None]:
    """What came of each number, all handed in at the same moment."""

    async def run() -> list[BaseException | None]:
        batcher = Batcher(store.take, most=most, is_of_an_item=lambda error: isinstance(error, ValueError))
        return list(await asyncio.gather(*map(batcher.store, numbers), return_exceptions=True))

    return asyncio.run(run())


def test_what_comes_together_goes_together_up_to_the_most() -> None:
    store = Store()
    assert outcomes(store, 2, 4, 6, 8, 10, most=3) == [None] * 5
    assert store.batches == [[2, 4, 6], [8, 10]]


def test_of_a_refused_batch_each_is_tried_by_itself() -> None:
    store = Store()
    first, bad, last = outcomes(store, 2, 3, 4)
    assert (first, last) == (None, None)
    assert isinstance(bad, ValueError)
    assert store.batches == [[2, 3, 4], [2], [3], [4]]


def test_who_is_down_is_asked_once_for_all() -> None:
    store = Store(down=True)
    assert [type(each) for each in outcomes(store, 2, 3, 4)] == [ConnectionError] * 3
    assert store.batches == [[2, 3, 4]]


def test_what_comes_later_is_a_batch_of_its_own() -> None:
    store = Store()

    async def run() -> None:
        batcher = Batcher(store.take, most=10, is_of_an_item=lambda _: True)
        await batcher.store(2)
        await batcher.store(4)

    asyncio.run(run())
    assert store.batches == [[2], [4]]
