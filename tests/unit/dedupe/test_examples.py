"""The spec's pairs that must match and must not, with the weights that ship, in both directions of arrival."""

import pytest

from services.dedupe.default_weights import default_weights
from services.dedupe.evidence import DEFAULT_THRESHOLD, SHARED_ADDRESS, ComparableRecord, Evidence, explain
from services.dedupe.fields import forms_of

Record = dict[str, str]
REGION = "US"
KENNY = {"first_name": "Kenny", "last_name": "Smith", "company": "Contoso"}
JOHN = {"first_name": "John", "last_name": "Doe", "company": "Contoso"}
SWITCHBOARD = {"phone": "+1 555 010 4477"}
TEAM = {"email": "info@contoso.com"}


def compared(left: Record, right: Record, steps: dict[str, int] | None = None) -> Evidence:
    one, other = (ComparableRecord(forms_of(of, REGION), steps or {}, of) for of in (left, right))
    return explain(default_weights(), one, other)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (
            {"first_name": "Regina", "last_name": "Murphy", "company": "Contoso"},
            {"first_name": "Regina", "last_name": "Merphy", "company": "Contoso.inc"},
        ),
        ({"email": "Regina@contoso.com"}, {"email": "regina@CONTOSO.com"}),
        ({"phone": "(555) 010-4477"}, {"phone": "+1 555 010 4477"}),
        (
            {"first_name": "Regina", "last_name": "Murphy", "email": "rm@contoso.com"},
            {"first_name": "Regina", "last_name": "Murphy", "email": "regina.m@contoso.com"},
        ),
        (
            {"first_name": "Bjørn", "last_name": "Ødegård", "company": "Fjord AS"},
            {"first_name": "Bjoern", "last_name": "Oedegaard", "company": "Fjord"},
        ),
        (
            {"first_name": "Bob", "last_name": "Murphy", "company": "Contoso"},
            {"first_name": "Robert", "last_name": "Murphy", "company": "Contoso Inc"},
        ),
        (
            {"first_name": "伟", "last_name": "張", "company": "華為技術有限公司"},
            {"first_name": "伟", "last_name": "张", "company": "华为技术"},
        ),
        (
            {"first_name": "Regina", "last_name": "Murphy", "company": "Contoso"},
            {"first_name": "Murphy", "last_name": "Regina", "company": "Contoso"},
        ),
    ],
)
def test_must_match(left: Record, right: Record) -> None:
    for evidence in (compared(left, right), compared(right, left)):
        assert evidence.probability >= DEFAULT_THRESHOLD


@pytest.mark.parametrize(
    ("shared", "steps"),
    [
        (TEAM, {}),
        (SWITCHBOARD, {"phone": 3}),
        ({**TEAM, **SWITCHBOARD}, {"email": 3, "phone": 3}),
        ({"email": "contoso@contoso.com"}, {"email": 3}),
    ],
)
def test_must_not_match_by_a_shared_address(shared: Record, steps: dict[str, int]) -> None:
    for left, right in ((KENNY, JOHN), (JOHN, KENNY)):
        evidence = compared({**left, **shared}, {**right, **shared}, steps)
        assert evidence.probability < 0.05
        assert SHARED_ADDRESS in evidence.reasons


def test_a_shared_value_counts_for_less_than_a_rare_one() -> None:
    rare = compared(SWITCHBOARD, SWITCHBOARD)
    shared = compared(SWITCHBOARD, SWITCHBOARD, {"phone": 3})
    assert rare.reasons == ()
    assert rare.fields[0].weight > shared.fields[0].weight + 2
    assert rare.probability > shared.probability


def test_a_shared_free_mail_domain_proves_nothing() -> None:
    left = {"first_name": "Regina", "last_name": "Murphy", "email": "rm@contoso.com"}
    right = {"first_name": "Regina", "last_name": "Murphy", "email": "regina.m@contoso.com"}
    business = compared(left, right)
    free = compared({**left, "email": "rm@gmail.com"}, {**right, "email": "regina.m@gmail.com"})
    apart = compared({**left, "email": "rm@gmail.com"}, {**right, "email": "regina.m@outlook.com"})
    assert free.probability == apart.probability < DEFAULT_THRESHOLD <= business.probability


def test_evidence_shows_values_as_written_and_adds_up() -> None:
    left = {"first_name": "Regina", "last_name": "Murphy", "company": "Contoso"}
    right = {"first_name": "Regina", "last_name": "Merphy", "company": "Contoso.inc"}
    evidence = compared(left, right)
    by_field = {part.field.value: part for part in evidence.fields}
    assert set(by_field) == {"first_name", "last_name", "company"}
    assert (by_field["company"].left, by_field["company"].right) == ("Contoso", "Contoso.inc")
    assert by_field["company"].similarity == 1.0
    assert 0.8 < by_field["last_name"].similarity < 1.0
    total = evidence.prior + evidence.dependence + sum(part.weight for part in evidence.fields)
    assert evidence.match_weight == pytest.approx(total)
    assert evidence.probability == pytest.approx(1 / (1 + 2**-total))
    # Name and company are met together among colleagues and namesakes too: some of it is taken back.
    assert evidence.dependence < 0


def test_a_record_without_a_comparable_field_says_nothing() -> None:
    assert not forms_of({"first_name": " ", "phone": "-", "email": "\u200b"}, REGION).is_comparable
    assert compared({}, KENNY).fields == ()
