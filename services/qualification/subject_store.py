"""A person in leads, qualifications, timelines and the outbox: what is held on them, and how they are taken out.

A lead that is the person goes, with its timeline and the contacts that were created from it. Accounts and
opportunities that were created stay, without what names them.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

from sqlmodel import select

from services.common.db import TenantReader, TenantSession
from services.common.paging import in_portions
from services.common.records import RecordKind, RecordRef
from services.common.subjects import ErasedCounts, Subject, SubjectItem, SubjectRights, as_json
from services.qualification import outbox_store, store
from services.qualification.models import DeliveryRow, LeadRow, LinkRow, QualificationRow, TimelineRow

_AT_ONCE = 100
_ADDRESSES = ("email", "mobile_phone", "telephone1")


@dataclass(frozen=True, slots=True)
class _Held:
    """A lead with all that is held on it.

    Attributes:
        lead: The lead.
        qualifications: By their number.
        timeline: In its order.
        links: Records that it became or uses.
    """

    lead: LeadRow
    qualifications: Sequence[QualificationRow]
    timeline: Sequence[TimelineRow]
    links: Sequence[LinkRow]


class QualificationSubjects(SubjectRights):
    """A person's rights in the qualification service."""

    def export(self, reader: TenantReader, subject: Subject) -> Iterator[SubjectItem]:
        """Leads, qualifications, timelines and pending deliveries that are theirs or name them."""
        for held in _leads(reader):
            lead, own = held.lead, _is_own(held, subject)
            if own or _names(lead, subject):
                yield SubjectItem("lead", f"leads/{lead.lead_id}", as_json(lead))
            for made in held.qualifications:
                if own or subject.is_in_as(store.QUALIFICATION, made.content):
                    name = f"leads/{lead.lead_id}/qualifications/{made.number}"
                    yield SubjectItem("qualification", name, as_json(made))
            for entry in held.timeline:
                if own or _is_in_entry(entry, subject):
                    name = f"leads/{lead.lead_id}/timeline/{entry.place}"
                    yield SubjectItem("timeline_entry", name, as_json(entry))
        for delivery in _deliveries(reader):
            if _is_about(delivery, subject):
                name = f"deliveries/{delivery.delivery_id}"
                yield SubjectItem("delivery", name, as_json(delivery))

    def erase(self, session: TenantSession, subject: Subject) -> ErasedCounts:
        """Deletes their leads with what came of them, and masks them in the others."""
        counts = ErasedCounts()
        gone: list[RecordRef] = []
        for held in _leads(session):
            if _is_own(held, subject):
                gone += _records_of(held)
                counts.deleted["qualification"] += len(held.qualifications)
                counts.deleted["timeline_entry"] += len(held.timeline)
                counts.deleted["lead"] += store.delete_lead(session, held.lead.lead_id)
            else:
                _mask_lead(session, held, subject, counts)
        _erase_deliveries(session, gone, subject, counts)
        return counts


def _mask_lead(session: TenantSession, held: _Held, subject: Subject, counts: ErasedCounts) -> None:
    lead = held.lead
    if _names(lead, subject):
        masked = {name: subject.masked(getattr(lead, name)) for name in _SPOKEN}
        counts.masked["lead"] += session.update_rows(LeadRow, [{"lead_id": lead.lead_id, **masked}])
    for made in held.qualifications:
        if subject.is_in_as(store.QUALIFICATION, made.content):
            key = {"lead_id": made.lead_id, "number": made.number}
            content = subject.masked_as(store.QUALIFICATION, made.content)
            counts.masked["qualification"] += session.update_rows(
                QualificationRow, [{**key, "content": content}]
            )
    for link in held.links:
        if subject.is_in(link.copy_key):
            names = ("kind", "record_id", "lead_id", "number")
            key = {name: getattr(link, name) for name in names}
            session.update_rows(LinkRow, [{**key, "copy_key": ""}])
    for entry in held.timeline:
        if _is_in_entry(entry, subject):
            key = {"lead_id": entry.lead_id, "place": entry.place}
            masked = {"detail": _masked_detail(entry.detail, subject), "actor": subject.masked(entry.actor)}
            counts.masked["timeline_entry"] += session.update_rows(TimelineRow, [{**key, **masked}])


