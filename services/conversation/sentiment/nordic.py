"""Danish, Norwegian and Swedish: valences of words, turned by negations and strengthened by words such as "meget"."""

import math
import re
from collections.abc import Mapping, Sequence
from functools import cache

from services.conversation.sentiment.valences import valences

_WORD = re.compile(r"[^\W\d_]+")
_NEGATIONS: Mapping[str, frozenset[str]] = {
    "da": frozenset(["ikke", "aldrig", "ingen", "intet", "hverken", "uden", "næppe", "ej"]),
    "nb": frozenset(["ikke", "aldri", "ingen", "intet", "verken", "uten", "neppe", "ikkje", "ei"]),
    "sv": frozenset(["inte", "aldrig", "ingen", "inget", "inga", "varken", "utan", "knappast", "ej", "icke"]),
}
_STRONGER: Mapping[str, frozenset[str]] = {
    "da": frozenset(["meget", "rigtig", "virkelig", "utrolig", "ekstremt", "super", "så", "helt", "enormt"]),
    "nb": frozenset(
        ["veldig", "meget", "svært", "virkelig", "utrolig", "ekstremt", "super", "så", "helt", "kjempe"]
    ),
    "sv": frozenset(
        ["mycket", "väldigt", "verkligen", "otroligt", "extremt", "super", "så", "helt", "jätte"]
    ),
}
_BUT = frozenset(("men", "dog", "imidlertid", "dock"))
_REACH = 3  # words that a negation turns
_NEGATED, _STRONG = -0.7, 1.4
_BEFORE_BUT = 0.5  # of what is said before "but"
_SOFTENING = 15.0  # as VADER's: the sum of valences becomes -1 to 1
_LONGEST_PHRASE = 3
_LEAST = 0.15  # of the score: what is weaker is neutral


def score(text: str, language: str) -> float:
    """How positive a text is, -1 to 1."""
    words = _WORD.findall(text.lower())
    found = _valued(words, language)
    if not found:
        return 0.0
    but = next((place for place, word in enumerate(words) if word in _BUT), None)
    total = sum(
        value * (_BEFORE_BUT if but is not None and place < but else 1.0) for place, value in found.items()
    )
    return total / math.sqrt(total * total + _SOFTENING)


def threshold() -> float:
    """Below which a score is neutral."""
    return _LEAST


def _valued(words: Sequence[str], language: str) -> dict[int, float]:
    """Valences by the place of their word."""
    listed = valences(language)
    phrases = _phrases(language)
    found: dict[int, float] = {}
    place = 0
    while place < len(words):
        taken = 1
        value = listed.get(words[place], 0.0)
        if words[place] in phrases:
            for length in range(_LONGEST_PHRASE, 1, -1):
                phrase = " ".join(words[place : place + length])
                if phrase in listed:
                    value, taken = listed[phrase], length
                    break
        if value:
            found[place] = value * _turned(words, place, language)
        place += taken
    return found


@cache
def _phrases(language: str) -> frozenset[str]:
    return frozenset(phrase.split()[0] for phrase in valences(language) if " " in phrase)


def _turned(words: Sequence[str], place: int, language: str) -> float:
    factor = 1.0
    for word in words[max(0, place - _REACH) : place]:
        if word in _NEGATIONS[language]:
            factor = _NEGATED
    if place and words[place - 1] in _STRONGER[language]:
        factor *= _STRONG
    return factor
