"""The actions that a segment asks for: by its verbs, or by a meeting or call that it names."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from services.notes.actions.asking import AUTHOR, Actor, Asked, Evidence, Mood, Verb, how_asked
from services.notes.actions.chunks import Chunk, What
from services.notes.actions.cues import Cue, Lexicon
from services.notes.actions.kinds import kind_of
from services.notes.actions.named import named_in
from services.notes.actions.segments import Segment
from services.notes.actions.suggestion import SuggestionKind
from services.notes.times.values import Bound

_MOST_VERBS = 12  # looked at in one segment: each is held against all of it
_SHORTEST_VERB = 3


@dataclass(slots=True)
class Found:
    """An action found in a segment.

    Attributes:
        kind: What to create.
        evidence: How it is asked.
        chunks: The words that ask for it.
        head: The verb or noun among them.
        actor: Who does it.
        segment: Where it stands.
        is_log: It took place.
    """

    kind: SuggestionKind
    evidence: Evidence
    chunks: list[Chunk]
    head: Chunk
    actor: Actor
    segment: Segment
    is_log: bool = False


def actions_of(segment: Segment, before: Mood, lexicon: Lexicon) -> tuple[list[Found], Mood]:
    """The actions that a segment asks for, and the mood that the segment behind it may inherit."""
    mood = _mood(segment, before)
    if segment.has(Cue.CANCELLED):
        return [], mood
    found = list(_by_verbs(segment, mood, lexicon)) or list(_by_name(segment, mood))
    asked = Asked(found[-1].evidence, found[-1].actor) if found else mood.asked if segment.joined_by else None
    return found, Mood(asked, mood.is_blocked or _opens_with_condition(segment), mood.is_todo)


def _mood(segment: Segment, before: Mood) -> Mood:
    """How a segment is meant, by what stood before it and by its own heading."""
    opens_with_verb = segment.chunks[0].is_verb or segment.chunks[0].is_(Cue.FILLER)
    goes_on = segment.joined_by in {Cue.AND, Cue.OR} and opens_with_verb
    is_heading = segment.has(Cue.TODO) and not any(chunk.is_verb for chunk in segment.chunks)
    is_blocked = before.is_blocked and segment.joined_by is not Cue.BUT
    return Mood(before.asked if goes_on else None, is_blocked, before.is_todo or is_heading)


def _opens_with_condition(segment: Segment) -> bool:
    """A condition at the head of a sentence holds behind its comma too."""
    return any(chunk.is_(Cue.CONDITION) for chunk in segment.chunks[:2])


def _by_verbs(segment: Segment, mood: Mood, lexicon: Lexicon) -> Iterator[Found]:
    chunks = segment.chunks
    taken = -1  # chunks up to here belong to an action already
    verbs = [at for at, chunk in enumerate(chunks) if chunk.is_verb or _is_open_verb(segment, at)]
    for at in verbs[:_MOST_VERBS]:
        if at <= taken:
            continue
        head = chunks[at]
        if taken >= 0 and (not lexicon.has_forms or chunks[at - 1].is_(Cue.INFINITIVE)):
            continue  # what it is for: "call Pete to confirm"
        verb = Verb(segment, at, mood, lexicon)
        asked = how_asked(verb)
        made = kind_of(verb, asked) if asked is not None else None
        if asked is None or made is None:
            continue
        kind, reach = made
        taken = at + reach
        yield Found(kind, asked.evidence, chunks[_opening(chunks, at) :], head, asked.actor, segment)
        if kind is SuggestionKind.TASK:
            return  # what follows are the task's own words


def _by_name(segment: Segment, mood: Mood) -> Iterator[Found]:
    named = named_in(segment, mood)
    if named is not None:
        chunks = segment.chunks
        words = chunks if named.is_log else chunks[_opening(chunks, named.at) :]
        yield Found(named.kind, named.evidence, words, chunks[named.at], AUTHOR, segment, named.is_log)


def _opening(chunks: Sequence[Chunk], at: int) -> int:
    """Where the words that ask begin: behind fillers at the head of the segment."""
    first = 0
    while first < at and (chunks[first].is_(Cue.FILLER, Cue.TODO) or chunks[first].what is What.SIGN):
        first += 1
    return first


def _is_open_verb(segment: Segment, at: int) -> bool:
    """A verb that no lexicon names, behind a plain duty: "need to recalibrate the scale".

    Behind a weaker word of duty a deadline tells the same: "I'll rewire it by Friday".
    """
    chunks = segment.chunks
    if at == 0 or not chunks[at - 1].is_(Cue.DUTY, Cue.MUST):
        return False
    has_deadline = any(mention.bound is Bound.DEADLINE for mention in segment.mentions)
    if not chunks[at - 1].is_(Cue.DUTY) and not has_deadline:
        return False
    chunk = chunks[at]
    return chunk.what is What.WORD and chunk.text.isalpha() and len(chunk.text) >= _SHORTEST_VERB
