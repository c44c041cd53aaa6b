"""One sentence of a note: what it suggests, before anything is said of how likely that is."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from services.notes.actions.asking import Evidence, Mood
from services.notes.actions.chunks import Chunk, What, chunks_of
from services.notes.actions.cues import Cue, Lexicon
from services.notes.actions.meaning import Found, actions_of
from services.notes.actions.people import contact_of, people_of
from services.notes.actions.remarks import Remark, content_of, introduction_of, trouble_of
from services.notes.actions.segments import Segment, is_to_come, segments_of
from services.notes.actions.suggestion import Missing, Person, Suggestion, SuggestionKind
from services.notes.actions.timing import (
    content_mention,
    in_the_past,
    leading_mention,
    lone_mention,
    mention_of,
)
from services.notes.actions.wording import content_wording, place_of, title_of
from services.notes.sentences import Sentence
from services.notes.times.values import Bound, Reading, TimeKind, TimeMention

_WORK = frozenset((SuggestionKind.TASK, SuggestionKind.EMAIL))
_MEETINGS = frozenset((SuggestionKind.APPOINTMENT, SuggestionKind.PHONE_CALL))
_TELLING = (Cue.ASKING, Cue.INVERTED, Cue.REQUEST, Cue.PROPOSAL, Cue.MUST)
_LEAST_TITLE = 2


@dataclass(slots=True)
class Draft:
    """A suggestion whose confidence is not known yet; its offsets are the plain text's.

    Attributes:
        suggestion: All else of it.
        evidence: How the note asks for it.
        sentence: Where it stands.
        mention: Its time.
        names_somebody: Its words name a person, or "him", "them".
    """

    suggestion: Suggestion
    evidence: Evidence
    sentence: Sentence
    mention: TimeMention | None = None
    names_somebody: bool = False


@dataclass(slots=True)
class SentenceReading:
    """What one sentence gives.

    Attributes:
        drafts: Suggestions in the order of their words.
        lone_mention: Its time, when it says hardly more than that and belongs to the sentence before.
    """

    drafts: list[Draft]
    lone_mention: TimeMention | None = None


def read_sentence(
    text: str, sentence: Sentence, mentions: Sequence[TimeMention], lexicon: Lexicon, written_at: datetime
) -> SentenceReading:
    """Reads a sentence of plain text.

    Args:
        text: The plain text.
        sentence: Its place.
        mentions: The expressions of time in it, in order.
        lexicon: Of its language.
        written_at: Local wall time of writing.
    """
    chunks = chunks_of(text, sentence, mentions, lexicon)
    if not chunks or sentence.is_done_box:
        return SentenceReading([])
    return _Reader(text, sentence, mentions, lexicon, written_at).read(chunks)


class _Reader:
    """Reads one sentence; holds what all its parts share."""

    def __init__(
        self,
        text: str,
        sentence: Sentence,
        mentions: Sequence[TimeMention],
        lexicon: Lexicon,
        written_at: datetime,
    ) -> None:
        self._text = text
        self._sentence = sentence
        self._lexicon = lexicon
        self._written_at = written_at
        # What a complaint is told with; where verbs have no forms, a bare one is no command there.
        self._no_action_in_trouble = {Evidence.WANTED, Evidence.NOUN}
        if not lexicon.has_forms:
            self._no_action_in_trouble |= {Evidence.IMPERATIVE, Evidence.PLAN, Evidence.DUTY}
        self._taken = [(mention.span_start, mention.span_end) for mention in mentions]

    def read(self, chunks: list[Chunk]) -> SentenceReading:
        segments = segments_of(chunks)
        trouble = trouble_of(segments)
        drafts = [self._issue(trouble)] if trouble else []
        contact = self._contact(chunks)
        if contact:
            drafts.append(contact)
        if not self._only_asks(chunks):
            drafts += self._actions(segments, is_trouble=trouble is not None, is_contact=contact is not None)
        if not drafts and self._sentence.is_open_box:
            drafts = [self._draft(SuggestionKind.TASK, Evidence.CHECKBOX, chunks, _first_mention(segments))]
        drafts.sort(key=lambda draft: draft.suggestion.span_start)
        return SentenceReading(drafts, None if drafts else lone_mention(segments))

    def _only_asks(self, chunks: Sequence[Chunk]) -> bool:
        """A question that asks for an answer and for nothing else."""
        if not self._sentence.is_question:
            return False
        first = next((chunk for chunk in chunks if chunk.is_(*_TELLING)), None)
        return (
            first is not None
            and first.is_(Cue.ASKING, Cue.INVERTED)
            and not first.is_(Cue.REQUEST, Cue.PROPOSAL)
        )

    def _actions(self, segments: Sequence[Segment], *, is_trouble: bool, is_contact: bool) -> list[Draft]:
        mood = Mood()
        drafts: list[Draft] = []
        actions: list[Draft] = []
        leading: TimeMention | None = None  # a time before all that is asked holds for what has none
        for segment in segments:
            content = content_of(segment, self._lexicon)
            if content:
                drafts.append(self._content(content, segment))
                continue
            found, mood = actions_of(segment, mood, self._lexicon)
            if not actions:
                leading = _leading(segment, found) or leading
            for action in found:
                if is_trouble and action.evidence in self._no_action_in_trouble:
                    continue
                if is_contact and (action.kind in _WORK or not segment.mentions):
                    continue
                if draft := self._joined(action, found, actions[-1] if actions else None, leading):
                    actions.append(draft)
        return drafts + actions

    def _joined(
        self, action: Found, others: Sequence[Found], before: Draft | None, leading: TimeMention | None
    ) -> Draft | None:
        """An action's draft; None when it only goes on with the one before."""
        mention = mention_of(action, others)
        if action.is_log and mention is not None:
            mention = in_the_past(mention, self._written_at)
        if before is not None and (action.head.is_(Cue.RETURN) or _is_its_end(before, action)):
            _go_on(before, action, mention)
            return None
        if before is not None and mention is not None and _shares_deadline(before, action, mention):
            before.mention, before.suggestion = mention, _timed(before.suggestion, mention)
        return self._action(action, mention or (None if action.is_log else leading))

    def _action(self, action: Found, mention: TimeMention | None) -> Draft:
        draft = self._draft(action.kind, action.evidence, action.chunks, mention)
        people = people_of(self._text, _others(action), self._lexicon.language, self._taken)
        is_work = action.kind in _WORK
        place = place_of(self._text, action.chunks) if action.kind is SuggestionKind.APPOINTMENT else ""
        draft.suggestion = replace(
            draft.suggestion,
            is_log=action.is_log,
            people=tuple(
                person
                for person in people
                if person.name not in {action.actor.name, place} or not person.name
            ),
            place=place,
            assignee=action.actor.name,
            owed_by_customer=action.actor.is_customer and is_work and action.evidence is not Evidence.WANTED,
        )
        draft.suggestion = replace(draft.suggestion, missing=_missing(draft.suggestion))
        return draft

    def _issue(self, trouble: Remark) -> Draft:
        draft = self._draft(SuggestionKind.ISSUE, trouble.evidence, trouble.chunks, None)
        draft.suggestion = replace(draft.suggestion, issue_severity=trouble.severity)
        return draft

    def _content(self, content: Remark, segment: Segment) -> Draft:
        kind = SuggestionKind.TASK if content.is_to_be_made else SuggestionKind.CONTENT_REQUEST
        draft = self._draft(kind, content.evidence, content.chunks, content_mention(segment))
        if content.is_to_be_made:
            return draft
        wording = content_wording(self._text, content.chunks)
        draft.suggestion = replace(draft.suggestion, content=wording)
        return draft

    def _contact(self, chunks: Sequence[Chunk]) -> Draft | None:
        evidence = introduction_of(self._text, chunks)
        if evidence is None:
            return None
        person = contact_of(self._text, chunks, self._lexicon.language, self._taken)
        if person is None:
            return None
        draft = self._draft(SuggestionKind.CONTACT, evidence, chunks, None)
        missing = () if person.email or person.phone else (Missing.ADDRESS,)
        draft.suggestion = replace(
            draft.suggestion, title=_contact_title(person), people=(person,), missing=missing
        )
        return draft

    def _draft(
        self, kind: SuggestionKind, evidence: Evidence, chunks: Sequence[Chunk], mention: TimeMention | None
    ) -> Draft:
        start, end = chunks[0].start, chunks[-1].end
        title = title_of(self._text, chunks)
        if len(title) < _LEAST_TITLE:
            title = self._text[start:end]
        suggestion = Suggestion(
            kind=kind,
            span_start=start,
            span_end=end,
            title=title,
            readings=_readings_of(mention) if mention else (),
            is_due=_is_due(kind, mention),
            language=self._lexicon.language,
        )
        named = any(chunk.what is What.NAME or chunk.is_(Cue.THEY) for chunk in chunks)
        return Draft(suggestion, evidence, self._sentence, mention, named)


