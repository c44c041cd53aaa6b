"""Ways to say what short calls, segments and highlights are told by, in five languages: phrases.json."""

import json
import re
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from services.conversation.spoken import base_language

_LISTS = Path(__file__).with_name("phrases.json")


@cache
def _lists() -> Mapping[str, Mapping[str, Sequence[str]]]:
    read: Mapping[str, Mapping[str, Sequence[str]]] = json.loads(_LISTS.read_text(encoding="utf-8"))
    return read


@cache
def _pattern(topic: str, language: str) -> re.Pattern[str]:
    ways = "|".join(_lists()[topic][language])
    return re.compile(ways if language == "zh" else rf"(?<![\w'])(?:{ways})(?!\w)")


def count_of(topic: str, text: str, language: str) -> int:
    """How often a text says something that belongs to a topic."""
    plain = text.lower().replace("\u2019", "'")
    return len(_pattern(topic, base_language(language) or "en").findall(plain))
