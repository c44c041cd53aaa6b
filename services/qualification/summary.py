"""What is known of a lead, in sentences from a template: each says one thing and where it is from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from pathlib import Path

from services.common.codes import Code
from services.common.errors import LeadlightError
from services.common.languages import Phrases, read_phrases
from services.common.records import RecordRef
from services.qualification.lead import Lead, Qualification

BEST_REASONS = 3
MOST_SUGGESTIONS = 5
_PHRASES = Path(__file__).with_name("phrases.json")


class Topic(StrEnum):
    """What a sentence is about; the names of the proto's SummaryTopic without their prefix."""

    PERSON = "person"
    COMPANY = "company"
    REACH = "reach"
    SCORE = "score"
    RELATIONSHIP = "relationship"
    SUGGESTION = "suggestion"
    LINK = "link"


@dataclass(frozen=True, slots=True)
class Citation:
    """Where a fact is from.

    Attributes:
        service: Such as "scoring".
        resource: The resource there.
        fields: Its fields that the sentence uses.
    """

    service: Code
    resource: str
    fields: tuple[Code, ...] = ()


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence.

    Attributes:
        topic: What it is about.
        text: The sentence.
        citation: The source of what it says.
    """

    topic: Topic
    text: str
    citation: Citation


@dataclass(frozen=True, slots=True)
class Reason:
    """An attribute's part in a score.

    Attributes:
        attribute: Its name.
        value: The lead's value; empty when blank.
        points: What it adds.
    """

    attribute: str
    value: str
    points: float


@dataclass(frozen=True, slots=True)
class ScoreFact:
    """A lead's score.

    Attributes:
        score: 0 to 100 points.
        grade: The letter.
        reasons: What adds to it, the most first.
    """

    score: int
    grade: str
    reasons: Sequence[Reason]


@dataclass(frozen=True, slots=True)
class RelationshipFact:
    """The relationship with a lead.

    Attributes:
        activity_count: Activities in the window.
        window_days: How long that is.
        last_day: Of the last activity; None without one.
        health: 0 to 100; None where there is none.
    """

    activity_count: int
    window_days: int
    last_day: date | None
    health: int | None


@dataclass(frozen=True, slots=True)
class SuggestionFact:
    """What a note suggests and nobody decided on.

    Attributes:
        name: `notes/{note}/suggestions/{suggestion}`.
        title: In the note's language.
    """

    name: str
    title: str


@dataclass(frozen=True, slots=True)
class Facts:
    """What the other services know of a lead.

    Attributes:
        score: None where it has none.
        relationship: None where there is none.
        suggestions: The open ones.
        unavailable: By service, why it did not answer.
    """

    score: ScoreFact | None = None
    relationship: RelationshipFact | None = None
    suggestions: Sequence[SuggestionFact] = ()
    unavailable: Mapping[str, LeadlightError] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class MissingPart:
    """A part that a service did not give.

    Attributes:
        service: Such as "scoring".
        code: Canonical code of its failure, by name.
        message: In words.
    """

    service: Code
    code: Code
    message: str


@dataclass(frozen=True, slots=True)
class Summary:
    """What is known of a lead.

    Attributes:
        language: Of the sentences.
        sentences: In the order of the topics.
        missing: Parts that are missing.
    """

    language: Code
    sentences: Sequence[Sentence]
    missing: Sequence[MissingPart]


def summarize(lead: Lead, facts: Facts, qualification: Qualification | None, *, language: str) -> Summary:
    """Says what is known of a lead.

    Args:
        lead: The lead.
        facts: What the other services know of it.
        qualification: What was created from it; None for nothing.
        language: One of `languages.LANGUAGES`.
    """
    phrases = read_phrases(_PHRASES)[language]
    sentences = [
        *_identity(lead, phrases),
        *_score(lead.ref, facts.score, phrases),
        *_relationship(lead.ref, facts.relationship, phrases),
        *_suggestions(facts.suggestions, phrases),
        *_links(lead, qualification, phrases),
    ]
    missing = [
        MissingPart(service, error.code, error.message)
        for service, error in sorted(facts.unavailable.items())
    ]
    return Summary(language, sentences, missing)


def _identity(lead: Lead, phrases: Phrases) -> list[Sentence]:
    found = []

    def say(topic: Topic, phrase: str, names: Sequence[str], **values: str) -> None:
        used = tuple(name for name in names if lead.text(name))
        citation = Citation("qualification", f"leads/{lead.id}", used)
        found.append(Sentence(topic, phrases[phrase].format(**values), citation))

    name = " ".join(filter(None, (lead.text("first_name"), lead.text("last_name"))))
    if name:
        phrase = "person_title" if lead.text("job_title") else "person"
        used = ("first_name", "last_name", "job_title")
        say(Topic.PERSON, phrase, used, name=name, title=lead.text("job_title"))
    if company := lead.text("company_name"):
        phrase = "company_site" if lead.text("website") else "company"
        say(
            Topic.COMPANY,
            phrase,
            ("company_name", "website"),
            company=company,
            website=lead.text("website"),
        )
    ways = ("email", "mobile_phone", "telephone1")
    if reached := list(dict.fromkeys(lead.text(way) for way in ways if lead.text(way))):
        say(Topic.REACH, "reach", ways, ways=phrases["comma"].join(reached))
    return found


def _score(ref: RecordRef, score: ScoreFact | None, phrases: Phrases) -> list[Sentence]:
    if score is None:
        return []
    best = [reason for reason in score.reasons if reason.points > 0][:BEST_REASONS]
    told = phrases["comma"].join(_reason(reason) for reason in best)
    text = phrases["score_reasons" if told else "score"].format(
        score=score.score, grade=score.grade, reasons=told
    )
    fields = ("score", "grade", "reasons") if told else ("score", "grade")
    return [Sentence(Topic.SCORE, text, Citation("scoring", f"records/{ref.kind}/{ref.id}", fields))]


def _reason(reason: Reason) -> str:
    value = f" {reason.value}" if reason.value else ""
    return f"{reason.attribute}{value} (+{reason.points:.0f})"


def _relationship(ref: RecordRef, fact: RelationshipFact | None, phrases: Phrases) -> list[Sentence]:
    if fact is None:
        return []
    resource = f"insights/{ref.kind}/{ref.id}"
    phrase = "relationship"
    fields: tuple[str, ...] = ("kinds", "last_interaction")
    if fact.last_day is None or fact.activity_count == 0:
        phrase, fields = "relationship_none", ("kinds",)
    elif fact.activity_count == 1:
        phrase = "relationship_one"
    text = phrases[phrase].format(count=fact.activity_count, days=fact.window_days, date=fact.last_day)
    found = [Sentence(Topic.RELATIONSHIP, text, Citation("relationship", resource, fields))]
    if fact.health is not None:
        health = phrases["health"].format(score=fact.health)
        found.append(
            Sentence(Topic.RELATIONSHIP, health, Citation("relationship", resource, ("health.score",)))
        )
    return found


def _suggestions(suggestions: Sequence[SuggestionFact], phrases: Phrases) -> list[Sentence]:
    return [
        Sentence(
            Topic.SUGGESTION,
            phrases["suggestion"].format(title=each.title),
            Citation("notes", each.name, ("title",)),
        )
        for each in suggestions[:MOST_SUGGESTIONS]
    ]


def _links(lead: Lead, qualification: Qualification | None, phrases: Phrases) -> list[Sentence]:
    if qualification is None:
        return []
    created = {record.ref: record.fields for record in qualification.created}
    links = (
        ("account", qualification.account),
        ("contact", qualification.contact),
        *(("opportunities", ref) for ref in qualification.opportunities),
    )
    citation = f"leads/{lead.id}"
    found = []
    for name, ref in links:
        if ref is not None:
            fields = created.get(ref)
            text = phrases["linked" if fields is None else "created"].format(
                kind=phrases[ref.kind], name=_name_of(ref, fields or {})
            )
            cited = Citation("qualification", citation, (f"qualification.{name}",))
            found.append(Sentence(Topic.LINK, text, cited))
    return found


def _name_of(ref: RecordRef, fields: Mapping[str, str]) -> str:
    person = " ".join(filter(None, (fields.get("first_name"), fields.get("last_name"))))
    return fields.get("name") or person or ref.id
