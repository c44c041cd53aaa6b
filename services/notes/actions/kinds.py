"""Which kind of thing a verb and its object make."""

from services.notes.actions.asking import AUTHOR, Asked, Evidence, Verb
from services.notes.actions.cues import Cue, Form
from services.notes.actions.suggestion import SuggestionKind
from services.notes.times.values import Bound

KIND_OF_NOUN = {
    Cue.MEETING: SuggestionKind.APPOINTMENT,
    Cue.PHONE: SuggestionKind.PHONE_CALL,
    Cue.MESSAGE: SuggestionKind.EMAIL,
}
_KIND_OF_VERB = {
    Cue.CALL: SuggestionKind.PHONE_CALL,
    Cue.MEET: SuggestionKind.APPOINTMENT,
    Cue.MAIL: SuggestionKind.EMAIL,
}
_FIRM = frozenset((Evidence.DUTY, Evidence.IMPERATIVE, Evidence.ASSIGNED))
_OURS_FOR_SURE = frozenset((Evidence.DUTY, Evidence.ASSIGNED, Evidence.PLAN))


def kind_of(verb: Verb, asked: Asked) -> tuple[SuggestionKind, int] | None:
    """The kind that a verb makes, and how many chunks behind it belong to it; None when it makes nothing."""
    if not verb.chunk.is_verb:
        return SuggestionKind.TASK, 0
    for cue, kind in _KIND_OF_VERB.items():
        if verb.chunk.is_(cue):
            return None if _is_theirs(verb, asked, kind) else (kind, _reach(verb, kind))
    if any(chunk.is_(Cue.BY_PHONE) for chunk in verb.right) and asked.evidence is not Evidence.WANTED:
        return None if _is_theirs(verb, asked, SuggestionKind.PHONE_CALL) else (SuggestionKind.PHONE_CALL, 0)
    by_object = _by_object(verb, asked)
    if by_object is not None:
        return None if _is_theirs(verb, asked, by_object[0]) else by_object
    if verb.chunk.is_(Cue.TALK) and asked.evidence is Evidence.PROPOSAL:
        return SuggestionKind.APPOINTMENT, 0
    return (SuggestionKind.TASK, 0) if _is_work(verb, asked) or _makes_ready(verb, asked) else None


def _by_object(verb: Verb, asked: Asked) -> tuple[SuggestionKind, int] | None:
    """A verb that means what its object is: schedule a meeting, send a mail, talk over lunch."""
    found = _object(verb)
    if found is None:
        return None
    kind, offset = found
    chunk = verb.chunk
    if asked.evidence is Evidence.WANTED and kind is not SuggestionKind.APPOINTMENT:
        return None  # what the customer wants to do is no work of ours, but to see a demo with us is
    is_meal_asked_for = asked.evidence is Evidence.REQUEST and verb.segment.chunks[verb.at + offset].is_(
        Cue.MEAL
    )
    arranging = chunk.is_(Cue.ARRANGE, Cue.LIGHT) and not is_meal_asked_for
    if kind is SuggestionKind.EMAIL:
        fits = chunk.is_(Cue.SEND, Cue.WRITE, Cue.LIGHT)
    else:
        fits = arranging or chunk.is_(Cue.TALK) or asked.evidence is Evidence.WANTED
    return (kind, offset) if fits else None


def _object(verb: Verb) -> tuple[SuggestionKind, int] | None:
    """The first noun of meeting, calling or mail that is the verb's object, and its distance."""
    is_mentioned = False  # "slides for the meeting": a meeting behind another word is only spoken of
    for offset, chunk in enumerate(verb.right, 1):
        for cue, kind in KIND_OF_NOUN.items():
            if chunk.is_(cue) and not (is_mentioned and cue is not Cue.MESSAGE):
                return kind, offset
        is_for = verb.chunk.is_(Cue.ARRANGE) and chunk.is_(Cue.WITH, Cue.PLACE)  # "book Greg in for a demo"
        is_mentioned = (
            is_mentioned or chunk.is_(Cue.CONTENT) or (chunk.is_(Cue.MENTIONED) and offset > 1 and not is_for)
        )
        if chunk.is_verb and Form.BASE in chunk.cues.values() and verb.lexicon.has_forms:
            break
    return None if verb.lexicon.has_forms else _object_before(verb)


