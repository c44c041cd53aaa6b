"""Grades: the letter of a score under the ranges that a tenant has set for a kind."""

from dataclasses import dataclass
from enum import StrEnum

from services.common.errors import FieldViolation, invalid_arguments


class Grade(StrEnum):
    """The letter of a score, A the best."""

    A = "A"
    B = "B"
    C = "C"
    D = "D"


@dataclass(frozen=True, slots=True)
class GradeRanges:
    """Where each grade begins; it ends one point below the next better one, and D begins at 0.

    Attributes:
        a: Lowest score of A, above `b`, at most 100.
        b: Lowest score of B, above `c`.
        c: Lowest score of C, at least 1.
    """

    a: int = 75
    b: int = 50
    c: int = 25

    def __post_init__(self) -> None:
        bounds = (
            ("a_minimum", self.a, 100),
            ("b_minimum", self.b, self.a - 1),
            ("c_minimum", self.c, self.b - 1),
        )
        lowest = {"a_minimum": 3, "b_minimum": 2, "c_minimum": 1}
        violations = [
            FieldViolation(name, f"must be from {lowest[name]} to {highest}, so that no grade is empty")
            for name, minimum, highest in bounds
            if not lowest[name] <= minimum <= highest
        ]
        if violations:
            raise invalid_arguments(violations)

    def grade(self, score: int) -> Grade:
        """The letter of a score of 0 to 100."""
        if score >= self.a:
            return Grade.A
        if score >= self.b:
            return Grade.B
        return Grade.C if score >= self.c else Grade.D

    def bounds(self, grade: Grade) -> tuple[int, int]:
        """Lowest and highest score of a grade."""
        return {
            Grade.A: (self.a, 100),
            Grade.B: (self.b, self.a - 1),
            Grade.C: (self.c, self.b - 1),
            Grade.D: (0, self.c - 1),
        }[grade]


DEFAULT_RANGES = GradeRanges()
"""A 75-100, B 50-74, C 25-49, D 0-24."""
