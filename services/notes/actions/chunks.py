"""A sentence as chunks: phrases of the lexicon with what they can tell, names, expressions of time, words, signs."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, time
from enum import Enum, auto

from services.notes.actions.cues import VERBS, Cue, Form, Lexicon
from services.notes.actions.tokens import tokens
from services.notes.sentences import Sentence
from services.notes.times.values import Grain, TimeMention

_INFLECTED = frozenset((Cue.MEETING, Cue.PHONE, Cue.MESSAGE, Cue.CONTENT, Cue.OFFER, Cue.ROLE))
_MOST_NAME_WORDS = 4
_CLOCK = re.compile(r"\d[:.]\d\d|\b(?:kl|at)\b|\d ?[ap]m\b|\u70b9")
_SHORTEST_ENDING = 3
_SHORTEST_STEM = 2  # of a compound


class What(Enum):
    """What a chunk is."""

    CUE = auto()
    NAME = auto()
    TIME = auto()
    WORD = auto()
    SIGN = auto()


@dataclass(slots=True)
class Chunk:
    """A phrase of the lexicon, a name, an expression of time, a word or a sign.

    Attributes:
        what: Which of them.
        start: Offset of its first character in the text.
        end: Offset behind its last one.
        text: Its words in lower case; a name's as they are written.
        cues: What it can tell; verbs with their form.
        mention: The expression of time.
    """

    what: What
    start: int
    end: int
    text: str
    cues: dict[Cue, Form | None] = field(default_factory=dict)
    mention: TimeMention | None = None

    def is_(self, *cues: Cue) -> bool:
        """Whether it can tell one of these."""
        return not self.cues.keys().isdisjoint(cues)

    def form(self, cue: Cue) -> Form | None:
        """The form in which it is this verb; None when it is not."""
        return self.cues.get(cue)

    @property
    def is_verb(self) -> bool:
        """Whether it can be a verb of action."""
        return not VERBS.isdisjoint(self.cues)


def chunks_of(
    text: str, sentence: Sentence, mentions: Sequence[TimeMention], lexicon: Lexicon
) -> list[Chunk]:
    """The chunks of a sentence; `mentions` are those that lie in it, in order."""
    chunks = _Chunker(text, sentence, lexicon).chunks(mentions)
    if not lexicon.has_forms:
        _mark_past(chunks, lexicon)
    return chunks


class _Chunker:
    """Cuts one sentence into chunks from left to right."""

    def __init__(self, text: str, sentence: Sentence, lexicon: Lexicon) -> None:
        self._text = text
        self._lexicon = lexicon
        self._tokens = tokens(text, sentence.start, sentence.end)
        self._at = 0
        self._end = sentence.end
        self._limit = sentence.end  # where the next expression of time begins, or the sentence ends

    def chunks(self, mentions: Iterable[TimeMention]) -> list[Chunk]:
        chunks: list[Chunk] = []
        for mention in mentions:
            self._limit = mention.span_start
            while self._at < len(self._tokens) and self._tokens[self._at].end <= mention.span_start:
                chunks.append(self._phrase(self._limit) or self._word())
            phrase = self._phrase_from(mention)
            if phrase is not None:
                chunks.append(phrase)
            if phrase is None or phrase.end < mention.span_end:
                chunks += self._time(
                    mention if phrase is None else _of_day(mention, self._text[phrase.end :])
                )
        self._limit = self._end
        while self._at < len(self._tokens):
            chunks.append(self._phrase(self._limit) or self._word())
        return chunks

    def _phrase_from(self, mention: TimeMention) -> Chunk | None:
        """A phrase that begins where an expression of time does, and says more: "quarterly review".

        A meal names a time of day and is had all the same; "after lunch" begins otherwise and is a time alone.
        """
        first = self._at
        chunk = self._phrase(self._end) if first < len(self._tokens) else None
        if chunk is not None and chunk.end <= mention.span_end and not chunk.is_(Cue.MEAL):
            self._at = first
            return None
        return chunk

    def _time(self, mention: TimeMention) -> list[Chunk]:
        first = self._at
        while self._at < len(self._tokens) and self._tokens[self._at].start < mention.span_end:
            self._at += 1
        if self._at == first:
            return []
        start, end = self._tokens[first].start, self._tokens[self._at - 1].end
        return [Chunk(What.TIME, start, end, "", mention=mention)]

    def _phrase(self, limit: int) -> Chunk | None:
        """The longest phrase of the lexicon that starts here and ends before a limit."""
        behind, cues = self._longest(self._at, limit)
        if cues is None or (behind == self._at + 1 and Cue.MUST in cues and self._is_name_inside()):
            return None
        start, end = self._tokens[self._at].start, self._tokens[behind - 1].end
        self._at = behind
        return Chunk(What.CUE, start, end, self._text[start:end].lower(), cues)

    def _longest(self, first: int, limit: int) -> tuple[int, dict[Cue, Form | None] | None]:
        """The token behind the longest phrase from a token on that ends before a limit, and what it can tell."""
        node, behind, cues = self._lexicon.root, first, None
        for step in range(first, len(self._tokens)):
            further = node.further.get(self._tokens[step].word)
            if further is None or self._tokens[step].end > limit:
                break
            node = further
            if node.entry:
                behind, cues = step + 1, node.entry.cues
        return behind, cues

    def _is_name_inside(self) -> bool:
        """A capital inside a sentence: "Will" is somebody."""
        if not self._at or not self._tokens[self._at].is_capital:
            return False
        return self._tokens[self._at - 1].word.isalpha()

    def _word(self) -> Chunk:
        """A compound that the lexicon knows by its ending, a name, a word or a sign."""
        token = self._tokens[self._at]
        cues = _inflected(token.word, self._lexicon) or _compound(token.word, self._lexicon)
        if cues is None and token.is_capital and token.word[0].isalpha():
            return self._name()
        self._at += 1
        if cues is not None:
            return Chunk(What.CUE, token.start, token.end, token.word, cues)
        return Chunk(What.WORD if token.word[0].isalnum() else What.SIGN, token.start, token.end, token.word)

    def _name(self) -> Chunk:
        first = self._at
        self._at += 1
        while self._at < min(len(self._tokens), first + _MOST_NAME_WORDS) and self._goes_on():
            self._at += 1
        start, end = self._tokens[first].start, self._tokens[self._at - 1].end
        name = self._text[start:end].removesuffix("'s").removesuffix("\u2019s")
        return Chunk(What.NAME, start, start + len(name), name)

    def _goes_on(self) -> bool:
        """Whether the token here is part of the name before it."""
        before, token = self._tokens[self._at - 1], self._tokens[self._at]
        if not token.is_capital or token.end > self._limit or token.start - before.end > 1:
            return False
        return token.word not in self._lexicon.root.further


def _of_day(mention: TimeMention, behind: str) -> TimeMention:
    """The day of a meal: its hour is the meal's name, unless a clock time is said behind it."""
    length = mention.span_end - mention.span_start
    if _CLOCK.search(behind, 0, length):
        return mention
    readings = tuple(
        replace(each, start=datetime.combine(each.start, time()), end=None, grain=Grain.DAY, has_time=False)
        if each.start is not None and each.has_time
        else each
        for each in mention.readings
    )
    return replace(mention, readings=readings)


