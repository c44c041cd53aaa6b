"""Whose values survive a merge."""

import random
from datetime import UTC, datetime, timedelta

import pytest

from services.common.records import RecordKind, RecordRef
from services.dedupe.fields import Forms
from services.dedupe.journal import (
    Image,
    Outcome,
    choices_json,
    choices_of,
    outcome_json,
    outcome_of,
)
from services.dedupe.record import Record
from services.dedupe.survivorship import Choices, Given, Moved, Survivor, survive

DAY = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


def ref(record_id: str) -> RecordRef:
    return RecordRef(RecordKind.LEAD, record_id)


def record(record_id: str, age_days: float = 0, **fields: str) -> Record:
    changed = DAY - timedelta(days=age_days)
    return Record(ref(record_id), fields, Forms(), False, None, changed, DAY, 1)


MASTER = record("m", 5, name="Bo", email="bo@example.com", city="Aarhus")
NEW = record("a", 1, name="Bo Berg", email="berg@example.com", phone="1")
FULL = record("b", 9, name="B. Berg", phone="22", company="Contoso", title="CFO", fax="7")


@pytest.mark.parametrize(
    ("survivor", "name", "email", "phone"),
    [
        (Survivor.MASTER, "Bo", "bo@example.com", "1"),
        (Survivor.NEWEST, "Bo Berg", "berg@example.com", "1"),
        (Survivor.LONGEST, "Bo Berg", "berg@example.com", "22"),
        (Survivor.MOST_COMPLETE, "B. Berg", "bo@example.com", "22"),
    ],
)
def test_each_rule_picks_its_value(survivor: Survivor, name: str, email: str, phone: str) -> None:
    fields = survive(MASTER, [NEW, FULL], Choices(survivor)).fields
    assert (fields["name"], fields["email"], fields["phone"]) == (name, email, phone)
    assert (fields["city"], fields["company"]) == ("Aarhus", "Contoso")


@pytest.mark.parametrize(
    ("survivor", "others", "expected"),
    [
        (Survivor.NEWEST, [record("a", 5, x="other")], "master"),
        (Survivor.LONGEST, [record("a", 1, x="others")], "master"),
        (Survivor.MOST_COMPLETE, [record("a", 1, x="other")], "master"),
        (Survivor.NEWEST, [record("b", 1, x="b"), record("a", 1, x="a")], "a"),
        (Survivor.LONGEST, [record("b", 1, x="newest "), record("a", 2, x="older  ")], "newest "),
        (
            Survivor.MOST_COMPLETE,
            [record("b", 1, x="new", y="1"), record("a", 2, x="old", y="2")],
            "new",
        ),
    ],
)
def test_equal_ones_are_told_apart_as_the_contract_says(
    survivor: Survivor, others: list[Record], expected: str
) -> None:
    master = record("m", 5, x="master")
    assert survive(master, others, Choices(survivor)).fields["x"] == expected


def test_a_microsecond_makes_a_record_newer() -> None:
    late = datetime(2199, 12, 31, tzinfo=UTC)
    older = Record(ref("a"), {"x": "older"}, Forms(), False, None, late, DAY, 1)
    newer = Record(ref("b"), {"x": "newer"}, Forms(), False, None, late + timedelta(microseconds=1), DAY, 1)
    assert survive(older, [newer], Choices(Survivor.NEWEST)).fields["x"] == "newer"


def test_a_field_goes_by_its_own_choice() -> None:
    choices = Choices(
        Survivor.MASTER,
        {
            "name": Survivor.NEWEST,
            "phone": ref("b"),
            "email": Given("new@example.com"),
            "city": Given(""),
            "note": Given("merged"),
        },
    )
    survived = survive(MASTER, [NEW, FULL], choices)
    assert survived.fields == {
        "name": "Bo Berg",
        "email": "new@example.com",
        "phone": "22",
        "company": "Contoso",
        "title": "CFO",
        "fax": "7",
        "note": "merged",
    }
    assert survived.moved == [
        Moved("city", None, "Aarhus", ""),
        Moved("company", ref("b"), "", "Contoso"),
        Moved("email", None, "bo@example.com", "new@example.com"),
        Moved("fax", ref("b"), "", "7"),
        Moved("name", ref("a"), "Bo", "Bo Berg"),
        Moved("note", None, "", "merged"),
        Moved("phone", ref("b"), "", "22"),
        Moved("title", ref("b"), "", "CFO"),
    ]


def test_a_chosen_record_without_a_value_leaves_the_field_blank() -> None:
    survived = survive(MASTER, [NEW, FULL], Choices(fields={"email": ref("b")}))
    assert "email" not in survived.fields
    assert Moved("email", ref("b"), "bo@example.com", "") in survived.moved


def test_a_choice_of_a_record_that_is_not_there_falls_back_to_the_rule() -> None:
    choices = Choices(Survivor.NEWEST, {"phone": ref("b")})
    assert survive(MASTER, [NEW], choices).fields["phone"] == "1"


def test_the_order_of_the_others_makes_no_difference() -> None:
    others = [record(str(number), 1, **{f"f{number % 3}": "x" * (number % 2 + 1)}) for number in range(8)]
    for survivor in Survivor:
        expected = survive(MASTER, others, Choices(survivor))
        shuffled = random.Random(7).sample(others, len(others))
        found = survive(MASTER, shuffled, Choices(survivor))
        assert list(found.fields.items()) == list(expected.fields.items())
        assert found.moved == expected.moved


def test_what_the_journal_keeps_is_what_it_was_given() -> None:
    image = Image({"b": "ø", "a": "1"}, True, RecordRef(RecordKind.ACCOUNT, "A"), DAY, DAY, 7)
    choices = Choices(Survivor.LONGEST, {"a": Survivor.NEWEST, "b": ref("x"), "c": Given("")})
    outcome = Outcome(image, [Moved("a", ref("x"), "", "1"), Moved("c", None, "2", "")])
    assert choices_of(choices_json(choices), RecordKind.LEAD) == choices
    assert outcome_of(outcome_json(outcome), RecordKind.LEAD) == outcome
    assert list(Image.from_json(image.to_json()).fields) == ["b", "a"]
    assert Image.of(image.record(ref("x"), Forms())) == image


def test_what_is_erased_from_the_journal_reads_as_nothing() -> None:
    assert choices_of({}, RecordKind.LEAD) == Choices()
    assert outcome_of({}, RecordKind.LEAD) is None
