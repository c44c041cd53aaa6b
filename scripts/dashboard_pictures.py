"""Photographs three pages of the dashboard for the README, over the synthetic CRM of `leadlight demo`.

    python -m scripts.dashboard_pictures

Needs Chromium (`make chromium`) and the suite's usual ports.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Page, ViewportSize, expect, sync_playwright

from services.common.run_file import RunFile

PICTURES = Path(__file__).resolve().parent.parent / "docs" / "pictures"
SIZE = ViewportSize(width=1280, height=820)
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking")


def main() -> None:
    """Writes the pictures."""
    leadlight = Path(sys.executable).with_name("leadlight")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        environment = os.environ | {"LEADLIGHT_DATA_DIR": folder}
        try:
            subprocess.run([leadlight, "demo"], env=environment, stdout=subprocess.DEVNULL, check=True)
            suite = RunFile(Path(folder)).read()
            if suite is None:
                raise RuntimeError("the demo left no suite running")
            browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=list(FLAGS))
            page = browser.new_page(
                viewport=SIZE,
                locale="en-GB",
                reduced_motion="reduce",  # charts stand at once
                base_url=f"http://{suite.services['gateway'].http_address}",
            )
            page.goto("/leads")
            page.get_by_role("table").get_by_role("link").first.click()
            photograph(page, "record")
            for name in ("home", "pipeline"):
                page.goto(f"/{name}")
                photograph(page, name)
            browser.close()
        finally:
            subprocess.run([leadlight, "down"], env=environment, stdout=subprocess.DEVNULL, check=False)


def photograph(page: Page, name: str) -> None:
    """A page once everything on it has come."""
    page.wait_for_load_state("networkidle")
    expect(page.locator("[role=status] .mantine-Loader-root")).to_have_count(0, timeout=60_000)
    page.screenshot(path=PICTURES / f"dashboard-{name}.png")


if __name__ == "__main__":
    main()
