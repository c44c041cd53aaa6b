"""Applies tables of sequence rules to typed nodes, bottom-up.

A node is a stretch of text with the roles that it can play. A rule is a sequence of roles and a function that
builds the meaning of the whole. Rules lie in strata: each is applied from the right to the left until nothing
more fits, at each place the longest rule first; so "second Monday of last month" reads "last month" before what
hangs on it. A rule is at most eight nodes long and a stratum is passed a fixed number of times, so the cost is
linear in the number of nodes.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import product

from services.notes.times.meaning import Frame, Interval, Length, Meaning, Repeat, When

_PASSES = 5
"""How often a stratum is applied: "one day, two hours and five minutes" needs two."""


@dataclass(frozen=True, slots=True)
class Node:
    """A stretch of text and what it can be.

    Attributes:
        start: Offset of its first character.
        end: Offset behind its last.
        roles: Values by role.
        text: The token's text; empty for what rules built.
        is_glued: No space before it.
    """

    start: int
    end: int
    roles: dict[str, object]
    text: str = ""
    is_glued: bool = False
    is_capital: bool = False


Build = Callable[[Frame, Sequence[Node]], "Meaning | dict[str, object] | None"]


@dataclass(frozen=True, slots=True)
class Rule:
    """A sequence of roles and what it makes.

    Attributes:
        stratum: When it is applied, see `grammar.STRATA`.
        pattern: Roles, separated by spaces; "a|b" is either, "a?" may be missing.
        build: Gets the matched nodes (a missing one is left out) and returns a meaning, roles, or None to decline.
    """

    stratum: str
    pattern: str
    build: Build


@dataclass(slots=True)
class _Branch:
    next: dict[str, "_Branch"] = field(default_factory=dict)
    builds: list[Build] = field(default_factory=list)


class Grammar:
    """Rules, ready to be applied."""

    def __init__(self, strata: Sequence[str], rules: Sequence[Rule]) -> None:
        unknown = {rule.stratum for rule in rules} - set(strata)
        if unknown:
            raise ValueError(f"rules name unknown strata: {sorted(unknown)}")
        self._strata = [_tree([rule for rule in rules if rule.stratum == name]) for name in strata]

    def apply(self, frame: Frame, nodes: list[Node]) -> list[Node]:
        """Returns the nodes with everything combined that the rules know to combine."""
        present = set[str]().union(*(node.roles for node in nodes))
        for tree in self._strata:
            if present.isdisjoint(tree.next):
                continue
            for _ in range(_PASSES):
                reduced = _reduce(tree, frame, nodes)
                if reduced is None:
                    break
                nodes = reduced
                present.update(*(node.roles for node in nodes))
        return nodes


def roles_of(meaning: Meaning) -> dict[str, object]:
    """Returns the roles that a meaning can play in larger patterns."""
    match meaning:
        case When():
            return _roles_of_when(meaning)
        case Interval():
            return {"weak_interval" if meaning.is_weak else "interval": meaning}
        case Length():
            return {"length": meaning}
        case Repeat():
            return {"repeat": meaning}


def _roles_of_when(when: When) -> dict[str, object]:
    roles: dict[str, object] = {"when": when}
    if when.is_date:
        roles["date"] = when
        date = when.date
        roles["weekday"] = when if getattr(date, "is_weekday", False) else None
        roles["month"] = when if getattr(date, "is_month", False) else None
        roles = {role: value for role, value in roles.items() if value is not None}
    elif when.is_clock:
        roles["clock"] = when
    elif when.is_part:
        roles["part"] = when
    else:
        roles["datetime"] = when
    return roles


def _tree(rules: Sequence[Rule]) -> _Branch:
    root = _Branch()
    for rule in rules:
        choices = []
        for element in rule.pattern.split():
            names = element.rstrip("?").split("|")
            choices.append([*names, ""] if element.endswith("?") else names)
        for pattern in product(*choices):
            branch = root
            for role in filter(None, pattern):
                branch = branch.next.setdefault(role, _Branch())
            if rule.build not in branch.builds:
                branch.builds.append(rule.build)
    return root


def _reduce(tree: _Branch, frame: Frame, nodes: list[Node]) -> list[Node] | None:
    """Applies a stratum once from right to left; None if nothing fitted."""
    done: list[Node] = []  # in reverse
    changed = False
    starts = tree.next.keys()
    for node in reversed(nodes):
        done.append(node)
        if starts.isdisjoint(node.roles):
            continue
        for length, build in _matches(tree, done):
            matched = done[: -length - 1 : -1]
            built = _build(build, frame, matched)
            if built is not None:
                del done[-length:]
                done.append(built)
                changed = True
                break
    return done[::-1] if changed else None


def _matches(tree: _Branch, done: list[Node]) -> list[tuple[int, Build]]:
    """Returns the rules that fit at the last node of a reversed list, the longest first."""
    found: list[tuple[int, Build]] = []
    paths = [tree]
    length = 0
    while paths and length < len(done):
        roles = done[-1 - length].roles
        length += 1
        reached = []
        for path in paths:
            for role in roles:
                branch = path.next.get(role)
                if branch is not None:
                    reached.append(branch)
                    for build in branch.builds:
                        found.append((length, build))  # noqa: PERF401 the inmost loop: a generator costs more
        paths = reached
    found.sort(key=_by_length)
    return found


def _by_length(match: tuple[int, Build]) -> int:
    return -match[0]


_LEADING = frozenset({"on", "at", "comma"})
"""Roles of a first word that is not part of the expression itself."""


def _build(build: Build, frame: Frame, matched: list[Node]) -> Node | None:
    try:
        meaning = build(frame, matched)
    except (OverflowError, ValueError):  # a date that no calendar has: 31 February, the year 12000
        return None
    if meaning is None:
        return None
    first = matched[0]
    if len(matched) > 1 and not _LEADING.isdisjoint(first.roles):
        first = matched[1]
    roles = meaning if isinstance(meaning, dict) else roles_of(meaning)
    return Node(first.start, matched[-1].end, roles, is_glued=first.is_glued, is_capital=first.is_capital)
