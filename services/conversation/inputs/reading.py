"""What every format of transcript needs: errors that name the line, names before what is said."""

import html
import re
import unicodedata
from collections.abc import Mapping

from services.common.errors import LeadlightError, invalid_argument

UNKNOWN_SPEAKER = "unknown"
MOST_CHARACTERS = 20_000_000  # of a file; twelve hours of speech have under one million

# "Anna Berg: ...", as Zoom writes it: one to six words before a colon.
_NAME = r"[^\W_][\w.'\u2019()@&/|,-]*(?: (?:[\w.'\u2019()@&/,-]+|\|)){0,5}"
_NAMED = re.compile(rf"(?P<name>{_NAME}) ?[:\uff1a](?:\s+|$)(?P<text>.*)", re.DOTALL)
_PARTICLES = frozenset(
    ("af", "av", "da", "de", "den", "der", "di", "du", "la", "of", "och", "og", "ten", "van", "von")
)


def line_error(line: int, description: str) -> LeadlightError:
    """An INVALID_ARGUMENT that names the line, counted from 1."""
    return invalid_argument(f"transcript.line[{line}]", description)


def checked_text(data: str | bytes) -> str:
    """The text of a file, without byte order mark.

    Raises:
        LeadlightError: INVALID_ARGUMENT when it is no UTF-8, too long, or has a null character.
    """
    if isinstance(data, bytes):
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = data[: error.start].count(b"\n") + 1
            raise line_error(line, "is not UTF-8") from None
    else:
        text = data.removeprefix("\ufeff")
    if len(text) > MOST_CHARACTERS:
        raise invalid_argument("transcript", f"is over {MOST_CHARACTERS} characters")
    if "\0" in text:
        raise line_error(text[: text.index("\0")].count("\n") + 1, "has a null character: no text file")
    # Letters and their marks in one character each, as nearly all write them: what follows compares characters.
    return unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))


def prefix(text: str) -> str:
    """What stands before a colon and might be a name; empty where nothing does."""
    found = _NAMED.fullmatch(text)
    return found["name"] if found else ""


def named(text: str, prefixes: Mapping[str, int]) -> tuple[str | None, str]:
    """Splits "Name: what was said"; the name is None where there is none.

    A name is written with capitals, or stands before a colon more than once: so that "We have two options: ..." names
    nobody, and "anna b: hello" does.

    Args:
        text: A line.
        prefixes: How often each `prefix` stands in the file.
    """
    found = _NAMED.fullmatch(text)
    if found is None:
        return None, text
    name = found["name"]
    has_capitals = not any(word[0].islower() and word not in _PARTICLES for word in name.split())
    if has_capitals or prefixes.get(name, 0) > 1:
        return name, found["text"]
    return None, text


def plain(text: str) -> str:
    """A cue's text on one line, with entities such as `&amp;` resolved."""
    return " ".join(html.unescape(text).split())
