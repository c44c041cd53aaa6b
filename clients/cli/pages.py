"""Lists that come page by page."""

from collections.abc import Callable, Iterator
from typing import Any

PAGE_SIZE = 1000
"""The most that a service gives at once."""


def pages(method: Callable[[Any], Any], request: Any) -> Iterator[Any]:
    """The answers to a listing call, one a page, to the last.

    Args:
        method: The call.
        request: What to list; its `page_token` is set from page to page.
    """
    while True:
        page = method(request)
        yield page
        if not page.next_page_token:
            return
        request.page_token = page.next_page_token
