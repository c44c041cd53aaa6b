"""Reads and writes leads, their qualifications, links and timelines."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import delete
from sqlmodel import col, select

from services.common.db import TenantReader, TenantSession
from services.common.paging import Page, SortKey, read_page
from services.common.records import RecordKind, RecordRef
from services.qualification.duplicates import opportunity_key
from services.qualification.lead import (
    Attachment,
    Disqualification,
    DisqualifyReason,
    Event,
    Lead,
    LeadState,
    Qualification,
)
from services.qualification.models import LeadRow, LinkRow, QualificationRow, TimelineRow
from services.qualification.summary import Summary

QUALIFICATION = TypeAdapter(Qualification)
SUMMARY = TypeAdapter(Summary)


@dataclass(frozen=True, slots=True)
class Link:
    """A record that a qualification created or uses.

    Attributes:
        ref: The record.
        lead_id: The lead.
        number: Of the qualification.
        is_primary: It is the lead's primary opportunity.
        is_created: It was created, not only used.
    """

    ref: RecordRef
    lead_id: str
    number: int
    is_primary: bool
    is_created: bool


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """Something that happened to a lead.

    Attributes:
        event: What.
        happened_at: When.
        actor: Who did it.
        qualification: What was made or taken back.
        summary: What was known at a qualification.
        disqualification: Why the lead was given up.
    """

    event: Event
    happened_at: datetime
    actor: str
    qualification: Qualification | None = None
    summary: Summary | None = None
    disqualification: Disqualification | None = None


def read_lead(session: TenantReader, lead_id: str, *, for_update: bool = False) -> Lead | None:
    """A lead with its latest qualification."""
    row = session.get(LeadRow, for_update=for_update, lead_id=lead_id)
    return None if row is None else _leads_of(session, [row])[0]


def read_leads(session: TenantReader, ids: Sequence[str], *, for_update: bool = False) -> dict[str, Lead]:
    """Those of some leads that are there, by id."""
    query = select(LeadRow).where(col(LeadRow.lead_id).in_(ids)).order_by(col(LeadRow.lead_id))
    rows = session.exec(query.with_for_update() if for_update else query).all()
    return {lead.id: lead for lead in _leads_of(session, rows)}


def list_leads(
    session: TenantReader, *, state: LeadState | None, owner: str, page_size: int, page_token: str
) -> Page[Lead]:
    """A page of leads, the last created in the CRM first."""
    query = select(LeadRow)
    if state is not None:
        query = query.where(LeadRow.state == state)
    if owner:
        query = query.where(LeadRow.owner == owner)
    page = read_page(
        session,
        query,
        [SortKey(LeadRow.created_at, descending=True), SortKey(LeadRow.lead_id, descending=True)],
        page_size=page_size,
        page_token=page_token,
        scope=["leads", state or "", owner],
    )
    return Page(_leads_of(session, page.rows), page.next_page_token)


def write_leads(session: TenantSession, leads: Sequence[Lead]) -> None:
    """Stores leads, new or changed; the counts of their timelines stay."""
    session.upsert_rows(LeadRow, [_lead_row(lead) for lead in leads])


def delete_lead(session: TenantSession, lead_id: str) -> bool:
    """Deletes a lead with all that is known of it; whether it was there."""
    for row in (QualificationRow, LinkRow, TimelineRow):
        session.change(delete(row).where(col(row.lead_id) == lead_id))
    return session.change(delete(LeadRow).where(col(LeadRow.lead_id) == lead_id)) > 0


def add_qualification(session: TenantSession, qualification: Qualification) -> bool:
    """Stores a qualification and links what it created or uses; whether the ids of what it created were free.

    It waits for another transaction that is creating a record of one of those ids.
    """
    session.insert_rows(
        QualificationRow,
        [
            {
                "lead_id": qualification.lead_id,
                "number": qualification.number,
                "content": QUALIFICATION.dump_python(qualification, mode="json"),
                "qualified_at": qualification.qualified_at,
            }
        ],
    )
    created = {record.ref: record for record in qualification.created}
    rows = []
    customers = [ref for ref in (qualification.account, qualification.contact) if ref is not None]
    for place, ref in [*((0, ref) for ref in customers), *enumerate(qualification.opportunities)]:
        record = created.get(ref)
        is_new_deal = record is not None and ref.kind is RecordKind.OPPORTUNITY
        rows.append(
            {
                "kind": ref.kind,
                "record_id": ref.id,
                "lead_id": qualification.lead_id,
                "number": qualification.number,
                "place": place,
                "is_created": record is not None,
                "created_key": f"{ref.kind}\n{ref.id}" if record is not None else None,
                "copy_key": opportunity_key(record.fields) if record is not None and is_new_deal else "",
            }
        )
    return session.upsert_rows(LinkRow, rows, key=["created_key"], update=[]) == len(rows)


def unlink(session: TenantSession, qualification: Qualification) -> None:
    """Takes back the links of a qualification; what it was stays for the timeline."""
    session.change(
        delete(LinkRow).where(
            col(LinkRow.lead_id) == qualification.lead_id, col(LinkRow.number) == qualification.number
        )
    )


def links_of_lead(session: TenantReader, lead_id: str) -> list[Link]:
    """What a lead's qualifications created or use, those that were not taken back."""
    query = select(LinkRow).where(LinkRow.lead_id == lead_id)
    order = (col(LinkRow.number), col(LinkRow.kind), col(LinkRow.place))
    return [_link(row) for row in session.exec(query.order_by(*order))]


