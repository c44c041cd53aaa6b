"""What a part of a sentence asks for: kind, how it is asked, and who does it.

Two ways lead to an action: a verb that stands as something asked, intended or proposed, and a noun of meeting or
calling with a time to come. Whatever a negation, a condition, a doubt or a question stands before is not asked.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from services.notes.actions.cues import Cue, Form, Lexicon
from services.notes.actions.reading import Chunk, Segment, What
from services.notes.actions.suggestion import SuggestionKind
from services.notes.times.values import TimeKind, TimeMention


class Evidence(StrEnum):
    """How a note comes to ask for something; the confidence rests on it."""

    IMPERATIVE = "imperative"
    DUTY = "duty"  # an intention or duty: "I'll", "need to"
    PROPOSAL = "proposal"
    REQUEST = "request"
    WANTED = "wanted"  # the customer wants it
    ASSIGNED = "assigned"  # "John to confirm"
    PLAN = "plan"  # a present tense with a time to come
    NOUN = "noun"  # "demo Thursday at 10"
    TOOK_PLACE = "took_place"
    CHECKBOX = "checkbox"
    INTRODUCED = "introduced"
    SIGNATURE = "signature"
    TROUBLE = "trouble"
    WEAK_TROUBLE = "weak_trouble"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does it: the author's side, a person by name, or the customer."""

    name: str = ""
    is_customer: bool = False


AUTHOR = Actor()


@dataclass(slots=True)
class Found:
    """An action found in a segment.

    Attributes:
        kind: What to create.
        evidence: How it is asked.
        chunks: The words that ask for it, head first.
        head: The verb or noun.
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


@dataclass(frozen=True, slots=True)
class Mood:
    """How a segment's verbs are meant, which a segment that only goes on inherits."""

    evidence: Evidence | None = None
    actor: Actor = AUTHOR
    is_blocked: bool = False
    is_todo: bool = False


_ACTORS = (Cue.SELF, Cue.THEY, Cue.YOU)
_BLOCKERS = (Cue.NEGATION, Cue.PERHAPS, Cue.CONDITION, Cue.ASKING)
_KIND_OF_NOUN = {
    Cue.MEETING: SuggestionKind.APPOINTMENT,
    Cue.PHONE: SuggestionKind.PHONE_CALL,
    Cue.MESSAGE: SuggestionKind.EMAIL,
}
_OPENING = (Cue.FILLER, Cue.TODO, Cue.HONORIFIC, Cue.AND, Cue.REQUEST)
_MOST_STRANGE = 1
_MOST_STRANGE_CHARACTERS = 12
_NEAR = 3  # chunks behind a verb within which Scandinavian negations stand


def actions_of(segment: Segment, before: Mood, lexicon: Lexicon) -> tuple[list[Found], Mood]:
    """The actions that verbs and nouns of a segment ask for, and the mood that what follows may inherit."""
    mood = _mood(segment, before)
    if segment.has(Cue.TODO) and not any(chunk.is_verb for chunk in segment.chunks):
        mood = Mood(is_blocked=mood.is_blocked, is_todo=True)
    if segment.has(Cue.CANCELLED):
        return [], mood
    found = list(_by_verbs(segment, mood, lexicon))
    if not found and not segment.has(Cue.DONE):
        found = list(_by_noun(segment, mood, lexicon))
    if found:
        mood = Mood(found[-1].evidence, found[-1].actor, mood.is_blocked, mood.is_todo)
    elif segment.joined_by is None:
        mood = Mood(None, AUTHOR, mood.is_blocked, mood.is_todo)
    return found, mood


def _mood(segment: Segment, before: Mood) -> Mood:
    opens_with_verb = segment.chunks[0].is_verb or segment.chunks[0].is_(Cue.FILLER)
    if segment.joined_by in {Cue.AND, Cue.OR} and opens_with_verb:
        return Mood(before.evidence, before.actor, before.is_blocked, before.is_todo)
    # A condition at the head of a sentence holds behind its comma too.
    return Mood(None, AUTHOR, before.is_blocked and segment.joined_by is not Cue.BUT, before.is_todo)


