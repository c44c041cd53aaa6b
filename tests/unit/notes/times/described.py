"""Cases as lines of text: an expression, and what it means in a short notation.

    den 4. maj kl. 16 => 2026-05-04T16:00

Written on Thursday 16 April 2026 at 10:00 in Oslo. Notation: 2026-05-04, 2026-W34, 2026-05, 2026-Q3, 2026 are
instants of that grain, T15:00 a time without a date, (08:00-12:00) a part of the day, a..b an interval whose last
day counts, <=a a deadline, >=a a beginning, "=90 minute" a duration, FREQ=... a recurrence, "-" nothing at all.
Several mentions are separated by " ; ".
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from services.notes.times.conventions import TimeContext
from services.notes.times.resolve import resolve_times
from services.notes.times.values import Bound, Grain, Reading, TimeKind, TimeMention

CONTEXT = TimeContext(datetime.fromisoformat("2026-04-16T10:00"), ZoneInfo("Europe/Oslo"))


def read_cases(language: str) -> Iterator[tuple[str, str]]:
    path = Path(__file__).parent / f"cases_{language}.txt"
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.strip() and not line.startswith("#"):
            text, _, expected = line.partition(" => ")
            yield text.strip(), expected.strip()


def described(text: str, language: str, context: TimeContext = CONTEXT) -> str:
    return " ; ".join(describe(mention) for mention in resolve_times(text, language, context)) or "-"


def describe(mention: TimeMention) -> str:
    reading = mention.readings[0]
    if mention.kind is TimeKind.DURATION and mention.duration is not None:
        return f"={mention.duration.count:g} {mention.duration.grain.value}"
    if mention.kind is TimeKind.SET:
        return mention.rrule
    if mention.bound is Bound.DEADLINE and reading.start is None and reading.end is not None:
        return "<=" + point(reading.end, reading)
    assert reading.start is not None
    if mention.bound is Bound.FROM:
        return ">=" + point(reading.start, reading)
    if mention.kind is TimeKind.INTERVAL and reading.end is not None:
        return stretch(reading.start, reading.end, reading)
    return point(reading.start, reading)


def stretch(start: datetime, end: datetime, reading: Reading) -> str:
    if reading.has_time:
        return f"{point(start, reading)}..{point(end, reading)}"
    if reading.grain is Grain.HOUR:
        date = f"{start.date()} " if reading.has_date else ""
        return f"{date}({start:%H:%M}-{end:%H:%M})"
    return f"{start.date()}..{(end - timedelta(days=1)).date()}"


def point(moment: datetime, reading: Reading) -> str:
    if reading.has_time:
        clock = f"T{moment:%H:%M:%S}" if reading.grain is Grain.SECOND else f"T{moment:%H:%M}"
        return f"{moment.date()}{clock}" if reading.has_date else clock
    year, week, _ = moment.isocalendar()
    return {
        Grain.HOUR: f"{moment.date()} ({moment:%H:%M})",
        Grain.WEEK: f"{year}-W{week:02}",
        Grain.MONTH: f"{moment:%Y-%m}",
        Grain.QUARTER: f"{moment.year}-Q{(moment.month + 2) // 3}",
        Grain.YEAR: f"{moment.year}",
    }.get(reading.grain, str(moment.date()))
