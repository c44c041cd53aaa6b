"""Dates of birth and national identifiers."""

import re
from datetime import date

from services.dedupe.normal_forms.text import transliterated, words

_ISO = re.compile(r"(\d{4})[-/. ]?(\d{1,2})[-/. ]?(\d{1,2})(?:[t ].*)?")
_DAY_OR_MONTH_FIRST = re.compile(r"(\d{1,2})[-/. ](\d{1,2})[-/. ](\d{4})")
# Countries that write the month before the day.
_MONTH_FIRST = frozenset({"US", "PH", "FM", "MH", "PW"})


def birth_date_form(text: str, region: str | None) -> str | None:
    """A date as yyyymmdd; digits alone where it is no date, since typos are what is looked for.

    Args:
        text: ISO 8601 with or without separators, or day and month before the year.
        region: ISO 3166 country, which settles whether the month comes first; the day does if None.
    """
    clean = transliterated(text).strip()
    iso = _ISO.fullmatch(clean)
    if iso:
        return _date_form(iso[1], iso[2], iso[3]) or "".join(words(clean)) or None
    local = _DAY_OR_MONTH_FIRST.fullmatch(clean)
    if local:
        day, month = (local[2], local[1]) if region in _MONTH_FIRST else (local[1], local[2])
        found = _date_form(local[3], month, day) or _date_form(local[3], day, month)
        if found:
            return found
    return "".join(words(clean)) or None


def _date_form(year: str, month: str, day: str) -> str | None:
    try:
        return date(int(year), int(month), int(day)).strftime("%Y%m%d")
    except ValueError:
        return None


def national_id_form(text: str) -> str | None:
    """A national identifier without blanks and punctuation."""
    return "".join(words(transliterated(text))) or None