def links_to(session: TenantReader, refs: Sequence[RecordRef]) -> list[Link]:
    """All that links to some records."""
    found = []
    for kind in sorted({ref.kind for ref in refs}):
        ids = [ref.id for ref in refs if ref.kind is kind]
        query = select(LinkRow).where(LinkRow.kind == kind, col(LinkRow.record_id).in_(ids))
        order = (col(LinkRow.record_id), col(LinkRow.lead_id), col(LinkRow.number))
        found += [_link(row) for row in session.exec(query.order_by(*order))]
    return found


def copies_of(session: TenantReader, copy_keys: Sequence[str]) -> dict[str, list[RecordRef]]:
    """The created opportunities that share a key, by key."""
    found: dict[str, list[RecordRef]] = {}
    query = select(LinkRow).where(col(LinkRow.copy_key).in_([key for key in copy_keys if key]))
    for row in session.exec(query.order_by(col(LinkRow.record_id))):
        found.setdefault(row.copy_key, []).append(RecordRef(RecordKind(row.kind), row.record_id))
    return found


def add_event(session: TenantSession, lead_id: str, entry: TimelineEntry) -> None:
    """Adds to the timeline of a lead that is locked or new."""
    lead = session.get(LeadRow, lead_id=lead_id)
    if lead is None:
        return
    place = lead.event_count + 1
    session.update_rows(LeadRow, [{"lead_id": lead_id, "event_count": place}])
    session.insert_rows(TimelineRow, [_timeline_row(lead_id, place, entry)])


def add_first_events(session: TenantSession, leads: Sequence[Lead], actor: str) -> None:
    """Begins the timelines of new leads."""
    ids = [{"lead_id": lead.id, "event_count": 1} for lead in leads]
    session.update_rows(LeadRow, ids)
    entries = [(lead.id, TimelineEntry(Event.CREATED, lead.updated_at, actor)) for lead in leads]
    session.insert_rows(TimelineRow, [_timeline_row(lead_id, 1, entry) for lead_id, entry in entries])


def list_timeline(
    session: TenantReader, lead_id: str, *, since: int, page_size: int, page_token: str
) -> Page[TimelineEntry]:
    """A page of a lead's timeline, the newest first.

    Args:
        session: The transaction.
        lead_id: The lead.
        since: Only from the entry of this qualification on; 0 for all.
        page_size: From the request.
        page_token: From the request.
    """
    query = select(TimelineRow).where(TimelineRow.lead_id == lead_id)
    if since:
        first = select(TimelineRow.place).where(
            TimelineRow.lead_id == lead_id,
            TimelineRow.number == since,
            TimelineRow.event == Event.QUALIFIED,
        )
        query = query.where(TimelineRow.place >= session.exec(first).one())
    page = read_page(
        session,
        query,
        [SortKey(TimelineRow.place, descending=True)],
        page_size=page_size,
        page_token=page_token,
        scope=["timeline", lead_id, str(since)],
    )
    numbers = {(lead_id, row.number) for row in page.rows if row.number}
    qualifications = _qualifications(session, numbers)
    entries = [_entry(row, qualifications.get((lead_id, row.number))) for row in page.rows]
    return Page(entries, page.next_page_token)


