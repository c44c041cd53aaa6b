"""Looks tokens up in a language's words and reads numbers, so that rules see typed nodes."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from services.notes.times.calendar import Cycle, days_span, unit_span
from services.notes.times.engine import Node, roles_of
from services.notes.times.language import Branch, Language, RelativeWord, Roles
from services.notes.times.meaning import Clock, Frame, When
from services.notes.times.scan import Token
from services.notes.times.values import Grain

_BEFORE_NUMBER = frozenset(
    {"kl", "at", "week_word", "quarter_letter", "half_letter", "when", "hour_letter", "iso_t"}
)
"""Roles of a word that a number may follow without a space: "kl16", "v34", "Q3", "Feb13"."""

_AFTER_NUMBER = frozenset(
    {
        "ampm",
        "unit",
        "hour_letter",
        "ordinal_mark",
        "oclock",
        "when",
        "iso_t",
        "zone",
        "skip",
        "minute_mark",
        "and_half",
    }
)
"""And that may follow a number: "4pm", "16h30", "22april"."""

_NOT_TIMES = frozenset("$€£¥#§_%‰°=+*^<>")
"""Marks that make a number beside them something else."""

_SHAPES: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (name, re.compile(pattern))
    for name, pattern in (
        ("plain", r"\d+"),
        ("clock", r"(\d{1,2}):(\d{2})(?::(\d{2}))?"),
        ("year_first", r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})"),
        ("triple", r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4}|\d{2})"),
        ("mixed_triple", r"(\d{1,2})(/)(\d{1,2})-(\d{4}|\d{2})"),
        ("slash_pair", r"(\d{1,2})/(\d{1,2})"),
        ("dot_pair", r"(\d{1,2})\.(\d{1,2})"),
        ("decimal", r"(\d{1,3}),(\d{1,2})"),
        ("month_year", r"(\d{1,2})[-/](\d{4})"),
        ("year_month", r"(\d{4})[-/](\d{1,2})"),
        ("dot_time", r"(\d{1,2})\.(\d{2})\.(\d{2})"),
    )
)


_MOST_GROUPS = 3
"""So far is looked to each side for further groups of digits."""


def segments(tokens: Sequence[Token], language: Language, frame: Frame) -> list[list[Node]]:
    """Returns the runs of tokens that mean something in a language, in order; what lies between means nothing."""
    return _Lexer(tokens, language, frame).run()


class _Lexer:
    def __init__(self, tokens: Sequence[Token], language: Language, frame: Frame) -> None:
        self._tokens = tokens
        self._language = language
        self._frame = frame
        self._done: list[list[Node]] = []
        self._open: list[Node] = []
        self._at = 0

    def run(self) -> list[list[Node]]:
        while self._at < len(self._tokens):
            token = self._tokens[self._at]
            if token.kind == "digits" and not self._starts_phrase(token):
                self._number(token)
            else:
                self._word(token)
        self._break()
        return self._done

    def _starts_phrase(self, token: Token) -> bool:
        """Whether digits begin a name: "2. juledag"."""
        return token.text in self._language.root.next and self._longest(self._at) is not None

    def _break(self) -> None:
        if self._open:
            self._done.append(self._open)
            self._open = []

    def _keep(self, count: int, roles: Roles) -> None:
        """Makes a node of the next tokens."""
        first, last = self._tokens[self._at], self._tokens[self._at + count - 1]
        if not roles:
            self._break()
        elif "skip" not in roles:
            text = first.text if count == 1 else ""
            self._open.append(Node(first.start, last.end, roles, text, first.is_glued, first.is_capital))
        self._at += count

    def _word(self, token: Token) -> None:
        found = self._longest(self._at)
        if self._language.read_number is not None:
            number = self._language.read_number(self._tokens, self._at)
            if number is not None and (found is None or number[1] > found[0]):
                value, count = number
                counted = self._longest(self._at + count)
                is_count = counted is not None and "not_after_number" in counted[1]
                self._keep(count, {} if is_count else plain_number(value))
                return
        if found is None:
            if self._is_inner_mark(token):
                self._at += 1
                return
            self._break()
            self._at += 1
            return
        count, roles = found
        if "relative" in roles:
            try:
                roles = roles | self._relative(roles["relative"])
            except OverflowError:  # next year, written in the calendar's last
                roles = {}
        self._keep(count, roles)

    def _is_inner_mark(self, token: Token) -> bool:
        """Whether a mark means nothing here: the possessive "'s" of "tomorrow's"."""
        return token.text in ("'", "s") and token.is_glued and bool(self._open)

    def _relative(self, value: object) -> Roles:
        if not isinstance(value, RelativeWord):
            raise TypeError("a relative word's value is a RelativeWord")
        span = unit_span(self._frame.reference, value.grain, value.count)
        if value.weekday is not None:
            span = days_span(unit_span(span.start, Grain.DAY, value.weekday).start.date(), value.days)
        return roles_of(When(date=span, part=value.part))

    def _longest(self, at: int) -> tuple[int, Roles] | None:
        """Returns the length and roles of the longest phrase that starts at a token."""
        branch, place, best = self._language.root, at, None
        tokens = self._tokens
        while place < len(tokens):
            token = tokens[place]
            if token.text == "-" and token.is_glued and place > at and branch.next:
                place += 1  # "twenty-three" is written "twenty three" in the lexicon
                continue
            following = branch.next.get(token.text)
            if following is None:
                break
            branch = following
            place += 1
            if branch.roles is not None:
                best = self._with_dot(branch, place) - at, branch.roles
        if best is not None and self._is_cut(at, best[0]):
            return None
        return best

    def _with_dot(self, branch: Branch, place: int) -> int:
        if branch.takes_dot and place < len(self._tokens):
            token = self._tokens[place]
            if token.text == "." and token.is_glued:
                return place + 1
        return place

    def _is_cut(self, at: int, count: int) -> bool:
        """Whether a word is glued to marks that make it part of a name or an address: "sun@x.com", "mon_id"."""
        before, behind = self._tokens[at], self._beside(at + count)
        if before.kind != "word":
            return False
        if behind is not None and behind.is_glued and behind.text in ("@", "_", "\\"):
            return True
        previous = self._beside(at - 1)
        return before.is_glued and previous is not None and previous.text in ("_", "@", "\\", "#")

    def _beside(self, at: int) -> Token | None:
        return self._tokens[at] if 0 <= at < len(self._tokens) else None

    def _number(self, token: Token) -> None:
        if self._is_other_number(token):
            self._break()
            self._at += 1
            return
        roles = shape(token.text, self._frame)
        if roles is not None:
            self._numeric(token, roles)
            return
        pieces = token.text.split("-")
        shapes = [shape(piece, self._frame) for piece in pieces]
        if len(pieces) != 2 or not all(shapes):
            self._break()
            self._at += 1
            return
        middle = token.start + len(pieces[0])
        self._open.append(Node(token.start, middle, shapes[0] or {}, pieces[0], token.is_glued))
        self._open.append(Node(middle, middle + 1, {"dash": True}, "-", is_glued=True))
        inner = replace(token, text=pieces[1], start=middle + 1, is_glued=True)
        self._numeric(inner, shapes[1] or {})

    def _numeric(self, token: Token, roles: Roles) -> None:
        """Keeps a number, with the mark behind it that makes it an ordinal."""
        count = 1
        if "num" in roles and (ordinal := self._ordinal_marks()):
            count += ordinal
            roles = {"ord": roles["num"], "digit_ord": roles["num"]}
        elif "dot_pair" in roles and self._is_dot_of_ordinal(self._at + 1):
            count += 1
            roles = roles | {"dot_date": roles["dot_pair"]}
        end = self._tokens[self._at + count - 1].end
        self._open.append(Node(token.start, end, roles, token.text, token.is_glued))
        self._at += count

    def _ordinal_marks(self) -> int:
        """Returns how many tokens behind a number make it an ordinal."""
        following = self._beside(self._at + 1)
        if following is None or not following.is_glued:
            return 0
        found = self._longest(self._at + 1)
        if found is not None and "ordinal_mark" in found[1]:
            return found[0]
        return int(self._language.has_dot_ordinals and self._is_dot_of_ordinal(self._at + 1))

    def _is_dot_of_ordinal(self, at: int) -> bool:
        """Whether a dot behind a number belongs to it rather than ends a sentence."""
        dot, behind = self._beside(at), self._beside(at + 1)
        if dot is None or dot.text != "." or not dot.is_glued or behind is None:
            return False
        return not behind.is_capital or self._longest(at + 1) is not None

    def _is_other_number(self, token: Token) -> bool:
        """Whether what stands beside a number makes it a price, a version, a name or a count."""
        if self._is_other_by_front(token) or self._is_other_by_back():
            return True
        return token.text.isdigit() and self._is_in_groups()

    def _is_in_groups(self) -> bool:
        """Whether a number is written in groups, as phone numbers and large amounts are: 33 12 45 67, 4 500."""
        first = last = self._at
        while self._at - first < _MOST_GROUPS and self._is_digits(first - 1):
            first -= 1
        while last - self._at < _MOST_GROUPS and self._is_digits(last + 1):
            last += 1
        groups = [len(token.text) for token in self._tokens[first : last + 1]]
        if len(groups) == 2:
            return groups[1] == 3 or min(groups) > 2
        return len(groups) > 2

    def _is_digits(self, at: int) -> bool:
        token = self._beside(at)
        return token is not None and token.text.isdigit()

    def _is_other_by_front(self, token: Token) -> bool:
        before = self._beside(self._at - 1)
        if before is None:
            return False
        if before.text in _NOT_TIMES and before.end >= token.start - 1:
            return True
        if not token.is_glued or before.kind != "word":
            return False
        previous = self._open[-1] if self._open else None
        return previous is None or previous.end != token.start or _BEFORE_NUMBER.isdisjoint(previous.roles)

    def _is_other_by_back(self) -> bool:
        behind = self._beside(self._at + 1)
        if behind is None:
            return False
        if behind.is_glued and behind.text in _NOT_TIMES:
            return True
        found = self._longest(self._at + 1)
        if found is not None and "not_after_number" in found[1]:
            return True
        if behind.is_glued and behind.kind == "word":
            return found is None or _AFTER_NUMBER.isdisjoint(found[1])
        return False


def plain_number(value: int, digits: str = "") -> Roles:
    """Returns the roles of a whole number, by its digits if it was written in digits."""
    roles: Roles = {"num": value}
    if 1900 <= value <= 2199 and len(digits) in (0, 4):
        roles["year"] = value
    if len(digits) in (3, 4) and value // 100 < 24 and value % 100 < 60:
        roles["hhmm"] = (value // 100, value % 100)
    if len(digits) == 2 and digits[0] == "0":
        roles["padded"] = value
    return roles


def shape(text: str, frame: Frame) -> Roles | None:
    """Returns the roles of digits with separators by their form, or None if the form is none of a time's."""
    for name, pattern in _SHAPES:
        match = pattern.fullmatch(text)
        if match is not None:
            try:
                return _read_shape(name, match, frame)
            except ValueError:
                continue
    return None


