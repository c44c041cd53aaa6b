"""Names of months and weekdays as CLDR has them, for every language alike."""

from babel.dates import get_day_names, get_month_names


def months(locale: str) -> dict[int, set[str]]:
    """Returns the names of the months, wide and abbreviated, with and without the abbreviation's dot."""
    found: dict[int, set[str]] = {month: set() for month in range(1, 13)}
    for context in ("format", "stand-alone"):
        for width in ("wide", "abbreviated"):
            for month, name in get_month_names(width, context, locale).items():
                found[month].update({name.lower(), name.lower().rstrip(".")})
    return found


def weekdays(locale: str, widths: tuple[str, ...] = ("wide", "abbreviated")) -> dict[int, set[str]]:
    """Returns the names of the weekdays from Monday as 0, with and without the abbreviation's dot."""
    found: dict[int, set[str]] = {weekday: set() for weekday in range(7)}
    for context in ("format", "stand-alone"):
        for width in widths:
            for weekday, name in get_day_names(width, context, locale).items():  # type: ignore[arg-type]
                found[weekday].update({name.lower(), name.lower().rstrip(".")})
    return found
