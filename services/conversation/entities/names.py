"""Names in a call: people, organisations, products, and the times and sums that the recogniser marks.

English has a recogniser, joined with a list of names. For the other languages there is no openly packaged model;
there the list, legal forms and the way a word is written tell organisations, and nothing else is found.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from threading import Lock

from services.common.codes import Code
from services.conversation.entities.known import (
    core,
    is_known,
    known_organisations,
    mentions_of,
    organisation_end,
)
from services.conversation.entities.recogniser import recogniser
from services.conversation.spoken import base_language

ORGANISATION, PERSON = "ORG", "PERSON"
# Memory zones of one vocabulary must not overlap: the end of one frees the words of the other.
_ONE_ZONE = Lock()
_MAY_BE_ORGANISATIONS = frozenset(("PERSON", "PRODUCT", "NORP", "FAC", "WORK_OF_ART", "EVENT", "LAW"))
_MOST_CHARACTERS = 20_000  # that the recogniser reads at once: its memory grows with them
# Characters without a space: spaCy takes quadratic time on many signs in a row.
_UNBROKEN = re.compile(r"\S{80}")
# What a transcriber writes where nothing was understood, such as <unk> or [inaudible], is no part of a name.
_NOT_SAID = re.compile(r"[<>\[\]]")
# Between two names that look like people's: "this is Anna from Fabrikam".
_BELONGS_TO = re.compile(r",? (?:from|at|of) (?:the )?")
_LEAST_CAPITALS = 0.005  # of a call's letters; with fewer it has no case
_MOST_CAPITALS = 0.8  # with more it has none either
_SENTENCE_START = re.compile(r"(?:^|[.!?]\s+)([a-z])")
_ALONE_I = re.compile(r"(?<![\w'])i(?![\w-])")
_CAPITAL = r"(?:[A-ZÅÄÖÆØ][\w&-]*|&)"
_NORDIC_FORM = re.compile(
    rf"(?<![\w&-]){_CAPITAL}(?: (?:{_CAPITAL}|og|och)){{0,4}} (?:ApS|A/S|I/S|K/S|ASA|AS|AB|HB|Oy|GmbH|Ltd|Inc)(?!\w)"
)
_ODD_CASE = re.compile(r"(?<![\w.])(?:[A-ZÅÄÖÆØ]{3,}|[A-Z]?[a-z]+[A-Z]\w*|[A-Z]{2,}[a-z]{2,}\w*)(?![\w.])")
_CHINESE_FORM = re.compile(
    r"[\u4e00-\u9fff]{2,10}?(?:股份有限公司|有限责任公司|有限公司|集团|科技|银行|证券|保险公司)"
    r"|(?<![a-zA-Z])[A-Z][a-zA-Z]{2,}(?![a-zA-Z])"
)
_CHINESE_OPENING = re.compile(
    r"^(?:我们|你们|他们|这个|那个|就是|因为|所以|已经|现在|之前|还有|[我你他在是和跟与从用的了对把给到叫])+"
)


@dataclass(frozen=True, slots=True)
class Name:
    """One name in one utterance.

    Attributes:
        utterance: Place in the call.
        start: Offset of its first character.
        end: Offset behind its last.
        label: ORG, PERSON, PRODUCT, GPE, DATE, TIME, MONEY ... as spaCy calls them.
        text: As it stands there.
    """

    utterance: int
    start: int
    end: int
    label: Code
    text: str


def find_names(
    texts: Sequence[str],
    language: str,
    *,
    people: Sequence[str] = (),
    organisations: Sequence[str] = (),
) -> list[Name]:
    """Names in the utterances of a call, in order.

    Args:
        texts: What was said.
        language: Of the call.
        people: Names of those who take part: they are people.
        organisations: The tenant's own list of names.
    """
    base = base_language(language)
    if base in ("", "en"):
        spans = _english(_with_case(texts, [*people, *organisations]), people, organisations)
    else:
        rules = _in_chinese if base == "zh" else _in_nordic
        listed = (*known_organisations(), *organisations)
        spans = [
            (place, start, end, ORGANISATION)
            for place, text in enumerate(texts)
            for start, end in _apart([*mentions_of(text, listed), *rules(text)])
        ]
    return [
        Name(place, start, end, label, texts[place][start:end]) for place, start, end, label in sorted(spans)
    ]


def _english(
    texts: Sequence[str], people: Sequence[str], organisations: Sequence[str]
) -> list[tuple[int, int, int, str]]:
    nlp = recogniser()
    spans: list[tuple[int, int, int, str]] = []
    participants = {part for name in people for part in (name.casefold(), *name.casefold().split())}
    listed = (*known_organisations(), *organisations)
    with _ONE_ZONE, nlp.memory_zone():  # else spaCy keeps every new word for ever
        for doc, (place, offset) in nlp.pipe(_pieces(texts), as_tuples=True):
            text = texts[place][offset : offset + len(doc.text)]
            taken = []
            person_end = None
            for each in doc.ents:
                if _NOT_SAID.search(each.text):
                    continue
                label = _label(each.text, each.label_, participants, organisations)
                if label == PERSON and core(each.text) not in participants:
                    belongs = person_end is not None and _BELONGS_TO.fullmatch(
                        text, person_end, each.start_char
                    )
                    label = ORGANISATION if belongs else PERSON
                person_end = each.end_char if label == PERSON else None
                end = organisation_end(text, each.end_char) if label == ORGANISATION else each.end_char
                taken.append((each.start_char, end))
                spans.append((place, offset + each.start_char, offset + end, label))
            for start, end in mentions_of(text, listed):
                is_free = not any(start < behind and first < end for first, behind in taken)
                if is_free and core(text[start:end]) not in participants:
                    spans.append((place, offset + start, offset + organisation_end(text, end), ORGANISATION))
    return spans


def _pieces(texts: Sequence[str]) -> Iterator[tuple[str, tuple[int, int]]]:
    """Texts with their place and offset; one that is too long to be read at once in pieces, cut at spaces."""
    for place, original in enumerate(texts):
        text = _UNBROKEN.sub(lambda found: found.group()[:-1] + " ", original)
        start = 0
        while len(text) - start > _MOST_CHARACTERS:
            space = text.rfind(" ", start + 1, start + _MOST_CHARACTERS)
            end = space if space > 0 else start + _MOST_CHARACTERS
            yield text[start:end], (place, start)
            start = end
        yield text[start:], (place, start)


def _label(name: str, label: str, participants: set[str], organisations: Sequence[str]) -> str:
    if core(name) in participants and label in (ORGANISATION, *_MAY_BE_ORGANISATIONS):
        return PERSON
    if label in _MAY_BE_ORGANISATIONS and is_known(name, organisations):
        return ORGANISATION
    return label


def _with_case(texts: Sequence[str], names: Sequence[str]) -> Sequence[str]:
    """Texts of the same length, with capitals where a transcript has none, or nothing else.

    The recogniser goes by capitals; recognisers of speech often leave them out.
    """
    letters = sum(each.isalpha() for text in texts for each in text)
    capitals = sum(each.isupper() for text in texts for each in text)
    if not letters or _LEAST_CAPITALS <= capitals / letters <= _MOST_CAPITALS:
        return texts
    return [_recased(text, (*known_organisations(), *names)) for text in texts]


def _recased(text: str, names: Sequence[str]) -> str:
    lower = text.lower()
    if len(lower) != len(text):  # a few letters are longer in lower case; offsets must hold
        return text
    lower = _SENTENCE_START.sub(lambda found: found.group()[:-1] + found[1].upper(), lower)
    lower = _ALONE_I.sub("I", lower)
    spelt = {name.casefold(): name for name in names}
    for start, end in mentions_of(lower, names, any_case=True):
        lower = lower[:start] + spelt.get(lower[start:end].casefold(), lower[start:end]) + lower[end:]
    return lower


def _in_nordic(text: str) -> Iterator[tuple[int, int]]:
    """Words with a legal form, and words whose capitals no ordinary word has."""
    for pattern in (_NORDIC_FORM, _ODD_CASE):
        yield from (found.span() for found in pattern.finditer(text))


def _in_chinese(text: str) -> Iterator[tuple[int, int]]:
    """Words with a legal form, and names in Latin letters."""
    for found in _CHINESE_FORM.finditer(text):
        opening = _CHINESE_OPENING.match(found.group())
        yield found.start() + (opening.end() if opening else 0), found.end()


def _apart(spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Spans in order without those that overlap one before; of those that start together the longest stays."""
    kept: list[tuple[int, int]] = []
    for start, end in sorted(spans, key=lambda each: (each[0], -each[1])):
        if end > start and (not kept or start >= kept[-1][1]):
            kept.append((start, end))
    return kept
