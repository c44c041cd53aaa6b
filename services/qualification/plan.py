"""What a qualification would create: the choices, and the exact records that follow from them."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from services.common.codes import Code
from services.common.errors import LeadlightError, Reason, failed_precondition, invalid_argument
from services.common.records import RecordKind, RecordRef
from services.qualification.mapping import (
    ACCOUNT,
    CONTACT,
    OPPORTUNITY,
    PARENT_ACCOUNT,
    PARENT_CONTACT,
    FieldMapping,
    mapped,
)
from services.qualification.tenant_settings import RecordMode, TenantSettings

COMPANY_NAME = "company_name"
_GIVEN_IDS = uuid.UUID("6d9c3f0e-6e5b-4a7c-9d53-3a4f0d2d9c11")


class Action(StrEnum):
    """What happens to a record; the names of the proto's RecordAction without their prefix."""

    CREATE = "create"
    USE_EXISTING = "use_existing"
    SKIP = "skip"


class Origin(StrEnum):
    """Where a value comes from; the names of the proto's FieldOrigin without their prefix."""

    MAPPING = "mapping"
    REQUEST = "request"
    PARENT = "parent"


@dataclass(frozen=True, slots=True)
class Choice:
    """What a caller wants done about one record.

    Attributes:
        action: What.
        id: Of the record that exists, or of the one to create; empty for one that the service gives.
        fields: Values for the record to create; a blank text leaves a field out.
    """

    action: Action
    id: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Choices:
    """What a caller wants done; None and nothing for the service's choice.

    Attributes:
        account: About the account.
        contact: About the contact.
        opportunities: About the opportunities, the primary one first.
    """

    account: Choice | None = None
    contact: Choice | None = None
    opportunities: Sequence[Choice] = ()


@dataclass(frozen=True, slots=True)
class FieldValue:
    """A field's value, and where it comes from.

    Attributes:
        field: Of the record.
        value: Its text.
        origin: Where the value comes from.
        source: The lead's field, or "account" or "contact" of a parent.
        mapping: Id of the mapping; empty for a value of the request.
    """

    field: Code
    value: str
    origin: Origin
    source: Code = ""
    mapping: Code = ""


@dataclass(frozen=True, slots=True)
class PlannedRecord:
    """What happens to one record.

    Attributes:
        action: What.
        kind: Its kind.
        id: Its id; empty when it is left out.
        values: Its fields by name; none unless it is created.
        primary: It is the primary opportunity.
    """

    action: Action
    kind: RecordKind
    id: str = ""
    values: Sequence[FieldValue] = ()
    primary: bool = False

    @property
    def ref(self) -> RecordRef | None:
        """The record; None when it is left out."""
        return RecordRef(self.kind, self.id) if self.id else None

    @property
    def is_created(self) -> bool:
        """Whether it is created."""
        return self.action is Action.CREATE

    @property
    def fields(self) -> dict[str, str]:
        """Its values by field."""
        return {each.field: each.value for each in self.values}


@dataclass(frozen=True, slots=True)
class Plan:
    """What Qualify would do.

    Attributes:
        account: The account.
        contact: The contact.
        opportunities: The opportunities, the primary one first.
        stage_after: The stage that the lead would come to.
    """

    account: PlannedRecord
    contact: PlannedRecord
    opportunities: Sequence[PlannedRecord]
    stage_after: str

    @property
    def records(self) -> Sequence[PlannedRecord]:
        """Everything in it that is not left out."""
        return [each for each in (self.account, self.contact, *self.opportunities) if each.id]

    @property
    def created(self) -> Sequence[PlannedRecord]:
        """What it creates."""
        return [each for each in self.records if each.is_created]


@dataclass(frozen=True, slots=True)
class Source:
    """What a plan is made from.

    Attributes:
        tenant: Whose lead it is.
        lead_id: The CRM's id of the lead.
        fields: Of the lead.
        stage: That the lead is in.
        qualification_number: Of the qualification that the plan is for.
        settings: How the tenant qualifies.
        mappings: The tenant's mappings.
    """

    tenant: str
    lead_id: str
    fields: Mapping[str, str]
    stage: str
    qualification_number: int
    settings: TenantSettings
    mappings: Sequence[FieldMapping]

    def given_id(self, kind: RecordKind, place: int = 0) -> str:
        """The id of a record for which the caller names none: the same in the plan and in Qualify."""
        name = f"{self.tenant}\n{self.lead_id}\n{self.qualification_number}\n{kind}\n{place}"
        return str(uuid.uuid5(_GIVEN_IDS, name))


