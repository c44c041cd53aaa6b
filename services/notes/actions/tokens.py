"""Words of a text as the lexicons know them: one Chinese character or one word of letters and digits at a time."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

_TOKEN = re.compile(r"[\u3400-\u9fff]|\bw/|[^\W_\u3400-\u9fff]+(?:['\u2019][^\W_\u3400-\u9fff]+)*|[^\w\s]")


@dataclass(frozen=True, slots=True)
class Token:
    """A word or a sign with its offsets; `word` is in lower case with a plain apostrophe."""

    start: int
    end: int
    word: str
    is_capital: bool


def tokens(text: str, start: int, end: int) -> list[Token]:
    """The tokens of [start, end)."""
    return [
        Token(
            found.start(),
            found.end(),
            (word := found.group()).lower().replace("\u2019", "'"),
            word[0].isupper(),
        )
        for found in _TOKEN.finditer(text, start, end)
    ]


def words_of(phrase: str) -> Sequence[str]:
    """A lexicon's phrase as the words of tokens; a hyphen inside it is a token of its own in a text too."""
    return [found.group().lower() for found in _TOKEN.finditer(phrase)]