def _by_verbs(segment: Segment, mood: Mood, lexicon: Lexicon) -> Iterator[Found]:
    chunks = segment.chunks
    taken = -1  # chunks up to here belong to an action already
    for at, head in enumerate(chunks):
        if at <= taken:
            continue
        is_open_verb = _is_open_verb(chunks, at)
        if not head.is_verb and not is_open_verb:
            continue
        if taken >= 0 and (not lexicon.has_forms or chunks[at - 1].is_(Cue.INFINITIVE)):
            continue  # what it is for: "call Pete to confirm"
        asked = _asked(segment, at, mood, lexicon)
        if asked is None:
            continue
        evidence, actor = asked
        kind, width = _kind(chunks, at, evidence, lexicon) if head.is_verb else (SuggestionKind.TASK, 1)
        if kind is SuggestionKind.TASK and not _is_work(segment, at, evidence):
            continue
        if kind is None or _is_theirs(kind, evidence, actor, chunks):
            continue
        taken = at + width - 1
        yield Found(kind, evidence, chunks[_opening(chunks, at) :], head, actor, segment)
        if kind is SuggestionKind.TASK:
            return  # what follows are the task's own words


def _is_work(segment: Segment, at: int, evidence: Evidence) -> bool:
    """Whether a verb of work is one here: "find the gap" is a duty's, not a command's; "tell me" is nobody's."""
    chunks = segment.chunks
    if at + 1 < len(chunks) and chunks[at + 1].is_(Cue.SELF) and Form.BASE in chunks[at].cues.values():
        return False
    if evidence in {Evidence.DUTY, Evidence.ASSIGNED, Evidence.PLAN}:
        return True
    is_timed = any(is_to_come(mention) for mention in segment.mentions)
    return is_timed or not (chunks[at].is_(Cue.VAGUE) or evidence is Evidence.PROPOSAL)


def _opening(chunks: Sequence[Chunk], at: int) -> int:
    """Where the words that ask begin: behind fillers at the head of the segment."""
    first = 0
    while first < at and (chunks[first].is_(Cue.FILLER, Cue.TODO) or chunks[first].what is What.SIGN):
        first += 1
    return first


def _is_open_verb(chunks: Sequence[Chunk], at: int) -> bool:
    """A verb that no lexicon names, behind a plain duty: "need to recalibrate the scale"."""
    return (
        at > 0
        and chunks[at].what is What.WORD
        and chunks[at - 1].is_(Cue.DUTY)
        and chunks[at].text.isalpha()
        and len(chunks[at].text) > 2
    )


def _asked(segment: Segment, at: int, mood: Mood, lexicon: Lexicon) -> tuple[Evidence, Actor] | None:
    """How the verb at a place is asked for and of whom; None when it is not."""
    chunks = segment.chunks
    left = chunks[:at]
    if _is_blocked(segment, at, mood, lexicon):
        return None
    forms = set(chunks[at].cues.values()) & set(Form) or {Form.BASE}
    if forms == {Form.PAST}:
        return None
    governed = _governed(left, lexicon)
    if governed is not None:
        evidence, actor = governed
        if evidence is Evidence.WANTED and actor == AUTHOR:
            return None
        fitting = {Form.BASE, Form.PRESENT} if evidence is Evidence.WANTED else {Form.BASE}
        return (evidence, actor) if forms & fitting or not lexicon.has_forms else None
    if Form.BASE in forms and _opens(left, lexicon):
        if _is_subject(chunks, at) or (segment.joined_by is Cue.AND and mood.evidence is None and _is_noun(chunks, at)):
            return None
        return (Evidence.DUTY if mood.is_todo else mood.evidence or Evidence.IMPERATIVE), mood.actor
    if Form.BASE in forms and (assigned := _assigned(left)):
        return Evidence.ASSIGNED, assigned
    return _planned(segment, at, forms, mood, lexicon)


def _is_blocked(segment: Segment, at: int, mood: Mood, lexicon: Lexicon) -> bool:
    chunks = segment.chunks
    if mood.is_blocked or segment.has(Cue.DONE):
        return True
    if any(chunk.is_(*_BLOCKERS) for chunk in chunks[:at]):
        return True
    behind = chunks[at + 1 : at + 1 + _NEAR]
    return lexicon.present_is_plan and any(chunk.is_(Cue.NEGATION) for chunk in behind)