def with_mention(draft: Draft, mention: TimeMention) -> Draft:
    """The draft with a time that stands in the sentence behind."""
    return replace(draft, suggestion=_timed(draft.suggestion, mention), mention=mention)


def _timed(suggestion: Suggestion, mention: TimeMention) -> Suggestion:
    timed = replace(suggestion, readings=_readings_of(mention), is_due=_is_due(suggestion.kind, mention))
    return replace(timed, missing=_missing(timed))


def _leading(segment: Segment, found: Sequence[Found]) -> TimeMention | None:
    if found:
        return leading_mention(segment, found[0])
    return next((mention for mention in segment.mentions if is_to_come(mention)), None)


def _go_on(draft: Draft, action: Found, mention: TimeMention | None) -> None:
    """Takes "and get back to them by Friday" as the end of the work before, and its time as that one's."""
    draft.suggestion = replace(draft.suggestion, span_end=action.chunks[-1].end)
    if mention is not None and draft.mention is None:
        draft.mention, draft.suggestion = mention, _timed(draft.suggestion, mention)


def _is_its_end(before: Draft, action: Found) -> bool:
    """Whether to have it ready ends a task without a time: "I find out, shall have an answer ready by Friday"."""
    is_ready = action.head.is_(Cue.LIGHT, Cue.WANT) and not action.head.is_(Cue.WORK, Cue.SEND, Cue.WRITE)
    if not is_ready or before.mention is not None:
        return False
    return before.suggestion.kind is SuggestionKind.TASK and action.kind is SuggestionKind.TASK


