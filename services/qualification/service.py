"""What callers do with leads, but for qualifying them: qualifying.py has that."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from services.common.caller import Caller
from services.common.db import Database, TenantReader, TenantSession, utc_now
from services.common.errors import LeadlightError, invalid_argument, not_found
from services.common.paging import Page
from services.common.records import RecordKind, RecordRef
from services.qualification import outbox, outbox_store, store
from services.qualification.facts import FactFinder
from services.qualification.lead import (
    Attachment,
    Disqualification,
    Event,
    Lead,
    LeadState,
    SentLead,
)
from services.qualification.outbox import Delivery, Peer
from services.qualification.rules import (
    is_mere_seller,
    require_closed,
    require_no_opportunity,
    require_open,
    require_own,
    sees_own_only,
)
from services.qualification.settings_store import tenant_settings
from services.qualification.store import TimelineEntry
from services.qualification.summary import Summary, summarize
from services.qualification.tenant_settings import TenantSettings, unknown_stage


@dataclass(frozen=True, slots=True)
class Timeline:
    """What happened to a lead, as one of its records shows it.

    Attributes:
        entries: A page of it, the newest first.
        carried_over_from: Of an opportunity: the lead whose notes and attachments it shows too.
        attachments: Of an opportunity: those attachments.
    """

    entries: Page[TimelineEntry]
    carried_over_from: RecordRef | None = None
    attachments: Sequence[Attachment] = ()


class LeadService:
    """Use cases around leads.

    Args:
        db: The service's database.
        facts: What the other services know.
    """

    def __init__(self, db: Database, facts: FactFinder) -> None:
        self._db = db
        self._facts = facts

    def upsert(
        self, session: TenantSession, caller: Caller, sent: Mapping[str, SentLead], *, store_it: bool = True
    ) -> list[Lead]:
        """Stores leads.

        Args:
            session: The transaction.
            caller: Who sends them.
            sent: The leads, by their path in the request.
            store_it: False to check alone.

        Raises:
            LeadlightError: INVALID_ARGUMENT that names the field at fault, PERMISSION_DENIED (LEAD_NOT_OWN).
        """
        settings = tenant_settings(session)
        before = store.read_leads(session, [lead.id for lead in sent.values()], for_update=True)
        now = utc_now()
        leads = [
            _upserted(lead, before.get(lead.id), caller, settings, path=path, now=now)
            for path, lead in sent.items()
        ]
        if store_it:
            store.write_leads(session, leads)
            new = [lead for lead in leads if lead.id not in before]
            store.add_first_events(session, new, caller.subject)
        return leads

    def get(self, caller: Caller, lead_id: str) -> Lead:
        """One lead.

        Raises:
            LeadlightError: NOT_FOUND, PERMISSION_DENIED (LEAD_NOT_OWN).
        """
        with self._db.read(caller.tenant) as session:
            return readable_lead(session, caller, lead_id)

    def list(
        self, caller: Caller, *, state: LeadState | None, owner: str, page_size: int, page_token: str
    ) -> Page[Lead]:
        """A page of the leads that the caller may see."""
        with self._db.read(caller.tenant) as session:
            if sees_own_only(caller, tenant_settings(session)):
                if owner not in ("", caller.subject):
                    return Page([], "")
                owner = caller.subject
            return store.list_leads(
                session, state=state, owner=owner, page_size=page_size, page_token=page_token
            )

    def delete(self, session: TenantSession, lead_id: str, *, allow_missing: bool) -> None:
        """Deletes a lead; what it became stays.

        Raises:
            LeadlightError: NOT_FOUND.
        """
        if not store.delete_lead(session, lead_id) and not allow_missing:
            raise _no_lead(lead_id)

    def disqualify(
        self,
        session: TenantSession,
        caller: Caller,
        lead_id: str,
        given_up: Disqualification,
        *,
        store_it: bool = True,
    ) -> Lead:
        """Gives an open lead up.

        Raises:
            LeadlightError: NOT_FOUND, PERMISSION_DENIED (LEAD_NOT_OWN), FAILED_PRECONDITION (LEAD_NOT_OPEN,
                OPPORTUNITY_EXISTS).
        """
        lead = readable_lead(session, caller, lead_id, for_update=True)
        require_open(lead.id, lead.state)
        links = store.links_of_lead(session, lead.id)
        require_no_opportunity(lead, [link.ref for link in links if link.ref.kind is RecordKind.OPPORTUNITY])
        now = utc_now()
        closed = moved(lead, LeadState.DISQUALIFIED, now, disqualification=given_up)
        if store_it:
            entry = TimelineEntry(Event.DISQUALIFIED, now, caller.subject, disqualification=given_up)
            _store_move(session, closed, entry)
        return closed

    def reactivate(
        self, session: TenantSession, caller: Caller, lead_id: str, *, store_it: bool = True
    ) -> Lead:
        """Opens a closed lead again, in the stage that it was closed in.

        Raises:
            LeadlightError: NOT_FOUND, PERMISSION_DENIED (LEAD_NOT_OWN), FAILED_PRECONDITION (LEAD_NOT_CLOSED).
        """
        lead = readable_lead(session, caller, lead_id, for_update=True)
        require_closed(lead)
        now = utc_now()
        stage = lead.process_stage
        if lead.state is LeadState.QUALIFIED and lead.qualification is not None:
            stage = lead.qualification.stage_before
        opened = replace(moved(lead, LeadState.OPEN, now), process_stage=stage)
        if store_it:
            _store_move(session, opened, TimelineEntry(Event.REACTIVATED, now, caller.subject))
        return opened

    def summary(self, caller: Caller, lead_id: str, language: str) -> Summary:
        """What is known of a lead; its own language where none is named.

        Raises:
            LeadlightError: NOT_FOUND, PERMISSION_DENIED (LEAD_NOT_OWN).
        """
        lead = self.get(caller, lead_id)
        facts = self._facts.facts(lead.ref)
        return summarize(lead, facts, lead.qualification, language=language or lead.language)

    def timeline(self, caller: Caller, ref: RecordRef, *, page_size: int, page_token: str) -> Timeline:
        """What happened to a lead, or to the lead behind an opportunity.

        Raises:
            LeadlightError: NOT_FOUND, PERMISSION_DENIED (LEAD_NOT_OWN).
        """
        with self._db.read(caller.tenant) as session:
            if ref.kind is RecordKind.LEAD:
                lead = readable_lead(session, caller, ref.id)
                return Timeline(
                    store.list_timeline(session, lead.id, since=0, page_size=page_size, page_token=page_token)
                )
            links = [link for link in store.links_to(session, [ref]) if link.is_primary]
            if not links:
                raise not_found("primary opportunity of a lead", ref.id)
            # An opportunity that several leads use belongs to the one that it was created from.
            link = max(links, key=lambda each: each.is_created)
            lead = readable_lead(session, caller, link.lead_id)
            entries = store.list_timeline(
                session, lead.id, since=link.number, page_size=page_size, page_token=page_token
            )
            return Timeline(entries, lead.ref, lead.attachments)

    def deliveries(
        self, tenant: str, peer: Peer | None, *, page_size: int, page_token: str
    ) -> Page[Delivery]:
        """A page of what the other services are still to be told."""
        with self._db.read(tenant) as session:
            return outbox_store.list_deliveries(session, peer, page_size=page_size, page_token=page_token)


def readable_lead(session: TenantReader, caller: Caller, lead_id: str, *, for_update: bool = False) -> Lead:
    """A lead that the caller may see.

    Raises:
        LeadlightError: NOT_FOUND, PERMISSION_DENIED (LEAD_NOT_OWN).
    """
    lead = store.read_lead(session, lead_id, for_update=for_update)
    if lead is None:
        raise _no_lead(lead_id)
    require_own(caller, tenant_settings(session), lead.id, lead.owner)
    return lead


def moved(
    lead: Lead, state: LeadState, now: datetime, *, disqualification: Disqualification | None = None
) -> Lead:
    """A lead that stands elsewhere from now on."""
    return replace(
        lead,
        state=state,
        state_at=now,
        disqualification=disqualification,
        version=lead.version + 1,
        updated_at=now,
    )


def _store_move(session: TenantSession, lead: Lead, entry: TimelineEntry) -> None:
    store.write_leads(session, [lead])
    store.add_event(session, lead.id, entry)
    outbox_store.post(session, outbox.of_lead(lead), entry.happened_at)


def _upserted(
    sent: SentLead,
    before: Lead | None,
    caller: Caller,
    settings: TenantSettings,
    *,
    path: str,
    now: datetime,
) -> Lead:
    if before is not None:
        require_own(caller, settings, before.id, before.owner)
    owner = sent.owner or (caller.subject if is_mere_seller(caller) else "")
    require_own(caller, settings, sent.id, owner)
    if sent.process_stage and sent.process_stage not in settings.stage_names:
        raise unknown_stage(settings, f"{path}.process_stage")
    created_at = sent.created_at or (before.created_at if before else now)
    if before is None:
        return Lead(
            id=sent.id,
            fields=sent.fields,
            owner=owner,
            language=sent.language,
            process_stage=sent.process_stage or settings.stage_names[0],
            attachments=sent.attachments,
            created_at=created_at,
            state=LeadState.OPEN,
            state_at=now,
            updated_at=now,
        )
    return replace(
        before,
        fields=sent.fields,
        owner=owner,
        language=sent.language,
        process_stage=sent.process_stage or before.process_stage,
        attachments=sent.attachments,
        created_at=created_at,
        version=before.version + 1,
        updated_at=now,
    )


def require_different(ids: Sequence[str], path: str) -> None:
    """Refuses a batch that names a lead twice.

    Args:
        ids: Of its leads.
        path: Of the n-th one's id, with `{}` for n.

    Raises:
        LeadlightError: INVALID_ARGUMENT that names the second one.
    """
    seen: set[str] = set()
    for place, lead_id in enumerate(ids):
        if lead_id in seen:
            raise invalid_argument(path.format(place), "names a lead a second time")
        seen.add(lead_id)


def _no_lead(lead_id: str) -> LeadlightError:
    error = not_found("lead", lead_id)
    error.metadata["lead"] = lead_id
    return error
