"""What is read at each call and seldom changes: kept in memory for a second."""

import time
from collections.abc import Callable
from typing import Generic, TypeVar

_Key = TypeVar("_Key")
_Value = TypeVar("_Value")

_MOST_KEPT = 10_000


class Recent(Generic[_Key, _Value]):
    """Values by key, each at most so old as is said here.

    Another process's change is seen after that time; one's own after `forget`.

    Args:
        read: Gives the value as it is now.
        max_age_s: The oldest value that is given.
    """

    def __init__(self, read: Callable[[_Key], _Value], *, max_age_s: float = 1.0) -> None:
        self._read = read
        self._max_age_s = max_age_s
        self._known: dict[_Key, tuple[float, _Value]] = {}

    def get(self, key: _Key) -> _Value:
        """The value of a key."""
        known = self._known.get(key)
        now_s = time.monotonic()
        if known is None or now_s - known[0] > self._max_age_s:
            if len(self._known) >= _MOST_KEPT:
                self._known.clear()
            known = (now_s, self._read(key))
            self._known[key] = known
        return known[1]

    def forget(self, key: _Key) -> None:
        """Reads the value anew next time: called once a change is through."""
        self._known.pop(key, None)
