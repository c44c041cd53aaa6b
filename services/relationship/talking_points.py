"""Talking points: what a contact's own mails say of family, sports and the like, the latest of each category.

A category is found by the words of a lexicon in five languages. A quote is the sentence as it stands in the mail.
Words of somebody else are not read: quoted mails, forwarded ones, what stands below the signature's mark. A sentence
that touches health or other sensitive matter is withheld from every category unless that is allowed.
"""

import json
import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cache
from pathlib import Path

LANGUAGES = ("en", "da", "nb", "sv", "zh")
_LEXICON = Path(__file__).with_name("lexicons") / "talking_points.json"
LONGEST_QUOTE = 300


class Category(StrEnum):
    """What a talking point is about."""

    FAMILY = "family"
    ENTERTAINMENT = "entertainment"
    SPORTS = "sports"
    VACATION = "vacation"
    FUNDING = "funding"
    HIRING = "hiring"
    LAUNCH = "launch"
    HEALTH = "health"
    SENSITIVE = "sensitive"


SENSITIVE = frozenset({Category.HEALTH, Category.SENSITIVE})


@dataclass(frozen=True, slots=True)
class MailText:
    """A mail that the contact wrote.

    Attributes:
        activity_id: Its activity.
        sent_at: When.
        text: Plain text, as it was sent.
        language: BCP-47; one that is empty or has no lexicon is read with all lexicons.
    """

    activity_id: str
    sent_at: datetime
    text: str
    language: str = ""


@dataclass(frozen=True, slots=True)
class TalkingPoint:
    """Something to talk about.

    Attributes:
        category: What it is about.
        quote: The sentence, as it stands in the mail.
        sent_at: When the mail was sent.
        activity_id: The mail.
        start: Offset of the quote in the mail's text, in characters.
        end: Offset of its end.
    """

    category: Category
    quote: str
    sent_at: datetime
    activity_id: str
    start: int
    end: int


def talking_points(
    mails: Iterable[MailText],
    *,
    with_sensitive: bool = False,
    not_to_use: Collection[tuple[str, Category]] = (),
) -> list[TalkingPoint]:
    """Returns the latest point of each category, in the order of the categories.

    Args:
        mails: Of one contact, written by them, in any order.
        with_sensitive: Health and other sensitive matter may be shown.
        not_to_use: Points that were marked so, by mail and category: the next latest takes their place.
    """
    open_categories = set(Category) if with_sensitive else set(Category) - SENSITIVE
    found: dict[Category, TalkingPoint] = {}
    for mail in sorted(mails, key=lambda mail: (mail.sent_at, mail.activity_id), reverse=True):
        if open_categories <= found.keys():
            break
        for point in points_of(mail, with_sensitive=with_sensitive):
            if (mail.activity_id, point.category) not in not_to_use:
                found.setdefault(point.category, point)
    return [found[category] for category in Category if category in found]


def points_of(mail: MailText, *, with_sensitive: bool = False) -> Iterator[TalkingPoint]:
    """Yields every point of a mail, sentence by sentence."""
    language = mail.language.casefold().partition("-")[0]
    language = {"no": "nb", "nn": "nb"}.get(language, language)
    patterns = _patterns(language if language in LANGUAGES else "")
    for start, end in _sentences(mail.text):
        sentence = mail.text[start:end]
        categories = [category for category, pattern in patterns.items() if pattern.search(sentence)]
        if not with_sensitive and SENSITIVE.intersection(categories):
            continue
        for category in categories:
            yield TalkingPoint(category, sentence, mail.sent_at, mail.activity_id, start, end)


# A line with which what others wrote begins: "On 4 May Ann wrote:", in each language, or a program's divider.
_OTHERS = re.compile(
    r"^(?:-{2,} ?(?:original message|forwarded message|oprindelig meddelelse|opprinnelig melding"
    r"|ursprungligt meddelande|videresendt meddelelse|videresendt melding|vidarebefordrat meddelande"
    r"|原始邮件|转发邮件).*|_{10,}|begin forwarded message:?"
    r"|(?:on|den|på|am) .{5,100}\b(?:wrote|skrev)(?: .{0,100})?:|.{5,100}\bskrev .{0,100}:|在.{4,100}写道[:\uff1a]"
    r"|(?:from|fra|från|发件人)\s?[:\uff1a] .*|-- ?)$",
    re.IGNORECASE | re.MULTILINE,
)
_LINE = re.compile(r"^(?![ \t]*[>|])[^\r\n]+", re.MULTILINE)
"""But not a quoted one."""
# A sentence ends at a mark with space behind it, at a Chinese one, or where the line does.
_SENTENCE = re.compile(r"\S.*?(?:[.!?](?=\s|$)|[。\uff01\uff1f](?![。\uff01\uff1f])|$)")


def _sentences(text: str) -> Iterator[tuple[int, int]]:
    """Yields the spans of the sentences that the sender wrote, cut to `LONGEST_QUOTE`."""
    others = _OTHERS.search(text)
    own_end = others.start() if others else len(text)
    for line in _LINE.finditer(text, 0, own_end):
        for match in _SENTENCE.finditer(text, *line.span()):
            yield match.start(), min(match.end(), match.start() + LONGEST_QUOTE)


@cache
def _patterns(language: str) -> dict[Category, re.Pattern[str]]:
    """Returns each category's words in a language, or in all of them for an empty one."""
    lexicon: dict[str, dict[str, list[str]]] = json.loads(_LEXICON.read_text(encoding="utf-8"))
    languages = (language,) if language else LANGUAGES
    return {
        category: re.compile(
            "|".join(_pattern(entry, one) for one in languages for entry in lexicon[category][one]),
            re.IGNORECASE,
        )
        for category in Category
    }


def _pattern(entry: str, language: str) -> str:
    """Reads an entry: alternatives by |, words in a row by +.

    Only whole words count, but in Chinese, which has no spaces.
    """
    if language == "zh":
        return f"(?:{entry})"
    words = r"\s+".join(f"(?:{word.strip()})" for word in entry.split(" + "))
    return rf"(?<!\w){words}(?!\w)"
