"""Conditions on a pair of records, each defined once and usable twice: in SQL for a scan, in rapidfuzz for one pair.

Similarities work on UTF-8 bytes, as DuckDB's do; forms are ASCII but for Han characters. Written for the SQL that
DuckDB and Spark share; an engine without a similarity registers a function of that name. A comparison asks its
conditions only where both sides have a value; a condition over further forms is false where one of them is NULL.

In SQL a pair is a row: its two sides' forms are the columns `l_<form>` and `r_<form>`, the left side's steps of
commonness `l_c_<form>`, and similarities that several conditions ask for are columns too, computed once. Conditions
are written cheapest part first, since AND and OR stop as early as they can.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Protocol

from rapidfuzz.distance import DamerauLevenshtein, JaroWinkler
from typing_extensions import override


class Row(Protocol):
    """One side of a pair: its normal forms and how common each is."""

    def form(self, name: str) -> str | None:
        """The form of that name, None where the record is silent."""
        ...

    def commonness(self, name: str) -> int:
        """Step of how common the form's value is, 0 for the rarest."""
        ...


class Condition(ABC):
    """Something that holds for a pair or does not."""

    @abstractmethod
    def sql(self) -> str:
        """The same as an expression over a pair's columns."""

    @abstractmethod
    def holds(self, left: Row, right: Row) -> bool:
        """Whether it holds for this pair."""


def similarity_column(form: str) -> str:
    """The column of a pair that holds how alike a form is on both sides."""
    return f"s_{form}"


def similarity_sql(form: str) -> str:
    """What stands in it, over the tables `l` and `r`."""
    one, other = f"l.{form}", f"r.{form}"
    return f"CASE WHEN {one} = {other} THEN 1.0 ELSE jaro_winkler_similarity({one}, {other}) END"


def _similarity(one: str, other: str) -> float:
    return float(JaroWinkler.similarity(one.encode(), other.encode()))


@dataclass(frozen=True)
class Same(Condition):
    """Both have the same value."""

    form: str

    @override
    def sql(self) -> str:
        return f"l_{self.form} = r_{self.form}"

    @override
    def holds(self, left: Row, right: Row) -> bool:
        value = left.form(self.form)
        return value is not None and value == right.form(self.form)


@dataclass(frozen=True)
class Common(Condition):
    """The left value's step of commonness is at least this; for values that are the same."""

    form: str
    least: int

    @override
    def sql(self) -> str:
        return f"l_c_{self.form} >= {self.least}"

    @override
    def holds(self, left: Row, right: Row) -> bool:
        return left.commonness(self.form) >= self.least


@dataclass(frozen=True)
class Are(Condition):
    """Both forms have this value."""

    form: str
    value: str

    @override
    def sql(self) -> str:
        return f"(l_{self.form} = '{self.value}' AND r_{self.form} = '{self.value}')"

    @override
    def holds(self, left: Row, right: Row) -> bool:
        return left.form(self.form) == self.value == right.form(self.form)


@dataclass(frozen=True)
class Swapped(Condition):
    """What one has in one form, the other has (much alike) in the second; crosswise, where all four are there.

    Attributes:
        one: A form both have.
        other: The second form, which one side may lack.
        least: Jaro-Winkler similarity that is alike enough.
    """

    one: str
    other: str
    least: float

    @override
    def sql(self) -> str:
        there = self._crossed_sql("l", "r")
        back = self._crossed_sql("r", "l")
        return f"({there} AND {back} AND (l_{self.other} IS NOT NULL OR r_{self.other} IS NOT NULL))"

    def _crossed_sql(self, one: str, other: str) -> str:
        """Much alike, or nothing there to be alike."""
        similarity = f"jaro_winkler_similarity({one}_{self.one}, {other}_{self.other})"
        return f"({other}_{self.other} IS NULL OR {similarity} >= {self.least!r})"

    @override
    def holds(self, left: Row, right: Row) -> bool:
        there = self._crossed(left, right)
        back = self._crossed(right, left)
        return (there and (left.form(self.other) is None or back)) or (
            back and (right.form(self.other) is None or there)
        )

    def _crossed(self, one: Row, other: Row) -> bool:
        first, second = one.form(self.one), other.form(self.other)
        return first is not None and second is not None and _similarity(first, second) >= self.least


