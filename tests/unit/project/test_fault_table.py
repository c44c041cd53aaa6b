"""The table of the robustness suite."""

import sys
from pathlib import Path
from typing import Any, Literal

# `tests.robustness.table` by its name.
sys.path.insert(0, str(Path(__file__).parents[3]))

import pytest

from tests.robustness.table import FAULT, TRIED, Row, lines, rows


def report(
    fault: str | None,
    outcome: Literal["passed", "failed", "skipped"] = "passed",
    when: Literal["setup", "call", "teardown"] = "call",
    tried: tuple[int, int, int, int] | None = None,
    times: int = 1,
) -> pytest.TestReport:
    said: list[tuple[str, Any]] = [] if fault is None else [(FAULT, (fault, times))]
    said += [] if tried is None else [(TRIED, tried)]
    return pytest.TestReport("t", ("t.py", 1, "t"), {}, outcome, None, when, user_properties=said)


def test_each_fault_has_a_row_with_what_its_tests_said() -> None:
    found = rows(
        [
            report("kill", when="setup"),
            report("kill", tried=(3, 1000, 0, 0)),
            report("kill", when="teardown", tried=(3, 1000, 0, 0)),
            report("kill", "failed", tried=(2, 500, 4, 1)),
            report("frames", times=200),
            report("clock", "skipped", when="setup"),
            report(None),
        ]
    )
    assert found == [
        Row("clock", tests=1, skipped=1),
        Row("frames", tests=1, tried=200),
        Row("kill", tests=2, tried=5, writes=1500, lost=4, wrong=1, failed=1),
    ]


def test_a_test_that_broke_before_it_said_anything_failed_all_the_same() -> None:
    assert rows([report("kill", "failed", when="setup")]) == [Row("kill", failed=1)]


def test_the_table_is_aligned() -> None:
    head, row = lines([Row("kill", tests=2, tried=1234567)])
    assert len(head) == len(row)
    assert "1,234,567" in row
