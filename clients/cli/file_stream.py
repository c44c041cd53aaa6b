"""A file through a stream: its lines or rows out, answers back in order, some under way at a time."""

import time
from collections.abc import Callable, Iterator
from itertools import chain
from typing import Any, TypeVar

import grpc

from clients.cli.sending import Sending

_Item = TypeVar("_Item")

_IN_FLIGHT = 64
_STREAM_S = 60.0
"""A call ends after this time and the next one begins: a server bounds how long one may take."""


def answered(
    items: Iterator[_Item],
    request_of: Callable[[_Item], Any],
    method: Callable[[Iterator[Any]], Any],
    *,
    in_flight: int = _IN_FLIGHT,
) -> Iterator[tuple[_Item, Any]]:
    """Each line or row with its answer, in order.

    Args:
        items: The file's lines or rows.
        request_of: Makes the request of one.
        method: The streaming call.
        in_flight: How many may wait for their answers.

    Raises:
        CommandError: If the file cannot be read, or the answers do not fit what was sent.
        grpc.RpcError: If the call fails.
    """
    while (first := next(items, None)) is not None:
        sending = Sending(_for_a_while(chain([first], items)), request_of, in_flight=in_flight)
        call = method(sending.requests())
        try:
            for result in call:
                yield sending.next_answered(), result
                sending.make_room()
            sending.check_all_answered()
        except grpc.RpcError:
            if sending.trouble is not None:
                raise sending.trouble from None
            raise
        finally:
            sending.close()
            call.cancel()


def _for_a_while(items: Iterator[_Item]) -> Iterator[_Item]:
    end_s = time.monotonic() + _STREAM_S
    for item in items:
        yield item
        if time.monotonic() > end_s:
            return
