"""The end of a caller's messages, told apart from the caller's leaving."""

import time
from collections.abc import Iterator

import pytest

from services.common.caller import LOCAL_CALLER
from services.common.context import CallContext
from services.common.errors import Code, LeadlightError
from services.common.server.handlers import to_the_end


class Caller:
    """A caller whose leaving is known a moment after their messages ended."""

    def __init__(self, *, leaves: bool) -> None:
        self._leaves = leaves
        self._ended_s = float("inf")

    def messages(self) -> Iterator[int]:
        yield from range(3)
        self._ended_s = time.monotonic()

    def is_active(self) -> bool:
        return not self._leaves or time.monotonic() < self._ended_s + 0.005


def read_of(caller: Caller) -> list[int]:
    call = CallContext(LOCAL_CALLER, "r-1", float("inf"), caller.is_active)
    return list(to_the_end(caller.messages(), call))


def test_a_whole_stream_is_read_to_its_end() -> None:
    assert read_of(Caller(leaves=False)) == [0, 1, 2]


def test_a_caller_who_left_did_not_send_the_whole() -> None:
    with pytest.raises(LeadlightError) as raised:
        read_of(Caller(leaves=True))
    assert raised.value.code is Code.CANCELLED
