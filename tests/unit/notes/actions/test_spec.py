"""The examples of the spec. Written on Wednesday 11 March 2026, 9:30."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from services.notes.actions.suggest import analyse_note, suggest_actions
from services.notes.actions.suggestion import Missing, Suggestion, SuggestionKind
from services.notes.times.conventions import TimeContext

CONTEXT = TimeContext(datetime.fromisoformat("2026-03-11T09:30"), ZoneInfo("Europe/Copenhagen"))


def suggested(note: str, language: str | None = None) -> tuple[Suggestion, ...]:
    return suggest_actions(note, language, CONTEXT)


def kinds(note: str, language: str | None = None) -> list[str]:
    return [each.kind.value for each in suggested(note, language)]


@pytest.mark.parametrize(
    "note",
    [
        "Meet the customer on May 4 at 4:00 PM",
        "5 月 4 日下午 4:00 与客户会面",
        "Møde med kunden den 4. maj kl. 16",
        "Møte med kunden 4. mai kl. 16.00",
        "Möte med kunden den 4 maj kl. 16",
    ],
)
def test_one_appointment_in_each_language(note: str) -> None:
    (found,) = suggested(note)
    assert found.kind is SuggestionKind.APPOINTMENT
    assert found.readings[0].start == datetime.fromisoformat("2026-05-04T16:00")
    assert not found.is_log


@pytest.mark.parametrize(
    ("note", "expected"),
    [
        (
            "Contact the customer about pricing and schedule a meeting to discuss the deal",
            ["phone_call", "appointment"],
        ),
        ("Could we talk over coffee while I am in town?", ["appointment"]),
        ("call her about pricing on Thursday", ["phone_call"]),
        ("send him a mail with the minutes", ["email"]),
        ("I'll prepare the contract by Friday", ["task"]),
        ("John to confirm the date with Contoso", ["task"]),
        ("Let me introduce you to John Berg, CFO at Contoso, john@contoso.com", ["contact"]),
        ("they want the price list and a case study", ["content_request"]),
        ("third outage this month, customer is furious", ["issue"]),
        ("no need to call back", []),
        ("already sent", []),
        ("meeting is off", []),
        ("The price is too high, the competitor is cheaper", []),
        ("Spoke with John Berg, nice man", []),
        ("We called and mailed them yesterday", []),
    ],
)
def test_kinds(note: str, expected: list[str]) -> None:
    assert kinds(note) == expected
    assert kinds(note, "en") == expected


def test_a_meeting_that_took_place_is_to_be_logged() -> None:
    (found,) = suggested("We had a meeting with Contoso last Friday")
    assert found.is_log
    assert found.readings[0].start == datetime.fromisoformat("2026-03-06T00:00")
    assert kinds("We had a meeting with Contoso") == []  # at no stated time


def test_who_and_by_when() -> None:
    (ours,) = suggested("I'll prepare the contract by Friday")
    assert (ours.assignee, ours.owed_by_customer, ours.is_due) == ("", False, True)
    assert ours.readings[0].end == datetime.fromisoformat("2026-03-13T00:00")
    (johns,) = suggested("John to confirm the date with Contoso")
    assert johns.assignee == "John"


def test_what_the_customer_owes_is_a_commitment_and_no_suggestion() -> None:
    analysis = analyse_note("They will send us the signed contract by Friday", "en", CONTEXT)
    assert analysis.suggestions == ()
    (owed,) = analysis.customer_commitments
    assert owed.owed_by_customer
    assert owed.is_due


def test_a_contact_is_filled_in() -> None:
    (found,) = suggested(
        "Let me introduce you to John Berg, CFO at Contoso, john@contoso.com, +45 33 12 34 56"
    )
    (person,) = found.people
    assert (person.name, person.role, person.company) == ("John Berg", "CFO", "Contoso")
    assert (person.email, person.phone) == ("john@contoso.com", "+4533123456")
    assert found.missing == ()


def test_place_people_and_what_is_missing() -> None:
    (found,) = suggested("Meet Peter Holm for lunch on Friday at Bistro Nord", "en")
    assert [person.name for person in found.people] == ["Peter Holm"]
    assert found.place == "Bistro Nord"
    assert found.missing == (Missing.TIME,)
    (call,) = suggested("call her about pricing", "en")
    assert set(call.missing) == {Missing.DATE, Missing.PARTICIPANT}


def test_content_and_severity() -> None:
    (content,) = suggested("they want the price list and a case study")
    assert content.content == "price list and a case study"
    (urgent,) = suggested("third outage this month, customer is furious")
    (remark,) = suggested("The customer complained about slow support", "en")
    assert (urgent.issue_severity, remark.issue_severity) == (3, 1)


def test_a_title_is_the_notes_words_without_their_time() -> None:
    (found,) = suggested("pls call her about pricing on Thursday")
    assert found.title == "Call her about pricing"
    (found,) = suggested("周四给她打电话谈价格")
    assert found.title == "给她打电话谈价格"


def test_spans_point_into_the_note_as_it_was_saved() -> None:
    note = "<p>Nice chat &amp; lunch.</p><ul><li>**call** her about \u200bpricing on Thursday</li></ul>"
    (found,) = suggested(note)
    assert note[found.span_start : found.span_end] == "**call** her about \u200bpricing on Thursday"[2:]


def test_a_mixed_note_is_read_sentence_by_sentence() -> None:
    found = suggested(
        "Ring til Peter på fredag kl. 10 om tilbuddet.\n明天下午3点和李总开会。\nSend her the contract by Monday"
    )
    assert [(each.kind.value, each.language) for each in found] == [
        ("phone_call", "da"),
        ("appointment", "zh"),
        ("task", "en"),
    ]


@pytest.mark.parametrize(
    "note",
    [
        "If they come back, we could schedule a demo next week",
        "Did you call them?",
        "Don't call before summer",
        "[x] call Anna on Friday",
        "Maybe we should meet in June",
        "Instead of meeting on Friday they decided to wait",
    ],
)
def test_what_is_not_asked_gives_nothing(note: str) -> None:
    assert kinds(note, "en") == []


def test_a_time_in_the_next_sentence_belongs_to_the_action() -> None:
    (found,) = suggested("Please book a meeting with the finance team. Tuesday at 10.", "en")
    assert found.readings[0].start == datetime.fromisoformat("2026-03-17T10:00")


def test_confidence_is_a_probability() -> None:
    for note in ("Call Anna tomorrow", "ring Bo", "they want a brochure", "联系客户"):
        for found in suggested(note):
            assert 0.5 <= found.confidence < 1
