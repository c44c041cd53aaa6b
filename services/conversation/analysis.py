"""From a call to everything that is found in it: one function, which the service and the jobs call."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from services.common.errors import LeadlightError, Reason, failed_precondition
from services.conversation.call import Call, Side, check_call
from services.conversation.commitments import Clause, Commitment, DueReader, clauses_of, commitments_of
from services.conversation.entities.brands import Brand, other_brands
from services.conversation.entities.names import Name, find_names
from services.conversation.highlights import Highlight, highlights_of
from services.conversation.language import detected_language
from services.conversation.masking import mask_cards
from services.conversation.measures import Measures, measure
from services.conversation.mentions import Keyword, Mention, keywords_of, mentions_of_call
from services.conversation.segments import Segment, segments_of
from services.conversation.sentiment.sentiment import Sentiment, Tone, judge
from services.conversation.short_calls import ShortCall, short_call_tag
from services.conversation.spoken import base_language, count_words
from services.conversation.summary import Line, summary_of
from services.conversation.trackers import Hit, TrackerMatcher
from services.conversation.turns import Turn, turns_of

_NO_TRACKERS = TrackerMatcher(())


@dataclass(frozen=True, slots=True)
class Context:
    """What the tenant knows that a call does not say.

    Attributes:
        trackers: Of the tenant and the seller's team.
        tracked: The trackers' phrases, which are no other brands.
        organisations: The tenant's own list of names.
        heard: Keys of brands that earlier calls of the tenant had.
        without_consent: The tenant's policy lets calls without recorded consent be analysed.
        due_reader: Says by when promises are due; without it commitments are missing.
    """

    trackers: TrackerMatcher = _NO_TRACKERS
    tracked: Collection[str] = ()
    organisations: Sequence[str] = ()
    heard: Collection[str] = ()
    without_consent: bool = False
    due_reader: DueReader | None = None


class MissingPart(StrEnum):
    """A part of an analysis that rests on another service."""

    COMMITMENTS = "commitments"


@dataclass(frozen=True, slots=True)
class UtteranceHit:
    """A tracked phrase, where it was said.

    Attributes:
        utterance: Place in the call.
        start_ms: Where the utterance starts, if known.
        hit: The phrase.
    """

    utterance: int
    start_ms: int | None
    hit: Hit


@dataclass(frozen=True, slots=True)
class CustomerSentiment:
    """How the customer side sounded.

    Attributes:
        score: Mean of its utterances' scores by their words, -1 to 1; None if it said nothing.
        tones: Utterances by tone.
    """

    score: float | None
    tones: Mapping[Tone, int]


@dataclass(frozen=True, slots=True)
class Analysis:
    """What was found in a call.

    Attributes:
        call: With card data masked and its language filled in; store this one.
        warnings: What the caller should know, such as another language than the declared one.
        measures: To the millisecond.
        turns: As they were measured.
        sentiments: Per utterance; None for the seller's.
        customer_sentiment: Over the call.
        names: People, organisations, products, dates, sums.
        brands: Other brands and organisations.
        hits: Tracked phrases.
        mentions: Prices, times, questions.
        keywords: What comes up often.
        segments: Parts of the call.
        highlights: Suggested sentences.
        short_call: Tag of a short call.
        commitments: Who owes what by when.
        summary: Lines, each with what it rests on.
        missing: Parts that are not there, since another service did not answer.
    """

    call: Call
    warnings: tuple[str, ...]
    measures: Measures
    turns: tuple[Turn, ...]
    sentiments: tuple[Sentiment | None, ...]
    customer_sentiment: CustomerSentiment
    names: tuple[Name, ...]
    brands: tuple[Brand, ...]
    hits: tuple[UtteranceHit, ...]
    mentions: tuple[Mention, ...]
    keywords: tuple[Keyword, ...]
    segments: tuple[Segment, ...]
    highlights: tuple[Highlight, ...]
    short_call: ShortCall | None
    commitments: tuple[Commitment, ...] = ()
    summary: tuple[Line, ...] = ()
    missing: tuple[MissingPart, ...] = ()


def analyze(call: Call, context: Context | None = None) -> Analysis:
    """Analyses a call.

    Args:
        call: As an input read it.
        context: What the tenant knows.

    Raises:
        LeadlightError: FAILED_PRECONDITION without consent; INVALID_ARGUMENT for a call that cannot be.
    """
    context = context or Context()
    if not (call.has_consent or context.without_consent):
        raise failed_precondition(Reason.CONSENT_MISSING, "no consent to record this call is on record")
    check_call(call)
    call, warnings = _with_language(mask_cards(call))
    texts = [each.text for each in call.utterances]
    turns = turns_of(call)
    names = find_names(
        texts,
        call.language,
        people=[each.name for each in call.participants if each.name],
        organisations=context.organisations,
    )
    sentiments = _sentiments(call)
    hits = [
        UtteranceHit(place, call.utterances[place].start_ms, hit)
        for place, text in enumerate(texts)
        for hit in context.trackers.hits(text, call.language)
    ]
    mentions = mentions_of_call(call.utterances, names, call.language)
    keywords = keywords_of(call.utterances, call.language)
    highlights = highlights_of(
        call, mentions, [(each.utterance, each.hit.start) for each in hits], sentiments
    )
    commitments = _commitments(call, context.due_reader)
    return Analysis(
        call=call,
        warnings=warnings,
        measures=measure(call, turns),
        turns=tuple(turns),
        sentiments=tuple(sentiments),
        customer_sentiment=_of_customers(call, sentiments),
        names=tuple(names),
        brands=tuple(other_brands(names, tracked=context.tracked, heard=context.heard)),
        hits=tuple(hits),
        mentions=tuple(mentions),
        keywords=tuple(keywords),
        segments=tuple(segments_of(call.utterances, call.language)),
        highlights=tuple(highlights),
        short_call=short_call_tag(call),
        commitments=commitments or (),
        summary=tuple(summary_of(call, highlights, keywords, commitments or ())),
        missing=(MissingPart.COMMITMENTS,) if commitments is None else (),
    )


def with_commitments(analysis: Analysis, due_reader: DueReader) -> Analysis:
    """An analysis whose commitments were missing, with them.

    Args:
        analysis: With the call's utterances.
        due_reader: Says by when promises are due.

    Raises:
        LeadlightError: UNAVAILABLE when it still does not answer.
    """
    call = analysis.call
    commitments = _read_commitments(call, clauses_of(call), due_reader)
    return replace(
        analysis,
        commitments=commitments,
        summary=tuple(summary_of(call, analysis.highlights, analysis.keywords, commitments)),
        missing=(),
    )


def _commitments(call: Call, due_reader: DueReader | None) -> tuple[Commitment, ...] | None:
    """Who owes what by when; None where nobody can say by when."""
    clauses = clauses_of(call)
    if not clauses:
        return ()
    if due_reader is None:
        return None
    try:
        return _read_commitments(call, clauses, due_reader)
    except LeadlightError:
        return None


def _read_commitments(call: Call, clauses: Sequence[Clause], due_reader: DueReader) -> tuple[Commitment, ...]:
    due = due_reader.read([each.text for each in clauses], base_language(call.language), call.started_at)
    return commitments_of(clauses, due, call.language)


def _with_language(call: Call) -> tuple[Call, tuple[str, ...]]:
    """The call with a language, and a warning where what is said is in another than the declared one."""
    found = detected_language(each.text for each in call.utterances)
    if not call.language:
        return replace(call, language=found or "en"), ()
    if found and found != (base_language(call.language) or call.language.split("-")[0].lower()):
        return call, (f"declared as {call.language}, but sounds like {found}",)
    return call, ()


def _sentiments(call: Call) -> list[Sentiment | None]:
    """Sentiment of all who are not known to sell: what the customer felt is what counts."""
    sides = call.sides
    return [
        judge(each.text, call.language)
        if sides[each.participant_id] is not Side.SELLER and each.text.strip()
        else None
        for each in call.utterances
    ]


def _of_customers(call: Call, sentiments: Sequence[Sentiment | None]) -> CustomerSentiment:
    weighed = [
        (found.score, count_words(utterance.text, call.language))
        for utterance, found in zip(call.utterances, sentiments, strict=True)
        if found
    ]
    words = sum(count for _, count in weighed)
    return CustomerSentiment(
        sum(score * count for score, count in weighed) / words if words else None,
        Counter(found.tone for found in sentiments if found),
    )
