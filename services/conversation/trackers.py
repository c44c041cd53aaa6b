"""Tracked keywords and competitors: which of a tenant's phrases are said, where.

Words match by lemma, whatever their case, diacritics and plural. In Danish, Norwegian and Swedish a phrase matches
whether its words are written together, with hyphens or apart ("kundeservice", "kunde-service", "kunde service"), and
never inside another compound ("sol" is not heard in "solgt"). Chinese matches by characters. One Aho-Corasick
automaton per language looks for all phrases at once, so that their number costs nothing to speak of.
"""

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import accumulate, chain

from ahocorasick_rs import AhoCorasick, Implementation

from services.common.codes import Code
from services.common.errors import invalid_argument
from services.conversation.spoken import base_language
from services.conversation.words import word_keys

MOST_PHRASES = 10_000
LONGEST_PHRASE = 200  # characters
_EDGE = "\x1f"  # between words, so that a match starts and ends with one
# With the signs that make another name of one: C++ and C# are not C, Disney+ is not Disney.
_WORD = re.compile(r"[^\W_]+(?:['\u2019][^\W_]+)*[+#]*")
_LATIN = re.compile(r"[a-z0-9]")
_COMPOUNDING = ("da", "nb", "sv")
_MOST_COMPOUND_PARTS = 3


class TrackerKind(StrEnum):
    """What is tracked."""

    KEYWORD = "keyword"
    COMPETITOR = "competitor"


@dataclass(frozen=True, slots=True)
class Tracker:
    """Something that a tenant or a team listens for.

    Attributes:
        tracker_id: Given by the caller.
        kind: Keyword or competitor.
        phrases: The name and its variants.
    """

    tracker_id: str
    kind: TrackerKind
    phrases: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Hit:
    """A tracked phrase that was said.

    Attributes:
        tracker_id: Whose phrase.
        kind: Keyword or competitor.
        start: Offset of the first character in the text.
        end: Offset behind the last.
    """

    tracker_id: Code
    kind: TrackerKind
    start: int
    end: int


class TrackerMatcher:
    """Finds trackers in texts of any of the five languages.

    Args:
        trackers: With at most `MOST_PHRASES` phrases together.

    Raises:
        LeadlightError: INVALID_ARGUMENT for too many phrases, or one that has no word or is too long.
    """

    def __init__(self, trackers: Sequence[Tracker]) -> None:
        count = sum(len(each.phrases) for each in trackers)
        if count > MOST_PHRASES:
            raise invalid_argument("trackers", f"have {count} phrases, more than {MOST_PHRASES}")
        for index, tracker in enumerate(trackers):
            for at, phrase in enumerate(tracker.phrases):
                if not _WORD.search(phrase) or len(phrase) > LONGEST_PHRASE:
                    path = f"trackers[{index}].phrases[{at}]"
                    raise invalid_argument(path, f"needs a word, and at most {LONGEST_PHRASE} characters")
        self._trackers = tuple(trackers)
        self._automatons: dict[str, _Automaton] = {}

    def hits(self, text: str, language: str) -> list[Hit]:
        """Every tracker that is said in a text, in order; where phrases of one tracker overlap, the longest."""
        base = base_language(language) or "en"
        automaton = self._automatons.get(base)
        if automaton is None:
            automaton = self._automatons[base] = _Automaton(self._trackers, base)
        found = _in_characters(automaton, text) if base == "zh" else _in_words(automaton, text, base)
        return _longest(
            Hit(tracker.tracker_id, tracker.kind, start, end)
            for owners, start, end in found
            for tracker in owners
        )


