"""Leads as tests write them."""

import uuid
from typing import Any

from leadlight.common.v1 import record_pb2
from leadlight.qualification.v1 import lead_pb2, plan_pb2, qualification_pb2, settings_pb2

LEAD = record_pb2.RECORD_KIND_LEAD
OPPORTUNITY = record_pb2.RECORD_KIND_OPPORTUNITY
CONTACT = record_pb2.RECORD_KIND_CONTACT
ACCOUNT = record_pb2.RECORD_KIND_ACCOUNT

FIELDS = {
    "subject": "Forty robots",
    "company_name": "Nordlys Robotics ApS",
    "first_name": "Ingrid",
    "last_name": "Holm",
    "job_title": "Head of Purchasing",
    "email": "ingrid.holm@nordlys.example",
    "mobile_phone": "+45 20 10 30 40",
    "telephone1": "+45 70 10 20 30",
    "website": "https://nordlys.example",
    "address1_line1": "Havnegade 12",
    "address1_city": "Odense",
    "address1_postal_code": "5000",
}
SKIP = plan_pb2.RecordChoice(skip=True)


def new_id() -> str:
    return f"L-{uuid.uuid4().hex[:12]}"


def lead(lead_id: str = "", without: tuple[str, ...] = (), **fields: str) -> lead_pb2.Lead:
    """A lead with the fields above but some, and others in their place."""
    kept = {name: value for name, value in FIELDS.items() if name not in without}
    return lead_pb2.Lead(id=lead_id or new_id(), fields=kept | fields)


def upsert(message: lead_pb2.Lead, **around: Any) -> lead_pb2.UpsertLeadRequest:
    return lead_pb2.UpsertLeadRequest(lead=message, **around)


def create(record_id: str = "", **fields: str) -> plan_pb2.RecordChoice:
    return plan_pb2.RecordChoice(create=plan_pb2.NewRecord(id=record_id, fields=fields))


def existing(record_id: str) -> plan_pb2.RecordChoice:
    return plan_pb2.RecordChoice(existing=record_id)


def choices(**chosen: Any) -> plan_pb2.QualificationChoices:
    return plan_pb2.QualificationChoices(**chosen)


def qualify(
    lead_id: str, chosen: plan_pb2.QualificationChoices | None = None, **around: Any
) -> qualification_pb2.QualifyRequest:
    return qualification_pb2.QualifyRequest(id=lead_id, choices=chosen, **around)


def settings(*paths: str, **values: Any) -> settings_pb2.UpdateQualificationSettingsRequest:
    request = settings_pb2.UpdateQualificationSettingsRequest(
        settings=settings_pb2.QualificationSettings(**values)
    )
    request.update_mask.paths.extend(paths or values)
    return request


def ref(record_id: str, kind: record_pb2.RecordKind.ValueType = LEAD) -> record_pb2.RecordRef:
    return record_pb2.RecordRef(kind=kind, id=record_id)


def values(record: plan_pb2.PlannedRecord) -> dict[str, str]:
    return {each.field: each.value for each in record.fields}
