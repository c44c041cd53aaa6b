"""Words of listening and words that fill, in five languages, and how speech is counted in words."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path

LANGUAGES = ("en", "da", "nb", "sv", "zh")

_LISTS = Path(__file__).with_name("spoken.json")
_WORD = re.compile(r"[^\W_]+(?:['\u2019.,:/&-]+[^\W_]+)*")
_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f]")
_MOST_LISTENING = 6  # words of listening in one go; more is a speech
_CHANGED = {"no": "nb", "nn": "nb"}  # Norwegian without its form, and the form that is nearest to Bokmål


def base_language(language: str) -> str:
    """One of the five languages that a BCP-47 tag means, or empty."""
    primary = language.replace("_", "-").split("-")[0].lower()
    primary = _CHANGED.get(primary, primary)
    return primary if primary in LANGUAGES else ""


@cache
def _lists() -> Mapping[str, Mapping[str, Sequence[str]]]:
    read: Mapping[str, Mapping[str, Sequence[str]]] = json.loads(_LISTS.read_text(encoding="utf-8"))
    return read


@cache
def _listening(language: str) -> re.Pattern[str]:
    return _whole(_lists()[language]["listening"])


@cache
def _fillers(language: str) -> re.Pattern[str]:
    phrases = _by_length(_lists()[language]["fillers"])
    if language == "zh":
        return re.compile("|".join(phrases))
    return re.compile(rf"(?<![\w'-])(?:{'|'.join(phrases)})(?![\w'-])")


def said_while_listening(language: str) -> frozenset[str]:
    """Words of listening and of hesitation, which say nothing about what a call is about."""
    lists = _lists()[base_language(language) or "en"]
    return frozenset(word for each in (*lists["listening"], *lists["fillers"]) for word in each.split())


def _by_length(phrases: Iterable[str]) -> list[str]:
    return [re.escape(each).replace(r"\ ", r"\s+") for each in sorted(phrases, key=len, reverse=True)]


def _whole(phrases: Iterable[str]) -> re.Pattern[str]:
    phrase = "|".join(_by_length(phrases))
    return re.compile(rf"\W*(?:(?:{phrase})(?:\W+|$)){{1,{_MOST_LISTENING}}}")


def is_listening(text: str, language: str) -> bool:
    """Whether a text has nothing but words by which a listener shows that they follow; a question is none."""
    short = text.strip().lower()
    if len(short) > 60 or "?" in short or "\uff1f" in short:
        return False
    return _listening(base_language(language) or "en").fullmatch(short) is not None


def count_fillers(text: str, language: str) -> int:
    """Filler words and hesitations in a text."""
    return len(_fillers(base_language(language) or "en").findall(text.lower()))


def count_words(text: str, language: str) -> int:
    """Words of a text; for Chinese its characters, and each word in Latin letters as one."""
    if base_language(language) != "zh":
        return len(_WORD.findall(text))
    return len(_HAN.findall(text)) + len(_WORD.findall(_HAN.sub(" ", text)))
