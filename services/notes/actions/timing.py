"""Which of a sentence's times an action is meant for."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from services.notes.actions.chunks import Chunk, What
from services.notes.actions.cues import Cue
from services.notes.actions.meaning import Found
from services.notes.actions.segments import Segment, is_to_come
from services.notes.actions.suggestion import SuggestionKind
from services.notes.times.calendar import shift
from services.notes.times.values import Bound, Grain, TimeKind, TimeMention

_COARSE = frozenset((Grain.WEEK, Grain.MONTH, Grain.QUARTER, Grain.YEAR))
_WEEK = timedelta(days=7)
_DUE = frozenset((SuggestionKind.TASK, SuggestionKind.EMAIL, SuggestionKind.CONTENT_REQUEST))


def mention_of(found: Found, others: Sequence[Found]) -> TimeMention | None:
    """The time of an action among those of its segment; `others` are the segment's actions in order."""
    best: tuple[int, TimeMention] | None = None
    usable = []
    for at, chunk in enumerate(found.segment.chunks):
        mention = chunk.mention
        if mention is None or not _is_usable(mention, found) or _owner(chunk, others) is not found:
            continue
        usable.append(mention)
        points = _points(mention, found, found.segment.chunks[at - 1] if at else None)
        if best is None or points > best[0]:
            best = points, mention
    return _completed(best[1], usable) if best else None


def _completed(mention: TimeMention, others: Sequence[TimeMention]) -> TimeMention:
    """A day and a time of day that are said apart are one time: "tomorrow ... after 4 pm"."""
    day = next((each for each in others if _is_day(each)), None)
    clock = next((each for each in others if _is_clock(each)), None)
    if day is None or clock is None or mention not in {day, clock}:
        return mention
    first, second = day.readings[0], clock.readings[0]
    date, moment = first.start or first.end, second.start or second.end
    if date is None or moment is None:
        return mention
    start = datetime.combine(date.date(), moment.time())
    reading = replace(second, start=start, end=None, has_date=True, is_past=first.is_past, probability=1.0)
    return replace(clock, readings=(reading,), bound=Bound.NONE if day.bound is Bound.NONE else day.bound)


def _is_day(mention: TimeMention) -> bool:
    reading = mention.readings[0]
    return reading.has_date and not reading.has_time and reading.grain is Grain.DAY


def _is_clock(mention: TimeMention) -> bool:
    return mention.readings[0].has_time and not mention.readings[0].has_date


def content_mention(segment: Segment) -> TimeMention | None:
    """By when material is wanted."""
    return next((mention for mention in segment.mentions if is_to_come(mention)), None)


def leading_mention(segment: Segment, first: Found) -> TimeMention | None:
    """A time that stands before everything that is asked, and so holds for all of it."""
    for chunk in segment.chunks:
        if chunk.start >= first.head.start:
            return None
        if chunk.mention and is_to_come(chunk.mention):
            return chunk.mention
    return None


def lone_mention(segments: Sequence[Segment]) -> TimeMention | None:
    """The time of a sentence that says hardly more than a time: "Tuesday at 10, Oslo."."""
    chunks = [chunk for segment in segments for chunk in segment.chunks if chunk.what is not What.SIGN]
    timed = [chunk.mention for chunk in chunks if chunk.mention and is_to_come(chunk.mention)]
    if not timed or len(chunks) > 2 + len(timed) or any(chunk.is_verb for chunk in chunks):
        return None
    if any(chunk.is_(Cue.NEGATION, Cue.MEETING, Cue.PHONE, Cue.CANCELLED) for chunk in chunks):
        return None
    return timed[0]


def _is_usable(mention: TimeMention, found: Found) -> bool:
    if mention.kind is TimeKind.DURATION or not mention.readings:
        return False
    return found.is_log or is_to_come(mention)


def in_the_past(mention: TimeMention, written_at: datetime) -> TimeMention:
    """The time of what took place: a weekday or a date that reads as the next one was the last one."""
    readings = []
    for reading in mention.readings:
        if reading.is_past or reading.start is None or reading.start < written_at:
            readings.append(reading)
            continue
        weekday = reading.start - written_at <= _WEEK
        start = _earlier(reading.start, weekday)
        end = None if reading.end is None else _earlier(reading.end, weekday)
        readings.append(replace(reading, start=start, end=end, is_past=True))
    return replace(mention, readings=tuple(readings))


def _earlier(moment: datetime, weekday: bool) -> datetime:
    if weekday:
        return moment - _WEEK
    return shift(moment, Grain.YEAR, -1)


def _owner(chunk: Chunk, others: Sequence[Found]) -> Found:
    """The action whose head stands last before a time; the first one for a time that leads."""
    owner = others[0]
    for other in others:
        if other.head.start <= chunk.start:
            owner = other
    return owner


def _points(mention: TimeMention, found: Found, before: Chunk | None) -> int:
    """How well a time fits an action: a deadline to work, a clock time to a meeting, no time of another thing."""
    reading = mention.readings[0]
    points = (
        8 * (found.is_log and reading.is_past)
        + 4 * (mention.kind is not TimeKind.SET)
        - (mention.bound is Bound.FROM)
    )
    if mention.bound is Bound.DEADLINE and found.kind in _DUE:
        points += 4
    if before is not None and before.is_(Cue.ABOUT) and not before.is_(Cue.WITH):
        points -= 3
    if found.kind in {SuggestionKind.APPOINTMENT, SuggestionKind.PHONE_CALL}:
        points += 2 * reading.has_time + reading.has_date + (reading.grain not in _COARSE)
    return points