def _inflected(word: str, lexicon: Lexicon) -> dict[Cue, Form | None] | None:
    """The cues of a noun whose definite or plural form the lexicon does not list."""
    for ending in lexicon.inflections:
        if word.endswith(ending):
            stem = word[: -len(ending)]
            node = lexicon.root.further.get(stem)
            known = node.entry.cues if node and node.entry else _compound(stem, lexicon) or {}
            if nouns := {cue: None for cue in known if cue in _INFLECTED}:
                return dict(nouns)
    return None


def _compound(word: str, lexicon: Lexicon) -> dict[Cue, Form | None] | None:
    for length in range(min(lexicon.longest_ending, len(word) - _SHORTEST_STEM), _SHORTEST_ENDING - 1, -1):
        if entry := lexicon.endings.get(word[-length:]):
            return entry.cues
    return None


def _mark_past(chunks: Iterable[Chunk], lexicon: Lexicon) -> None:
    """Where verbs have no forms, a mark right behind one, or at the end of its stretch, makes it past."""
    verb: Chunk | None = None
    for chunk in chunks:
        if chunk.text in lexicon.past_marks and verb is not None:
            verb.cues = {cue: Form.PAST if cue in VERBS else form for cue, form in verb.cues.items()}
            verb = None
        elif chunk.is_verb:
            verb = chunk
        elif chunk.what is What.SIGN:
            verb = None