def _governed(left: Sequence[Chunk], lexicon: Lexicon) -> tuple[Evidence, Actor] | None:
    """What the words before a verb make of it: a duty, a proposal, a request or a wish."""
    strange = 0  # words of no meaning here; behind many of them a verb answers to another one
    for back in range(len(left) - 1, -1, -1):
        chunk = left[back]
        strange += chunk.what is What.WORD
        if strange > (_MOST_STRANGE if lexicon.has_forms else _MOST_STRANGE_CHARACTERS):
            return None
        if chunk.is_(Cue.PROPOSAL):
            return Evidence.PROPOSAL, AUTHOR
        if chunk.is_(Cue.REQUEST):
            return Evidence.REQUEST, AUTHOR
        if chunk.is_(Cue.MUST, Cue.DUTY):
            return Evidence.DUTY, _subject(left, back)
        if chunk.is_(Cue.WANT) and chunk.form(Cue.WANT) is not Form.ING:
            return Evidence.WANTED, AUTHOR if any(other.is_(Cue.SELF) for other in left[:back]) else Actor(is_customer=True)
        if chunk.is_verb and lexicon.has_forms:
            return None  # another verb stands between
    return None


def _subject(left: Sequence[Chunk], duty: int) -> Actor:
    """Whose duty it is: the nearest actor before the word of duty, else the one behind it ("skal Anna sende")."""
    before = [chunk for chunk in reversed(left[:duty])]
    for chunk in [left[duty], *before, *left[duty + 1 :]]:
        if chunk.is_(Cue.SELF):
            return AUTHOR
        if chunk.is_(Cue.THEY, Cue.YOU, Cue.ROLE):
            return Actor(is_customer=True)
        if chunk.what is What.NAME:
            return Actor(chunk.text)
    return AUTHOR


def _opens(left: Sequence[Chunk], lexicon: Lexicon) -> bool:
    """Whether nothing but fillers, times and signs stands before a verb, so that it is a command."""
    stretch = list(left)
    for back in range(len(stretch) - 1, -1, -1):
        if stretch[back].what is What.SIGN:
            stretch = stretch[back + 1 :]
            break
    if lexicon.has_forms:
        return all(chunk.what is What.TIME or chunk.is_(*_OPENING) for chunk in stretch)
    return len(stretch) <= 8 and not any(chunk.is_(Cue.THEY, Cue.MENTIONED) for chunk in stretch)


def _is_subject(chunks: Sequence[Chunk], at: int) -> bool:
    """Whether a word that could be a command is a noun with its verb behind it: "call went well"."""
    return at + 1 < len(chunks) and chunks[at + 1].is_(Cue.COPULA)


def _is_noun(chunks: Sequence[Chunk], at: int) -> bool:
    """Whether a word that can be both is the noun: "use email and phone for support"."""
    if not chunks[at].is_(*_KIND_OF_NOUN):
        return False
    behind = chunks[at + 1] if at + 1 < len(chunks) else None
    return behind is None or not (behind.what in {What.NAME, What.TIME} or behind.is_(Cue.THEY, Cue.ROLE))


def _assigned(left: Sequence[Chunk]) -> Actor | None:
    """ "John to", "customer to"."""
    if len(left) < 2 or not left[-1].is_(Cue.INFINITIVE):
        return None
    subject = left[-2]
    if len([chunk for chunk in left[:-2] if chunk.what is not What.SIGN and not chunk.is_(*_OPENING)]) > 1:
        return None
    if subject.what is What.NAME:
        return Actor(subject.text)
    if subject.is_(Cue.THEY, Cue.ROLE):
        return Actor(is_customer=True)
    return AUTHOR if subject.is_(Cue.SELF) else None


