"""A sentence as its parts: phrases with what they can tell, names, times, and the segments that each say one thing."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto

from services.notes.actions.cues import VERBS, Cue, Form, Lexicon
from services.notes.actions.tokens import Token, tokens
from services.notes.sentences import Sentence
from services.notes.times.values import Grain, TimeKind, TimeMention

_BREAKING_SIGNS = frozenset(",;:()–—/|，、：（）-")
_BREAKING_CUES = frozenset((Cue.AND, Cue.BUT, Cue.OR))
# A stretch between two breaks that has none of these belongs to what stands before it.
_HEADS = VERBS | {
    Cue.MUST,
    Cue.PROPOSAL,
    Cue.REQUEST,
    Cue.TROUBLE,
    Cue.FAULT,
    Cue.ANGER,
    Cue.RESOLVED,
    Cue.CANCELLED,
}
_NOUN_HEADS = frozenset((Cue.MEETING, Cue.PHONE))


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
        is_first: It opens the sentence, so that a capital letter says little.
    """

    what: What
    start: int
    end: int
    text: str
    cues: dict[Cue, Form | None] = field(default_factory=dict)
    mention: TimeMention | None = None
    is_first: bool = False

    def is_(self, *cues: Cue) -> bool:
        """Whether it can tell one of these."""
        return any(cue in self.cues for cue in cues)

    def form(self, cue: Cue) -> Form | None:
        """The form in which it is this verb; None when it is not."""
        return self.cues.get(cue)

    @property
    def is_verb(self) -> bool:
        """Whether it can be a verb of action."""
        return not VERBS.isdisjoint(self.cues)


@dataclass(slots=True)
class Segment:
    """A part of a sentence that says one thing.

    Attributes:
        chunks: Its chunks, at least one.
        joined_by: The cue that joins it to the segment before; None at the start and behind a comma.
        behind_colon: It stands behind a colon or a dash.
    """

    chunks: list[Chunk]
    joined_by: Cue | None = None
    behind_colon: bool = False

    @property
    def mentions(self) -> list[TimeMention]:
        """The expressions of time in it, in order."""
        return [chunk.mention for chunk in self.chunks if chunk.mention]

    @property
    def has_time_to_come(self) -> bool:
        """Whether it names a time that is not past."""
        return any(is_to_come(mention) for mention in self.mentions)

    def has(self, *cues: Cue) -> bool:
        """Whether any chunk can tell one of these."""
        return any(chunk.is_(*cues) for chunk in self.chunks)


def is_to_come(mention: TimeMention) -> bool:
    """Whether an expression names a time that is not past; "now" and "asap" are no time to plan for."""
    if mention.kind is TimeKind.DURATION or not mention.readings:
        return False
    reading = mention.readings[0]
    return not reading.is_past and reading.grain is not Grain.SECOND


def chunks_of(
    text: str, sentence: Sentence, mentions: Sequence[TimeMention], lexicon: Lexicon
) -> list[Chunk]:
    """The chunks of a sentence; `mentions` are those that lie in it, in order."""
    words = tokens(text, sentence.start, sentence.end)
    found: list[Chunk] = []
    at = 0
    timed = iter(mentions)
    mention = next(timed, None)
    while at < len(words):
        token = words[at]
        while mention and mention.span_end <= token.start:
            mention = next(timed, None)
        if mention and mention.span_start < token.end:
            behind = at + 1
            while behind < len(words) and words[behind].start < mention.span_end:
                behind += 1
            if mention.kind is TimeKind.DURATION or mention.readings:
                found.append(Chunk(What.TIME, token.start, words[behind - 1].end, "", mention=mention))
            at = behind
            continue
        limit = mention.span_start if mention else sentence.end
        at = _append_phrase(text, words, at, limit, lexicon, found)
    if found:
        found[0].is_first = True
    if not lexicon.has_forms:
        _mark_past(found, lexicon)
    return found


def _append_phrase(
    text: str, words: list[Token], at: int, limit: int, lexicon: Lexicon, found: list[Chunk]
) -> int:
    """Appends the chunk that starts at a token; gives the token behind it."""
    token = words[at]
    node = lexicon.root
    behind, cues = at, None
    for step in range(at, len(words)):
        further = node.further.get(words[step].word)
        if further is None or words[step].end > limit:
            break
        node = further
        if node.entry:
            behind, cues = step + 1, node.entry.cues
    if cues is not None and not _is_name_after_all(words, at, behind, cues):
        found.append(
            Chunk(
                What.CUE,
                token.start,
                words[behind - 1].end,
                text[token.start : words[behind - 1].end].lower(),
                cues,
            )
        )
        return behind
    if token.is_capital and token.word[0].isalpha():
        return _append_name(text, words, at, limit, lexicon, found)
    if compound := _compound(token.word, lexicon):
        found.append(Chunk(What.CUE, token.start, token.end, token.word, compound))
    else:
        what = What.WORD if token.word[0].isalnum() else What.SIGN
        found.append(Chunk(what, token.start, token.end, token.word))
    return at + 1


