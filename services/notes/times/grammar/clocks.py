"""Times of day."""

from collections.abc import Sequence
from dataclasses import replace

from services.notes.times.engine import Node, Rule
from services.notes.times.grammar.words import length_of, number, when_of
from services.notes.times.lexer import clock_time
from services.notes.times.meaning import Clock, Frame, UnfitError, When
from services.notes.times.values import Grain


def clock_of(node: Node) -> Clock:
    """Returns a node's clock time, reading a bare number as an hour and four digits or a pair as a time.

    Raises:
        UnfitError: It can be none.
    """
    when = node.roles.get("when")
    if isinstance(when, When) and when.clock is not None:
        return when.clock
    for role in ("hhmm", "dot_pair"):
        pair = node.roles.get(role)
        if isinstance(pair, tuple):
            return clock_time(pair[0], pair[1], digits=node.text)
    hour = number([node], "num")
    if hour > 24 or "vague" in node.roles:
        raise UnfitError("no hour")
    return Clock(hour, is_fixed=hour > 12 or hour == 0 or "padded" in node.roles)


def _hour_of(node: Node) -> Clock:
    """Returns the time of a node that the words beside it make an hour: "et" is no "a" in "kvart over et"."""
    return clock_of(replace(node, roles={role: node.roles[role] for role in node.roles if role != "vague"}))


def _half_of_day(clock: Clock, half: str) -> Clock:
    hour = clock.hour
    if hour <= 12:
        hour = hour % 12 + (12 if half == "pm" else 0)
    return replace(clock, hour=hour, is_fixed=True)


def _with_half(_frame: Frame, nodes: Sequence[Node]) -> When:
    """3 pm, 3:15pm, 330 p.m., ten thirty am."""
    half = next(str(node.roles["ampm"]) for node in nodes if "ampm" in node.roles)
    return When(clock=_half_of_day(_hour_and_minute(nodes), half))


def _hour_and_minute(nodes: Sequence[Node]) -> Clock:
    """Returns the time that one or two numbers say: "ten thirty", "twelve zero three".

    Raises:
        UnfitError: No such time.
    """
    numbers = [node for node in nodes if not {"num", "when", "dot_pair"}.isdisjoint(node.roles)]
    clock = _hour_of(numbers[0]) if "kl" in nodes[0].roles else clock_of(numbers[0])  # klokken et
    if len(numbers) == 1:
        return clock
    digits = [number([node], "num") for node in numbers[1:]]
    minute = digits[0] if len(digits) == 1 else digits[0] * 10 + digits[1]
    if minute > 59 or clock.grain is not Grain.HOUR or (len(digits) == 2 and digits[0] != 0):
        raise UnfitError("no minute")
    return replace(clock, minute=minute, grain=Grain.MINUTE)


def _pair_with_half(frame: Frame, nodes: Sequence[Node]) -> When | None:
    """Ten-thirty am; "9-11 am" is a range."""
    if "dash" in nodes[1].roles and nodes[0].text.isdigit():
        return None
    return _with_half(frame, nodes)


def _said(_frame: Frame, nodes: Sequence[Node]) -> When:
    return When(clock=_hour_and_minute(nodes))


def _spoken(_frame: Frame, nodes: Sequence[Node]) -> When | None:
    """Ten thirty: two number words; what nobody sets a date for ("two twenty-three") is weak."""
    is_short = len(nodes) == 2 and number(nodes[1:], "num") < 10
    if is_short or any(node.text.isdigit() for node in nodes):
        return None
    clock = _hour_and_minute(nodes)
    is_usual = 1 <= clock.hour <= 12 and clock.minute >= 10 and clock.minute % 5 == 0
    return When(clock=clock, is_weak=not is_usual)


def _o_clock(_frame: Frame, nodes: Sequence[Node]) -> When:
    return When(clock=clock_of(next(node for node in nodes if "num" in node.roles)))


def _h_time(_frame: Frame, nodes: Sequence[Node]) -> When | None:
    """16h30."""
    if not nodes[1].is_glued or not nodes[2].is_glued:
        return None
    clock = clock_time(number(nodes[:1], "num"), number(nodes[2:], "num"))
    return When(clock=replace(clock, is_fixed=True))


def _h_hour(_frame: Frame, nodes: Sequence[Node]) -> When | None:
    """At 16h; the duration rules have read it as a number of hours."""
    length = length_of(nodes[-1])
    count = length.parts[0][0]
    if not length.has_letter_unit or not isinstance(count, int) or count > 24:
        return None
    clock = When(clock=Clock(count, grain=Grain.MINUTE, is_fixed=True))
    if "date" in nodes[0].roles:
        return replace(when_of(nodes[0]), clock=clock.clock)
    return clock


