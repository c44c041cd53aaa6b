"""Whether a call is in the language that was declared.

Lingua in its low-accuracy mode reads thousands of characters of a call, which tells even Danish from Norwegian;
Chinese is told by its script.
"""

import re
from collections.abc import Iterable
from functools import cache

from lingua import Language, LanguageDetector, LanguageDetectorBuilder

_OF_LINGUA = {
    Language.ENGLISH: "en",
    Language.DANISH: "da",
    Language.BOKMAL: "nb",
    Language.SWEDISH: "sv",
    Language.GERMAN: "de",
    Language.FRENCH: "fr",
    Language.SPANISH: "es",
    Language.DUTCH: "nl",
    Language.FINNISH: "fi",
}
_HAN = re.compile(r"[\u3400-\u9fff]")
_LETTER = re.compile(r"[^\W\d_]")
_MOST_CHARACTERS = 5_000
_LEAST_LETTERS = 60  # below, a guess would be worth nothing
_LEAST_HAN_SHARE = 0.3  # of a Chinese call's letters


@cache
def _detector() -> LanguageDetector:
    return LanguageDetectorBuilder.from_languages(*_OF_LINGUA).with_low_accuracy_mode().build()


def detected_language(texts: Iterable[str]) -> str:
    """The language of a call as BCP-47, or empty when too little is said to tell."""
    sample = ""
    for text in texts:
        sample += f"{text[:_MOST_CHARACTERS]}\n"
        if len(sample) >= _MOST_CHARACTERS:
            break
    letters = len(_LETTER.findall(sample))
    han = len(_HAN.findall(sample))
    if letters and han / letters >= _LEAST_HAN_SHARE:
        return "zh"
    if letters < _LEAST_LETTERS:
        return ""
    found = _detector().detect_language_of(sample)
    return _OF_LINGUA[found] if found else ""
