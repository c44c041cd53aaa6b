"""How a verb is asked for, and of whom.

A verb stands as something asked, intended or proposed: behind a word of duty, request, proposal or wish; as a
command; given to somebody ("John to confirm"); or as a plan with a time to come. Whatever a negation, a condition, a
doubt or a question stands before is not asked.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from services.notes.actions.chunks import Chunk, What
from services.notes.actions.cues import Cue, Form, Lexicon
from services.notes.actions.segments import Segment
from services.notes.actions.tokens import words_of
from services.notes.times.values import TimeKind


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
CUSTOMER = Actor(is_customer=True)


@dataclass(frozen=True, slots=True)
class Asked:
    """How something is asked, and who is to do it."""

    evidence: Evidence
    actor: Actor = AUTHOR


@dataclass(frozen=True, slots=True)
class Mood:
    """How a segment is meant, as far as what stands before it says so.

    Attributes:
        asked: How the segment asks that this one goes on from.
        is_blocked: A condition stands before it.
        is_todo: It stands behind a heading of work.
    """

    asked: Asked | None = None
    is_blocked: bool = False
    is_todo: bool = False


@dataclass(frozen=True, slots=True)
class Verb:
    """A verb at its place in a segment."""

    segment: Segment
    at: int
    mood: Mood
    lexicon: Lexicon

    @property
    def chunk(self) -> Chunk:
        """The verb itself."""
        return self.segment.chunks[self.at]

    @property
    def left(self) -> list[Chunk]:
        """What stands before it."""
        return self.segment.chunks[: self.at]

    @property
    def right(self) -> list[Chunk]:
        """What stands behind it."""
        return self.segment.chunks[self.at + 1 :]

    @property
    def before(self) -> Chunk | None:
        """The chunk right before it."""
        return self.segment.chunks[self.at - 1] if self.at else None

    @property
    def behind(self) -> Chunk | None:
        """The chunk right behind it."""
        return self.right[0] if self.right else None

    @property
    def forms(self) -> set[Form]:
        """The forms it can stand in; a word that no lexicon knows as a verb stands in its base."""
        return {form for form in self.chunk.cues.values() if form is not None} or {Form.BASE}


_ACTORS = (Cue.SELF, Cue.THEY, Cue.YOU)
_BLOCKERS = (Cue.NEGATION, Cue.PERHAPS, Cue.CONDITION, Cue.ASKING, Cue.RECURRING)
_OPENING = (Cue.FILLER, Cue.TODO, Cue.HONORIFIC, Cue.AND, Cue.REQUEST)
_MOST_STRANGE = 1  # words of no meaning here between a verb and what governs it
_MOST_STRANGE_CHARACTERS = 12  # the same where words are not told apart
_TO_BE = "be"
_OF = "\u7684"
_THAT_WE = (" vi", " jeg", " jag")  # Danish, Norwegian and Swedish
_THAT = frozenset(("at", "att"))  # the same languages
_NEAR = 3  # chunks behind a verb within which a Scandinavian negation stands


def how_asked(verb: Verb) -> Asked | None:
    """How a verb is asked for and of whom; None when it is not."""
    if not verb.lexicon.has_forms and (
        _is_subject(verb) or (verb.before is not None and verb.before.text == _OF)
    ):
        return None
    if _is_blocked(verb) or (verb.before is not None and verb.before.is_(Cue.DETERMINER)):
        return None
    governed = _governed(verb)
    if governed is not None:
        return governed if _fits(verb, governed) else None
    if verb.forms == {Form.PAST}:
        return None
    return _commanded(verb) or _assigned(verb) or _planned(verb)


def _is_blocked(verb: Verb) -> bool:
    if verb.mood.is_blocked or verb.segment.has(Cue.DONE):
        return True
    left = verb.left
    if any(chunk.is_(*_BLOCKERS) for chunk in left) or (left and left[0].is_(Cue.INVERTED)):
        return True
    return verb.lexicon.present_is_plan and any(chunk.is_(Cue.NEGATION) for chunk in verb.right[:_NEAR])


def _governed(verb: Verb) -> Asked | None:
    """What the words before a verb make of it: a duty, a proposal, a request or a wish."""
    strange = 0  # behind many strange words a verb answers to another one
    is_close = verb.lexicon.has_forms and verb.forms != {Form.PAST}  # "need the price for 200 seats sent"
    most = _MOST_STRANGE if is_close else _MOST_STRANGE_CHARACTERS
    left = verb.left
    for back in range(len(left) - 1, -1, -1):
        strange += left[back].what is What.WORD
        if strange > most:
            return None
        asked = _governed_by(verb, back)
        if asked is not None:
            return asked
        if left[back].is_verb and verb.lexicon.has_forms and not _is_auxiliary(verb, back):
            return None  # another verb stands between
    return None


def _is_auxiliary(verb: Verb, back: int) -> bool:
    """Whether a verb only helps the participle behind it: "vi må ha sendt", "må få regnet på"."""
    if not verb.lexicon.present_is_plan or verb.forms != {Form.PAST} or back != verb.at - 1:
        return False
    helper = verb.left[back]
    is_to_get = helper.is_(Cue.VAGUE) and back > 0 and verb.left[back - 1].is_(Cue.MUST)
    return is_to_get or helper.form(Cue.LIGHT) is Form.BASE


def _governed_by(verb: Verb, back: int) -> Asked | None:
    chunk = verb.left[back]
    if chunk.is_(Cue.PROPOSAL):
        return Asked(Evidence.PROPOSAL)
    if chunk.is_(Cue.REQUEST) and not chunk.is_(Cue.FILLER):  # "please" makes a command no question
        return Asked(Evidence.REQUEST)
    if chunk.is_(Cue.MUST, Cue.DUTY):
        return Asked(Evidence.DUTY, _whose_duty(verb, back))
    return _wished(verb, back) if chunk.is_(Cue.WANT) else None


def _wished(verb: Verb, back: int) -> Asked | None:
    if any(chunk.is_(Cue.SELF) for chunk in verb.left[back + 1 :]):
        return Asked(Evidence.DUTY)  # "they would like us to"
    if verb.left[back].form(Cue.WANT) is Form.ING:
        return None
    is_ours = any(chunk.is_(Cue.SELF) for chunk in verb.left[:back])
    is_to_be_done = back == verb.at - 1 and verb.forms == {Form.PAST} and verb.lexicon.present_is_plan
    if is_ours and is_to_be_done:
        return Asked(Evidence.DUTY)  # "vi skal have regnet på det"
    return Asked(Evidence.WANTED, AUTHOR if is_ours else CUSTOMER)


def _fits(verb: Verb, asked: Asked) -> bool:
    """Whether the verb stands in a form that the words before it ask for."""
    if asked == Asked(Evidence.WANTED):
        return False  # what we want is nobody's task
    if not verb.lexicon.has_forms:
        return Form.PAST not in verb.forms
    fitting = {Form.BASE}
    if asked.evidence is Evidence.PROPOSAL:
        fitting.add(Form.PAST)  # "kunne vi tatt en kaffe"
    if any(chunk.is_(Cue.WANT) for chunk in verb.left):
        fitting |= {Form.PRESENT, Form.PAST}  # "vil gjerne at vi kommer", "need the quote sent"
    if asked.evidence is Evidence.DUTY and verb.before is not None and verb.before.text.endswith(_TO_BE):
        fitting.add(Form.PAST)  # "must be signed"
    if asked == Asked(Evidence.DUTY) and verb.left and _is_auxiliary(verb, verb.at - 1):
        fitting.add(Form.PAST)
    if any(chunk.is_(Cue.MUST) and chunk.text.endswith(_THAT_WE) for chunk in verb.left):
        fitting.add(Form.PRESENT)  # "vil at vi kommer", "aftalt at jeg ringer"
    return not fitting.isdisjoint(verb.forms)


def _whose_duty(verb: Verb, duty: int) -> Actor:
    """Whose duty it is: the nearest actor before the word of duty, else the one behind it ("skal Anna sende")."""
    left = verb.left
    if _names_us(left[duty], verb.lexicon):
        return AUTHOR
    if not verb.lexicon.has_forms:
        return _doer(left[: duty + 1])
    for chunk in [left[duty], *reversed(left[:duty]), *left[duty + 1 :]]:
        if chunk.is_(Cue.SELF):
            return AUTHOR
        if chunk.is_(Cue.THEY, Cue.YOU, Cue.ROLE):
            return CUSTOMER
        if chunk.what is What.NAME:
            return Actor(chunk.text)
    return AUTHOR


def _names_us(chunk: Chunk, lexicon: Lexicon) -> bool:
    """Whether a word of duty says whose it is: "asked us to", "bad oss"."""
    return any(lexicon.can_tell(word, Cue.SELF) for word in words_of(chunk.text))


def _doer(left: Sequence[Chunk]) -> Actor:
    """Who stands before a verb without forms, but for those it is done with or for; the nearest stretch first."""
    stretch = next((at for at in range(len(left) - 1, -1, -1) if left[at].what is What.SIGN), None)
    if stretch is not None and any(chunk.is_(Cue.SELF) for chunk in left[stretch:]):
        return AUTHOR
    for before, chunk in zip([None, *left], left, strict=False):
        if before is not None and before.is_(Cue.WITH):
            continue
        if chunk.is_(*_ACTORS):
            return _actor(chunk)
    return AUTHOR


def _commanded(verb: Verb) -> Asked | None:
    """A command: nothing but fillers, times and signs stands before the verb."""
    if Form.BASE not in verb.forms or not _opens(verb):
        return None
    goes_on = verb.segment.joined_by is Cue.AND and verb.mood.asked is None
    if _is_subject(verb) or (verb.lexicon.has_forms and goes_on and _is_noun(verb)):
        return None
    if verb.mood.is_todo:
        return Asked(Evidence.DUTY)
    return verb.mood.asked or Asked(Evidence.IMPERATIVE)


def _opens(verb: Verb) -> bool:
    stretch = verb.left
    for back in range(len(stretch) - 1, -1, -1):
        if stretch[back].what is What.SIGN:
            stretch = stretch[back + 1 :]
            break
    if verb.lexicon.has_forms:
        return all(chunk.what is What.TIME or chunk.is_(*_OPENING) for chunk in stretch)
    return _opens_without_forms(stretch)


def _opens_without_forms(stretch: Sequence[Chunk]) -> bool:
    """The same where verbs have no forms: the ones it is done with or for may stand before the verb too."""
    is_with = False  # behind a word like 给 or 跟, whose words may follow
    strange = 0
    for chunk in stretch:
        if chunk.is_(Cue.WITH):
            is_with = True
        elif chunk.what is not What.TIME and not chunk.is_(*_OPENING, Cue.SELF, Cue.INFINITIVE):
            strange += 1
            if not is_with or strange > _MOST_STRANGE_CHARACTERS or chunk.is_(Cue.MENTIONED):
                return False
    return True


def _is_subject(verb: Verb) -> bool:
    """Whether a word that could be a command is a noun with its verb behind it: "call went well"."""
    if verb.lexicon.has_forms:
        return any(chunk.is_(Cue.COPULA, Cue.WENT) for chunk in verb.right[:2])
    if verb.behind is None or verb.behind.what is not What.WORD:
        return verb.behind is not None and verb.behind.is_(Cue.COPULA, Cue.WENT)
    return len(verb.right) > 1 and verb.right[1].text == _OF  # 签好的合同


def _is_noun(verb: Verb) -> bool:
    """Whether a word that can be both is the noun: "use email and phone for support"."""
    if not verb.chunk.is_(Cue.MEETING, Cue.PHONE, Cue.MESSAGE, Cue.CALL, Cue.MAIL):
        return False
    behind = verb.behind
    return behind is None or not (behind.what in {What.NAME, What.TIME} or behind.is_(Cue.THEY, Cue.ROLE))


def _assigned(verb: Verb) -> Asked | None:
    """Given to somebody: "John to", "customer to"."""
    left = verb.left
    if Form.BASE not in verb.forms or len(left) < 2 or not left[-1].is_(Cue.INFINITIVE):
        return None
    subject = left[-2]
    if sum(chunk.what is not What.SIGN and not chunk.is_(*_OPENING) for chunk in left[:-2]) > 1:
        return None
    if subject.what is What.NAME:
        return Asked(Evidence.ASSIGNED, Actor(subject.text))
    return Asked(Evidence.ASSIGNED, _actor(subject)) if subject.is_(Cue.THEY, Cue.ROLE, Cue.SELF) else None


def _planned(verb: Verb) -> Asked | None:
    """A present tense as a plan: of us with a time to come, of a person by name."""
    if verb.forms.isdisjoint({Form.PRESENT, Form.ING}):
        return _planned_in_base(verb)
    if Form.PRESENT not in verb.forms and not _opens_in_ing(verb):
        return None
    before, behind = verb.before, verb.behind
    is_first = before is None or before.what in {What.TIME, What.SIGN} or before.is_(Cue.FILLER)
    subjects = [chunk for chunk in (before, behind) if chunk is not None and chunk.is_(*_ACTORS)]
    if is_first or subjects:
        goes_on = verb.mood.asked if verb.segment.joined_by else None
        actor = _actor(subjects[0]) if subjects else goes_on.actor if goes_on else AUTHOR
        is_plan = verb.segment.has_time_to_come and not (actor.is_customer and _is_habit(verb.segment))
        return Asked(Evidence.PLAN, actor) if is_plan or goes_on else None
    return _planned_by_name(verb)


def _opens_in_ing(verb: Verb) -> bool:
    """Whether an -ing form is a plan: "visiting them", "I'm visiting them", but not "meeting on Friday went well"."""
    before = verb.before
    if verb.segment.has(Cue.WENT):
        return False
    return before is None or before.what in {What.TIME, What.SIGN} or before.is_(*_ACTORS)


def _planned_by_name(verb: Verb) -> Asked | None:
    before = verb.before
    if before is None or before.what is not What.NAME or _is_habit(verb.segment):
        return None
    if verb.lexicon.present_is_plan:
        is_statement = verb.behind is not None and verb.behind.text in _THAT
        if is_statement and not verb.segment.has_time_to_come:
            return None  # "Mo bekrefter at alt virker"
        return Asked(Evidence.ASSIGNED, Actor(before.text))
    return Asked(Evidence.PLAN, Actor(before.text)) if verb.segment.has_time_to_come else None


def _is_habit(segment: Segment) -> bool:
    """Whether it happens again and again: "procurement meets every Monday"."""
    return any(mention.kind is TimeKind.SET for mention in segment.mentions)


def _planned_in_base(verb: Verb) -> Asked | None:
    """English and Chinese have no other form for "we visit them on Monday"."""
    if Form.BASE not in verb.forms or not verb.segment.has_time_to_come:
        return None
    if verb.lexicon.has_forms:
        before = verb.before
        return Asked(Evidence.PLAN, _actor(before)) if before is not None and before.is_(*_ACTORS) else None
    return None if _is_subject(verb) else Asked(Evidence.PLAN, _doer(verb.left))


def _actor(chunk: Chunk) -> Actor:
    return AUTHOR if chunk.is_(Cue.SELF) else CUSTOMER
