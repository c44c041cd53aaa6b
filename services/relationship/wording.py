"""The wordings of the service's sentences, by language."""

from pathlib import Path

from services.common.languages import Phrases, counted, decimal, read_phrases

_FILE = Path(__file__).with_name("phrases.json")
_MINUTE_MS, _HOUR_MS, _DAY_MS = 60_000, 3_600_000, 86_400_000


def words_of(language: str) -> Phrases:
    """The templates of a language, one of `languages.LANGUAGES`."""
    return read_phrases(_FILE)[language]


def figure(value: float, language: str) -> str:
    """A number with at most one decimal."""
    return decimal(f"{value:.1f}".removesuffix(".0"), language)


def span(time_ms: float, language: str) -> str:
    """A length of time in the unit that reads best: whole minutes, then hours, from two days on days."""
    words = words_of(language)
    if time_ms < _HOUR_MS:
        return counted(words, "minutes", round(time_ms / _MINUTE_MS))
    if time_ms < 2 * _DAY_MS:
        return counted(words, "hours", figure(time_ms / _HOUR_MS, language))
    return counted(words, "days", figure(time_ms / _DAY_MS, language))
