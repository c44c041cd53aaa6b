"""The rules of a lead's life: each says which lead it is about and what would be right."""

from collections.abc import Sequence
from dataclasses import dataclass

from services.common.caller import Caller, Role
from services.common.errors import Code, LeadlightError, Reason, failed_precondition
from services.common.records import RecordRef
from services.qualification.duplicates import Found, Match
from services.qualification.lead import Lead, LeadState
from services.qualification.mapping import ACCOUNT, OPPORTUNITY
from services.qualification.plan import COMPANY_NAME, Plan
from services.qualification.tenant_settings import TenantSettings

_MOST_NAMED = 20


@dataclass(frozen=True, slots=True)
class Problem:
    """What Qualify would refuse.

    Attributes:
        error: What it would fail with.
        missing_fields: Fields of the lead that are missing.
        can_be_ignored: `ignore_duplicates` overrules it.
    """

    error: LeadlightError
    missing_fields: tuple[str, ...] = ()
    can_be_ignored: bool = False


@dataclass(frozen=True, slots=True)
class BuiltOn:
    """Something that was built on what a qualification created.

    Attributes:
        on: The created record.
        what: What was built, such as "note" or "activity".
        name: Its name.
    """

    on: RecordRef
    what: str
    name: str

    def __str__(self) -> str:
        return f"{self.what} {self.name} on {self.on.kind}/{self.on.id}"


def require_own(caller: Caller, settings: TenantSettings, lead_id: str, owner: str) -> None:
    """Refuses what a seller may not see.

    Raises:
        LeadlightError: PERMISSION_DENIED (LEAD_NOT_OWN).
    """
    if sees_own_only(caller, settings) and owner != caller.subject:
        raise LeadlightError(
            Code.PERMISSION_DENIED,
            Reason.LEAD_NOT_OWN,
            f"lead {lead_id!r} is another seller's, and the tenant shows sellers their own leads alone",
            metadata={"lead": lead_id},
        )


def sees_own_only(caller: Caller, settings: TenantSettings) -> bool:
    """Whether a caller sees only leads that they own."""
    return settings.sellers_see_own_only and is_mere_seller(caller)


def is_mere_seller(caller: Caller) -> bool:
    """Whether a caller is a seller and nothing else."""
    return caller.roles == {Role.SELLER}


def require_open(lead_id: str, state: LeadState) -> None:
    """Refuses a lead that is closed.

    Raises:
        LeadlightError: FAILED_PRECONDITION (LEAD_NOT_OPEN).
    """
    if state is not LeadState.OPEN:
        raise failed_precondition(
            Reason.LEAD_NOT_OPEN,
            f"lead {lead_id!r} is {state}, not open; reactivate it first",
            lead=lead_id,
            state=state,
        )


def require_closed(lead: Lead) -> None:
    """Refuses a lead that is open.

    Raises:
        LeadlightError: FAILED_PRECONDITION (LEAD_NOT_CLOSED).
    """
    if lead.state is LeadState.OPEN:
        raise failed_precondition(
            Reason.LEAD_NOT_CLOSED, f"lead {lead.id!r} is open already", lead=lead.id, state=lead.state
        )


def require_no_opportunity(lead: Lead, opportunities: Sequence[RecordRef]) -> None:
    """Refuses to give a lead up while it has an opportunity.

    Raises:
        LeadlightError: FAILED_PRECONDITION (OPPORTUNITY_EXISTS).
    """
    if opportunities:
        named = ", ".join(ref.id for ref in opportunities[:_MOST_NAMED])
        raise failed_precondition(
            Reason.OPPORTUNITY_EXISTS,
            f"lead {lead.id!r} has an opportunity and cannot be disqualified; take its qualification back first",
            lead=lead.id,
            opportunities=named,
        )


