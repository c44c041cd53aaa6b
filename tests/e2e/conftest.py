"""A suite that runs, started once for all tests that need nothing more.

pytest-xdist hands out whole files (`--dist loadfile`), and seven services take their time to start: so there is one
file that pytest collects for them, test_one_suite.py, and it takes in the tests of each command from its module.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2]))

for _module in Path(__file__).parent.glob("*.py"):
    pytest.register_assert_rewrite(f"tests.e2e.{_module.stem}")

from tests.shell import Shell  # noqa: E402


@pytest.fixture(scope="module")
def suite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shell]:
    """A suite in the background; another command's records may be in it."""
    shell = Shell(tmp_path_factory.mktemp("suite"))
    up = shell.run("up", "--detach")
    assert up.returncode == 0, up.stderr
    try:
        yield shell
    finally:
        down = shell.run("down")
        assert down.returncode == 0, down.stderr
