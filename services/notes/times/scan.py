"""Cuts a text into tokens: words, runs of digits with their separators, and single marks."""

import re
import unicodedata
from dataclasses import dataclass

_PLAIN: dict[str, str] = {chr(wide): chr(wide - 0xFEE0) for wide in range(0xFF01, 0xFF5F)}
_PLAIN |= {
    "\u3000": " ",
    "\u00a0": " ",
    "\u202f": " ",
    "\u2009": " ",
    "\u200e": " ",
    "\u200f": " ",
    "\u2019": "'",
    "\u2018": "'",
    "\u2010": "-",
    "\u2011": "-",
    "\u2012": "-",
    "\u2013": "-",
    "\u2014": "-",
    "\u2212": "-",
    "\uff5e": "~",
    "\u301c": "~",
    "`": "'",
}
_FOLD = str.maketrans(_PLAIN)
"""Full-width forms, spaces, quotes and dashes become the plain one; one character stays one."""

_TOKEN = re.compile(
    r"(?P<digits>\d{1,16}(?:[.:/,'-]\d{1,16}){0,7})"
    r"|(?P<han>[\u3007\u3400-\u9fff])"
    r"|(?P<word>(?:(?![\u3007\u3400-\u9fff])[^\W\d_])+)"
    r"|(?P<mark>[^\s\w]|_)"
)
"""Linear: alternatives start with different characters, repetitions have no overlapping choice."""


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of text.

    Attributes:
        text: Folded and in lower case.
        start: Offset in the folded text.
        end: Offset behind it.
        kind: "digits", "han", "word" or "mark".
        is_glued: No space before it.
        is_capital: Starts with a capital letter.
    """

    text: str
    start: int
    end: int
    kind: str
    is_glued: bool
    is_capital: bool


@dataclass(frozen=True, slots=True)
class Folded:
    """A text made plain, and where its characters came from.

    `offsets` has an entry per character and one for the end; None if nothing moved.
    """

    text: str
    offsets: tuple[int, ...] | None

    def original(self, offset: int) -> int:
        """Returns an offset in the text as it was given."""
        return offset if self.offsets is None else self.offsets[offset]


def fold(text: str) -> Folded:
    """Composes accents and folds widths, spaces and dashes, so that words compare equal."""
    if text.isascii():
        return Folded(text, None)
    if unicodedata.is_normalized("NFC", text):
        return Folded(text.translate(_FOLD), None)
    pieces: list[str] = []
    offsets: list[int] = []
    start = 0
    while start < len(text):
        end = start + 1
        while end < len(text) and unicodedata.combining(text[end]):
            end += 1
        composed = unicodedata.normalize("NFC", text[start : min(end, start + 8)])
        pieces.append(composed)
        offsets.extend([start] * len(composed))
        start = end
    return Folded("".join(pieces).translate(_FOLD), (*offsets, len(text)))


def tokens(text: str) -> list[Token]:
    """Returns the tokens of a folded text in order."""
    found = []
    behind = -1
    for match in _TOKEN.finditer(text):
        start, end = match.span()
        piece = match.group()
        found.append(
            Token(piece.lower(), start, end, match.lastgroup or "mark", start == behind, piece[0].isupper())
        )
        behind = end
    return found
