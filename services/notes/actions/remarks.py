"""What a sentence tells beside actions: trouble with us, material the customer asks for, a person introduced."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from services.notes.actions.asking import Evidence
from services.notes.actions.chunks import Chunk, What
from services.notes.actions.cues import Cue, Form, Lexicon
from services.notes.actions.segments import Segment
from services.notes.actions.tokens import words_of

_DOING = (Cue.MEET, Cue.CALL, Cue.MAIL, Cue.TALK)
_HAS_ADDRESS = re.compile(r"@|\+?\d[\d ()-]{6}")


@dataclass(frozen=True, slots=True)
class Remark:
    """Such a thing, with the words that tell it.

    Attributes:
        evidence: How it is told.
        chunks: The words.
        severity: Of trouble, 1 to 3.
        is_to_be_made: The material asked for is work of ours: a quote, and not a brochure.
    """

    evidence: Evidence
    chunks: Sequence[Chunk]
    severity: int = 0
    is_to_be_made: bool = False


def trouble_of(segments: Sequence[Segment]) -> Remark | None:
    """A complaint, defect, outage or billing error with us; severity 1 to 3."""
    told = [segment for segment in segments if segment.has(Cue.TROUBLE, Cue.FAULT, Cue.ANGER)]
    whole = [chunk for segment in segments for chunk in segment.chunks]
    cues = {cue for chunk in whole for cue in chunk.cues}
    if (
        not told
        or any(_is_resolved(segment) for segment in segments)
        or cues & {Cue.NOT_OURS, Cue.CONDITION, Cue.PERHAPS, Cue.CANCELLED}
    ):
        return None
    standing = [segment for segment in told if not _is_denied(segment)]
    if not standing:
        return None
    if not any(segment.has(Cue.TROUBLE, Cue.ANGER) for segment in standing):
        if not cues & {Cue.HAS_FAULT, Cue.REPEATED}:
            return None
        evidence = Evidence.WEAK_TROUBLE
    else:
        evidence = Evidence.TROUBLE
    severity = 1 + (Cue.ANGER in cues or Cue.REPEATED in cues) + (Cue.URGENT in cues)
    return Remark(evidence, _stretch(segments, standing), severity)


def _is_resolved(segment: Segment) -> bool:
    """It is solved; that the customer wants it solved, or that it is not yet, is another thing."""
    return segment.has(Cue.RESOLVED) and not segment.has(Cue.WANT, Cue.MUST, Cue.REQUEST, Cue.NEGATION)


def _is_denied(segment: Segment) -> bool:
    """No complaints; nothing is wrong."""
    for at, chunk in enumerate(segment.chunks):
        if chunk.is_(Cue.TROUBLE, Cue.FAULT, Cue.ANGER):
            return any(left.is_(Cue.NEGATION, Cue.ASKING) for left in segment.chunks[:at])
    return False


def _stretch(segments: Sequence[Segment], standing: Sequence[Segment]) -> list[Chunk]:
    first = min(segments.index(segment) for segment in standing)
    last = max(segments.index(segment) for segment in standing)
    return [chunk for segment in segments[first : last + 1] for chunk in segment.chunks]


def content_of(segment: Segment, lexicon: Lexicon) -> Remark | None:
    """Material the customer asks for: a wish of theirs, or a request to us, with a word for material behind it."""
    chunks = segment.chunks
    if segment.has(Cue.DONE, Cue.CONDITION, Cue.PERHAPS):
        return None
    wish: Evidence | None = None
    for at, chunk in enumerate(chunks):
        if chunk.is_(Cue.NEGATION):
            return None
        if chunk.is_(Cue.WANT) and not _is_ours(chunks, at):
            wish = Evidence.WANTED
        elif _is_asked_of_us(chunks, at, lexicon):
            wish = Evidence.REQUEST
        elif chunk.is_(*_DOING) and not chunk.is_(Cue.CONTENT, Cue.OFFER):
            wish = None  # "wants to meet about the proposal"
        elif chunk.is_(Cue.CONTENT, Cue.OFFER) and wish is not None:
            return Remark(wish, chunks, is_to_be_made=chunk.is_(Cue.OFFER) and not chunk.is_(Cue.CONTENT))
        elif not lexicon.has_forms and chunk.is_(Cue.CONTENT) and _is_wished_behind(chunks, at):
            return Remark(wish or Evidence.WANTED, chunks)
    return None


def _is_asked_of_us(chunks: Sequence[Chunk], at: int, lexicon: Lexicon) -> bool:
    """Whether it is the customer who asks: "can we get", "please send us", "could you send the datasheet?"."""
    chunk = chunks[at]
    if chunk.is_(Cue.ASKS_FOR):
        return not _is_told(chunks[:at])
    if not chunk.is_(Cue.REQUEST):
        return False
    if any(other.is_(Cue.SELF, Cue.PASSIVE_SIDE) for other in chunks[at:]):
        return True
    return any(lexicon.can_tell(word, Cue.YOU) for word in words_of(chunk.text))


def _is_wished_behind(chunks: Sequence[Chunk], at: int) -> bool:
    """Where an object may stand before its verb: whether it is wished for there."""
    return any(
        chunk.is_(Cue.WANT) or (chunk.is_(Cue.ASKS_FOR) and not _is_told(chunks[: at + offset]))
        for offset, chunk in enumerate(chunks[at:])
    )


def _is_told(left: Sequence[Chunk]) -> bool:
    """Whether "send me the specs" is what somebody promised, and not what is asked of us."""
    return any(chunk.is_(Cue.MUST, Cue.THEY) for chunk in left) and not any(
        chunk.is_(Cue.REQUEST) for chunk in left
    )


def _is_ours(chunks: Sequence[Chunk], at: int) -> bool:
    """Whether the wish is the author's, or rather an order ("ask for the price list")."""
    before = [chunk for chunk in chunks[:at] if chunk.what is not What.TIME]
    if any(chunk.is_(Cue.SELF) for chunk in before):
        return True
    if chunks[at].form(Cue.WANT) is Form.ING and not any(
        chunk.is_(Cue.THEY, Cue.ROLE) or chunk.what is What.NAME for chunk in before
    ):
        return True
    if any(chunk.is_(Cue.THEY) for chunk in before):
        return any(chunk.is_(Cue.MUST, Cue.DUTY) for chunk in before)
    if chunks[at].is_(Cue.MUST, Cue.DUTY) or any(chunk.is_(Cue.MUST, Cue.DUTY) for chunk in before):
        return True
    return not before and chunks[at].form(Cue.WANT) is Form.BASE and chunks[at].is_(Cue.WORK)


