"""Who owes what by when: the sentences in which a speaker promises something, in five languages.

A promise is told by its grammar (commitments.json): the speaker's own side, a word of what is to come, and a verb of
work. By when it is due the notes service says, which reads words of time for the whole suite.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Protocol

from services.common.codes import Code
from services.conversation.call import Call
from services.conversation.sentences import Sentence, sentences_of
from services.conversation.spoken import base_language

MOST = 1_000  # of a call; the first ones
_LISTS = Path(__file__).with_name("commitments.json")
_BEFORE, _BEHIND = 80, 300  # characters of a clause around its verb: without full stops a sentence has no end
_LONGEST_WORD = 40
_TAG = re.compile(r"[,\s](?:ok|okay|alright|all right|right|yes|deal|sure)\?$", re.IGNORECASE)
_TRAILING = re.compile(r"[\s,;:.!?\u3002\uff0c\uff01\uff1b\u3001-]+$")
_JOINING = re.compile(r"[\s,;]+(?:and|but|so|then|og|men|så|och|och då|然后|并)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Due:
    """By when.

    Attributes:
        text: The words that say it.
        at: The moment in UTC, for a day its local midnight; None where the call has no start to count from.
        date_only: It names a day.
        time_zone: IANA zone of the day.
    """

    text: str
    at: datetime | None = None
    date_only: bool = False
    time_zone: Code = ""


@dataclass(frozen=True, slots=True)
class Commitment:
    """One promise.

    Attributes:
        utterance: Place in the call.
        start: Offset of the first character of the words that promise.
        end: Offset behind the last.
        owner_id: Participant who owes it.
        what: What is owed, in the words of the sentence.
        due: By when; None when nobody said.
    """

    utterance: int
    start: int
    end: int
    owner_id: str
    what: str
    due: Due | None = None


@dataclass(frozen=True, slots=True)
class Clause:
    """Words that promise one thing.

    Attributes:
        utterance: Place in the call.
        start: Offset of its first character.
        end: Offset behind its last.
        owner_id: Who says it.
        text: As it stands there.
        work: Offset in `text` from which on it says what is owed.
        verb: The verb, where it stands before `work`; else empty.
        is_weak: It is a promise only if it says by when: "we deliver" may be a habit.
    """

    utterance: int
    start: int
    end: int
    owner_id: str
    text: str
    work: int
    verb: str
    is_weak: bool


@dataclass(frozen=True, slots=True)
class DueWords:
    """Words that say by when, as the notes service read them in a text.

    Attributes:
        start: Offset of the first character in the text.
        end: Offset behind the last.
        due: What they mean.
    """

    start: int
    end: int
    due: Due


class DueReader(Protocol):
    """Reads words of time."""

    def read(
        self, texts: Sequence[str], language: str, said_at: datetime | None
    ) -> Sequence[DueWords | None]:
        """Says by when each text says that something is due.

        Args:
            texts: Clauses, each on its own, so that the same one always means the same.
            language: One of the five, or empty to have it found out.
            said_at: What the words count from; without it they mean no date.

        Raises:
            LeadlightError: When there is no answer.
        """
        ...


@dataclass(frozen=True, slots=True)
class _Grammar:
    promise: re.Pattern[str]
    exclude: re.Pattern[str]
    loose: re.Pattern[str]
    addressee: re.Pattern[str] | None


def clauses_of(call: Call) -> list[Clause]:
    """The clauses that promise something, in order; at most `MOST`."""
    grammar = _grammar(base_language(call.language) or "en")
    found: list[Clause] = []
    for place, utterance in enumerate(call.utterances):
        text = utterance.text.replace("\u2019", "'")
        if grammar.promise.search(text):
            for sentence in sentences_of(text):
                found += _in_sentence(grammar, sentence, place, utterance.participant_id)
            if len(found) >= MOST:
                return found[:MOST]
    return found


def commitments_of(
    clauses: Sequence[Clause], due: Sequence[DueWords | None], language: str
) -> tuple[Commitment, ...]:
    """What clauses promise, with what is known of when."""
    grammar = _grammar(base_language(language) or "en")
    return tuple(
        Commitment(
            clause.utterance,
            clause.start,
            clause.end,
            clause.owner_id,
            _what(grammar, clause, words),
            words.due if words else None,
        )
        for clause, words in zip(clauses, due, strict=True)
        if words is not None or not clause.is_weak
    )


def _in_sentence(grammar: _Grammar, sentence: Sentence, place: int, owner_id: str) -> Iterator[Clause]:
    if sentence.is_question and not _TAG.search(sentence.text):
        return
    said = _TAG.sub("", sentence.text)
    matches = [
        each for each in grammar.promise.finditer(said) if not grammar.exclude.match(said, _verb_start(each))
    ]
    for at, match in enumerate(matches):
        start = match.start() if at else _word_start(said, match.start() - _BEFORE)
        end = matches[at + 1].start() if at + 1 < len(matches) else len(said)
        end = min(end, _word_start(said, match.end() + _BEHIND))
        text = _TRAILING.sub("", _JOINING.sub("", _TRAILING.sub("", said[start:end])))
        parts = match.groupdict()
        inverted = parts.get("finite") or ""
        # In Chinese what is owed stands before the verb.
        work = match.end("who") if "who" in parts else match.end() if inverted else match.start("verb")
        yield Clause(
            utterance=place,
            start=sentence.start + start,
            end=sentence.start + start + len(text),
            owner_id=owner_id,
            text=text,
            work=work - start,
            verb=inverted,
            is_weak=grammar.addressee is not None
            and not parts.get("will")
            and grammar.addressee.search(text) is None,
        )


def _word_start(text: str, near: int) -> int:
    """The first place from an offset on at which no word is cut; a Chinese text has none to cut."""
    if near <= 0 or near >= len(text):
        return min(max(near, 0), len(text))
    space = text.find(" ", near, near + _LONGEST_WORD)
    return near if space < 0 else space + 1


def _verb_start(match: re.Match[str]) -> int:
    return match.start("finite") if match.groupdict().get("finite") else match.start("verb")


def _what(grammar: _Grammar, clause: Clause, due: DueWords | None) -> str:
    """What is owed: the clause from its verb on, without the words of time."""
    if due is None or due.end <= clause.work:
        work = clause.text[clause.work :]
    else:
        before = grammar.loose.sub("", clause.text[clause.work : max(due.start, clause.work)])
        work = f"{before} {clause.text[due.end :]}"
    said = " ".join(f"{clause.verb} {work}".split())
    return _TRAILING.sub("", said) or clause.text


@cache
def _grammar(language: str) -> _Grammar:
    lists: Mapping[str, Mapping[str, str]] = json.loads(_LISTS.read_text(encoding="utf-8"))
    given = lists[language]
    if language == "zh":
        promise = rf"(?:{given['who']})(?P<verb>{given['verb']})"
    else:
        between = rf"(?:(?:{given['between']})\s+){{0,2}}"
        promise = rf"(?<![\w'])(?:{given['who']})\s+{between}(?P<verb>{given['verb']})(?!\w)"
        if "subject" in given:
            promise += rf"|(?<![\w'])(?P<finite>{given['verb']})\s+(?:{given['subject']})(?!\w)"
    return _Grammar(
        re.compile(promise, re.IGNORECASE),
        re.compile(given["not"], re.IGNORECASE),
        re.compile(rf"[\s,]*(?<!\w)(?:{given['loose']})?\s*$", re.IGNORECASE),
        re.compile(rf"(?<!\w)(?:{given['addressee']})(?!\w)", re.IGNORECASE)
        if "addressee" in given
        else None,
    )
