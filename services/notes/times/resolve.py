"""Finds the words of time in a text and says what they mean: the suite's one place for that.

    mentions = resolve_times("Demo next Tuesday at 3", "en", TimeContext(reference, zone))

A text is folded and cut into tokens (`scan`), looked up in the words of its language (`lexer`, `languages`),
put together by rules (`engine`, `grammar`), and laid on the calendar (`readings`). Every step is linear in the
text's length.
"""

from dataclasses import replace
from datetime import datetime, time
from functools import cache, lru_cache

from services.notes.times.calendar import Span
from services.notes.times.companions import align
from services.notes.times.conventions import DateOrder, TimeContext
from services.notes.times.engine import Grammar, Node
from services.notes.times.grammar import RULES, STRATA
from services.notes.times.language import Language
from services.notes.times.languages import load_language
from services.notes.times.lexer import segments
from services.notes.times.meaning import Frame, Interval, Length, Repeat, When, fitting
from services.notes.times.readings import Placed, clock_change, place, place_interval, reading_of
from services.notes.times.recurrence import first_time, rrule
from services.notes.times.scan import fold, tokens
from services.notes.times.values import Bound, Duration, Grain, Reading, TimeKind, TimeMention

_MOST_READINGS = 4
_WRITTEN_AS = {"no": "nb", "nn": "nb"}
"""Tags whose times are read by the grammar of another: Norwegian as such, and its other written form."""
_SENTENCE_ENDS = ".!?:\n"
_AROUND = " .,!?\n"
_FURTHEST = 12
"""So many characters are looked at around a mention."""
_BEFORE_MONTHS = frozenset(
    {"in", "by", "until", "till", "since", "from", "before", "after", "of", "during", "for", "to"}
)
"""Jan and May are names of people too: only after these is the month meant."""
_FURTHEST = 12
"""So many characters are looked at around a mention."""
_BEFORE_MONTHS = frozenset(
    {"in", "by", "until", "till", "since", "from", "before", "after", "of", "during", "for", "to"}
)
"""Jan and May are names of people too: only after these is the month meant."""


_MOST_COUNTRIES = 64
"""Tables of words that are kept, a language and a country each."""


@lru_cache(maxsize=_MOST_COUNTRIES)
def _words(code: str, country: str) -> Language:
    return load_language(code, country)


@cache
def _grammar(code: str) -> Grammar:
    return Grammar(STRATA, (*RULES, *_words(code, "").rules))


def prepare(*languages: str) -> None:
    """Builds the tables of languages, which the first text in each would otherwise wait for."""
    for code in languages:
        _words(code, "")
        _grammar(code)


def resolve_times(text: str, language: str, context: TimeContext) -> tuple[TimeMention, ...]:
    """Returns the expressions of time in a text, in order and without overlap.

    Args:
        text: Any text; spans point into it.
        language: "en", "da", "nb" (or "no", "nn"), "sv" or "zh", with or without a region.
        context: Where and when it was written.

    Raises:
        ValueError: There is no grammar for the language.
    """
    code = language.partition("-")[0].lower()
    code = _WRITTEN_AS.get(code, code)
    words, grammar = _words(code, context.conventions.country.upper()), _grammar(code)
    folded = fold(text)
    frame = frame_of(context, words)
    found = []
    plain = folded.text.translate(words.variants) if words.variants else folded.text
    for segment in segments(tokens(plain), words, frame):
        if not any(not _TIMELESS.issuperset(node.roles) for node in segment):
            continue
        for node in align(grammar.apply(frame, segment)):
            mention = _mention(node, folded.text, frame, context, words)
            if mention is not None:
                found.append(
                    replace(
                        mention,
                        span_start=folded.original(mention.span_start),
                        span_end=folded.original(mention.span_end),
                    )
                )
    return tuple(found)


_TIMELESS = frozenset(
    {
        "link",
        "on",
        "at",
        "in",
        "of",
        "the",
        "comma",
        "for",
        "to",
        "and",
        "from",
        "between",
        "by",
        "dash",
        "slash",
    }
)
"""Roles that no time can be built from alone."""


def frame_of(context: TimeContext, language: Language) -> Frame:
    """Returns what a language's words are read against."""
    order = context.conventions.date_order
    month_first = (
        language.is_month_first if order is DateOrder.BY_LANGUAGE else order is DateOrder.MONTH_FIRST
    )
    reference = context.reference.replace(tzinfo=None)
    return Frame(reference, datetime.combine(reference.date(), time()), context.conventions, month_first)


def _mention(
    node: Node, text: str, frame: Frame, context: TimeContext, language: Language
) -> TimeMention | None:
    """Returns a node as callers get it, or None if it is no time after all."""
    blank = TimeMention(
        span_start=node.start,
        span_end=node.end,
        kind=TimeKind.INSTANT,
        readings=(),
        bound=Bound.NONE,
        duration=None,
        rrule="",
        in_gap=False,
        is_ambiguous_fold=False,
        language=language.code,
    )
    try:
        for role, make in _MAKERS.items():
            if role in node.roles:
                if _is_weak(node.roles[role]) and not _stands_out(node, text, language):
                    return None
                return make(blank, node.roles[role], frame, context)
    except (ValueError, OverflowError):  # it names a date that no calendar has
        return None
    return None


