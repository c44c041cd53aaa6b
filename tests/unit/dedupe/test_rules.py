"""Rules: what ships, every operator, blanks, kinds, match codes."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from services.common.records import RecordKind, RecordRef
from services.dedupe.fields import forms_of
from services.dedupe.record import Record
from services.dedupe.rules import (
    BUILT_IN,
    MOST_CODE_CHARS,
    Condition,
    Operator,
    Rule,
    RuleState,
    Side,
    holds,
    match_codes,
    published_kinds,
    violations,
    with_state,
)

REGION = "US"
NOW = datetime(2026, 11, 22, tzinfo=UTC)


def record(kind: RecordKind = RecordKind.LEAD, *, inactive: bool = False, **fields: str) -> Record:
    forms = forms_of(fields, REGION)
    return Record(RecordRef(kind, "1"), fields, forms, inactive, None, NOW, NOW)


def rule(*conditions: Condition) -> Rule:
    return Rule("own", "Own", conditions, version=3)


def found_by(left: Record, right: Record) -> set[str]:
    found = {one.rule_id for one in BUILT_IN if holds(one, left, right, REGION)}
    assert found == {one.rule_id for one in BUILT_IN if holds(one, right, left, REGION)}
    return {name.removeprefix("built-in-") for name in found}


def agree(own: Rule, base: Record, other: Record) -> bool:
    """Whether the rule holds; two records that it holds for share a match code."""
    codes = [match_codes(own, *side, REGION) for side in ((base, Side.BASE), (other, Side.MATCH))]
    held = holds(own, base, other, REGION)
    if held and codes[0] and codes[1]:
        assert codes[0] == codes[1]
    return held


@pytest.mark.parametrize(
    ("left", "right", "rules"),
    [
        (
            {"first_name": "Regina", "last_name": "Murphy", "company": "Contoso"},
            {"first_name": "Regina", "last_name": "Merphy", "company": "Contoso.inc"},
            {"similar-name-and-company"},
        ),
        ({"email": "Regina@contoso.com"}, {"email": "regina@CONTOSO.com"}, {"same-email"}),
        ({"phone": "(555) 010-4477"}, {"phone": "+1 555 010 4477"}, {"same-phone"}),
        (
            {"first_name": "Regina", "last_name": "Murphy", "email": "rm@contoso.com"},
            {"first_name": "Murphy", "last_name": "Regina", "email": "regina@mail.contoso.com"},
            {"similar-name-and-email-domain"},
        ),
        (
            {"first_name": "Bob", "last_name": "Murphy", "company": "Contoso"},
            {"first_name": "Robert", "last_name": "Murphy", "company": "Contoso Inc"},
            {"similar-name-and-company"},
        ),
        # Found by rule; how little a shared address proves is what weights say.
        (
            {"first_name": "Kenny", "last_name": "Smith", "email": "info@contoso.com", "company": "Contoso"},
            {"first_name": "John", "last_name": "Doe", "email": "info@contoso.com", "company": "Contoso"},
            {"same-email"},
        ),
        (
            {"first_name": "Regina", "last_name": "Murphy", "email": "rm@gmail.com"},
            {"first_name": "Regina", "last_name": "Murphy", "email": "regina.m@gmail.com"},
            set(),
        ),
        ({"company": "Contoso"}, {"company": "Contoso"}, set()),
        ({}, {}, set()),
    ],
)
def test_built_in_rules(left: dict[str, str], right: dict[str, str], rules: set[str]) -> None:
    assert found_by(record(**left), record(**right)) == rules


def test_built_in_rules_are_at_work_and_need_no_codes_of_their_own() -> None:
    subject = record(first_name="Regina", last_name="Murphy", email="rm@contoso.com", phone="555 010 4477")
    for shipped in BUILT_IN:
        assert shipped.state is RuleState.PUBLISHED
        assert shipped.built_in
        assert match_codes(shipped, subject, Side.MATCH, REGION) == ()


@pytest.mark.parametrize(
    ("condition", "left", "right", "expected"),
    [
        (Condition("vat", Operator.EXACT), " DK 123 ", "dk 123", True),
        (Condition("vat", Operator.EXACT), "DK 123", "DK 124", False),
        (Condition("vat", Operator.EXACT), "DK\u200b 123", "DK 123", True),
        (Condition("vat", Operator.EXACT, case_sensitive=True), "DK", "dk", False),
        (Condition("vat", Operator.SAME_FIRST, length=3), "ABCd", "abcE", True),
        (Condition("vat", Operator.SAME_FIRST, length=3, case_sensitive=True), "ABCd", "abcE", False),
        (Condition("vat", Operator.SAME_FIRST, length=5), "abc", "abcde", False),
        (Condition("vat", Operator.SAME_LAST, length=3), "xxABC", "yyabc", True),
        (Condition("vat", Operator.SAME_LAST, length=3), "xxABC", "yyabd", False),
        (Condition("since", Operator.SAME_DATE), "2024-03-01T10:00:00Z", "03/01/2024", True),
        (Condition("since", Operator.SAME_DATE), "2024-03-01", "2024-03-02", False),
        (Condition("since", Operator.SAME_DATE), "soon", "soon", False),
        (Condition("since", Operator.SAME_DATE), "2024-13-45", "2024-13-45", False),
        (Condition("company", Operator.SAME_FORM), "Contoso A/S", "CONTOSO", True),
        (Condition("motto", Operator.SAME_FORM), "Smørrebrød, first!", "smorrebrod FIRST", True),
        (Condition("motto", Operator.SIMILAR), "always first", "allways first", True),
        (Condition("motto", Operator.SIMILAR), "always first", "never last", False),
        (Condition("motto", Operator.SIMILAR, threshold=1.0), "always first", "allways first", False),
        (Condition("first_name", Operator.SIMILAR), "Bob", "Robert", True),
    ],
)
def test_operators(condition: Condition, left: str, right: str, expected: bool) -> None:
    one, two = record(**{condition.field: left}), record(**{condition.field: right})
    own = rule(condition)
    assert agree(own, one, two) is agree(own, two, one) is expected


def test_fields_may_have_another_name_on_the_other_side() -> None:
    own = rule(Condition("phone", Operator.SAME_FORM, match_field="mobile"))
    assert agree(own, record(phone="(555) 010-4477"), record(mobile="+1 555 010 4477"))
    assert not agree(own, record(mobile="(555) 010-4477"), record(phone="+1 555 010 4477"))
    whole = rule(Condition("name", Operator.SIMILAR, match_field="contact_person"))
    assert agree(
        whole, record(first_name="Regina", last_name="Murphy"), record(contact_person="Merphy, Regina")
    )


def test_all_conditions_hold() -> None:
    own = rule(Condition("city", Operator.EXACT), Condition("company", Operator.SIMILAR))
    assert agree(own, record(city="Oslo", company="Fjord AS"), record(city="oslo", company="Fjord"))
    assert not agree(own, record(city="Oslo", company="Fjord AS"), record(city="Bergen", company="Fjord"))


@pytest.mark.parametrize(
    ("ignores", "left", "right", "expected"),
    [
        (False, {"city": "Oslo"}, {"city": "Oslo"}, True),
        (True, {"city": "Oslo"}, {"city": "Oslo"}, False),
        (False, {"city": "Oslo", "vat": "1"}, {"city": "Oslo"}, False),
        (False, {}, {}, False),
    ],
)
def test_blanks(ignores: bool, left: dict[str, str], right: dict[str, str], expected: bool) -> None:
    own = rule(Condition("city", Operator.EXACT), Condition("vat", Operator.EXACT, ignore_blanks=ignores))
    assert agree(own, record(**left), record(**right)) is expected


def test_blanks_never_count_in_the_only_condition() -> None:
    own = rule(Condition("vat", Operator.EXACT))
    assert not agree(own, record(city="Oslo"), record(city="Oslo"))
    assert match_codes(own, record(city="Oslo"), Side.MATCH, REGION) == ()


def test_kinds_may_differ() -> None:
    own = replace(
        rule(Condition("vat", Operator.EXACT)), base_kind=RecordKind.LEAD, match_kind=RecordKind.CONTACT
    )
    lead, contact = record(RecordKind.LEAD, vat="1"), record(RecordKind.CONTACT, vat="1")
    assert agree(own, lead, contact)
    assert not agree(own, contact, lead)
    assert not agree(own, lead, lead)
    assert match_codes(own, lead, Side.MATCH, REGION) == match_codes(own, contact, Side.BASE, REGION) == ()


def test_retired_records_can_be_left_out() -> None:
    own = replace(rule(Condition("vat", Operator.EXACT)), exclude_inactive=True)
    assert agree(own, record(vat="1"), record(vat="1"))
    assert not agree(own, record(vat="1"), record(vat="1", inactive=True))
    assert agree(rule(*own.conditions), record(vat="1"), record(vat="1", inactive=True))


def test_a_code_is_short_and_another_with_each_publication() -> None:
    own = rule(Condition("text", Operator.EXACT))
    long, longer = record(text="x" * 1000), record(text="x" * 999 + "y")
    assert [len(code) for code in match_codes(own, long, Side.MATCH, REGION)] == [MOST_CODE_CHARS]
    # The code says less than the rule.
    assert match_codes(own, long, Side.BASE, REGION) == match_codes(own, longer, Side.MATCH, REGION)
    assert not holds(own, long, longer, REGION)
    again = with_state(own, RuleState.PUBLISHING)
    assert match_codes(again, long, Side.MATCH, REGION) != match_codes(own, long, Side.MATCH, REGION)


def test_a_rule_of_similar_values_alone_has_no_code() -> None:
    own = rule(Condition("motto", Operator.SIMILAR))
    assert match_codes(own, record(motto="always first"), Side.MATCH, REGION) == ()


@pytest.mark.parametrize(
    ("condition", "field"),
    [
        (Condition("vat", Operator.SAME_FIRST), "length"),
        (Condition("vat", Operator.SAME_LAST, length=0), "length"),
        (Condition("vat", Operator.EXACT, length=2), "length"),
        (Condition("vat", Operator.EXACT, threshold=0.5), "threshold"),
        (Condition("company", Operator.SIMILAR, case_sensitive=True), "case_sensitive"),
        (Condition("company", Operator.SAME_FORM, case_sensitive=True), "case_sensitive"),
    ],
)
def test_what_makes_no_sense_is_named(condition: Condition, field: str) -> None:
    found = violations(rule(Condition("city", Operator.EXACT), condition), "rule")
    assert [one.field for one in found] == [f"rule.conditions[1].{field}"]


def test_what_ships_is_sound() -> None:
    assert [violations(shipped, "rule") for shipped in BUILT_IN] == [[]] * len(BUILT_IN)


def test_a_rule_for_any_kind_counts_for_all() -> None:
    at_work = replace(rule(Condition("vat", Operator.EXACT)), state=RuleState.PUBLISHED)
    of_leads = replace(at_work, base_kind=RecordKind.LEAD, state=RuleState.PUBLISHING)
    draft = replace(at_work, state=RuleState.DRAFT)
    counts = published_kinds([*BUILT_IN, at_work, of_leads, draft])
    assert counts == {RecordKind.LEAD: 2, RecordKind.ACCOUNT: 1, RecordKind.CONTACT: 1}
