"""A file through a stream: items out, answers back in order, a few under way at a time."""

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
    lines: Iterator[_Item],
    request_of: Callable[[_Item], Any],
    method: Callable[[Iterator[Any]], Any],
) -> Iterator[tuple[_Item, Any]]:
    """Each item with its answer, in order.

    Args:
        lines: What to send, such as a file's lines.
        request_of: Makes an item's request.
        method: The streaming call.

    Raises:
        CommandError: If the file cannot be read, or the answers do not fit what was sent.
        grpc.RpcError: If the call fails.
    """
    while (first := next(lines, None)) is not None:
        sending = Sending(_for_a_while(chain([first], lines)), request_of, in_flight=_IN_FLIGHT)
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


def _for_a_while(lines: Iterator[_Item]) -> Iterator[_Item]:
    end_s = time.monotonic() + _STREAM_S
    for line in lines:
        yield line
        if time.monotonic() > end_s:
            return