def qualification_of(row: QualificationRow) -> Qualification:
    """The qualification that a row holds."""
    return QUALIFICATION.validate_python(row.content)


def _leads_of(session: TenantReader, rows: Sequence[LeadRow]) -> list[Lead]:
    numbers = {(row.lead_id, row.qualification_number) for row in rows if row.qualification_number}
    qualifications = _qualifications(session, numbers)
    return [_lead(row, qualifications.get((row.lead_id, row.qualification_number))) for row in rows]


def _qualifications(
    session: TenantReader, wanted: set[tuple[str, int]]
) -> Mapping[tuple[str, int], Qualification]:
    if not wanted:
        return {}
    ids = sorted({lead_id for lead_id, _ in wanted})
    query = select(QualificationRow).where(col(QualificationRow.lead_id).in_(ids))
    return {
        (row.lead_id, row.number): qualification_of(row)
        for row in session.exec(query)
        if (row.lead_id, row.number) in wanted
    }


def _lead(row: LeadRow, qualification: Qualification | None) -> Lead:
    disqualification = None
    if row.disqualify_reason:
        disqualification = Disqualification(DisqualifyReason(row.disqualify_reason), row.disqualify_comment)
    return Lead(
        id=row.lead_id,
        fields=row.fields,
        owner=row.owner,
        language=row.language,
        process_stage=row.process_stage,
        attachments=[Attachment(**each) for each in row.attachments],
        created_at=row.created_at,
        state=LeadState(row.state),
        state_at=row.state_at,
        updated_at=row.updated_at,
        disqualification=disqualification,
        qualification_count=row.qualification_count,
        qualification=qualification,
        version=row.version,
    )


def _lead_row(lead: Lead) -> dict[str, Any]:
    given_up = lead.disqualification
    return {
        "lead_id": lead.id,
        "fields": dict(lead.fields),
        "owner": lead.owner,
        "language": lead.language,
        "process_stage": lead.process_stage,
        "attachments": [{"title": each.title, "uri": each.uri} for each in lead.attachments],
        "created_at": lead.created_at,
        "state": lead.state,
        "state_at": lead.state_at,
        "disqualify_reason": given_up.reason if given_up else "",
        "disqualify_comment": given_up.comment if given_up else "",
        "qualification_count": lead.qualification_count,
        "qualification_number": lead.qualification.number if lead.qualification else 0,
        "version": lead.version,
        "updated_at": lead.updated_at,
    }


def _link(row: LinkRow) -> Link:
    ref = RecordRef(RecordKind(row.kind), row.record_id)
    is_primary = ref.kind is RecordKind.OPPORTUNITY and row.place == 0
    return Link(ref, row.lead_id, row.number, is_primary, row.is_created)


def _timeline_row(lead_id: str, place: int, entry: TimelineEntry) -> dict[str, Any]:
    detail: dict[str, Any] = {}
    if entry.summary is not None:
        detail["summary"] = SUMMARY.dump_python(entry.summary, mode="json")
    if entry.disqualification is not None:
        detail |= {"reason": entry.disqualification.reason, "comment": entry.disqualification.comment}
    return {
        "lead_id": lead_id,
        "place": place,
        "event": entry.event,
        "happened_at": entry.happened_at,
        "actor": entry.actor,
        "number": entry.qualification.number if entry.qualification else 0,
        "detail": detail,
    }


def _entry(row: TimelineRow, qualification: Qualification | None) -> TimelineEntry:
    given_up = None
    if "reason" in row.detail:
        given_up = Disqualification(DisqualifyReason(row.detail["reason"]), row.detail["comment"])
    summary = row.detail.get("summary")
    return TimelineEntry(
        Event(row.event),
        row.happened_at,
        row.actor,
        qualification,
        None if summary is None else SUMMARY.validate_python(summary),
        given_up,
    )
