"""Feasts, by the calendars of the `holidays` package and by rule where no country keeps them as holidays."""

import calendar
from datetime import date, timedelta
from functools import cache

import holidays
from dateutil.easter import EASTER_ORTHODOX, EASTER_WESTERN, easter  # type: ignore[import-untyped]
from holidays.calendars.chinese import _ChineseLunisolar
from holidays.calendars.hebrew import _HebrewLunisolar
from holidays.calendars.hindu import _HinduLunisolar
from holidays.calendars.islamic import _IslamicLunar

from services.notes.times.calendar import Feast, Span, days_span

_CALENDARS = {
    "chinese": _ChineseLunisolar,
    "hebrew": _HebrewLunisolar,
    "hindu": _HinduLunisolar,
    "islamic": _IslamicLunar,
}


def fixed(month: int, day: int) -> Feast:
    """Returns a feast on the same date every year."""
    return lambda year: (days_span(date(year, month, day)),)


def from_easter(days: int, *, is_orthodox: bool = False) -> Feast:
    """Returns a feast at a distance from Easter Sunday."""
    method = EASTER_ORTHODOX if is_orthodox else EASTER_WESTERN

    def feast(year: int) -> tuple[Span, ...]:
        return (days_span(easter(year, method) + timedelta(days=days)),)

    return feast


def nth(weekday: int, place: int, month: int, *, then_days: int = 0) -> Feast:
    """Returns a feast on the nth weekday of a month (from the end if negative), or some days after it."""

    def feast(year: int) -> tuple[Span, ...]:
        days = [week[weekday] for week in calendar.monthcalendar(year, month) if week[weekday]]
        found = date(year, month, days[place - 1 if place > 0 else place])
        return (days_span(found + timedelta(days=then_days)),)

    return feast


def weekday_from(weekday: int, month: int, day: int) -> Feast:
    """Returns a feast on the first such weekday from a date on: Midsummer is the Saturday from 20 June."""

    def feast(year: int) -> tuple[Span, ...]:
        start = date(year, month, day)
        return (days_span(start + timedelta(days=(weekday - start.weekday()) % 7)),)

    return feast


def shifted(feast: Feast, days: int) -> Feast:
    """Returns the day some days from a feast: New Year's Eve before the New Year."""

    def moved(year: int) -> tuple[Span, ...]:
        ahead = timedelta(days=days)
        return tuple(Span(span.start + ahead, span.end + ahead, span.grain) for span in feast(year))

    return moved


def lasting(feast: Feast, days: int) -> Feast:
    """Returns a feast that lasts several days."""
    return lambda year: tuple(days_span(span.start.date(), days) for span in feast(year))


def by_calendar(name: str, method: str) -> Feast:
    """Returns a feast by a calendar of the `holidays` package: "chinese", "lunar_new_year"."""
    has_several = hasattr(_CALENDARS[name], f"{method}_dates")
    lookup = getattr(_CALENDARS[name](), f"{method}_dates" if has_several else f"{method}_date")

    @cache
    def feast(year: int) -> tuple[Span, ...]:
        found = lookup(year)
        if found is None:
            return ()
        dates = [found] if isinstance(found, date) else list(found)
        days = [one[0] if isinstance(one, tuple) else one for one in dates if one]
        return tuple(days_span(day) for day in days if isinstance(day, date))

    return feast


def half_year(place: int) -> Feast:
    """Returns the first or the second half of a year."""

    def feast(year: int) -> tuple[Span, ...]:
        first = date(year, 1 if place == 1 else 7, 1)
        behind = date(year, 7, 1) if place == 1 else date(year + 1, 1, 1)
        return (_season(first, behind),)

    return feast


def winter(year: int) -> tuple[Span, ...]:
    """Returns the winter that begins in a year, as astronomers have it to the day."""
    return (_season(date(year, 12, 21), date(year + 1, 3, 21)),)


def spring(year: int) -> tuple[Span, ...]:
    """Returns a year's spring."""
    return (_season(date(year, 3, 20), date(year, 6, 21)),)


def summer(year: int) -> tuple[Span, ...]:
    """Returns a year's summer."""
    return (_season(date(year, 6, 21), date(year, 9, 24)),)


def autumn(year: int) -> tuple[Span, ...]:
    """Returns a year's autumn."""
    return (_season(date(year, 9, 23), date(year, 12, 22)),)


def _season(first: date, behind: date) -> Span:
    return days_span(first, (behind - first).days)


def weekend(year: int) -> tuple[Span, ...]:
    """Returns a year's weekends, Saturday and Sunday."""
    saturday = date(year, 1, 1)
    saturday += timedelta(days=(5 - saturday.weekday()) % 7)
    return tuple(days_span(saturday + timedelta(days=7 * week), 2) for week in range(53))


@cache
def public_holidays(country: str, language: str) -> dict[str, Feast]:
    """Returns a country's public holidays by their name in a language, in lower case.

    A holiday of several days is its first day. A country that the package doesn't know has none.
    """
    names: dict[str, Feast] = {}
    if country not in holidays.list_supported_countries():
        return names
    for name in holidays.country_holidays(country, years=_SAMPLE_YEAR, language=language).values():
        for one in name.split("; "):
            names.setdefault(one.lower(), _holiday(country, language, one))
    return names


_SAMPLE_YEAR = 2026


def _holiday(country: str, language: str, name: str) -> Feast:
    @cache
    def feast(year: int) -> tuple[Span, ...]:
        days = holidays.country_holidays(country, years=year, language=language)
        for day, names in sorted(days.items()):
            if name in names.split("; "):
                return (days_span(day),)
        return ()

    return feast
