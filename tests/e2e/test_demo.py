"""`leadlight demo` as people run it, and what they go on with: the worklist, the home page, export and erasure."""

import json
from collections.abc import Iterator

import pytest

from services.common.run_file import RunFile
from tests.e2e.shell import Shell

pytestmark = pytest.mark.timeout(900)


@pytest.fixture(scope="module")
def suite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shell]:
    shell = Shell(tmp_path_factory.mktemp("demo"))
    up = shell.run("up", "--detach")
    assert up.returncode == 0, up.stderr
    try:
        yield shell
    finally:
        down = shell.run("down")
        assert down.returncode == 0, down.stderr


@pytest.fixture(scope="module")
def shown(suite: Shell) -> str:
    """What the demo prints; it uses the suite that runs, and leaves it running."""
    demo = suite.run("demo", timeout_s=600)
    assert demo.returncode == 0, demo.stderr
    assert RunFile(suite.data_dir).read() is not None
    assert "grpcurl -plaintext" in demo.stdout, "one question to copy"
    return demo.stdout


def test_the_demo_has_a_screen_for_every_service(shown: str) -> None:
    for title in (
        "Scoring: which leads",
        "Relationship: how it stands with",
        "Duplicates: who",
        "Conversation: ",
        "Notes: what",
        "Qualification: ",
        "Worklist of ",
    ):
        assert f"\n{title}" in shown
    assert "The CRM is synthetic: no figure is real." in shown


def test_the_worklist_of_a_seller(suite: Shell, shown: str) -> None:
    seller = shown.partition("\nWorklist of ")[2].partition(":")[0]
    found = json.loads(suite.run("worklist", seller, "--json").stdout)
    assert found["items"]
    assert all(each["service"] in ("scoring", "relationship", "notes") for each in found["items"])


@pytest.mark.usefixtures("shown")
def test_the_home_page(suite: Shell) -> None:
    home = suite.run("home")
    assert home.returncode == 0, home.stderr
    assert home.stdout


@pytest.mark.usefixtures("shown")
def test_a_person_is_exported_and_erased(suite: Shell) -> None:
    who = "contact/C-001"
    held = suite.run("export", who)
    assert held.returncode == 0, held.stderr
    assert {json.loads(line)["service"] for line in held.stdout.splitlines()} >= {"dedupe", "relationship"}
    rehearsed = suite.run("erase", who, "--dry-run")
    assert rehearsed.returncode == 0, rehearsed.stderr
    erased = suite.run("erase", who, "--yes", "--json")
    assert erased.returncode == 0, erased.stderr
    assert json.loads(erased.stdout)["state"] == "ERASURE_STATE_DONE"
    left = suite.run("export", who)
    assert (left.returncode, left.stdout) == (0, "")
