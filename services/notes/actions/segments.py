"""A sentence as segments that each say one thing."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from services.notes.actions.chunks import Chunk, What
from services.notes.actions.cues import VERBS, Cue
from services.notes.times.values import Grain, TimeKind, TimeMention

_BREAKING_SIGNS = frozenset(",;:()|-/\u2013\u2014\u3001")  # dashes, and the Chinese comma of lists
_DASHES = frozenset(":-\u2013\u2014")
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
        behind_colon = behind_colon or chunk.text in _DASHES
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
    """Whether "Next step: ..." stands before, which says how the rest is meant and is not part of it."""
    return piece.behind_colon and before.has(Cue.TODO) and not before.has(*VERBS)
