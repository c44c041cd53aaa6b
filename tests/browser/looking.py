"""What the tests of every page do: open it, look at it with axe."""

import re

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

_axe = Axe()
_LOOKS = 4
_FADING_MS = 500


def visit(page: Page, path: str, title: str | re.Pattern[str]) -> None:
    """Opens a page and waits until everything that it asks for has come."""
    page.goto(path)
    expect(page.get_by_role("heading", level=1, name=title)).to_be_visible()
    expect(page.get_by_role("status", name="Loading")).to_have_count(0)


def assert_accessible(page: Page) -> None:
    """axe finds nothing serious on the page as it stands, in light and in dark mode."""
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        serious = _serious(page)
        # Colours fade from one scheme to the other: what is read half-way is no fault.
        for _ in range(_LOOKS):
            if not serious:
                break
            page.wait_for_timeout(_FADING_MS)
            serious = _serious(page)
        assert not serious, scheme


def _serious(page: Page) -> list[str]:
    return [
        f"{each['id']}: {node['html']}"
        for each in _axe.run(page).response["violations"]
        if each["impact"] in ("serious", "critical")
        for node in each["nodes"]
    ]