@dataclass(frozen=True)
class Listed(Condition):
    """One side's value is in the other's list, written as |a|b|."""

    form: str
    listing: str

    @override
    def sql(self) -> str:
        return (
            f"(contains(l_{self.listing}, concat('|', r_{self.form}, '|'))"
            f" OR contains(r_{self.listing}, concat('|', l_{self.form}, '|')))"
        )

    @override
    def holds(self, left: Row, right: Row) -> bool:
        return f"|{right.form(self.form)}|" in (left.form(self.listing) or "") or (
            f"|{left.form(self.form)}|" in (right.form(self.listing) or "")
        )


@dataclass(frozen=True)
class Initial(Condition):
    """One is a single letter and the other begins with it."""

    form: str

    @override
    def sql(self) -> str:
        return (
            f"((length(l_{self.form}) = 1 OR length(r_{self.form}) = 1)"
            f" AND substr(l_{self.form}, 1, 1) = substr(r_{self.form}, 1, 1))"
        )

    @override
    def holds(self, left: Row, right: Row) -> bool:
        one, other = left.form(self.form), right.form(self.form)
        return one is not None and other is not None and 1 in (len(one), len(other)) and one[:1] == other[:1]


@dataclass(frozen=True)
class Alike(Condition):
    """Jaro-Winkler similarity (prefix weight 0.1) of at least `least`."""

    form: str
    least: float

    @override
    def sql(self) -> str:
        return f"{similarity_column(self.form)} >= {self.least!r}"

    @override
    def holds(self, left: Row, right: Row) -> bool:
        one, other = left.form(self.form), right.form(self.form)
        if one is None or other is None:
            return False
        return _similarity(one, other) >= self.least


@dataclass(frozen=True)
class Reordered(Condition):
    """Of several words on one side at least, and much alike once the words stand by the alphabet.

    Attributes:
        form: The words as they stand.
        ordered: The words by the alphabet.
        least: Jaro-Winkler similarity that is alike enough.
    """

    form: str
    ordered: str
    least: float

    @override
    def sql(self) -> str:
        one, other = f"l_{self.ordered}", f"r_{self.ordered}"
        return (
            f"((l_{self.form} <> {one} OR r_{self.form} <> {other})"
            f" AND jaro_winkler_similarity({one}, {other}) >= {self.least!r})"
        )

    @override
    def holds(self, left: Row, right: Row) -> bool:
        one, other = left.form(self.ordered), right.form(self.ordered)
        if one is None or other is None:
            return False
        is_reordered = left.form(self.form) != one or right.form(self.form) != other
        return is_reordered and _similarity(one, other) >= self.least


@dataclass(frozen=True)
class Typed(Condition):
    """A few slips of the keyboard apart.

    Attributes:
        form: That is compared.
        most: Insertions, deletions, replacements and swaps of neighbours (Damerau-Levenshtein).
        alike: Jaro-Winkler similarity that it takes too; 0 for none.
    """

    form: str
    most: int
    alike: float = 0.0

    @override
    def sql(self) -> str:
        one, other = f"l_{self.form}", f"r_{self.form}"
        alike = f" AND jaro_winkler_similarity({one}, {other}) >= {self.alike!r}" if self.alike else ""
        # Lengths and Levenshtein's distance, at most twice this one, settle most pairs at a tenth of its cost.
        return (
            f"(abs(length({one}) - length({other})) <= {self.most}{alike}"
            f" AND levenshtein({one}, {other}) <= {2 * self.most}"
            f" AND damerau_levenshtein({one}, {other}) <= {self.most})"
        )

    @override
    def holds(self, left: Row, right: Row) -> bool:
        one, other = left.form(self.form), right.form(self.form)
        if one is None or other is None:
            return False
        if self.alike and _similarity(one, other) < self.alike:
            return False
        distance = DamerauLevenshtein.distance(one.encode(), other.encode(), score_cutoff=self.most)
        return bool(distance <= self.most)


@dataclass(frozen=True)
class Both(Condition):
    """All of these hold."""

    conditions: tuple[Condition, ...]

    @override
    def sql(self) -> str:
        return "(" + " AND ".join(condition.sql() for condition in self.conditions) + ")"

    @override
    def holds(self, left: Row, right: Row) -> bool:
        return all(condition.holds(left, right) for condition in self.conditions)


@dataclass(frozen=True)
class Either(Condition):
    """One of these holds."""

    conditions: tuple[Condition, ...]

    @override
    def sql(self) -> str:
        return "(" + " OR ".join(condition.sql() for condition in self.conditions) + ")"

    @override
    def holds(self, left: Row, right: Row) -> bool:
        return any(condition.holds(left, right) for condition in self.conditions)