def _object_before(verb: Verb) -> tuple[SuggestionKind, int] | None:
    """Where verbs have no forms an object may stand before one: 用邮件发给她."""
    for chunk in reversed(verb.left):
        if chunk.is_(Cue.MESSAGE):
            return SuggestionKind.EMAIL, 0
        if chunk.is_(Cue.MEETING) and verb.chunk.is_(Cue.ARRANGE):
            return SuggestionKind.APPOINTMENT, 0
    return None


def _reach(verb: Verb, kind: SuggestionKind) -> int:
    """How far a noun of the same kind stands behind a verb, and is part of it: "ring her for a quick call"."""
    for offset, chunk in enumerate(verb.right, 1):
        if any(chunk.is_(cue) for cue, other in KIND_OF_NOUN.items() if other is kind):
            return offset
        if chunk.is_verb:
            break
    return 0


def _is_theirs(verb: Verb, asked: Asked, kind: SuggestionKind) -> bool:
    """Whether a call or mail is the other side's to make, so that nothing is to be created."""
    if kind is SuggestionKind.APPOINTMENT:
        return False
    if verb.segment.has(Cue.PASSIVE_SIDE):
        return True
    return asked.actor.is_customer and asked.evidence is not Evidence.WANTED


def _is_work(verb: Verb, asked: Asked) -> bool:
    """Whether a verb is work of somebody: "find the gap" is a duty's, not a command's; "tell me" is nobody's."""
    if asked.evidence is Evidence.WANTED:
        return verb.forms == {Form.PAST} and verb.chunk.is_(
            Cue.SEND, Cue.WORK
        )  # "need the quote sent by Friday"
    is_firm = verb.lexicon.has_forms and verb.chunk.is_(Cue.TALK, Cue.ARRANGE) and asked.evidence in _FIRM
    if not (verb.chunk.is_(Cue.SEND, Cue.WRITE, Cue.WORK) or is_firm):
        return False
    is_before_us = verb.behind is not None and verb.behind.is_(Cue.SELF) and Form.BASE in verb.forms
    is_for_us = is_before_us or verb.chunk.is_(Cue.ASKS_FOR)
    if is_for_us and not asked.actor.is_customer:
        return False
    if asked.evidence in _OURS_FOR_SURE:
        return True
    if verb.segment.has_time_to_come and not (
        verb.chunk.is_(Cue.VAGUE) and asked.evidence is Evidence.REQUEST
    ):
        return True
    return not verb.chunk.is_(Cue.VAGUE) and asked.evidence is not Evidence.PROPOSAL


def _makes_ready(verb: Verb, asked: Asked) -> bool:
    """Whether to have something ready by a time is promised: "ska ha svar klart senast fredag"."""
    is_ours = asked.actor == AUTHOR and verb.lexicon.present_is_plan
    has_it = verb.chunk.is_(Cue.LIGHT) or (is_ours and verb.chunk.is_(Cue.WANT))  # "vi skal have", "ska ha"
    if not has_it or asked.evidence not in _OURS_FOR_SURE:
        return False
    if not any(chunk.is_(Cue.READY) for chunk in verb.right):
        return False
    is_present = asked.evidence is Evidence.PLAN and not verb.chunk.is_(Cue.WANT)
    if is_present:  # "vi har alt klart til messen på fredag" tells how things stand
        return any(mention.bound is Bound.DEADLINE for mention in verb.segment.mentions)
    return verb.segment.has_time_to_come
