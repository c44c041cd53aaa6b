"""A file of notes through a stream: lines out, answers back in order, a few under way at a time."""

import time
from collections.abc import Callable, Iterator
from itertools import chain
from typing import Any

import grpc

from clients.cli.note_lines import NoteLine
from clients.cli.sending import Sending

_IN_FLIGHT = 64
_STREAM_S = 60.0
"""A call ends after this time and the next one begins: a server bounds how long one may take."""


def answered(
    lines: Iterator[NoteLine],
    request_of: Callable[[NoteLine], Any],
    method: Callable[[Iterator[Any]], Any],
) -> Iterator[tuple[NoteLine, Any]]:
    """Each line with its answer, in order.

    Args:
        lines: The file's lines.
        request_of: Makes a line's request.
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


def _for_a_while(lines: Iterator[NoteLine]) -> Iterator[NoteLine]:
    end_s = time.monotonic() + _STREAM_S
    for line in lines:
        yield line
        if time.monotonic() > end_s:
            return
