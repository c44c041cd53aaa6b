"""`leadlight demo` as people run it, and what they go on with: the worklist, the home page, export and erasure.

Here, since loading the demo's CRM is most of what these tests and the dashboard's cost.
"""

import json

import pytest

from tests.shell import Shell


def test_the_demo_has_a_screen_for_every_service(shown: str) -> None:
    assert "grpcurl -plaintext" in shown, "one question to copy"
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


def test_the_worklist_at_a_terminal(suite: Shell, shown: str) -> None:
    seller = shown.partition("\nWorklist of ")[2].partition(":")[0]
    found = json.loads(suite.run("worklist", seller, "--json").stdout)
    assert found["items"]
    assert all(each["service"] in ("scoring", "relationship", "notes") for each in found["items"])


@pytest.mark.usefixtures("shown")
def test_the_home_page_at_a_terminal(suite: Shell) -> None:
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
