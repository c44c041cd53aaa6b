"""The languages that there are grammars for."""

from collections.abc import Callable
from importlib import import_module

from services.notes.times.feasts import public_holidays
from services.notes.times.language import Language

CODES = ("en", "da", "nb", "sv", "zh")


_HOLIDAY_LOCALES = {"en": "en_US", "da": "da", "nb": "no", "sv": "sv", "zh": "zh_CN"}
"""What the `holidays` package calls the languages; where it lacks a country's names in one it has English ones."""


def load_language(code: str, country: str = "") -> Language:
    """Builds a language's words and rules.

    Args:
        code: One of CODES.
        country: Whose public holidays are meant by their names; unknown ones add none.

    Raises:
        ValueError: There is no grammar for it.
    """
    if code not in CODES:
        raise ValueError(f"no grammar of time for language {code!r}")
    build: Callable[[], Language] = import_module(f"{__name__}.{code}").build
    language = build()
    if country:
        for name, feast in public_holidays(country, _HOLIDAY_LOCALES[code]).items():
            language.add_feast(name, feast, name)
    return language
