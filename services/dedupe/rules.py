"""Rules as data: when two records are looked at as duplicates whatever their probability.

A rule holds for a pair if all of its conditions do. The conditions that ask for sameness, joined, are its match code:
a text that two records share if they may fit, kept in the index like a blocking key. What it finds is then held
against the whole rule, so that a code may say less than the rule, never more.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum, auto

from rapidfuzz.distance import JaroWinkler

from services.common.errors import FieldViolation
from services.common.records import RecordKind
from services.dedupe.fields import Field, Forms, forms_of
from services.dedupe.normal_forms.identifiers import birth_date_form
from services.dedupe.normal_forms.text import transliterated, visible, words
from services.dedupe.record import Record

MOST_CODE_CHARS = 450
MOST_CONDITIONS = 10
MOST_PUBLISHED = 5
BUILT_IN_PREFIX = "built-in-"
DEFAULT_THRESHOLD = 0.9
# Murphy and Merphy are 0.9 alike but for the last bit.
_BUILT_IN_NAME_THRESHOLD = 0.88
NAME = "name"
EMAIL_DOMAIN = "email_domain"
_DATE = re.compile(r"\d{8}")


class Operator(StrEnum):
    """How two values are compared; the names of the proto's enum."""

    EXACT = auto()
    SAME_FIRST = auto()
    SAME_LAST = auto()
    SAME_DATE = auto()
    SAME_FORM = auto()
    SIMILAR = auto()


class RuleState(StrEnum):
    """Where a rule stands."""

    DRAFT = auto()
    PUBLISHING = auto()
    PUBLISHED = auto()
    UNPUBLISHED = auto()


class Side(StrEnum):
    """A record's part in a rule."""

    BASE = auto()
    """The record that is looked for."""
    MATCH = auto()
    """The record that it may be."""


_OF_FORMS = frozenset({Operator.SAME_FORM, Operator.SIMILAR})
_OF_LENGTH = frozenset({Operator.SAME_FIRST, Operator.SAME_LAST})


