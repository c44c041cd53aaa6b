"""A suite with the demo's CRM, its dashboard, and Chromium: each started once for all of this folder's tests.

pytest-xdist hands out whole files (`--dist loadfile`), and a second process would start all of that again: so there
is one file that pytest collects, test_dashboard.py, and it takes in each page's tests from the module named for it.

While one works on a page, LEADLIGHT_BROWSER_TEST_URL names a dashboard that runs over the demo's CRM already, such as
that of `npm run dev`, and LEADLIGHT_DATA_DIR the data folder of its suite: no suite is started then.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

for _module in Path(__file__).parent.glob("*.py"):
    pytest.register_assert_rewrite(f"tests.browser.{_module.stem}")

from services.common.run_file import RunFile, default_data_dir  # noqa: E402
from tests.shell import Shell  # noqa: E402

_GIVEN = os.environ.get("LEADLIGHT_BROWSER_TEST_URL", "")
_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
# Debian's Chromium beside whatever else the machine does: only a page that never comes is at fault.
_PATIENCE_MS = 20_000
expect.set_options(timeout=_PATIENCE_MS)


def _needs(program: str) -> str:
    found = shutil.which(program)
    if found is None:
        message = f"{program} is not here: `make chromium` installs Chromium, Node comes with your system"
        if os.environ.get("CI") == "true":
            pytest.fail(message)
        pytest.skip(message)
    return found


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The dashboard's built files: the committed ones, or, where there are none yet, built from the sources."""
    committed = ROOT / "services" / "gateway" / "web"
    if (committed / "index.html").is_file():
        return committed
    _needs("node")
    fresh = tmp_path_factory.mktemp("web") / "built"
    subprocess.run([sys.executable, ROOT / "scripts" / "build_web.py", "--into", fresh], check=True)
    return fresh


@pytest.fixture(scope="session")
def suite(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shell]:
    """A suite that runs."""
    shell = Shell(
        tmp_path_factory.mktemp("browser"),
        {"LEADLIGHT_GATEWAY_WEB_FOLDER": str(built)},
    )
    up = shell.run("up", "--detach")
    assert up.returncode == 0, up.stderr
    try:
        yield shell
    finally:
        down = shell.run("down")
        assert down.returncode == 0, down.stderr


@pytest.fixture(scope="session")
def shown(suite: Shell) -> str:
    """What the demo prints; it uses the suite that runs, and leaves it running with the demo's CRM in it."""
    demo = suite.run("demo", timeout_s=600)
    assert demo.returncode == 0, demo.stderr
    assert RunFile(suite.data_dir).read() is not None
    return demo.stdout


@pytest.fixture(scope="session")
def data_dir(request: pytest.FixtureRequest) -> Path:
    """The data folder of the suite behind the dashboard."""
    if _GIVEN:
        return default_data_dir()
    request.getfixturevalue("shown")
    suite: Shell = request.getfixturevalue("suite")
    return suite.data_dir


@pytest.fixture(scope="session")
def address(data_dir: Path) -> str:
    """Where the dashboard is."""
    if _GIVEN:
        return _GIVEN
    running = RunFile(data_dir).read()
    assert running is not None
    return f"http://{running.services['gateway'].http_address}"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium, until this folder's one file is through: while Playwright runs, `asyncio.run` is refused to the tests
    that this process takes next."""
    program = _needs("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=list(_FLAGS))
        yield browser
        browser.close()


@pytest.fixture
def complaints() -> list[str]:
    """What the console complains of; a test that lets calls fail clears it, since Chromium reports those too."""
    return []


@pytest.fixture
def page(browser: Browser, address: str, complaints: list[str]) -> Iterator[Page]:
    """A fresh visitor, in English; what the console complains of fails the test at its end."""
    context = browser.new_context(base_url=address, locale="en-GB", viewport={"width": 1280, "height": 900})
    context.set_default_timeout(_PATIENCE_MS)
    page = context.new_page()
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    context.close()
    assert not complaints