def _planned(segment: Segment, at: int, forms: set[Form | None], mood: Mood, lexicon: Lexicon) -> tuple[Evidence, Actor] | None:
    """A present tense as a plan: of us with a time to come, of a person by name."""
    chunks = segment.chunks
    is_timed = any(is_to_come(mention) for mention in segment.mentions)
    before = chunks[at - 1] if at else None
    behind = chunks[at + 1] if at + 1 < len(chunks) else None
    if Form.PRESENT not in forms and Form.ING not in forms:
        # English and Chinese have no other form for "we visit them on Monday".
        if is_timed and before is not None and Form.BASE in forms and before.is_(*_ACTORS):
            return Evidence.PLAN, _actor(before)
        if is_timed and not lexicon.has_forms:
            return Evidence.PLAN, _subject(chunks[:at], at - 1) if at else AUTHOR
        return None
    if Form.PRESENT not in forms and before is not None and not before.is_(*_ACTORS) and before.what is not What.TIME:
        return None
    stands = [chunk for chunk in (before, behind) if chunk and (chunk.is_(*_ACTORS) or chunk.what is What.NAME)]
    if before is None or before.is_(*_ACTORS, Cue.FILLER) or before.what in {What.TIME, What.SIGN} or (
        behind is not None and behind.is_(*_ACTORS)
    ):
        actor = next((_actor(chunk) for chunk in stands if chunk.is_(*_ACTORS)), mood.actor)
        return (Evidence.PLAN, actor) if is_timed or (mood.evidence and segment.joined_by) else None
    if before.what is What.NAME and lexicon.present_is_plan:
        return Evidence.ASSIGNED, Actor(before.text)
    return (Evidence.PLAN, Actor(before.text)) if is_timed and before.what is What.NAME else None


def _actor(chunk: Chunk) -> Actor:
    return AUTHOR if chunk.is_(Cue.SELF) else Actor(is_customer=True)


def is_to_come(mention: TimeMention) -> bool:
    """Whether an expression names a time that is not past."""
    return mention.kind is not TimeKind.DURATION and bool(mention.readings) and not mention.readings[0].is_past


def _kind(
    chunks: Sequence[Chunk], at: int, evidence: Evidence, lexicon: Lexicon
) -> tuple[SuggestionKind | None, int]:
    """The kind that a verb and its object make, and over how many chunks they reach."""
    head = chunks[at]
    for cue, kind in (
        (Cue.CALL, SuggestionKind.PHONE_CALL),
        (Cue.MEET, SuggestionKind.APPOINTMENT),
        (Cue.MAIL, SuggestionKind.EMAIL),
    ):
        if head.is_(cue):
            return kind, _reach(chunks, at, kind)
    noun, offset = _object(chunks, at, lexicon)
    if head.is_(Cue.ARRANGE, Cue.LIGHT) and noun is not None and not (chunks[at + offset].is_(Cue.MEAL) and evidence is Evidence.REQUEST):
        if noun is not SuggestionKind.EMAIL or head.is_(Cue.LIGHT):
            return noun, offset + 1
    if head.is_(Cue.SEND, Cue.WRITE) and noun is SuggestionKind.EMAIL:
        return noun, offset + 1
    if head.is_(Cue.TALK):
        if noun in {SuggestionKind.APPOINTMENT, SuggestionKind.PHONE_CALL}:
            return noun, offset + 1
        if evidence is Evidence.PROPOSAL:
            return SuggestionKind.APPOINTMENT, 1
    if evidence is Evidence.WANTED:
        # What the customer wants to do is no work of ours, but to see a demo with us is.
        return (noun, offset + 1) if noun is SuggestionKind.APPOINTMENT else (None, 1)
    if head.is_(Cue.SEND, Cue.WRITE, Cue.WORK) or (head.is_(Cue.TALK) and evidence in {Evidence.DUTY, Evidence.IMPERATIVE, Evidence.ASSIGNED}):
        return SuggestionKind.TASK, 1
    return None, 1


def _reach(chunks: Sequence[Chunk], at: int, kind: SuggestionKind) -> int:
    """A noun of the same kind behind the verb is part of it: "call her for a quick call"."""
    for width, chunk in enumerate(chunks[at + 1 :], 2):
        if any(chunk.is_(cue) and _KIND_OF_NOUN[cue] is kind for cue in _KIND_OF_NOUN):
            return width
        if chunk.is_verb:
            break
    return 1