class _Automaton:
    """The phrases in the form of one language, and whose they are."""

    def __init__(self, trackers: Sequence[Tracker], language: str) -> None:
        keyed = _character_key if language == "zh" else _word_key
        self.owners: dict[str, list[Tracker]] = {}
        for tracker in trackers:
            for phrase in tracker.phrases:
                for key in {keyed(phrase, language), *_compounds(phrase, language)}:
                    owners = self.owners.setdefault(key, [])
                    if tracker not in owners:
                        owners.append(tracker)
        self._keys = list(self.owners)
        self._automaton = AhoCorasick(self._keys, implementation=Implementation.DFA)

    def find(self, text: str) -> Iterator[tuple[list[Tracker], int, int]]:
        """Whose phrases stand in a text that has the automaton's form, from where to where."""
        for place, start, end in self._automaton.find_matches_as_indexes(text, overlapping=True):
            yield self.owners[self._keys[place]], start, end


def _word_key(phrase: str, language: str) -> str:
    keys = word_keys(language)
    return _EDGE + _EDGE.join(keys[word] for word in _WORD.findall(phrase)) + _EDGE


def _compounds(phrase: str, language: str) -> list[str]:
    """The phrase's words written together, in languages that do."""
    words = _WORD.findall(phrase)
    if language not in _COMPOUNDING or not 1 < len(words) <= _MOST_COMPOUND_PARTS:
        return []
    return [_word_key("".join(words).lower(), language)]


def _character_key(text: str, _language: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold().strip()


def _in_words(automaton: _Automaton, text: str, language: str) -> Iterator[tuple[list[Tracker], int, int]]:
    keys = word_keys(language)
    words = _WORD.findall(text)
    said = [keys[word] for word in words]
    places: list[tuple[int, int]] | None = None
    found = _in_keys(automaton, said)
    if language in _COMPOUNDING:
        found = chain(found, _apart(automaton, words, said))
    for owners, start, end in found:
        if places is None:  # most texts have no hit, and are not worth it
            places = [each.span() for each in _WORD.finditer(text)]
        yield owners, places[start][0], places[end - 1][1]


def _in_keys(automaton: _Automaton, said: Sequence[str]) -> Iterator[tuple[list[Tracker], int, int]]:
    """Hits from word to word."""
    edges: list[int] | None = None
    for owners, start, end in automaton.find(_EDGE + _EDGE.join(said) + _EDGE):
        edges = edges or list(accumulate((len(key) + 1 for key in said), initial=0))
        yield owners, bisect_left(edges, start), bisect_left(edges, end - 1)


def _apart(
    automaton: _Automaton, words: Sequence[str], said: Sequence[str]
) -> Iterator[tuple[list[Tracker], int, int]]:
    """Compounds that are written as two words: only the second is bent, so the first counts as it stands."""
    owned = automaton.owners
    for place, key in enumerate(said[1:]):
        together = f"{_EDGE}{words[place].lower()}{key}{_EDGE}"
        if together in owned:
            yield owned[together], place, place + 2


def _in_characters(automaton: _Automaton, text: str) -> Iterator[tuple[list[Tracker], int, int]]:
    folded, places = _folded(text)
    for owners, start, end in automaton.find(folded):
        if not _cuts_word(folded, start) and not _cuts_word(folded, end):
            yield owners, places[start], places[end - 1] + 1


def _folded(text: str) -> tuple[str, Sequence[int]]:
    """A text as phrases are written, with the place that each character comes from."""
    if text.isascii():
        return text.casefold(), range(len(text))
    pieces = [unicodedata.normalize("NFKC", each).casefold() for each in text]
    return "".join(pieces), [place for place, piece in enumerate(pieces) for _ in piece]


def _cuts_word(text: str, at: int) -> bool:
    """Whether a place is inside a word in Latin letters or a number."""
    return 0 < at < len(text) and bool(_LATIN.match(text[at - 1]) and _LATIN.match(text[at]))


def _longest(hits: Iterable[Hit]) -> list[Hit]:
    """Hits in order, without those of a tracker that lie in a longer one of the same."""
    kept: list[Hit] = []
    reached: dict[str, int] = {}
    for hit in sorted(hits, key=lambda each: (each.start, -each.end)):
        if hit.end > reached.get(hit.tracker_id, 0):
            reached[hit.tracker_id] = hit.end
            kept.append(hit)
    return kept