def _minutes(node: Node) -> int:
    """Returns the minutes of "ten", "ten minutes" and "a quarter".

    Raises:
        UnfitError: More than an hour, or no whole minutes.
    """
    if "quarter_hour" in node.roles:
        return 15
    if "length" in node.roles:
        count, grain = length_of(node).parts[0]
        if grain is not Grain.MINUTE:
            raise UnfitError("no minutes")
        minutes = int(count)
    else:
        minutes = number([node], "num")
    if not 0 < minutes < 60:
        raise UnfitError("no minutes")
    return minutes


def _moved(clock: Clock, minutes: int) -> Clock:
    total = (clock.hour * 60 + clock.minute + minutes) % (24 * 60)
    hour = total // 60
    if not clock.is_fixed and hour == 0:
        hour = 12  # a quarter to one
    return replace(clock, hour=hour, minute=total % 60, grain=Grain.MINUTE)


def _past(_frame: Frame, nodes: Sequence[Node]) -> When:
    return When(clock=_moved(_hour_of(nodes[-1]), _minutes(nodes[0])))


def _to(_frame: Frame, nodes: Sequence[Node]) -> When:
    return When(clock=_moved(_hour_of(nodes[-1]), -_minutes(nodes[0])))


def _weak_to(frame: Frame, nodes: Sequence[Node]) -> When | None:
    """Five to four: with digits it is a range or a score."""
    if "clock_noon" not in nodes[-1].roles and (nodes[0].text.isdigit() or nodes[-1].text.isdigit()):
        return None
    return _to(frame, nodes)


def _half_past(_frame: Frame, nodes: Sequence[Node]) -> When | None:
    clock = _hour_of(nodes[-1])
    return When(clock=_moved(clock, 30)) if clock.minute == 0 else None


def _half_to(_frame: Frame, nodes: Sequence[Node]) -> When | None:
    """Halv fire: half an hour before four."""
    clock = _hour_of(nodes[-1])
    return When(clock=_moved(clock, -30)) if clock.minute == 0 and clock.hour <= 12 else None


def _dot_time(_frame: Frame, nodes: Sequence[Node]) -> When | None:
    """15.30: alone it may be any number."""
    if len(nodes[0].text.partition(".")[2]) != 2:
        return None
    return When(clock=clock_of(nodes[0]), is_weak=True)


def _zoned(_frame: Frame, nodes: Sequence[Node]) -> When | None:
    offset = next(node.roles["zone"] for node in nodes if "zone" in node.roles)
    when = when_of(nodes[0])
    if when.clock is None or not isinstance(offset, int):
        return None
    clock = when.clock
    fixed = replace(clock, is_fixed=True) if clock.hour >= 8 else clock
    return replace(
        when,
        offset_min=offset,
        clock=replace(fixed, grain=Grain.MINUTE if clock.grain is Grain.HOUR else clock.grain),
    )


RULES = (
    Rule("ampm", "num|clock|hhmm|dot_pair oclock? ampm", _with_half),
    Rule("ampm_pairs", "num dash? num ampm", _pair_with_half),
    Rule("ampm_pairs", "num num num ampm", _with_half),
    Rule("clocks", "num num", _spoken),
    Rule("clocks", "num dash? num dash? num", _spoken),
    Rule("clocks", "at|kl num num", _said),
    Rule("clocks", "at|kl num|hhmm|dot_pair|clock", _said),
    Rule("clocks", "kl? num dash? oclock", _o_clock),
    Rule("numbers", "num hour_letter num", _h_time),
    Rule("clocks", "at|kl|date length", _h_hour),
    Rule("clocks", "num|length|quarter_hour past clock|num", _past),
    Rule("clocks", "length from|after clock", _past),
    Rule("clocks", "length|quarter_hour to_hour clock|num", _to),
    Rule("clocks", "num to_hour clock|num", _weak_to),
    Rule("clocks", "at|kl clock", _said),
    Rule("clocks", "num clock_noon", lambda _frame, nodes: when_of(nodes[-1])),
    Rule("zones", "dot_pair", _dot_time),
    Rule("zones", "clock|datetime comma? zone", _zoned),
)
HALF_PAST_RULES = (
    Rule("clocks", "half_past num|clock", _half_past),
    Rule("clocks", "half num", _half_past),
)
HALF_TO_RULES = (Rule("clocks", "half num|clock", _half_to),)
