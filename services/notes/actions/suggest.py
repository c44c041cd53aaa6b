"""From a note to what it suggests.

Rules read the note: which kind, whose work, when. A calibrated model, for English helped by a classifier learned from
real mail sentences, says how likely a seller would take what the rules found; what is too unlikely is not offered.
docs/notes.md says what is learned, from what, and how well each language does.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from services.notes.actions.asking import Evidence
from services.notes.actions.confidence import OFFERED_FROM, confidence_of
from services.notes.actions.lexicons import lexicon_of
from services.notes.actions.sentence import Draft, read_sentence, with_mention
from services.notes.actions.suggestion import Suggestion, SuggestionKind
from services.notes.language import LANGUAGES, detect_language, sentence_language
from services.notes.sentences import Sentence, split_sentences
from services.notes.text import PlainText, plain_text
from services.notes.times.conventions import TimeContext
from services.notes.times.resolve import resolve_times
from services.notes.times.values import TimeMention

MOST_SUGGESTIONS = 100  # of one note, the first ones; a note that asks for more is no note
_MEETINGS = frozenset((SuggestionKind.APPOINTMENT, SuggestionKind.PHONE_CALL))
Resolver = Callable[[str, str, TimeContext], Sequence[TimeMention]]


@dataclass(frozen=True, slots=True)
class NoteAnalysis:
    """What a note says.

    Attributes:
        suggestions: What to offer, in the note's order.
        customer_commitments: Work that the other side took on: nothing to create, but a commitment to keep in mind.
        language: The note's, as BCP-47.
    """

    suggestions: tuple[Suggestion, ...]
    customer_commitments: tuple[Suggestion, ...]
    language: str


@dataclass(frozen=True, slots=True)
class _Run:
    """Neighbouring sentences in one language."""

    start: int
    end: int
    language: str


def suggest_actions(note: str, language: str | None, context: TimeContext) -> tuple[Suggestion, ...]:
    """What a note suggests to create; most notes give nothing.

    Args:
        note: As it was saved; HTML, Markdown or plain.
        language: BCP-47 tag of one of the five languages; None to detect it.
        context: When and where it was written, and the tenant's conventions.

    Returns:
        Suggestions in the order of their words; spans are offsets in `note`.
    """
    return analyse_note(note, language, context).suggestions


def analyse_note(
    note: str, language: str | None, context: TimeContext, resolver: Resolver = resolve_times
) -> NoteAnalysis:
    """All that a note gives: suggestions, and what the customer's side promised.

    Args:
        note: As it was saved; HTML, Markdown or plain.
        language: BCP-47 tag of one of the five languages; None, or another language, to detect it.
        context: When and where it was written, and the tenant's conventions.
        resolver: What reads expressions of time.
    """
    plain = plain_text(note)
    spoken = language if language in LANGUAGES else detect_language(plain.text)
    offered, owed = [], []
    for draft in drafts_of(plain.text, spoken, context, resolver)[:MOST_SUGGESTIONS]:
        suggestion = _in_note(replace(draft.suggestion, confidence=confidence_of(draft, plain.text)), plain)
        if suggestion.owed_by_customer:
            owed.append(suggestion)
        elif suggestion.confidence >= OFFERED_FROM:
            offered.append(suggestion)
    return NoteAnalysis(tuple(offered), tuple(owed), spoken)


def drafts_of(
    text: str, language: str, context: TimeContext, resolver: Resolver = resolve_times
) -> list[Draft]:
    """What the rules find in a plain text, before anything is said of how likely it is."""
    runs = _runs(text, split_sentences(text), language)
    mentions = [mention for run in runs for mention in _mentions(text, run, context, resolver)]
    drafts: list[Draft] = []
    at = 0
    spans = [(mention.span_start, mention.span_end) for mention in mentions]
    run_of = iter(runs)
    run = next(run_of, None)
    timeless: Draft | None = None  # the last action of the sentence before, when it has no time
    for sentence in split_sentences(text, spans):
        while run is not None and run.end <= sentence.start:
            run = next(run_of, None)
        while at < len(mentions) and mentions[at].span_end <= sentence.start:
            at += 1
        behind = at
        while behind < len(mentions) and mentions[behind].span_start < sentence.end:
            behind += 1
        lexicon = lexicon_of(run.language if run else language)
        reading = read_sentence(text, sentence, mentions[at:behind], lexicon, context.reference)
        if timeless is not None and reading.lone_mention is not None:
            drafts[-1] = with_mention(timeless, reading.lone_mention)
        drafts += reading.drafts
        timeless = drafts[-1] if reading.drafts and _lacks_time(drafts[-1]) else None
    return _distinct(drafts)


def mentions_of(
    text: str, language: str, context: TimeContext, resolver: Resolver = resolve_times
) -> list[TimeMention]:
    """Every expression of time in a plain text, each sentence read in its own language.

    Args:
        text: Plain text.
        language: The text's language as a whole.
        context: When and where it was written, and the tenant's conventions.
        resolver: What reads expressions of time.
    """
    runs = _runs(text, split_sentences(text), language)
    return [mention for run in runs for mention in _mentions(text, run, context, resolver)]


def _runs(text: str, sentences: Sequence[Sentence], language: str) -> list[_Run]:
    runs: list[_Run] = []
    for sentence in sentences:
        spoken = sentence_language(text[sentence.start : sentence.end], language)
        if runs and runs[-1].language == spoken:
            runs[-1] = _Run(runs[-1].start, sentence.end, spoken)
        else:
            runs.append(_Run(sentence.start, sentence.end, spoken))
    return runs


def _mentions(text: str, run: _Run, context: TimeContext, resolver: Resolver) -> Iterator[TimeMention]:
    for mention in resolver(text[run.start : run.end], run.language, context):
        yield replace(
            mention, span_start=mention.span_start + run.start, span_end=mention.span_end + run.start
        )


def _lacks_time(draft: Draft) -> bool:
    suggestion = draft.suggestion
    return not suggestion.readings and suggestion.kind in {
        SuggestionKind.APPOINTMENT,
        SuggestionKind.PHONE_CALL,
        SuggestionKind.TASK,
    }


def _distinct(drafts: Sequence[Draft]) -> list[Draft]:
    """Without what is said twice: a meeting at the same time, one trouble told over several sentences."""
    distinct: list[Draft] = []
    trouble: int | None = None
    for draft in drafts:
        suggestion = draft.suggestion
        if suggestion.kind is SuggestionKind.ISSUE and trouble is not None:
            first = distinct[trouble].suggestion
            severity = max(first.issue_severity, suggestion.issue_severity)
            distinct[trouble].suggestion = replace(first, issue_severity=severity)
            continue
        if any(_is_same(suggestion, other.suggestion) for other in distinct[-3:]):
            continue
        if distinct and _is_told_again(distinct[-1], draft):
            distinct.pop()
        if suggestion.kind is SuggestionKind.ISSUE:
            trouble = len(distinct)
        distinct.append(draft)
    return distinct


def _is_told_again(before: Draft, draft: Draft) -> bool:
    """Whether a wish for a meeting or call is followed by the meeting itself, with its time."""
    if before.suggestion.kind is not draft.suggestion.kind or draft.suggestion.kind not in _MEETINGS:
        return False
    is_wish = before.evidence in {Evidence.WANTED, Evidence.PROPOSAL} and before.mention is None
    return is_wish and draft.mention is not None and before.sentence != draft.sentence


def _is_same(one: Suggestion, other: Suggestion) -> bool:
    return (
        one.kind is other.kind
        and bool(one.readings)
        and one.readings == other.readings
        and one.kind in _MEETINGS
    )


def _in_note(suggestion: Suggestion, plain: PlainText) -> Suggestion:
    start, end = plain.original_span(suggestion.span_start, suggestion.span_end)
    return replace(suggestion, span_start=start, span_end=end)
