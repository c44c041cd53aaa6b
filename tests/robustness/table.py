"""The robustness suite's table: each fault, how often it was tried, what was lost, what was answered wrongly.

A test says by `@pytest.mark.fault("...", times=N)` what it inflicts and how often; where only its run shows how
often, or where acknowledged writes were looked for afterwards, it says so by the fixture `tried` instead. The rows
are printed at the end of a run and kept in build/robustness.json.
"""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Protocol

import pytest

REPORT = Path(__file__).parents[2] / "build" / "robustness.json"
FAULT, TRIED = "fault", "tried"


class Tried(Protocol):
    """Notes what a test did, once."""

    def __call__(self, times: int, *, writes: int = 0, lost: int = 0, wrong: int = 0) -> None:
        """Makes the test's numbers.

        Args:
            times: How often the fault was inflicted.
            writes: Acknowledged writes that were looked for afterwards.
            lost: Those of them that were not there, or not as they had been acknowledged.
            wrong: Answers that say something else than they should, or blame the service for it.
        """
        ...


@dataclass
class Row:
    """What came of one fault.

    Attributes:
        fault: What was done to the suite.
        tests: How many tests do it.
        tried: How often they did.
        writes: Acknowledged writes that were looked for afterwards.
        lost: Those that were not there.
        wrong: Wrong answers.
        failed: Tests that failed: what they did not come to say is not in the other numbers.
        skipped: Tests that could not be run here.
    """

    fault: str
    tests: int = 0
    tried: int = 0
    writes: int = 0
    lost: int = 0
    wrong: int = 0
    failed: int = 0
    skipped: int = 0


def rows(reports: Iterable[pytest.TestReport]) -> list[Row]:
    """The table of the tests that a run has reported, by fault."""
    found: dict[str, Row] = {}
    for report in reports:
        said: dict[str, Any] = dict(report.user_properties)
        if FAULT not in said:
            continue
        fault, times = said[FAULT]
        row = found.setdefault(fault, Row(fault))
        row.tests += report.when == "call" or report.skipped
        row.skipped += report.skipped
        row.failed += report.failed
        if report.when == "call":
            counts = said.get(TRIED, (times, 0, 0, 0))
            row.tried += counts[0]
            row.writes += counts[1]
            row.lost += counts[2]
            row.wrong += counts[3]
    return sorted(found.values(), key=lambda row: row.fault)


def lines(table: list[Row]) -> list[str]:
    """The table as text."""
    titles = ["fault", "tests", "tried", "writes checked", "lost", "wrong answers", "failed", "skipped"]
    cells = [titles, *([row.fault, *(f"{number:,}" for number in _numbers(row))] for row in table)]
    widths = [max(len(line[column]) for line in cells) for column in range(len(titles))]
    return [
        "  ".join(
            cell.rjust(width) if column else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        )
        for line in cells
    ]


def keep(table: list[Row]) -> None:
    """Writes the table to build/robustness.json."""
    REPORT.parent.mkdir(exist_ok=True)
    REPORT.write_text(json.dumps([asdict(row) for row in table], indent=2) + "\n", encoding="utf-8")


def _numbers(row: Row) -> tuple[int, ...]:
    return row.tests, row.tried, row.writes, row.lost, row.wrong, row.failed, row.skipped
