"""What a language module provides: words with the roles they can play, and a few settings of grammar."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from services.notes.times.calendar import Cycle, Feast
from services.notes.times.engine import Rule, roles_of
from services.notes.times.meaning import DAY_PARTS, Clock, When
from services.notes.times.scan import Token, tokens
from services.notes.times.values import Grain

Roles = dict[str, object]
NumberReader = Callable[[Sequence[Token], int], tuple[int, int] | None]

LINKS = frozenset({"on", "at", "in", "of", "the", "comma", "for", "kl"})
"""Roles of words that may stand between a date and a time of day."""


def words_of(text: str) -> list[str]:
    """Returns the words of a list that is written as a line of text."""
    return text.split()


def phrases_of(text: str) -> list[str]:
    """Returns the phrases of a list in which bars part them."""
    return text.split("|")


@dataclass(frozen=True, slots=True)
class RelativeWord:
    """A unit by its distance from the reference, and what of it is meant: a part of a day, days of a week."""

    grain: Grain
    count: int
    part: str = ""
    weekday: int | None = None
    days: int = 1


@dataclass(slots=True)
class Branch:
    """A node of the phrase tree: the tokens that may follow, and what the phrase so far can be."""

    next: dict[str, "Branch"] = field(default_factory=dict)
    roles: Roles | None = None
    takes_dot: bool = False


@dataclass(frozen=True)
class Language:
    """A grammar's language.

    Attributes:
        code: BCP-47 tag.
        is_month_first: 5/4 is May 4 rather than 5 April.
        has_dot_ordinals: "3." is the third.
        names_are_capital: Months and weekdays are written with a capital letter, which tells them from verbs.
        rules: Rules beside the shared ones.
        read_number: Reads number words that are written without spaces: gets the tokens and a place, returns the
            number and how many tokens it takes, or None.
        variants: Characters that are written otherwise elsewhere, and the one that the words use.
    """

    code: str
    is_month_first: bool = False
    has_dot_ordinals: bool = False
    names_are_capital: bool = False
    rules: tuple[Rule, ...] = ()
    read_number: NumberReader | None = None
    variants: Mapping[int, int] = field(default_factory=dict)
    root: Branch = field(default_factory=Branch)

    def add(self, role: str, value: object, *phrases: str) -> None:
        """Gives phrases a role. A phrase may play several; a later value for the same role replaces the first."""
        roles = {role: value, "link": True} if role in LINKS else {role: value}
        for phrase in phrases:
            self._branch(phrase).update(roles)

    def add_all(self, role: str, table: Mapping[str, object]) -> None:
        """Gives each phrase of a table its value in a role; "a|b" are two phrases."""
        for words, value in table.items():
            self.add(role, value, *words.split("|"))

    def add_when(self, value: When, *phrases: str, role: str = "") -> None:
        """Gives phrases a time as their meaning, and a role more where rules need to tell it apart."""
        roles = roles_of(value) | ({role: value} if role else {})
        for phrase in phrases:
            self._branch(phrase).update(roles)

    def add_weekday(self, weekday: int, *phrases: str, is_weak: bool = False) -> None:
        """Names a weekday, Monday being 0."""
        self.add_when(When(date=Cycle(weekday=weekday), is_weak=is_weak), *phrases)

    def add_month(self, month: int, *phrases: str, is_weak: bool = False) -> None:
        """Names a month, January being 1."""
        self.add_when(When(date=Cycle(month=month), is_weak=is_weak), *phrases)

    def add_feast(self, name: str, feast: Feast, *phrases: str) -> None:
        """Names a feast."""
        self.add_when(When(date=Cycle(feast=feast, feast_name=name)), *phrases, role="feast")

    def add_relative(self, grain: Grain, count: int, *phrases: str, part: str = "") -> None:
        """Names a unit by its distance from the reference: today, tonight, this year."""
        self.add("relative", RelativeWord(grain, count, part), *phrases)

    def add_day_of_week(self, weeks: int, weekday: int, *phrases: str, days: int = 1) -> None:
        """Names a weekday of the week at a distance, or several from it on: 下周三, 下周末."""
        self.add("relative", RelativeWord(Grain.WEEK, weeks, weekday=weekday, days=days), *phrases)

    def add_clock(self, hour: int, *phrases: str) -> None:
        """Names a time of day: noon, midnight."""
        self.add_when(When(clock=Clock(hour, is_fixed=True)), *phrases)

    def add_part(self, part: str, *phrases: str) -> None:
        """Names a part of the day. Lunch is more often a meal: alone it is no time."""
        if part not in DAY_PARTS:
            raise ValueError(f"no such part of the day: {part}")
        self.add_when(When(part=part, is_weak=part == "lunch"), *phrases)

    def add_nothing(self, *phrases: str) -> None:
        """Names phrases that look like a time and are none."""
        for phrase in phrases:
            self._branch(phrase).clear()

    def dotted(self, *phrases: str) -> None:
        """Lets a phrase swallow the dot that ends an abbreviation."""
        for phrase in phrases:
            branch = self.root
            for token in tokens(phrase.lower()):
                branch = branch.next[token.text]
            branch.takes_dot = True

    def _branch(self, phrase: str) -> Roles:
        branch = self.root
        for token in tokens(phrase.lower()):
            if token.text == "-" and token.is_glued and branch is not self.root:
                continue  # looked up without its hyphens
            branch = branch.next.setdefault(token.text, Branch())
        if branch.roles is None:
            branch.roles = {}
        return branch.roles
