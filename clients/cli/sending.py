"""Streams that are answered item by item: a few items under way at a time, so that memory stays flat."""

import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Generic, TypeVar

from clients.cli.failures import CommandError

_Item = TypeVar("_Item")


class Sending(Generic[_Item]):
    """The request side of a stream, which grpc iterates over in a thread of its own.

    Args:
        items: What to send; an item is taken when there is room for it.
        request_of: Makes an item's request.
        first: Requests that go ahead and are not answered.
        in_flight: How many items may wait for their answer.
    """

    def __init__(
        self,
        items: Iterable[_Item],
        request_of: Callable[[_Item], Any],
        *,
        first: Sequence[Any] = (),
        in_flight: int,
    ) -> None:
        self._items = items
        self._request_of = request_of
        self._first = first
        self._slots = threading.Semaphore(in_flight)
        self._closed = threading.Event()
        self._sent: deque[_Item] = deque()
        self.trouble: Exception | None = None

    def requests(self) -> Iterator[Any]:
        """What grpc iterates over."""
        try:
            yield from self._first
            items = iter(self._items)
            while True:
                self._slots.acquire()
                if self._closed.is_set():
                    return
                try:
                    item = next(items)
                except StopIteration:
                    return
                request = self._request_of(item)
                self._sent.append(item)
                yield request
        except Exception as error:
            self.trouble = error
            raise

    def next_answered(self) -> _Item:
        """The item that the next answer belongs to."""
        if not self._sent:
            raise CommandError("the service answered more than it was sent; is it of another version?")
        return self._sent.popleft()

    def make_room(self) -> None:
        """Lets a further item go, once an answer has been taken in."""
        self._slots.release()

    def check_all_answered(self) -> None:
        """Refuses an end of the answers before the last item."""
        if self.trouble is not None:
            raise self.trouble
        if self._sent:
            raise CommandError("the service stopped answering before the end; try again")

    def close(self) -> None:
        """Lets the request side end."""
        self._closed.set()
        self._slots.release()