def _is_in_entry(entry: TimelineRow, subject: Subject) -> bool:
    return _masked_detail(entry.detail, subject) != entry.detail or subject.is_in(entry.actor)


def _masked_detail(detail: dict[str, Any], subject: Subject) -> dict[str, Any]:
    masked = dict(detail)
    if "comment" in detail:
        masked["comment"] = subject.masked(detail["comment"])
    if "summary" in detail:
        masked["summary"] = subject.masked_as(store.SUMMARY, detail["summary"])
    return masked


def _erase_deliveries(
    session: TenantSession, gone: Sequence[RecordRef], subject: Subject, counts: ErasedCounts
) -> None:
    """What was to be told about their records is not told any more; they are masked in the rest."""
    outbox_store.forget(session, gone)
    for delivery in _deliveries(session):
        if _is_about(delivery, subject):
            names = ("peer", "kind", "record_id")
            key = {name: getattr(delivery, name) for name in names}
            masked = {
                "news": subject.masked_as(outbox_store.NEWS, delivery.news),
                "last_message": subject.masked(delivery.last_message),
            }
            counts.masked["delivery"] += session.update_rows(DeliveryRow, [{**key, **masked}])


_SPOKEN = ("fields", "owner", "attachments", "disqualify_comment")


def _leads(reader: TenantReader) -> Iterator[_Held]:
    """Every lead of the tenant, by its id."""
    for leads in in_portions(reader, select(LeadRow), LeadRow.lead_id, at_once=_AT_ONCE):
        ids = [lead.lead_id for lead in leads]
        qualifications = _by_lead(reader, ids, QualificationRow, QualificationRow.number)
        timeline = _by_lead(reader, ids, TimelineRow, TimelineRow.place)
        links = _by_lead(reader, ids, LinkRow, LinkRow.number, LinkRow.kind, LinkRow.record_id)
        for lead in leads:
            key = lead.lead_id
            yield _Held(lead, qualifications[key], timeline[key], links[key])


def _by_lead(
    reader: TenantReader, ids: Sequence[str], model: Any, *order: Any
) -> Mapping[str, Sequence[Any]]:
    found: dict[str, list[Any]] = defaultdict(list)
    for row in reader.exec(select(model).where(model.lead_id.in_(ids)).order_by(*order)).all():
        found[row.lead_id].append(row)
    return found


def _deliveries(reader: TenantReader) -> Iterator[DeliveryRow]:
    row = DeliveryRow
    return chain.from_iterable(in_portions(reader, select(row), row.peer, row.kind, row.record_id))


def _is_own(held: _Held, subject: Subject) -> bool:
    """Whether a lead is the person: by its id, its addresses, or the contact that it became."""
    lead = held.lead
    if RecordRef(RecordKind.LEAD, lead.lead_id) in subject.records:
        return True
    if any(subject.is_address(lead.fields.get(name, "")) for name in _ADDRESSES):
        return True
    return any(_contact(link) in subject.records for link in held.links if link.kind == RecordKind.CONTACT)


def _records_of(held: _Held) -> list[RecordRef]:
    """The lead itself and the contacts that were created from it."""
    created = [link for link in held.links if link.is_created and link.kind == RecordKind.CONTACT]
    return [RecordRef(RecordKind.LEAD, held.lead.lead_id), *map(_contact, created)]


def _contact(link: LinkRow) -> RecordRef:
    return RecordRef(RecordKind.CONTACT, link.record_id)


def _names(lead: LeadRow, subject: Subject) -> bool:
    return subject.is_in([getattr(lead, name) for name in _SPOKEN])


def _is_about(delivery: DeliveryRow, subject: Subject) -> bool:
    ref = RecordRef(RecordKind(delivery.kind), delivery.record_id)
    return (
        ref in subject.records
        or subject.is_in(delivery.last_message)
        or subject.is_in_as(outbox_store.NEWS, delivery.news)
    )
