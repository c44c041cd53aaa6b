"""Grades under default and own ranges."""

import pytest

from services.common.errors import Code, LeadlightError
from services.scoring.grades import DEFAULT_RANGES, Grade, GradeRanges


@pytest.mark.parametrize(
    ("score", "grade"),
    [(100, "A"), (75, "A"), (74, "B"), (50, "B"), (49, "C"), (25, "C"), (24, "D"), (0, "D")],
)
def test_default_grades(score: int, grade: str) -> None:
    assert DEFAULT_RANGES.grade(score) == grade


def test_setting_the_minimum_of_a_to_51_makes_the_maximum_of_b_50() -> None:
    ranges = GradeRanges(a=51)
    assert ranges.bounds(Grade.B) == (50, 50)
    assert ranges.grade(51) is Grade.A
    assert ranges.grade(50) is Grade.B


@pytest.mark.parametrize("ranges", [DEFAULT_RANGES, GradeRanges(3, 2, 1), GradeRanges(100, 99, 98)])
def test_ranges_are_contiguous_and_none_is_empty(ranges: GradeRanges) -> None:
    covered = [
        score for grade in Grade for score in range(ranges.bounds(grade)[0], ranges.bounds(grade)[1] + 1)
    ]
    assert sorted(covered) == list(range(101))
    for grade in Grade:
        low, high = ranges.bounds(grade)
        assert {ranges.grade(score) for score in range(low, high + 1)} == {grade}


@pytest.mark.parametrize(
    ("a", "b", "c", "fields"),
    [
        (101, 50, 25, ["a_minimum"]),
        (50, 50, 25, ["b_minimum"]),
        (75, 25, 25, ["c_minimum"]),
        (75, 50, 0, ["c_minimum"]),
        (40, 50, 60, ["b_minimum", "c_minimum"]),
        (2, 1, 0, ["a_minimum", "b_minimum", "c_minimum"]),
    ],
)
def test_ranges_that_leave_a_grade_empty_are_refused(a: int, b: int, c: int, fields: list[str]) -> None:
    with pytest.raises(LeadlightError) as refused:
        GradeRanges(a, b, c)
    assert refused.value.code is Code.INVALID_ARGUMENT
    assert [violation.field for violation in refused.value.violations] == fields
