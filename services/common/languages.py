"""The languages that sentences are written in, and their wordings: a JSON file beside the code that says them."""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from services.common.errors import invalid_argument

LANGUAGES = ("en", "da", "nb", "sv", "zh")
_ALSO = {"no": "nb"}
_DECIMAL_COMMA = frozenset({"da", "nb", "sv"})

Phrases = Mapping[str, str]
"""Templates of one language by name."""


def language(tag: str, path: str, default: str = "en") -> str:
    """The language of a BCP-47 tag, without its region.

    Args:
        tag: As it was sent.
        path: Of the field, for the error.
        default: For an empty tag.

    Raises:
        LeadlightError: INVALID_ARGUMENT when it is none of the five.
    """
    if not tag:
        return default
    primary = tag.split("-", maxsplit=1)[0].lower()
    primary = _ALSO.get(primary, primary)
    if primary not in LANGUAGES:
        raise invalid_argument(path, f"is none of the languages that are written: {', '.join(LANGUAGES)}")
    return primary


@cache
def read_phrases(file: Path) -> Mapping[str, Phrases]:
    """The templates of a JSON file, by language.

    Args:
        file: An object of languages, each an object of templates by name. A template that depends on a number has
            `_one` or `_other` behind its name (`counted`).
    """
    found: Mapping[str, Phrases] = json.loads(file.read_text(encoding="utf-8"))
    return found


def counted(words: Phrases, name: str, number: int | str, **parts: str) -> str:
    """A sentence that depends on a number, which its template calls `number`.

    The four European languages have one form for 1 and another for all else; Chinese has only the other.

    Args:
        words: Templates of a language.
        name: Of the template, without its form.
        number: 0 or more; as it is to be written where it may have decimals.
        parts: What else stands in the template.
    """
    form = "one" if str(number) == "1" and f"{name}_one" in words else "other"
    return words[f"{name}_{form}"].format(number=number, **parts)


def decimal(number: str, language: str) -> str:
    """A number that was written with a decimal point, as a language writes it."""
    return number.replace(".", ",") if language in _DECIMAL_COMMA else number
