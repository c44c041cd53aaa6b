"""Meetings and calls that are named and not asked for by a verb: "demo Thursday at 10", "had lunch yesterday"."""

from dataclasses import dataclass

from services.notes.actions.asking import Evidence, Mood
from services.notes.actions.chunks import Chunk, What
from services.notes.actions.cues import Cue, Form
from services.notes.actions.kinds import KIND_OF_NOUN
from services.notes.actions.segments import Segment
from services.notes.actions.suggestion import SuggestionKind
from services.notes.times.values import TimeKind

_NOUNS = (Cue.MEETING, Cue.PHONE)
_MOST_NOUNS = 6  # looked at in one segment: each is held against all of it


@dataclass(frozen=True, slots=True)
class Named:
    """A meeting or call that a segment names.

    Attributes:
        kind: Which of them.
        evidence: What makes it one to create.
        at: Place of the noun, or of the verb that tells of it, in the segment.
        is_log: It took place.
    """

    kind: SuggestionKind
    evidence: Evidence
    at: int
    is_log: bool = False


def named_in(segment: Segment, mood: Mood) -> Named | None:
    """The meeting or call that a segment names to plan or to log."""
    if mood.is_blocked or segment.has(Cue.NEGATION, Cue.CONDITION, Cue.PERHAPS, Cue.ASKING, Cue.DONE):
        return None
    nouns = [at for at, chunk in enumerate(segment.chunks) if chunk.is_(*_NOUNS)]
    for at in nouns[:_MOST_NOUNS]:
        cue = Cue.MEETING if segment.chunks[at].is_(Cue.MEETING) else Cue.PHONE
        evidence = _wished(segment, at) or _planned(segment, at, mood)
        if evidence is not None:
            return Named(KIND_OF_NOUN[cue], evidence, at)
    return _took_place(segment)


def _wished(segment: Segment, at: int) -> Evidence | None:
    """Somebody wants or proposes it."""
    chunks = segment.chunks
    if chunks[at].is_(Cue.MEAL) and not _is_shared(segment):
        return None
    if any(left.is_(Cue.PROPOSAL) for left in chunks[:at]):
        return Evidence.PROPOSAL
    if any(left.is_(Cue.WANT) for left in chunks[: at + 1]) and not segment.has(Cue.SELF):
        return Evidence.WANTED
    return None


def _is_shared(segment: Segment) -> bool:
    """Whether a meal is had with somebody or at a time."""
    if any(chunk.what is What.NAME or chunk.is_(Cue.THEY) for chunk in segment.chunks):
        return True
    return segment.has_time_to_come


def _planned(segment: Segment, at: int, mood: Mood) -> Evidence | None:
    """It stands with a time to come, and nothing says that it is past."""
    if _is_mentioned(segment.chunks, at):
        return None
    happened = segment.has(Cue.WENT) or any(
        chunk.is_verb and Form.PAST in chunk.cues.values() and not chunk.is_(Cue.AGREED)
        for chunk in segment.chunks
    )
    if segment.has_time_to_come and (segment.has(Cue.AGREED) or mood.is_todo or not happened):
        return Evidence.NOUN
    return Evidence.DUTY if mood.is_todo and not happened and not segment.mentions else None


def _is_mentioned(chunks: list[Chunk], at: int) -> bool:
    """Whether it is only spoken of: "before the meeting", "minutes of the meeting"."""
    return any(left.is_(Cue.MENTIONED) for left in chunks[max(0, at - 2) : at])


def _took_place(segment: Segment) -> Named | None:
    """A meeting at a stated time that is past, or that a verb in the past tells of."""
    chunks = segment.chunks
    dated = [
        mention for mention in segment.mentions if mention.kind is not TimeKind.DURATION and mention.readings
    ]
    is_past = any(mention.readings[0].is_past for mention in dated)
    if not dated:
        return None
    was_had = segment.has(Cue.WENT)  # or "had", "held" before the noun of a meeting
    for at, chunk in enumerate(chunks):
        was_had = was_had or chunk.form(Cue.LIGHT) is Form.PAST
        is_named = chunk.is_(Cue.MEETING) and not _is_mentioned(chunks, at)
        is_met = chunk.form(Cue.MEET) is Form.PAST and _is_with_us(chunks, at)
        if is_met or (is_named and (was_had or is_past)):
            return Named(SuggestionKind.APPOINTMENT, Evidence.TOOK_PLACE, at, is_log=True)
    return None


def _is_with_us(chunks: list[Chunk], at: int) -> bool:
    """Whether a meeting is ours: what they had with others is not."""
    if not at or not chunks[at - 1].is_(Cue.THEY):
        return True
    return any(chunk.is_(Cue.SELF) for chunk in chunks[at:])