def _shares_deadline(before: Draft, action: Found, mention: TimeMention) -> bool:
    """Whether a deadline at the end is that of two tasks: "review it and send comments by Friday"."""
    if (
        before.mention is not None
        or action.segment.joined_by is not Cue.AND
        or mention.bound is not Bound.DEADLINE
    ):
        return False
    return before.suggestion.kind is SuggestionKind.TASK and action.kind is SuggestionKind.TASK


def _readings_of(mention: TimeMention) -> tuple[Reading, ...]:
    """When: an instant of the clock has no end, since "at 4" says when a meeting starts and not how long it lasts."""
    if mention.kind is not TimeKind.INSTANT:
        return mention.readings
    return tuple(replace(each, end=None) if each.has_time else each for each in mention.readings)


def _is_due(kind: SuggestionKind, mention: TimeMention | None) -> bool:
    if mention is None:
        return False
    return kind not in _MEETINGS or mention.bound is Bound.DEADLINE


def _others(action: Found) -> Sequence[Chunk]:
    """The words that can name whom an action concerns: those of it that are not its actor's name."""
    return [chunk for chunk in action.chunks if chunk.text != action.actor.name or not action.actor.name]


def _first_mention(segments: Sequence[Segment]) -> TimeMention | None:
    return next((mention for segment in segments for mention in segment.mentions), None)


def _contact_title(person: Person) -> str:
    return ", ".join(part for part in (person.name, person.role, person.company) if part)


def _missing(suggestion: Suggestion) -> tuple[Missing, ...]:
    missing = []
    if suggestion.kind in _MEETINGS:
        if not any(reading.has_date for reading in suggestion.readings):
            missing.append(Missing.DATE)
        elif not suggestion.readings[0].has_time:
            missing.append(Missing.TIME)
        if not suggestion.people:
            missing.append(Missing.PARTICIPANT)
    elif suggestion.kind is SuggestionKind.EMAIL and not any(person.email for person in suggestion.people):
        missing.append(Missing.ADDRESS)
    return tuple(missing)