def _read_shape(name: str, match: re.Match[str], frame: Frame) -> Roles | None:  # noqa: PLR0911 a table of forms
    groups = match.groups()
    match name:
        case "plain":
            return _plain(match.group())
        case "clock" | "dot_time":
            hour, minute, second = int(groups[0]), int(groups[1]), int(groups[2] or 0)
            clock = clock_time(hour, minute, second, digits=groups[0], has_seconds=groups[2] is not None)
            return roles_of(When(clock=clock)) | {"colon_time": clock}
        case "year_first":
            day = date(int(groups[0]), int(groups[2]), int(groups[3]))
            return roles_of(When(date=days_span(day)))
        case "triple" | "mixed_triple":
            return _triple(int(groups[0]), int(groups[2]), groups[3], frame)
        case "slash_pair" | "dot_pair":
            value = (int(groups[0]), int(groups[1]))
            return {name: value} | ({"decimal": float(".".join(groups))} if name == "dot_pair" else {})
        case "decimal":
            return {"decimal": float(".".join(groups))}
        case "month_year":
            return _month_of_year(int(groups[1]), int(groups[0]))
        case "year_month":
            return _month_of_year(int(groups[0]), int(groups[1]))
    return None


def _plain(text: str) -> Roles | None:
    if len(text) == 8 and text[:2] in ("19", "20"):
        return roles_of(When(date=days_span(date(int(text[:4]), int(text[4:6]), int(text[6:])))))
    return plain_number(int(text), text) if len(text) <= 4 else None