def _is_name_after_all(words: list[Token], at: int, behind: int, cues: dict[Cue, Form | None]) -> bool:
    """ "Will" and "Mark" with a capital inside a sentence are people."""
    return (
        behind == at + 1
        and at > 0
        and words[at].is_capital
        and Cue.MUST in cues
        and words[at - 1].word.isalpha()
    )


def _append_name(
    text: str, words: list[Token], at: int, limit: int, lexicon: Lexicon, found: list[Chunk]
) -> int:
    token = words[at]
    compound = _compound(token.word, lexicon)
    if compound:
        found.append(Chunk(What.CUE, token.start, token.end, token.word, compound))
        return at + 1
    behind = at + 1
    while (
        behind < len(words)
        and behind - at < 4
        and words[behind].is_capital
        and words[behind].end <= limit
        and words[behind].start - words[behind - 1].end <= 1
        and words[behind].word not in lexicon.root.further
    ):
        behind += 1
    end = words[behind - 1].end
    name = text[token.start : end]
    if name[-2:] in {"'s", "\u2019s"}:
        name, end = name[:-2], end
    found.append(Chunk(What.NAME, token.start, end, name))
    return behind


def _compound(word: str, lexicon: Lexicon) -> dict[Cue, Form | None] | None:
    for length in range(min(lexicon.longest_ending, len(word) - 2), 2, -1):
        if entry := lexicon.endings.get(word[-length:]):
            return entry.cues
    return None


def _mark_past(chunks: list[Chunk], lexicon: Lexicon) -> None:
    """Where verbs have no forms, a mark right behind one, or at the end of its stretch, makes it past."""
    last_verb: Chunk | None = None
    for chunk in chunks:
        if chunk.text in lexicon.past_marks and last_verb is not None:
            last_verb.cues = {
                cue: Form.PAST if cue in VERBS else form for cue, form in last_verb.cues.items()
            }
            last_verb = None
        elif chunk.is_verb:
            last_verb = chunk
        elif chunk.what is What.SIGN:
            last_verb = None


def segments_of(chunks: Sequence[Chunk]) -> list[Segment]:
    """Splits at signs and conjunctions, and joins what cannot stand alone to what it belongs to."""
    joined: list[Segment] = []
    for piece in _pieces(chunks):
        alone = _stands_alone(piece)
        if joined and (not alone or not _stands_alone(joined[-1])) and not _is_heading(joined[-1], piece):
            at = joined[-1].chunks[-1].end
            joined[-1].chunks.append(Chunk(What.SIGN, at, at, ","))  # what a command may stand behind
            joined[-1].chunks.extend(piece.chunks)
        else:
            joined.append(piece)
    return joined


def _pieces(chunks: Sequence[Chunk]) -> Iterator[Segment]:
    piece: list[Chunk] = []
    joined_by: Cue | None = None
    behind_colon = False
    for chunk in chunks:
        joint = next((cue for cue in _BREAKING_CUES if chunk.is_(cue)), None)
        if joint is None and not (chunk.what is What.SIGN and chunk.text in _BREAKING_SIGNS):
            piece.append(chunk)
            continue
        if piece:
            yield Segment(piece, joined_by, behind_colon)
            piece, joined_by, behind_colon = [], None, False
        joined_by = joint or joined_by
        behind_colon = behind_colon or chunk.text in {":", "-", "–", "—", "："}
    if piece:
        yield Segment(piece, joined_by, behind_colon)


def _stands_alone(piece: Segment) -> bool:
    if any(chunk.is_(*_HEADS) and (at == 0 or not _is_noun(chunk)) for at, chunk in enumerate(piece.chunks)):
        return True
    return piece.has(*_NOUN_HEADS) and any(chunk.what is What.TIME for chunk in piece.chunks)


def _is_noun(chunk: Chunk) -> bool:
    """A word that is a verb at the head of its stretch alone: "meeting", "call"."""
    return chunk.is_(*_NOUN_HEADS) and not chunk.is_(Cue.MUST)


def _is_heading(before: Segment, piece: Segment) -> bool:
    """ "Next step: ..." says how the rest is meant, and is not part of it."""
    return piece.behind_colon and before.has(Cue.TODO) and not before.has(*VERBS)