def _is_weak(value: object) -> bool:
    return isinstance(value, When | Interval) and value.is_weak


def _stands_out(node: Node, text: str, language: Language) -> bool:
    """Whether words that are mostly no time are one here: alone in the text, or a name by their capital letter."""
    before = text[max(0, node.start - _FURTHEST) : node.start].rstrip(" ")
    is_short = node.start <= _FURTHEST and len(text) - node.end <= _FURTHEST
    if is_short and not before.strip(_AROUND) and not text[node.end :].strip(_AROUND):
        return True
    if not language.names_are_capital or not node.is_capital or not before or before[-1] in _SENTENCE_ENDS:
        return False
    return "month" not in node.roles or before.split(" ")[-1].lower() in _BEFORE_MONTHS


def _instant(blank: TimeMention, value: object, frame: Frame, context: TimeContext) -> TimeMention:
    when = fitting(value, When)
    placed = place(frame, when, context.zone)[:_MOST_READINGS]
    mention = replace(blank, kind=_kind(placed[0][0], when))
    return _checked(mention, [reading_of(one, share, frame) for one, share in placed], context)


def _kind(placed: Placed, when: When) -> TimeKind:
    """A calendar unit or a point is an instant; a stretch of several units and a part of the day are not."""
    if placed.end is None or placed.end == placed.start:
        return TimeKind.INSTANT
    if when.clock is not None or when.is_moment or when.part == "noon":
        return TimeKind.INSTANT
    if when.part:
        return TimeKind.INTERVAL
    is_unit = Span(placed.start, placed.end, placed.grain).is_unit
    return TimeKind.INSTANT if is_unit else TimeKind.INTERVAL


def _interval(blank: TimeMention, value: object, frame: Frame, context: TimeContext) -> TimeMention:
    interval = fitting(value, Interval)
    placed = place_interval(frame, interval, context.zone)
    length = _duration(interval.length)
    mention = replace(blank, kind=TimeKind.INTERVAL, bound=interval.bound, duration=length)
    if isinstance(placed, tuple):
        reading = reading_of(replace(placed[1], is_open=True), 1.0, frame)
        checked = _checked(mention, [reading], context)
        due = checked.readings[0]
        return replace(checked, readings=(replace(due, start=None, end=due.start),))
    return _checked(mention, [reading_of(placed, 1.0, frame)], context)


def _length(blank: TimeMention, value: object, _frame: Frame, _context: TimeContext) -> TimeMention:
    length = fitting(value, Length)
    reading = Reading(
        start=None,
        end=None,
        grain=length.grain,
        has_date=False,
        has_time=False,
        is_past=False,
        probability=1.0,
    )
    return replace(blank, kind=TimeKind.DURATION, readings=(reading,), duration=_duration(length))


def _duration(length: Length | None) -> Duration | None:
    """Returns a length as one count: in the finest unit named where the units have a fixed ratio."""
    if length is None:
        return None
    total, grain = length.parts[0]
    for count, finer in length.parts[1:]:
        ratio = _RATIOS.get((grain, finer))
        if ratio is None:
            break
        total, grain = total * ratio + count, finer
    return Duration(total, grain)


_RATIOS = {
    (Grain.MINUTE, Grain.SECOND): 60,
    (Grain.HOUR, Grain.MINUTE): 60,
    (Grain.HOUR, Grain.SECOND): 3600,
    (Grain.DAY, Grain.HOUR): 24,
    (Grain.DAY, Grain.MINUTE): 1440,
    (Grain.WEEK, Grain.DAY): 7,
    (Grain.WEEK, Grain.HOUR): 168,
    (Grain.QUARTER, Grain.MONTH): 3,
    (Grain.YEAR, Grain.MONTH): 12,
    (Grain.YEAR, Grain.QUARTER): 4,
}


def _set(blank: TimeMention, value: object, frame: Frame, context: TimeContext) -> TimeMention:
    repeat = fitting(value, Repeat)
    first = first_time(frame, repeat, context.zone)
    mention = replace(blank, kind=TimeKind.SET, rrule=rrule(repeat, first))
    return _checked(mention, [reading_of(first, 1.0, frame)], context)


def _checked(mention: TimeMention, readings: list[Reading], context: TimeContext) -> TimeMention:
    """Moves readings out of the gaps of clock changes, and says so for the likeliest."""
    moved, in_gap, is_fold = [], False, False
    for place_in_list, reading in enumerate(readings):
        if reading.start is None or not reading.has_time:
            moved.append(reading)
            continue
        start, gap, fold_here = clock_change(reading.start, context.zone)
        if place_in_list == 0:
            in_gap, is_fold = gap, fold_here
        end = reading.end + (start - reading.start) if gap and reading.end is not None else reading.end
        moved.append(replace(reading, start=start, end=end))
    return replace(mention, readings=tuple(moved), in_gap=in_gap, is_ambiguous_fold=is_fold)


_MAKERS = {
    "when": _instant,
    "interval": _interval,
    "weak_interval": _interval,
    "length": _length,
    "repeat": _set,
}
"""By role of the finished node."""