def make_plan(source: Source, choices: Choices) -> Plan:
    """The exact records that a lead becomes.

    Raises:
        LeadlightError: FAILED_PRECONDITION (CONFIGURATION_FORBIDS) for a choice that is not the caller's to make,
            INVALID_ARGUMENT for choices that contradict each other.
    """
    _require_allowed(source, choices)
    account = _customer(source, ACCOUNT, choices.account, by_default=bool(source.fields.get(COMPANY_NAME)))
    has_name = bool(source.fields.get("first_name") or source.fields.get("last_name"))
    contact = _customer(source, CONTACT, choices.contact, by_default=has_name)
    wanted = choices.opportunities or (Choice(Action.CREATE),)
    opportunities = [
        _record(source, OPPORTUNITY, choice, place, parents=_parents(account, contact))
        for place, choice in enumerate(wanted)
        if choice.action is not Action.SKIP
    ]
    plan = Plan(
        account,
        contact,
        opportunities,
        source.settings.stage_after(source.stage) if opportunities else source.stage,
    )
    _require_different(plan)
    return plan


def _require_allowed(source: Source, choices: Choices) -> None:
    said = {
        ACCOUNT: choices.account is not None,
        CONTACT: choices.contact is not None,
        OPPORTUNITY: bool(choices.opportunities),
    }
    for kind, is_said in said.items():
        if is_said and source.settings.mode(kind) is RecordMode.AUTOMATIC:
            raise _forbidden(source, kind, f"{_plural(kind)} are always created and cannot be chosen")
    if len(choices.opportunities) > 1 and not source.settings.several_opportunities:
        raise _forbidden(source, OPPORTUNITY, "a lead may get one opportunity only")
    if len(choices.opportunities) > 1 and any(each.action is Action.SKIP for each in choices.opportunities):
        raise invalid_argument(
            "choices.opportunities", "says skip beside others; send it alone for no opportunity"
        )


def _forbidden(source: Source, kind: RecordKind, rule: str) -> LeadlightError:
    return failed_precondition(
        Reason.CONFIGURATION_FORBIDS,
        f"lead {source.lead_id!r} cannot be qualified so: by the tenant's settings {rule}",
        lead=source.lead_id,
        kind=kind,
    )


def _plural(kind: RecordKind) -> str:
    return f"{kind.removesuffix('y')}ies" if kind.endswith("y") else f"{kind}s"


def _customer(source: Source, kind: RecordKind, choice: Choice | None, *, by_default: bool) -> PlannedRecord:
    """The account or the contact; created where nothing is chosen and there is something to create it from."""
    if choice is None:
        always = source.settings.mode(kind) is RecordMode.AUTOMATIC
        choice = Choice(Action.CREATE if always or by_default else Action.SKIP)
    return _record(source, kind, choice)


def _record(
    source: Source,
    kind: RecordKind,
    choice: Choice,
    place: int = 0,
    parents: Mapping[str, RecordRef] | None = None,
) -> PlannedRecord:
    primary = kind is OPPORTUNITY and place == 0
    if choice.action is not Action.CREATE:
        return PlannedRecord(choice.action, kind, choice.id, primary=primary)
    record_id = choice.id or source.given_id(kind, place)
    return PlannedRecord(
        Action.CREATE, kind, record_id, _values(source, kind, choice.fields, parents or {}), primary
    )


def _values(
    source: Source, kind: RecordKind, given: Mapping[str, str], parents: Mapping[str, RecordRef]
) -> list[FieldValue]:
    values = {
        target: FieldValue(target, each.value, Origin.MAPPING, each.source, each.mapping)
        for target, each in mapped(kind, source.fields, source.mappings).items()
    }
    for target, value in given.items():
        values.pop(target, None)
        if value:
            values[target] = FieldValue(target, value, Origin.REQUEST)
    for target, ref in parents.items():
        values[target] = FieldValue(target, ref.id, Origin.PARENT, ref.kind, f"{kind}.{target}")
    return [values[target] for target in sorted(values)]


def _parents(account: PlannedRecord, contact: PlannedRecord) -> dict[str, RecordRef]:
    refs = {PARENT_ACCOUNT: account.ref, PARENT_CONTACT: contact.ref}
    return {name: ref for name, ref in refs.items() if ref is not None}


def _require_different(plan: Plan) -> None:
    seen: set[str] = set()
    for place, record in enumerate(plan.opportunities):
        if record.id in seen:
            raise invalid_argument(f"choices.opportunities[{place}]", "names an opportunity a second time")
        seen.add(record.id)