def introduction_of(text: str, chunks: Sequence[Chunk]) -> Evidence | None:
    """Whether a sentence introduces somebody, or is a signature of name, role and address."""
    cues = {cue for chunk in chunks for cue in chunk.cues}
    if cues & {Cue.NEGATION, Cue.CONDITION, Cue.PERHAPS, Cue.CANCELLED}:
        return None
    if Cue.INTRODUCTION in cues:
        return Evidence.INTRODUCED
    if Cue.SAVE in cues and _HAS_ADDRESS.search(text, chunks[0].start, chunks[-1].end):
        return Evidence.INTRODUCED
    if Cue.NEW in cues and Cue.ROLE in cues and _names_behind_colon(chunks):
        return Evidence.INTRODUCED
    has_verb = any(chunk.is_verb for chunk in chunks)
    if not has_verb and Cue.ROLE in cues and "@" in text[chunks[0].start : chunks[-1].end]:
        return Evidence.SIGNATURE
    return None


def _names_behind_colon(chunks: Sequence[Chunk]) -> bool:
    """Whether somebody new is told with a name: "they have a new site manager: Ola Berg"."""
    if any(chunk.is_verb and not chunk.is_(Cue.LIGHT) for chunk in chunks):
        return False
    return any(
        before.text == ":" and chunk.what is What.NAME and chunk.text.count(" ")
        for before, chunk in pairwise(chunks)
    )
