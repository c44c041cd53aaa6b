"""What is mentioned besides names: prices, times, questions, and words that come up again and again."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib import import_module

from services.conversation.call import Utterance
from services.conversation.entities.names import Name
from services.conversation.sentences import sentences_of
from services.conversation.spoken import base_language, said_while_listening
from services.conversation.words import word_keys

MOST_KEYWORDS = 20
_LEAST_TIMES = 3  # that a keyword is said
_SHORTEST_KEYWORD = 3  # letters
_AMOUNT = r"\d{1,3}(?:[ .,']\d{3}){1,5}(?:[.,]\d{1,2})?|\d+(?:[.,]\d{1,2})?"
_MAGNITUDE = (
    r"(?:\s?(?:k|m|mio|mill?ion(?:s|er)?|billion|miljon(?:er)?|mill?iard(?:er)?|miljard(?:er)?"
    r"|thousand|tusind|tusen|hundred))?"
)
_CURRENCY = (
    r"USD|EUR|GBP|DKK|NOK|SEK|CNY|RMB|CHF|dollars?|euros?|pounds?|kroner|kronor|kr\.?|yuan"
    r"|percent|procent|prosent|%"
)
_PRICE = re.compile(
    rf"(?:[$€£¥]|(?:USD|EUR|GBP|DKK|NOK|SEK|CNY|RMB|CHF|kr\.?)\s)\s?(?:{_AMOUNT}){_MAGNITUDE}(?!\w)"
    rf"|(?<![\w.,])(?:{_AMOUNT}){_MAGNITUDE}\s?(?:{_CURRENCY})(?!\w)"
    rf"|(?:{_AMOUNT}|[一二两三四五六七八九十百千]+)[百千万亿]{{0,2}}(?:元|块|人民币|美元|欧元)",
    re.IGNORECASE,
)
_DAYS = {
    "da": "mandag|tirsdag|onsdag|torsdag|fredag|lørdag|søndag",
    "nb": "mandag|tirsdag|onsdag|torsdag|fredag|lørdag|søndag",
    "sv": "måndag|tisdag|onsdag|torsdag|fredag|lördag|söndag",
}
_RELATIVE = {
    "da": r"i morgen|i overmorgen|i dag|i aften|(?:næste|denne) (?:uge|måned|kvartal|år)"
    r"|om \w+ (?:dage?|uger?|måneder)",
    "nb": r"i morgen|i overmorgen|i dag|i kveld|(?:neste|denne) (?:uke|måned|kvartal|år)"
    r"|om \w+ (?:dager?|uker?|måneder)",
    "sv": r"i ?morgon|i övermorgon|i ?dag|i ?kväll|(?:nästa|denna) (?:vecka|månad|kvartal|år)"
    r"|om \w+ (?:dagar|veckor|månader)",
}
_MONTHS = {
    "da": "januar|februar|marts|april|maj|juni|juli|august|september|oktober|november|december",
    "nb": "januar|februar|mars|april|mai|juni|juli|august|september|oktober|november|desember",
    "sv": "januari|februari|mars|april|maj|juni|juli|augusti|september|oktober|november|december",
}
_CLOCK = r"(?:kl\.? ?)?\d{1,2}[:.]\d{2}|kl\.? ?\d{1,2}|\d{4}-\d{2}-\d{2}"
_CHINESE_TIME = re.compile(
    r"(?:今天|明天|后天|昨天|今晚|[下本]周[一二三四五六日天]?|周[一二三四五六日天]|星期[一二三四五六日天]"
    r"|下个月|本月|年底|月底|\d{1,2}月(?:\d{1,2}[日号])?|\d{1,2}[日号])(?:[上下]午|晚上|早上)?(?:[0-9一二三四五六七八九十]{1,3}点半?)?"
)
_TIME_LABELS = frozenset(("DATE", "TIME"))
_HAN = re.compile(r"[\u4e00-\u9fff]+")


class MentionKind(StrEnum):
    """What is mentioned."""

    PRICE = "price"
    TIME = "time"
    QUESTION = "question"


@dataclass(frozen=True, slots=True)
class Mention:
    """One mention.

    Attributes:
        kind: What it is.
        utterance: Place in the call.
        start: Offset of its first character.
        end: Offset behind its last.
    """

    kind: MentionKind
    utterance: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Keyword:
    """A word that comes up often.

    Attributes:
        text: As it is mostly said, in lower case.
        count: How often, in any of its forms.
    """

    text: str
    count: int


def mentions_of_call(utterances: Sequence[Utterance], names: Sequence[Name], language: str) -> list[Mention]:
    """Prices, times and questions in order; English times are those that the recogniser of names marks."""
    base = base_language(language) or "en"
    found = [
        Mention(MentionKind.TIME, name.utterance, name.start, name.end)
        for name in names
        if name.label in _TIME_LABELS
    ]
    times = _times(base)
    for place, utterance in enumerate(utterances):
        found += [Mention(MentionKind.PRICE, place, *each.span()) for each in _PRICE.finditer(utterance.text)]
        if times:
            found += [
                Mention(MentionKind.TIME, place, *each.span()) for each in times.finditer(utterance.text)
            ]
        found += [
            Mention(MentionKind.QUESTION, place, sentence.start, sentence.end)
            for sentence in sentences_of(utterance.text)
            if sentence.is_question
        ]
    return sorted(found, key=lambda each: (each.utterance, each.start, each.end))


def keywords_of(utterances: Sequence[Utterance], language: str) -> list[Keyword]:
    """The words that come up most, without those that every text has; in Chinese pairs of characters."""
    base = base_language(language) or "en"
    stop_words: set[str] = import_module(f"spacy.lang.{base}.stop_words").STOP_WORDS | said_while_listening(
        base
    )
    if base == "zh":
        pairs = Counter(
            run[at : at + 2]
            for utterance in utterances
            for run in _HAN.findall(utterance.text)
            for at in range(len(run) - 1)
        )
        often = [
            Keyword(pair, count)
            for pair, count in pairs.most_common()
            if count >= _LEAST_TIMES and stop_words.isdisjoint((pair, *pair))
        ]
        return often[:MOST_KEYWORDS]
    keys = word_keys(base)
    forms: dict[str, Counter[str]] = {}
    for utterance in utterances:
        for word in re.findall(r"[^\W\d_]+", utterance.text.lower()):
            if len(word) >= _SHORTEST_KEYWORD and word not in stop_words:
                forms.setdefault(keys[word], Counter())[word] += 1
    counted = sorted(((sum(each.values()), each) for each in forms.values()), key=lambda pair: -pair[0])
    return [
        Keyword(each.most_common(1)[0][0], count)
        for count, each in counted[:MOST_KEYWORDS]
        if count >= _LEAST_TIMES
    ]


@cache
def _times(language: str) -> re.Pattern[str] | None:
    if language == "zh":
        return _CHINESE_TIME
    if language not in _DAYS:
        return None
    dated = rf"(?:den )?\d{{1,2}}\.? (?:{_MONTHS[language]})(?: \d{{4}})?"
    ways = f"{dated}|{_RELATIVE[language]}|{_DAYS[language]}|{_MONTHS[language]}|{_CLOCK}"
    return re.compile(rf"(?<!\w)(?:{ways})(?!\w)", re.IGNORECASE)
