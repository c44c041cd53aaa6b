"""Card numbers, expiry dates and security codes are masked before anything is stored.

A card number is 13 to 19 digits with a valid check digit (Luhn), whether written as digits or spoken as words, in one
go or over several utterances of one speaker. Every masked letter and digit becomes an asterisk, so that all offsets
stay as they were.
"""

import json
import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from services.conversation.call import Call, Participant, Utterance

_LISTS = Path(__file__).with_name("masking.json")
_SHORTEST, _LONGEST = 13, 19  # digits of a card number
_ISSUERS = "23456"  # first digits of cards
_GAP = r"[\s,.\-\u2013/]{0,3}"
_SPOKEN = re.compile(r"[^\W_]")
_MONTH_YEAR = r"(?:0?[1-9]|1[0-2])\s?[/.\-\u2013 ]\s?(?:20)?[2-5]\d(?!\d)"
_CODE = r"(?<!\d)\d{3,4}(?!\d)"
_REACH = 40  # characters between what a number is called and the number
_AFTER_CARD = 400  # characters behind a card number in which a bare expiry or code belongs to it


@dataclass(frozen=True, slots=True)
class _Script:
    """What one speaker says, in one text, and where each utterance starts in it."""

    places: Sequence[int]
    starts: Sequence[int]
    text: str


def mask_text(text: str) -> str:
    """A text that somebody wrote, with card data masked."""
    alone = Call("", (Participant("writer", None),), (Utterance("writer", text),))
    return _mask_said(alone).utterances[0].text


def mask_cards(call: Call) -> Call:
    """The call with card data masked, in the title, in the utterances and in their words."""
    masked = _mask_said(call)
    return replace(masked, title=mask_text(call.title)) if call.title else masked


def _mask_said(call: Call) -> Call:
    spans: dict[int, list[tuple[int, int]]] = {}
    whole = _script(call, range(len(call.utterances)))
    for speaker in {each.participant_id for each in call.utterances}:
        own = _script(call, [at for at, each in enumerate(call.utterances) if each.participant_id == speaker])
        cards = list(_cards(own.text))
        for start, end in [*cards, *_details(own.text, cards)]:
            _place(own, start, end, spans)
    # The question is one speaker's, the code another's.
    for start, end in _details(whole.text, []):
        _place(whole, start, end, spans)
    if not spans:
        return call
    return replace(
        call, utterances=tuple(_masked(each, spans.get(at, ())) for at, each in enumerate(call.utterances))
    )


def is_luhn(digits: str) -> bool:
    """Whether a number's check digit is right (ISO/IEC 7812, annex B)."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def _script(call: Call, places: Sequence[int]) -> _Script:
    starts, length = [], 0
    for place in places:
        starts.append(length)
        length += len(call.utterances[place].text) + 1
    return _Script(places, starts, "\n".join(call.utterances[place].text for place in places))


def _place(script: _Script, start: int, end: int, spans: dict[int, list[tuple[int, int]]]) -> None:
    """Puts a span of a script down for each utterance that it touches."""
    first = bisect_right(script.starts, start) - 1
    last = bisect_right(script.starts, end - 1) - 1
    for at in range(first, last + 1):
        offset = script.starts[at]
        spans.setdefault(script.places[at], []).append((max(0, start - offset), end - offset))


@cache
def _lists() -> Mapping[str, Mapping[str, str]]:
    read: Mapping[str, Mapping[str, str]] = json.loads(_LISTS.read_text(encoding="utf-8"))
    return read


@cache
def _digit() -> re.Pattern[str]:
    words = sorted(
        (each for each in _lists()["digits"] if each.isascii() or len(each) > 1), key=len, reverse=True
    )
    signs = "".join(each for each in _lists()["digits"] if not each.isascii() and len(each) == 1)
    return re.compile(rf"[0-9]|(?<![^\W\d_])(?:{'|'.join(words)})(?![^\W\d_])|[{signs}]", re.IGNORECASE)


@cache
def _run() -> re.Pattern[str]:
    digit = _digit().pattern
    return re.compile(rf"(?:{digit})(?:{_GAP}(?:{digit})){{{_SHORTEST - 1},}}", re.IGNORECASE)


def _cards(text: str) -> Iterator[tuple[int, int]]:
    """Spans of card numbers; in a longer run of digits the first place at which one stands."""
    for run in _run().finditer(text):
        found = list(_digit().finditer(text, run.start(), run.end()))
        digits = "".join(_value(each.group()) for each in found)
        at = 0
        while at + _SHORTEST <= len(digits):
            length = _card_length(digits[at : at + _LONGEST])
            if length:
                yield found[at].start(), found[at + length - 1].end()
            at += length or 1


def _value(digit: str) -> str:
    return digit if digit.isascii() and digit.isdigit() else _lists()["digits"][digit.lower()]


def _card_length(digits: str) -> int:
    """How many of the digits are a card number, the usual 16 before others; 0 if none."""
    if digits[0] not in _ISSUERS:
        return 0
    lengths = sorted(
        range(_SHORTEST, min(_LONGEST, len(digits)) + 1), key=lambda length: (length != 16, -length)
    )
    return next((length for length in lengths if is_luhn(digits[:length])), 0)


@cache
def _called(kind: str) -> re.Pattern[str]:
    names = _lists()["names"][kind]
    number = (
        _MONTH_YEAR
        if kind == "expiry"
        else rf"{_CODE}|(?:{_digit().pattern})(?:{_GAP}(?:{_digit().pattern})){{2,3}}"
    )
    return re.compile(rf"(?:{names})[^\d]{{0,{_REACH}}}?(?P<number>{number})", re.IGNORECASE)


def _details(text: str, cards: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Spans of expiry dates and security codes: by what they are called, or right behind a card number."""
    for kind in ("expiry", "code"):
        for found in _called(kind).finditer(text):
            yield found.span("number")
    for _, end in cards:
        for found in re.finditer(rf"(?<!\d)(?:{_MONTH_YEAR})|{_CODE}", text[end : end + _AFTER_CARD]):
            yield end + found.start(), end + found.end()


def _masked(utterance: Utterance, spans: Sequence[tuple[int, int]]) -> Utterance:
    if not spans:
        return utterance
    characters = list(utterance.text)
    for start, end in spans:
        characters[start:end] = _SPOKEN.sub("*", utterance.text[start:end])
    # A word's place in the text is not known, so that every word with a digit goes.
    words = tuple(
        replace(each, text=_SPOKEN.sub("*", each.text)) if _digit().search(each.text) else each
        for each in utterance.words
    )
    return replace(utterance, text="".join(characters), words=words)
