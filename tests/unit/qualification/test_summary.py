"""What is known of a lead, in five languages, each sentence with its source."""

from datetime import date

import pytest

from services.common.errors import Code, LeadlightError, Reason
from services.qualification.plan import Action, Choice, Choices
from services.qualification.summary import (
    Citation,
    Facts,
    MissingPart,
    RelationshipFact,
    ScoreFact,
    SuggestionFact,
    Topic,
    summarize,
)
from services.qualification.summary import Reason as Why
from tests.unit.qualification.made import lead, plan, qualification

FACTS = Facts(
    ScoreFact(72, "A", [Why("source", "Referral", 14.2), Why("budget", "", 3.6), Why("age", "9", -8.0)]),
    RelationshipFact(7, 60, date(2026, 2, 27), 81),
    [SuggestionFact("notes/n1/suggestions/1", "Send the offer")],
)


def texts(facts: Facts, tag: str = "en", **fields: str) -> list[str]:
    made = summarize(lead(fields), facts, None, language=tag)
    return [sentence.text for sentence in made.sentences]


def test_every_topic_in_its_order_with_its_source() -> None:
    made = plan(Choices(account=Choice(Action.USE_EXISTING, "A-1")))
    summary = summarize(lead(), FACTS, qualification(made), language="en")
    assert [(each.topic, each.text, each.citation) for each in summary.sentences] == [
        (
            Topic.PERSON,
            "The lead is Ingrid Holm, Head of Purchasing.",
            Citation("qualification", "leads/L-1", ("first_name", "last_name", "job_title")),
        ),
        (
            Topic.COMPANY,
            "The company is Nordlys Robotics ApS (https://nordlys.example).",
            Citation("qualification", "leads/L-1", ("company_name", "website")),
        ),
        (
            Topic.REACH,
            "They can be reached at ingrid.holm@nordlys.example, +45 20 10 30 40, +45 70 10 20 30.",
            Citation("qualification", "leads/L-1", ("email", "mobile_phone", "telephone1")),
        ),
        (
            Topic.SCORE,
            "The score is 72 of 100, grade A; for it speak source Referral (+14), budget (+4).",
            Citation("scoring", "records/lead/L-1", ("score", "grade", "reasons")),
        ),
        (
            Topic.RELATIONSHIP,
            "There were 7 contacts in the last 60 days, the last one on 2026-02-27.",
            Citation("relationship", "insights/lead/L-1", ("kinds", "last_interaction")),
        ),
        (
            Topic.RELATIONSHIP,
            "The relationship's health is 81 of 100.",
            Citation("relationship", "insights/lead/L-1", ("health.score",)),
        ),
        (
            Topic.SUGGESTION,
            "A note suggests, and nobody has decided: Send the offer.",
            Citation("notes", "notes/n1/suggestions/1", ("title",)),
        ),
        (
            Topic.LINK,
            "Linked was the account A-1.",
            Citation("qualification", "leads/L-1", ("qualification.account",)),
        ),
        (
            Topic.LINK,
            "Created was the contact Ingrid Holm.",
            Citation("qualification", "leads/L-1", ("qualification.contact",)),
        ),
        (
            Topic.LINK,
            "Created was the opportunity Forty robots.",
            Citation("qualification", "leads/L-1", ("qualification.opportunities",)),
        ),
    ]


@pytest.mark.parametrize(
    ("tag", "person", "score"),
    [
        ("en", "The lead is Ida.", "The score is 72 of 100, grade A;"),
        ("da", "Leadet er Ida.", "Scoren er 72 af 100, karakter A;"),
        ("nb", "Leadet er Ida.", "Scoren er 72 av 100, karakter A;"),
        ("sv", "Leadet är Ida.", "Poängen är 72 av 100, betyg A;"),
        ("zh", "潜在客户是Ida。", "评分为72"),
    ],
)
def test_a_summary_in_each_language(tag: str, person: str, score: str) -> None:
    first, second, *rest = texts(FACTS, tag, first_name="Ida")
    assert first == person
    assert second.startswith(score)
    assert len(rest) == 3


def test_what_is_not_known_is_not_said() -> None:
    assert texts(Facts()) == []
    assert texts(Facts(ScoreFact(10, "D", [Why("age", "9", -8.0)]))) == ["The score is 10 of 100, grade D."]


@pytest.mark.parametrize(
    ("fact", "said"),
    [
        (RelationshipFact(0, 60, None, None), "There was no contact in the last 60 days."),
        (
            RelationshipFact(1, 60, date(2026, 2, 27), None),
            "There was 1 contact in the last 60 days, on 2026-02-27.",
        ),
    ],
)
def test_few_contacts(fact: RelationshipFact, said: str) -> None:
    assert texts(Facts(relationship=fact)) == [said]


def test_values_with_braces_stay_as_they_are() -> None:
    assert texts(Facts(), company_name="{website}") == ["The company is {website}."]


def test_a_service_that_is_down_is_named() -> None:
    down = LeadlightError(Code.UNAVAILABLE, Reason.PEER_UNAVAILABLE, "no answer")
    made = summarize(lead({}), Facts(unavailable={"scoring": down}), None, language="en")
    assert made.missing == [MissingPart("scoring", "UNAVAILABLE", "no answer")]