@dataclass(frozen=True, slots=True)
class Condition:
    """What both records must have in common.

    Attributes:
        field: Field of the base record; of forms also `name` and `email_domain`.
        operator: How the values are compared.
        match_field: Field of the other record; empty for the same one.
        length: Characters of SAME_FIRST and SAME_LAST.
        threshold: Least similarity of SIMILAR; None for the default.
        case_sensitive: Case matters.
        ignore_blanks: Two blanks do not count as the same.
    """

    field: str
    operator: Operator
    match_field: str = ""
    length: int = 0
    threshold: float | None = None
    case_sensitive: bool = False
    ignore_blanks: bool = False

    def field_of(self, side: Side) -> str:
        """The field that is looked at on a side."""
        return self.match_field or self.field if side is Side.MATCH else self.field


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule; see the proto.

    Attributes:
        rule_id: Last part of its name.
        display_name: For people.
        conditions: All of which hold.
        base_kind: Of the record that is looked for; None for any.
        match_kind: Of the record that it may be; None for any.
        exclude_inactive: It holds for no record that the CRM has retired.
        state: Where it stands.
        version: Grows with each publication and is part of the match codes, so that old ones are never met.
        updated_at: When it was last changed; None for a built-in one that never was.
    """

    rule_id: str
    display_name: str
    conditions: tuple[Condition, ...]
    base_kind: RecordKind | None = None
    match_kind: RecordKind | None = None
    exclude_inactive: bool = False
    state: RuleState = RuleState.DRAFT
    version: int = 0
    updated_at: datetime | None = None

    @property
    def built_in(self) -> bool:
        """Whether it ships with the service."""
        return self.rule_id.startswith(BUILT_IN_PREFIX)

    @property
    def has_codes(self) -> bool:
        """Whether records have match codes of it: not of a built-in one, whose values are blocking keys anyway."""
        return not self.built_in and any(one.operator is not Operator.SIMILAR for one in self.conditions)

    def fits(self, kind: RecordKind, side: Side) -> bool:
        """Whether a record of this kind may be on that side."""
        wanted = self.base_kind if side is Side.BASE else self.match_kind
        return wanted is None or wanted is kind


def _of_names(rule_id: str, display_name: str, other: Condition) -> Rule:
    name = Condition(NAME, Operator.SIMILAR, threshold=_BUILT_IN_NAME_THRESHOLD, ignore_blanks=True)
    return Rule(rule_id, display_name, (name, other), state=RuleState.PUBLISHED)


BUILT_IN: tuple[Rule, ...] = (
    Rule(
        "built-in-same-email",
        "Same e-mail address",
        (Condition("email", Operator.SAME_FORM, ignore_blanks=True),),
        state=RuleState.PUBLISHED,
    ),
    Rule(
        "built-in-same-phone",
        "Same telephone number",
        (Condition("phone", Operator.SAME_FORM, ignore_blanks=True),),
        state=RuleState.PUBLISHED,
    ),
    _of_names(
        "built-in-similar-name-and-company",
        "Similar name and similar company",
        Condition("company", Operator.SIMILAR, ignore_blanks=True),
    ),
    _of_names(
        "built-in-similar-name-and-email-domain",
        "Similar name and the same e-mail domain of a business",
        Condition(EMAIL_DOMAIN, Operator.SAME_FORM, ignore_blanks=True),
    ),
)


def match_codes(rule: Rule, record: Record, side: Side, region: str | None) -> tuple[str, ...]:
    """A record's match codes, at most `MOST_CODE_CHARS` characters each; two records that fit share one.

    Args:
        rule: The rule.
        record: The record.
        side: Its part: stored records are indexed as MATCH, a subject looks for its codes as BASE.
        region: The tenant's, as the record's forms were made with.

    Returns:
        None of a rule without any (see `Rule.has_codes`), or of a record that it cannot hold for.
    """
    if not rule.has_codes or not rule.fits(record.ref.kind, side) or _is_left_out(rule, record):
        return ()
    values = []
    for condition in rule.conditions:
        if condition.operator is Operator.SIMILAR:
            continue
        value = _VALUES[condition.operator](condition, record, side, region)
        if value is None or (not value and _ignores_blanks(rule, condition)):
            return ()
        values.append(value)
    if not any(values):
        # Sameness in blanks alone finds nobody by a code; similar values are met over the blocking keys.
        return ()
    return ("|".join(("rule", rule.rule_id, str(rule.version), *values))[:MOST_CODE_CHARS],)


def holds(rule: Rule, base: Record, other: Record, region: str | None) -> bool:
    """Whether a rule, at work or not, says that the base record may be the other one.

    Two records that have nothing but blanks in common never fit.

    Args:
        rule: The rule.
        base: The record that is looked for.
        other: The record that it may be.
        region: The tenant's, as the records' forms were made with.
    """
    fits = rule.fits(base.ref.kind, Side.BASE) and rule.fits(other.ref.kind, Side.MATCH)
    if not fits or _is_left_out(rule, base) or _is_left_out(rule, other):
        return False
    has_value = False
    for condition in rule.conditions:
        one = _VALUES[condition.operator](condition, base, Side.BASE, region)
        two = _VALUES[condition.operator](condition, other, Side.MATCH, region)
        if one == two == "":
            agree = not _ignores_blanks(rule, condition)
        elif not one or not two:
            agree = False
        elif condition.operator is Operator.SIMILAR:
            agree = has_value = _is_similar(condition, base, other, region)
        else:
            agree = has_value = one == two
        if not agree:
            return False
    return has_value


def violations(rule: Rule, path: str) -> list[FieldViolation]:
    """What is wrong with a rule's conditions beyond the bounds of the proto.

    Args:
        rule: The rule.
        path: Of the rule in the request.
    """
    found = []
    for index, condition in enumerate(rule.conditions):
        at = f"{path}.conditions[{index}]"
        operator = condition.operator
        if operator in _OF_LENGTH and condition.length < 1:
            found.append(
                FieldViolation(f"{at}.length", "must be at least 1: the first or last 0 are always the same")
            )
        if operator not in _OF_LENGTH and condition.length:
            found.append(FieldViolation(f"{at}.length", "goes with SAME_FIRST and SAME_LAST alone"))
        if operator is not Operator.SIMILAR and condition.threshold is not None:
            found.append(FieldViolation(f"{at}.threshold", "goes with SIMILAR alone"))
        if operator in _OF_FORMS and condition.case_sensitive:
            found.append(FieldViolation(f"{at}.case_sensitive", "can't be: normal forms know no case"))
    return found


def published_kinds(rules: Sequence[Rule]) -> dict[RecordKind, int]:
    """How many of the tenant's own rules are at work, or about to be, for each base kind."""
    at_work = [rule for rule in rules if not rule.built_in and is_at_work(rule)]
    kinds = (RecordKind.LEAD, RecordKind.ACCOUNT, RecordKind.CONTACT)
    return {kind: sum(rule.fits(kind, Side.BASE) for rule in at_work) for kind in kinds}


def is_at_work(rule: Rule) -> bool:
    """Whether records get match codes of it."""
    return rule.state in {RuleState.PUBLISHING, RuleState.PUBLISHED}