def require_nothing_built(lead_id: str, built: Sequence[BuiltOn]) -> None:
    """Refuses to take back what something else stands on.

    Raises:
        LeadlightError: FAILED_PRECONDITION (BUILT_ON_SINCE) with the list.
    """
    if built:
        named = {f"built_on_{place}": str(each) for place, each in enumerate(built[:_MOST_NAMED], start=1)}
        raise LeadlightError(
            Code.FAILED_PRECONDITION,
            Reason.BUILT_ON_SINCE,
            f"the qualification of lead {lead_id!r} cannot be taken back: {len(built)} things were built on it "
            f"since, such as {built[0]}",
            metadata={"lead": lead_id, "count": str(len(built)), **named},
        )


def problems(lead: Lead, plan: Plan, settings: TenantSettings, found: Found) -> list[Problem]:
    """Everything that speaks against a plan for an open lead, in the order in which Qualify would say it."""
    return [
        *_missing_stage_fields(lead, settings),
        *_missing_record_fields(lead, plan),
        *_duplicates(lead, plan, found),
    ]


def _missing_stage_fields(lead: Lead, settings: TenantSettings) -> list[Problem]:
    stage = settings.stage(lead.process_stage)
    missing = tuple(name for name in stage.required_fields if not lead.text(name))
    if not missing:
        return []
    error = failed_precondition(
        Reason.STAGE_FIELDS_MISSING,
        f"lead {lead.id!r} lacks fields that its stage {stage.name!r} requires: {', '.join(missing)}",
        lead=lead.id,
        stage=stage.name,
        fields=", ".join(missing),
    )
    return [Problem(error, missing)]


def _missing_record_fields(lead: Lead, plan: Plan) -> list[Problem]:
    found = []
    if plan.account.is_created and not lead.text(COMPANY_NAME):
        found.append(
            _record_problem(lead, ACCOUNT, COMPANY_NAME, "a new account needs the lead's company name")
        )
    for record in plan.opportunities:
        if record.is_created and not record.fields.get("name"):
            rule = "a new opportunity needs a name: the lead's subject, or one in the request"
            found.append(_record_problem(lead, OPPORTUNITY, "subject", rule))
    if plan.contact.is_created and not plan.contact.values:
        found.append(
            _record_problem(
                lead, plan.contact.kind, "last_name", "nothing of the lead says who the contact is"
            )
        )
    return found


def _record_problem(lead: Lead, kind: str, name: str, rule: str) -> Problem:
    error = failed_precondition(
        Reason.RECORD_FIELDS_MISSING,
        f"lead {lead.id!r} cannot be qualified: {rule}",
        lead=lead.id,
        kind=kind,
        fields=name,
    )
    return Problem(error, (name,))


def _duplicates(lead: Lead, plan: Plan, found: Found) -> list[Problem]:
    if found.failure is not None:
        error = LeadlightError(
            Code.UNAVAILABLE,
            Reason.PEER_UNAVAILABLE,
            f"duplicates of lead {lead.id!r} cannot be looked up now; try again a little later, or set "
            "ignore_duplicates",
            metadata={**found.failure.metadata, "lead": lead.id},
            retry_after_s=found.failure.retry_after_s,
        )
        return [Problem(error, can_be_ignored=True)]
    problems_found = []
    if found.leads:
        problems_found.append(
            duplicate_problem(
                lead.id, lead.ref, found.leads, "the lead was not qualified because a copy exists"
            )
        )
    for record in plan.created:
        if record.ref is not None and (matches := found.of(record)):
            rule = f"the {record.kind} was not created because a copy exists"
            problems_found.append(duplicate_problem(lead.id, record.ref, matches, rule))
    return problems_found


def duplicate_problem(lead_id: str, ref: RecordRef, matches: Sequence[Match], rule: str) -> Problem:
    """What speaks against a record that exists already."""
    error = failed_precondition(
        Reason.DUPLICATE_FOUND,
        f"lead {lead_id!r}: {rule}; use it, or set ignore_duplicates",
        lead=lead_id,
        kind=ref.kind,
        duplicates=", ".join(match.ref.id for match in matches[:_MOST_NAMED]),
    )
    return Problem(error, can_be_ignored=True)
