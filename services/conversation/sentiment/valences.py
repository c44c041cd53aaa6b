"""Lists of words with their valence, -5 to 5, per language; lexicons/README.md says where each comes from."""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path

LEXICONS = Path(__file__).with_name("lexicons")


@cache
def valences(language: str) -> Mapping[str, float]:
    """A language's list: words and phrases in lower case."""
    read: Mapping[str, float] = json.loads((LEXICONS / f"{language}.json").read_text(encoding="utf-8"))
    return read