def _object(chunks: Sequence[Chunk], at: int, lexicon: Lexicon) -> tuple[SuggestionKind | None, int]:
    """The first noun of meeting, calling or mail that is the verb's object, and its distance."""
    mentioned = False
    for offset, chunk in enumerate(chunks[at + 1 :], 1):
        for cue, kind in _KIND_OF_NOUN.items():
            if chunk.is_(cue) and not (mentioned and cue is not Cue.MESSAGE):
                return kind, offset
        if chunk.is_(Cue.CONTENT):
            mentioned = True
        # "prepare slides for the meeting": behind the first other word, a meeting is only spoken of.
        mentioned = mentioned or (chunk.is_(Cue.MENTIONED) and offset > 1)
        if chunk.is_verb and Form.BASE in chunk.cues.values() and lexicon.has_forms:
            break
    if not lexicon.has_forms:  # an object may stand before the verb: 用邮件发给她
        for chunk in reversed(chunks[:at]):
            if chunk.is_(Cue.MESSAGE):
                return SuggestionKind.EMAIL, 0
    return None, 0


def _is_theirs(kind: SuggestionKind, evidence: Evidence, actor: Actor, chunks: Sequence[Chunk]) -> bool:
    """Whether a call or mail is the other side's to make, so that nothing is to be created."""
    if kind not in {SuggestionKind.PHONE_CALL, SuggestionKind.EMAIL}:
        return False
    if any(chunk.is_(Cue.PASSIVE_SIDE) for chunk in chunks):
        return True
    return actor.is_customer and evidence is not Evidence.WANTED


def _by_noun(segment: Segment, mood: Mood, lexicon: Lexicon) -> Iterator[Found]:
    """A meeting or call that is named with its time."""
    chunks = segment.chunks
    if mood.is_blocked or segment.has(Cue.NEGATION, Cue.CONDITION, Cue.PERHAPS, Cue.ASKING):
        return
    for at, chunk in enumerate(chunks):
        cue = next((cue for cue in (Cue.MEETING, Cue.PHONE) if chunk.is_(cue)), None)
        if cue is None:
            continue
        kind = _KIND_OF_NOUN[cue]
        wanted = any(left.is_(Cue.WANT) for left in chunks[:at])
        proposed = any(left.is_(Cue.PROPOSAL) for left in chunks[:at])
        if (wanted and not segment.has(Cue.SELF) or proposed) and not (chunk.is_(Cue.MEAL) and not _is_shared(segment)):
            evidence = Evidence.PROPOSAL if proposed else Evidence.WANTED
            yield Found(kind, evidence, chunks[_opening(chunks, at) :], chunk, AUTHOR, segment)
            return
        if any(left.is_(Cue.MENTIONED) for left in chunks[max(0, at - 2) : at]):
            continue
        named = _named_with_time(segment, at, kind, mood)
        if named:
            yield named
            return
    took_place = _took_place(segment)
    if took_place:
        yield took_place


def _is_shared(segment: Segment) -> bool:
    """Whether a meal is had with somebody or at a time."""
    if any(chunk.what is What.NAME or chunk.is_(Cue.THEY) for chunk in segment.chunks):
        return True
    return any(is_to_come(mention) for mention in segment.mentions)


def _named_with_time(segment: Segment, at: int, kind: SuggestionKind, mood: Mood) -> Found | None:
    chunks = segment.chunks
    agreed = segment.has(Cue.AGREED) or mood.is_todo
    happened = any(
        chunk.is_verb and Form.PAST in chunk.cues.values() and not chunk.is_(Cue.AGREED) for chunk in chunks
    )
    to_come = [mention for mention in segment.mentions if is_to_come(mention)]
    if to_come and (agreed or not happened):
        return Found(kind, Evidence.NOUN, chunks[_opening(chunks, at) :], chunks[at], AUTHOR, segment)
    if mood.is_todo and not happened and not segment.mentions:
        return Found(kind, Evidence.DUTY, chunks[_opening(chunks, at) :], chunks[at], AUTHOR, segment)
    return None


def _took_place(segment: Segment) -> Found | None:
    """A meeting at a stated time that is past."""
    if not any(mention.readings and mention.readings[0].is_past for mention in segment.mentions):
        return None
    for at, chunk in enumerate(segment.chunks):
        if chunk.form(Cue.MEET) is Form.PAST or (
            chunk.is_(Cue.MEETING) and not any(left.is_(Cue.MENTIONED) for left in segment.chunks[max(0, at - 2) : at])
        ):
            return Found(
                SuggestionKind.APPOINTMENT, Evidence.TOOK_PLACE, segment.chunks, chunk, AUTHOR, segment, is_log=True
            )
    return None