def _month_of_year(year: int, month: int) -> Roles:
    if not 1 <= month <= 12:
        raise ValueError("no such month")
    return roles_of(When(date=Cycle(year=year, month=month)))


def _triple(first: int, second: int, year_text: str, frame: Frame) -> Roles:
    year = full_year(int(year_text), frame) if len(year_text) == 2 else int(year_text)
    when = pair_date(first, second, frame, year)
    return roles_of(when)


def full_year(short: int, frame: Frame) -> int:
    """Returns the year that two digits mean: at most 20 years ahead of the reference."""
    century = frame.reference.year // 100 * 100
    year = century + short
    return year - 100 if year > frame.reference.year + 20 else year


def pair_date(first: int, second: int, frame: Frame, year: int | None = None) -> When:
    """Returns the date of two numbers in the order that the frame says, with the other order as the other reading.

    Raises:
        ValueError: Neither order is a date.
    """
    orders = [(first, second), (second, first)] if frame.month_first else [(second, first), (first, second)]
    dates = [
        Cycle(year=year, month=month, day=day)
        for month, day in orders
        if 1 <= month <= 12 and 1 <= day <= _longest_month(month)
    ]
    if not dates:
        raise ValueError("no such date")
    other = dates[1] if len(dates) > 1 and dates[1] != dates[0] else None
    return When(date=dates[0], other_date=other)


def _longest_month(month: int) -> int:
    return 29 if month == 2 else 30 if month in (4, 6, 9, 11) else 31


def clock_time(
    hour: int, minute: int = 0, second: int = 0, *, digits: str = "", has_seconds: bool = False
) -> Clock:
    """Returns a time of day as it is written: a leading zero or an hour past noon says which half is meant.

    Raises:
        ValueError: The day has no such time.
    """
    if hour > 24 or minute > 59 or second > 59 or (hour == 24 and (minute or second)):
        raise ValueError("no such time")
    is_fixed = hour > 12 or hour == 0 or digits.startswith("0")
    return Clock(hour, minute, second, Grain.SECOND if has_seconds else Grain.MINUTE, is_fixed)