def with_state(rule: Rule, state: RuleState) -> Rule:
    """The rule in another state; each publication is a version of its own."""
    version = rule.version + (state is RuleState.PUBLISHING)
    return replace(rule, state=state, version=version)


def _is_left_out(rule: Rule, record: Record) -> bool:
    return rule.exclude_inactive and record.inactive


def _ignores_blanks(rule: Rule, condition: Condition) -> bool:
    return condition.ignore_blanks or len(rule.conditions) == 1


# What a condition compares on one side: "" for a blank, None for what is the same as nothing.
_Value = Callable[[Condition, Record, Side, str | None], str | None]


def _text(condition: Condition, record: Record, side: Side, _region: str | None) -> str:
    text = visible(record.fields.get(condition.field_of(side), "")).strip()
    return text if condition.case_sensitive else text.casefold()


def _first(condition: Condition, record: Record, side: Side, region: str | None) -> str:
    return _text(condition, record, side, region)[: condition.length]


def _last(condition: Condition, record: Record, side: Side, region: str | None) -> str:
    return _text(condition, record, side, region)[-condition.length :]


def _day(condition: Condition, record: Record, side: Side, region: str | None) -> str | None:
    text = _text(condition, record, side, region)
    if not text:
        return ""
    form = birth_date_form(text, region) or ""
    try:
        return (
            date(int(form[:4]), int(form[4:6]), int(form[6:])).isoformat() if _DATE.fullmatch(form) else None
        )
    except ValueError:
        return None


def _form(condition: Condition, record: Record, side: Side, region: str | None) -> str:
    name = _form_name(condition)
    if name is None:
        text = record.fields.get(condition.field_of(side), "")
        return " ".join(words(transliterated(text)))
    forms = _forms(condition, name, record, side, region)
    if name == NAME:
        return " ".join(sorted(part for part in (forms.given, forms.last) if part))
    return getattr(forms, _FORMS[name][1]) or ""


_VALUES: dict[Operator, _Value] = {
    Operator.EXACT: _text,
    Operator.SAME_FIRST: _first,
    Operator.SAME_LAST: _last,
    Operator.SAME_DATE: _day,
    Operator.SAME_FORM: _form,
    Operator.SIMILAR: _form,
}
# By the field of a condition: the field that its text is read as, and the form that is compared.
_FORMS: dict[str, tuple[Field, str]] = {
    NAME: (Field.FIRST_NAME, "given"),
    EMAIL_DOMAIN: (Field.EMAIL, "business_domain"),
    Field.FIRST_NAME.value: (Field.FIRST_NAME, "given"),
    Field.LAST_NAME.value: (Field.LAST_NAME, "last"),
    **{
        field.value: (field, field.value) for field in Field if field.value not in {"first_name", "last_name"}
    },
}


def _form_name(condition: Condition) -> str | None:
    """What both values are read as: as the base's field, or the other one's where only that has a form."""
    return next((name for name in (condition.field, condition.match_field) if name in _FORMS), None)


def _forms(condition: Condition, name: str, record: Record, side: Side, region: str | None) -> Forms:
    field = condition.field_of(side)
    if field == name:
        return record.forms
    return forms_of({_FORMS[name][0].value: record.fields.get(field)}, region)


def _is_similar(condition: Condition, base: Record, other: Record, region: str | None) -> bool:
    least = DEFAULT_THRESHOLD if condition.threshold is None else condition.threshold
    name = _form_name(condition)
    if name not in {NAME, Field.FIRST_NAME.value}:
        one, two = _form(condition, base, Side.BASE, region), _form(condition, other, Side.MATCH, region)
        return _alike(one, two, least)
    left = _forms(condition, name, base, Side.BASE, region)
    right = _forms(condition, name, other, Side.MATCH, region)
    if name == Field.FIRST_NAME.value:
        return _given_alike(left, right, least)
    straight = _given_alike(left, right, least) and _alike(left.last, right.last, least)
    return straight or (_alike(left.given, right.last, least) and _alike(left.last, right.given, least))


def _given_alike(left: Forms, right: Forms, least: float) -> bool:
    """Given names that are similar, or one of which may be short for the other."""
    if left.given and right.given:
        listed = f"|{right.given}|" in (left.full_names or "") or f"|{left.given}|" in (
            right.full_names or ""
        )
        return listed or _alike(left.given, right.given, least)
    return left.given == right.given


def _alike(one: str | None, two: str | None, least: float) -> bool:
    """Jaro-Winkler on UTF-8, as comparison has it; what both lack is alike, what one lacks is not."""
    if not one or not two:
        return (one or None) == (two or None)
    return float(JaroWinkler.similarity(one.encode(), two.encode())) >= least
