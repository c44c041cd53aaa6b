"""Threads for calls, with a queue whose length can be read and an end to waiting for a caller's message."""

import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

T = TypeVar("T")
_SWEEPS_PER_WAIT = 10
_awaited: dict[int, tuple[float, Callable[[], object]]] = {}
"""By thread that waits for a call's message: until when it does, and what cancels the call."""


class CallPool(ThreadPoolExecutor):
    """A thread pool that knows how many calls wait for a thread, and about how long the next one will.

    gRPC's own limit (`maximum_concurrent_rpcs`) turns health checks away as well; these numbers
    let the dispatcher turn away only the calls that would queue.

    gRPC waits for the message of a unary call on the call's thread, before anyone asked who calls and for as long as
    the connection lives: as many half-sent calls as there are threads would silence a worker.

    Args:
        threads: Calls under way at a time.
        name: Of the threads.
        receive_timeout_s: Longest wait for a call's message; its handler says `request_arrived`. None if its calls
            do not wait for one.
    """

    def __init__(self, threads: int, name: str, *, receive_timeout_s: float | None = None) -> None:
        super().__init__(max_workers=threads, thread_name_prefix=name)
        self._at_once = threads
        # How long each call that waits will take. Without a lock: each of these steps is one of the interpreter's.
        self._waiting: deque[float] = deque()
        self._expected_s = 0.0
        self._receive_timeout_s = receive_timeout_s
        self._ended = threading.Event()
        if receive_timeout_s is not None:
            sweep = threading.Thread(
                target=self._sweep, args=(receive_timeout_s,), name=f"{name}-sweep", daemon=True
            )
            sweep.start()

    @property
    def waiting(self) -> int:
        """Calls handed in whose work has not begun."""
        return len(self._waiting)

    @property
    def wait_s(self) -> float:
        """How long a call that comes now will wait: as long as what waits before it takes."""
        return sum(self._waiting) / self._at_once

    def expect(self, duration_s: float) -> None:
        """Says how long the call that is handed in next, on the same thread, is likely to take."""
        self._expected_s = duration_s

    def submit(self, fn: Callable[..., T], /, *args: Any, **kwargs: Any) -> Future[T]:
        """See `concurrent.futures.Executor.submit`."""
        self._waiting.append(self._expected_s)
        self._expected_s = 0.0
        return super().submit(self._begin, fn, args, kwargs)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """See `concurrent.futures.Executor.shutdown`."""
        super().shutdown(wait=wait, cancel_futures=cancel_futures)
        self._ended.set()

    def _begin(self, fn: Callable[..., T], args: tuple[Any, ...], kwargs: dict[str, Any]) -> T:
        self._waiting.popleft()
        # gRPC hands in what to run, then the event of the call: what `ServicerContext.cancel` cancels by too.
        call = getattr(args[1], "call", None) if len(args) > 1 else None
        if call is None or self._receive_timeout_s is None:
            return fn(*args, **kwargs)
        thread = threading.get_ident()
        _awaited[thread] = (time.monotonic() + self._receive_timeout_s, call.cancel)
        try:
            return fn(*args, **kwargs)
        finally:
            _awaited.pop(thread, None)

    def _sweep(self, timeout_s: float) -> None:
        """Cancels calls whose message does not come."""
        while not self._ended.wait(timeout_s / _SWEEPS_PER_WAIT):
            now_s = time.monotonic()
            for thread, awaited in _awaited.copy().items():
                end_s, cancel = awaited
                if end_s < now_s and _awaited.get(thread) is awaited:
                    _awaited.pop(thread, None)
                    cancel()


class AtOnce(ThreadPoolExecutor):
    """Runs what it is handed on the thread that hands it in: for what takes no time and waits for nothing."""

    def submit(self, fn: Callable[..., T], /, *args: Any, **kwargs: Any) -> Future[T]:
        """See `concurrent.futures.Executor.submit`; what comes back is done."""
        done: Future[T] = Future()
        try:
            done.set_result(fn(*args, **kwargs))
        except Exception as error:  # whoever asks for the result gets it
            done.set_exception(error)
        return done


def request_arrived() -> None:
    """Says, on a call's thread, that nothing more is waited for."""
    _awaited.pop(threading.get_ident(), None)
