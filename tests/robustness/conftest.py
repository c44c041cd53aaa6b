import sys
from collections.abc import Callable
from pathlib import Path

# `tests.robustness.processes` by its name.
sys.path.insert(0, str(Path(__file__).parents[2]))

import pytest

from tests.robustness import table
from tests.robustness.size import ALL

Record = Callable[[str, object], None]


@pytest.fixture(autouse=True)
def inflicted(request: pytest.FixtureRequest, record_property: Record) -> None:
    """Says in the test's report what it inflicts."""
    marker = request.node.get_closest_marker("fault")
    if marker is not None:
        record_property(table.FAULT, (marker.args[0], marker.kwargs.get("times", 1)))


@pytest.fixture
def tried(record_property: Record) -> table.Tried:
    """See `table.Tried`."""

    def note(times: int, *, writes: int = 0, lost: int = 0, wrong: int = 0) -> None:
        record_property(table.TRIED, (times, writes, lost, wrong))

    return note


@pytest.fixture(params=["sqlite", "postgresql"] if ALL else ["sqlite"])
def kept_at(request: pytest.FixtureRequest) -> str:
    """URL of an empty database: `database_url`, in CI on SQLite alone, for what is slow to start."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Prints the table of faults, and keeps it in build/robustness.json."""
    found = table.rows(
        report
        for outcome, reports in terminalreporter.stats.items()
        for report in reports
        if outcome != "rerun" and isinstance(report, pytest.TestReport)
    )
    if found:
        table.keep(found)
        terminalreporter.section("faults")
        for line in table.lines(found):
            terminalreporter.line(line)
