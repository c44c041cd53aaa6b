"""Plans a qualification, commits it all or nothing, and takes it back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from services.common.caller import Caller
from services.common.db import Database, TenantReader, TenantSession, utc_now
from services.common.errors import Code, LeadlightError, Reason, failed_precondition
from services.common.records import RecordKind, RecordRef
from services.qualification import outbox, outbox_store, store
from services.qualification.duplicates import (
    DuplicateFinder,
    Found,
    Match,
    compared_fields,
    opportunity_key,
)
from services.qualification.facts import FactFinder
from services.qualification.lead import Event, Lead, LeadState, Qualification
from services.qualification.plan import Choices, Plan, PlannedRecord, Source, make_plan
from services.qualification.rules import (
    BuiltOn,
    Problem,
    duplicate_problem,
    problems,
    require_nothing_built,
    require_open,
)
from services.qualification.service import moved, readable_lead
from services.qualification.settings_store import tenant_mappings, tenant_settings
from services.qualification.store import TimelineEntry
from services.qualification.summary import Facts, summarize
from services.qualification.tenant_settings import TenantSettings

_ASKED_ABOUT = (RecordKind.ACCOUNT, RecordKind.CONTACT)
_UNQUALIFIABLE = (LeadState.QUALIFIED, LeadState.OPEN)
_COPY = "the opportunity was not created because a copy exists"


class BuiltOnSource(Protocol):
    """A service that knows of things that stand on records."""

    def built_on(self, refs: Sequence[RecordRef]) -> Sequence[BuiltOn]:
        """What stands on records that a qualification created, but for the records themselves.

        Raises:
            LeadlightError: UNAVAILABLE when it does not answer.
        """
        ...


@dataclass(frozen=True, slots=True)
class Planned:
    """A plan, and what was found about it.

    Attributes:
        lead: As it was when the plan was made.
        plan: The plan.
        settings: How the tenant qualifies.
        found: The duplicates.
        problems: What Qualify would refuse.
    """

    lead: Lead
    plan: Plan
    settings: TenantSettings
    found: Found
    problems: Sequence[Problem]


@dataclass(frozen=True, slots=True)
class Prepared:
    """All that a commit needs and that is better asked for before its transaction.

    Attributes:
        planned: The plan.
        facts: What the other services know of the lead, for its summary.
        ignore_duplicates: Create although there are copies.
    """

    planned: Planned
    facts: Facts
    ignore_duplicates: bool


@dataclass(frozen=True, slots=True)
class Undo:
    """A qualification that nothing was built on.

    Attributes:
        lead_id: The lead.
        number: Of the qualification.
    """

    lead_id: str
    number: int


class QualifyService:
    """Use cases around qualifications.

    Args:
        db: The service's database.
        finder: Knows duplicates.
        facts: What the other services know.
        built_on: Know what stands on records.
    """

    def __init__(
        self,
        db: Database,
        finder: DuplicateFinder,
        facts: FactFinder,
        built_on: Sequence[BuiltOnSource],
    ) -> None:
        self._db = db
        self._finder = finder
        self._facts = facts
        self._built_on = built_on

    def plan(self, caller: Caller, lead_id: str, choices: Choices, *, look_up: bool = True) -> Planned:
        """What Qualify would do.

        Args:
            caller: Who asks.
            lead_id: The lead.
            choices: What to create, to use or to leave out.
            look_up: Look for duplicates.

        Raises:
            LeadlightError: NOT_FOUND, PERMISSION_DENIED (LEAD_NOT_OWN), FAILED_PRECONDITION (LEAD_NOT_OPEN,
                CONFIGURATION_FORBIDS), INVALID_ARGUMENT.
        """
        with self._db.read(caller.tenant) as session:
            lead = readable_lead(session, caller, lead_id)
            require_open(lead.id, lead.state)
            settings = tenant_settings(session)
            source = Source(
                caller.tenant,
                lead.id,
                lead.fields,
                lead.process_stage,
                lead.qualification_count + 1,
                settings,
                tenant_mappings(session),
            )
            plan = make_plan(source, choices)
            copies = _copies(session, plan) if look_up else {}
        found = self._found(lead, plan, settings, copies) if look_up else Found()
        return Planned(lead, plan, settings, found, problems(lead, plan, settings, found))

    def prepare(self, caller: Caller, lead_id: str, choices: Choices, *, ignore_duplicates: bool) -> Prepared:
        """Everything before the transaction.

        Raises:
            LeadlightError: As `plan`, and FAILED_PRECONDITION (STAGE_FIELDS_MISSING, RECORD_FIELDS_MISSING,
                DUPLICATE_FOUND), UNAVAILABLE when duplicates cannot be looked up.
        """
        planned = self.plan(caller, lead_id, choices, look_up=not ignore_duplicates)
        for problem in planned.problems:
            raise problem.error
        return Prepared(planned, self._facts.facts(planned.lead.ref), ignore_duplicates)

    def commit(
        self, session: TenantSession, caller: Caller, prepared: Prepared, *, store_it: bool = True
    ) -> Qualification:
        """Writes a qualification, all of it or nothing.

        Raises:
            LeadlightError: FAILED_PRECONDITION (LEAD_NOT_OPEN) when another call was first, ABORTED
                (CONCURRENT_CHANGE) when the lead changed since, ALREADY_EXISTS for an id that is taken,
                FAILED_PRECONDITION (DUPLICATE_FOUND) for an opportunity that has a copy by now.
        """
        planned = prepared.planned
        plan = planned.plan
        lead = readable_lead(session, caller, planned.lead.id, for_update=True)
        require_open(lead.id, lead.state)
        if lead.version != planned.lead.version:
            raise _changed_since(lead.id)
        _require_free(session, lead.id, plan)
        if not prepared.ignore_duplicates:
            _require_no_copies(session, lead.id, plan)
        now = utc_now()
        qualification = Qualification(
            lead_id=lead.id,
            number=lead.qualification_count + 1,
            account=plan.account.ref,
            contact=plan.contact.ref,
            opportunities=[record.ref for record in plan.opportunities if record.ref is not None],
            created=plan.created,
            stage_before=lead.process_stage,
            qualified_at=now,
            qualified_by=caller.subject,
        )
        if store_it:
            closed = replace(
                moved(lead, LeadState.QUALIFIED, now),
                process_stage=plan.stage_after,
                qualification_count=qualification.number,
                qualification=qualification,
            )
            summary = summarize(closed, prepared.facts, qualification, language=lead.language)
            if not store.add_qualification(session, qualification):
                raise _taken(lead.id)
            store.write_leads(session, [closed])
            entry = TimelineEntry(Event.QUALIFIED, now, caller.subject, qualification, summary)
            store.add_event(session, lead.id, entry)
            outbox_store.post(session, outbox.of_qualification(closed, qualification), now)
        return qualification

    def prepare_undo(self, caller: Caller, lead_id: str) -> Undo:
        """Makes sure that a lead's latest qualification can be taken back.

        Raises:
            LeadlightError: NOT_FOUND, PERMISSION_DENIED (LEAD_NOT_OWN), FAILED_PRECONDITION (LEAD_NOT_QUALIFIED,
                BUILT_ON_SINCE), UNAVAILABLE when a service does not say.
        """
        with self._db.read(caller.tenant) as session:
            lead = readable_lead(session, caller, lead_id)
            qualification = _qualification_of(lead)
            built = _linked_since(session, qualification)
        created = [record.ref for record in qualification.created if record.ref is not None]
        if created:
            for source in self._built_on:
                built += source.built_on(created)
        require_nothing_built(lead_id, built)
        return Undo(lead_id, qualification.number)

    def undo(self, session: TenantSession, caller: Caller, undo: Undo, *, store_it: bool = True) -> Lead:
        """Takes a qualification back: the lead is open again, in the stage that it was in.

        Raises:
            LeadlightError: As `prepare_undo`, and ABORTED (CONCURRENT_CHANGE) when another call was first.
        """
        lead = readable_lead(session, caller, undo.lead_id, for_update=True)
        qualification = _qualification_of(lead)
        if qualification.number != undo.number:
            raise _changed_since(lead.id)
        require_nothing_built(lead.id, _linked_since(session, qualification))
        now = utc_now()
        opened = replace(
            moved(lead, LeadState.OPEN, now),
            process_stage=qualification.stage_before,
            qualification=None,
        )
        if store_it:
            store.unlink(session, qualification)
            store.write_leads(session, [opened])
            entry = TimelineEntry(Event.UNQUALIFIED, now, caller.subject, qualification)
            store.add_event(session, lead.id, entry)
            outbox_store.post(session, outbox.of_undo(opened, qualification), now)
        return opened

    def _found(
        self,
        lead: Lead,
        plan: Plan,
        settings: TenantSettings,
        copies: Mapping[RecordRef, Sequence[Match]],
    ) -> Found:
        """All duplicates of a lead and of what it is to become."""
        inactive = settings.exclude_inactive_duplicates
        try:
            leads = self._finder.find(
                RecordKind.LEAD, compared_fields(RecordKind.LEAD, lead.fields), exclude_inactive=inactive
            )
            records = {
                ref: self._finder.find(ref.kind, _compared(record, lead), exclude_inactive=inactive)
                for record in plan.created
                if (ref := record.ref) is not None and ref.kind in _ASKED_ABOUT
            }
        except LeadlightError as error:
            if error.code is not Code.UNAVAILABLE:
                raise
            return Found(records=copies, failure=error)
        return Found([match for match in leads if match.ref != lead.ref], {**records, **copies})


def _compared(record: PlannedRecord, lead: Lead) -> dict[str, str]:
    return compared_fields(record.kind, record.fields, lead.text("company_name"))


def _copies(session: TenantReader, plan: Plan) -> dict[RecordRef, Sequence[Match]]:
    """Opportunities that were created before and share name and customer with those of a plan, by theirs."""
    keys = {
        ref: opportunity_key(record.fields)
        for record in plan.opportunities
        if record.is_created and (ref := record.ref) is not None
    }
    stored = store.copies_of(session, sorted(set(keys.values())))
    found: dict[RecordRef, Sequence[Match]] = {}
    for place, (ref, key) in enumerate(keys.items()):
        before = [other for other, others in list(keys.items())[:place] if others == key and key]
        copies = [*stored.get(key, ()), *before]
        if copies:
            name = key.partition("\n")[0]
            found[ref] = [Match(copy, 1.0, {"name": name}, ["name and customer: same"]) for copy in copies]
    return found


def _require_no_copies(session: TenantReader, lead_id: str, plan: Plan) -> None:
    for ref, matches in _copies(session, plan).items():
        raise duplicate_problem(lead_id, ref, matches, _COPY).error


def _require_free(session: TenantReader, lead_id: str, plan: Plan) -> None:
    """Refuses ids for new records that another qualification gave out or uses."""
    refs = [ref for record in plan.created if (ref := record.ref) is not None]
    for link in store.links_to(session, refs):
        raise _taken(lead_id, link.ref)


def _taken(lead_id: str, ref: RecordRef | None = None) -> LeadlightError:
    """The error of a new record whose id another one has, known by now or just being created."""
    named = f"the {ref.kind} {ref.id!r}" if ref else "one of the records to create"
    return LeadlightError(
        Code.ALREADY_EXISTS,
        Reason.RESOURCE_EXISTS,
        f"lead {lead_id!r}: {named} exists already; use it, or name another id",
        metadata={"lead": lead_id} | ({"resource": ref.kind, "name": ref.id} if ref else {}),
    )


def _qualification_of(lead: Lead) -> Qualification:
    """The qualification of a lead that can be taken back."""
    if lead.qualification is None or lead.state not in _UNQUALIFIABLE:
        raise failed_precondition(
            Reason.LEAD_NOT_QUALIFIED,
            f"lead {lead.id!r} has no qualification that could be taken back",
            lead=lead.id,
            state=lead.state,
        )
    return lead.qualification


def _linked_since(session: TenantReader, qualification: Qualification) -> list[BuiltOn]:
    """Other qualifications that use what one created."""
    own = (qualification.lead_id, qualification.number)
    created = [ref for record in qualification.created if (ref := record.ref) is not None]
    links = store.links_to(session, created)
    return [BuiltOn(link.ref, "lead", link.lead_id) for link in links if (link.lead_id, link.number) != own]


def _changed_since(lead_id: str) -> LeadlightError:
    return LeadlightError(
        Code.ABORTED,
        Reason.CONCURRENT_CHANGE,
        f"lead {lead_id!r} was changed by another call; plan again",
        metadata={"lead": lead_id},
        retry_after_s=0.1,
    )
