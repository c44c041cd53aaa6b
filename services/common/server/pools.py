"""Threads for calls, with a queue whose length can be read."""

from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

T = TypeVar("T")


class CallPool(ThreadPoolExecutor):
    """A thread pool that knows how many calls wait for a thread.

    gRPC's own limit (`maximum_concurrent_rpcs`) turns health checks away as well; this number
    lets the dispatcher turn away only the calls that would queue.
    """

    def __init__(self, threads: int, name: str) -> None:
        super().__init__(max_workers=threads, thread_name_prefix=name)
        self._waiting: deque[None] = deque()  # appended and popped without a lock, length is exact

    @property
    def waiting(self) -> int:
        """Calls handed in whose work has not begun."""
        return len(self._waiting)

    def submit(self, fn: Callable[..., T], /, *args: Any, **kwargs: Any) -> Future[T]:
        """See `concurrent.futures.Executor.submit`."""
        self._waiting.append(None)
        return super().submit(self._begin, fn, args, kwargs)

    def _begin(self, fn: Callable[..., T], args: tuple[Any, ...], kwargs: dict[str, Any]) -> T:
        self._waiting.pop()
        return fn(*args, **kwargs)
