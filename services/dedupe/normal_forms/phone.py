"""Telephone numbers as E.164."""

import re
import unicodedata
from contextlib import suppress
from functools import lru_cache

import phonenumbers

_NOT_DIGIT = re.compile(r"\D+")
_FEWEST_DIGITS = 4


@lru_cache(maxsize=65536)
def phone_form(text: str, region: str | None) -> str | None:
    """E.164 of a number, with `;ext=` and the extension if it has one.

    A number is taken if it is possible, not only if it is in service: lists of ranges in use lag behind.

    Args:
        text: Any spelling.
        region: ISO 3166 country whose national spelling is assumed without a country code; None if unknown.

    Returns:
        Bare digits if the number cannot be read in that region, None below four digits.
    """
    clean = unicodedata.normalize("NFKC", text)
    number = None
    # Without a country nothing but an international number can be read.
    if region is not None or "+" in clean:
        with suppress(phonenumbers.NumberParseException):
            number = phonenumbers.parse(clean, region)
    if number is not None and phonenumbers.is_possible_number(number):
        form = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
        return f"{form};ext={number.extension}" if number.extension else form
    digits = _NOT_DIGIT.sub("", clean)
    return digits if len(digits) >= _FEWEST_DIGITS else None
