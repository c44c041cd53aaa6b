"""A service that dies."""

import os
import re
import signal
import time
from pathlib import Path

from playwright.sync_api import Page, expect

from services.common.run_file import RunFile
from tests.browser.looking import assert_accessible, visit

LONGEST_S = 120


def test_a_service_that_died_is_named_and_comes_back(
    page: Page, data_dir: Path, complaints: list[str]
) -> None:
    suite = RunFile(data_dir).read()
    assert suite is not None
    duplicates = page.get_by_role("region", name="Duplicates")
    # Held, since it would start the service again before anybody looked.
    os.kill(suite.supervisor_pid, signal.SIGSTOP)
    try:
        os.killpg(suite.services["dedupe"].pid, signal.SIGKILL)
        _open(page)
        expect(page.get_by_text("dedupe does not answer")).to_be_visible()
        expect(duplicates).to_have_count(0)
        expect(page.get_by_role("region", name="Score", exact=True)).to_be_visible()
        assert_accessible(page)
    finally:
        os.kill(suite.supervisor_pid, signal.SIGCONT)
    deadline_s = time.monotonic() + LONGEST_S
    while duplicates.count() == 0:
        assert time.monotonic() < deadline_s
        _open(page)
    complaints.clear()  # of the calls that dedupe was away for


def _open(page: Page) -> None:
    visit(page, "/records/lead/L-0400", re.compile("Contour 400"))
    expect(page.get_by_role("region", name="Score", exact=True)).to_be_visible()
