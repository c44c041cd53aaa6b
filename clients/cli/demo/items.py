"""The demo's CRM as the gateway takes it in: pure, so that a test can look at it without a suite."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from google.protobuf.timestamp_pb2 import Timestamp
from google.type import money_pb2
from leadlight.common.v1 import record_pb2
from leadlight.conversation.v1 import call_pb2, call_service_pb2, tracker_pb2
from leadlight.dedupe.v1 import record_pb2 as matched_pb2
from leadlight.gateway.v1 import ingest_pb2
from leadlight.notes.v1 import note_pb2
from leadlight.qualification.v1 import lead_pb2
from leadlight.relationship.v1 import activity_pb2
from leadlight.relationship.v1 import record_pb2 as related_pb2
from leadlight.scoring.v1 import record_pb2 as scored_pb2

from clients.cli.demo import talk
from clients.cli.demo.crm import Account, Activity, Call, Contact, Crm, Lead, Note, Opportunity
from clients.cli.records import to_struct

_LEAD, _OPPORTUNITY = record_pb2.RECORD_KIND_LEAD, record_pb2.RECORD_KIND_OPPORTUNITY
_CONTACT, _ACCOUNT = record_pb2.RECORD_KIND_CONTACT, record_pb2.RECORD_KIND_ACCOUNT
_SELLER, _CUSTOMER = call_pb2.CALL_SIDE_SELLER, call_pb2.CALL_SIDE_CUSTOMER
_KINDS: Mapping[str, activity_pb2.ActivityKind.ValueType] = {
    "email": activity_pb2.ACTIVITY_KIND_EMAIL,
    "meeting": activity_pb2.ACTIVITY_KIND_MEETING,
    "phone_call": activity_pb2.ACTIVITY_KIND_PHONE_CALL,
}
_REF_KINDS = {"opportunity": _OPPORTUNITY, "contact": _CONTACT}


def items(crm: Crm) -> Iterator[ingest_pb2.IngestRequest]:
    """Every thing of the CRM, records before what is about them."""
    for account in crm.accounts:
        yield _request(f"accounts/{account.id}", record=_account(account))
    for contact in crm.contacts:
        yield _request(f"contacts/{contact.id}", record=_contact(contact))
    for lead in crm.leads:
        yield _request(f"leads/{lead.id}", record=_lead(lead))
    for deal in crm.opportunities:
        yield _request(f"opportunities/{deal.id}", record=_opportunity(deal))
    for activity in crm.activities:
        yield _request(f"activities/{activity.id}", activity=_activity(activity))
    for call in crm.calls:
        yield _request(f"calls/{call.id}", call=_call(call))
    for note in crm.notes:
        yield _request(f"notes/{note.id}", note=_note(note))


def trackers() -> Iterator[tracker_pb2.Tracker]:
    """What the demo's managers listen for: keywords in five languages, and all competitors but one."""
    for name, phrases in talk.TRACKED_KEYWORDS.items():
        distinct = sorted({phrase for several in phrases.values() for phrase in several})
        yield tracker_pb2.Tracker(id=name, kind=tracker_pb2.TRACKER_KIND_KEYWORD, phrases=distinct)
    for name in talk.RIVALS[:-1]:
        yield tracker_pb2.Tracker(
            id=name.replace(" ", "-"), kind=tracker_pb2.TRACKER_KIND_COMPETITOR, phrases=[name]
        )


def _request(cursor: str, **item: Any) -> ingest_pb2.IngestRequest:
    return ingest_pb2.IngestRequest(cursor=cursor, **item)


def _ref(kind: record_pb2.RecordKind.ValueType, record_id: str) -> record_pb2.RecordRef:
    return record_pb2.RecordRef(kind=kind, id=record_id)


def _account(account: Account) -> ingest_pb2.IngestedRecord:
    ref = _ref(_ACCOUNT, account.id)
    fields = {
        "company": account.name,
        "phone": account.phone,
        "city": account.city,
        "postal_code": account.postal_code,
        "website": account.website,
    }
    return ingest_pb2.IngestedRecord(
        matched=matched_pb2.Record(ref=ref, fields=fields),
        related=related_pb2.RelationshipRecord(ref=ref, display_name=account.name, owner=account.owner.email),
    )


def _contact(contact: Contact) -> ingest_pb2.IngestedRecord:
    ref = _ref(_CONTACT, contact.id)
    fields = {
        "first_name": contact.first_name,
        "last_name": contact.last_name,
        "email": contact.email,
        "phone": contact.phone,
        "company": contact.account.name,
        "city": contact.account.city,
        "job_title": contact.job_title,
    }
    return ingest_pb2.IngestedRecord(
        matched=matched_pb2.Record(ref=ref, fields=fields, parent=_ref(_ACCOUNT, contact.account.id)),
        related=related_pb2.RelationshipRecord(
            ref=ref,
            display_name=contact.name,
            owner=contact.account.owner.email,
            addresses=[contact.email],
            account=contact.account.id,
        ),
    )


def _lead(lead: Lead) -> ingest_pb2.IngestedRecord:
    ref = _ref(_LEAD, lead.id)
    scored = scored_pb2.Record(
        ref=ref, attributes=to_struct(lead.attributes), create_time=_timestamp(lead.created)
    )
    _close(scored, lead.closed, is_won=lead.is_won)
    matched = {
        "first_name": lead.first_name,
        "last_name": lead.last_name,
        "email": lead.email,
        "phone": lead.phone,
        "company": lead.company,
        "city": lead.city,
    }
    record = ingest_pb2.IngestedRecord(
        scored=scored, matched=matched_pb2.Record(ref=ref, fields=_filled(matched))
    )
    if lead.closed is None:
        record.related.CopyFrom(
            related_pb2.RelationshipRecord(
                ref=ref,
                display_name=f"{lead.name}, {lead.company}",
                owner=lead.owner.email,
                addresses=[lead.email.lower()],
            )
        )
        fields = {
            "subject": lead.subject,
            "company_name": lead.company,
            "first_name": lead.first_name,
            "last_name": lead.last_name,
            "job_title": lead.job_title,
            "email": lead.email,
            "mobile_phone": lead.phone,
            "website": lead.website,
            "address1_city": lead.city,
        }
        record.lead.CopyFrom(
            lead_pb2.Lead(
                id=lead.id,
                fields=_filled(fields),
                owner=lead.owner.email,
                language=lead.language,
                create_time=_timestamp(lead.created),
            )
        )
    return record


def _opportunity(deal: Opportunity) -> ingest_pb2.IngestedRecord:
    ref = _ref(_OPPORTUNITY, deal.id)
    amount = money_pb2.Money(currency_code=deal.currency, units=int(deal.amount))
    attributes: dict[str, str | float | bool] = {
        "industry": deal.account.industry,
        "employees": float(deal.account.employees),
        "owner": deal.owner.id,
    }
    scored = scored_pb2.Record(
        ref=ref,
        attributes=to_struct(attributes),
        create_time=_timestamp(deal.created),
        amount=amount,
        stages=[
            scored_pb2.StageEntry(name=name, enter_time=_timestamp(entered)) for name, entered in deal.stages
        ],
    )
    _close(scored, deal.closed, is_won=deal.is_won)
    states = {
        None: related_pb2.RECORD_STATE_OPEN,
        True: related_pb2.RECORD_STATE_WON,
        False: related_pb2.RECORD_STATE_LOST,
    }
    related = related_pb2.RelationshipRecord(
        ref=ref,
        display_name=deal.name,
        owner=deal.owner.email,
        account=deal.account.id,
        primary_contact=deal.contact.id,
        state=states[deal.is_won],
        stage=deal.stages[-1][0],
        estimated_revenue=amount,
        estimated_close_time=_timestamp(deal.expected_close),
        attributes=to_struct({"industry": deal.account.industry, "employees": float(deal.account.employees)}),
    )
    if deal.closed is not None:
        related.actual_close_time.CopyFrom(_timestamp(deal.closed))
        if deal.is_won:
            related.actual_revenue.CopyFrom(amount)
    return ingest_pb2.IngestedRecord(scored=scored, related=related)


def _close(scored: scored_pb2.Record, closed: datetime | None, *, is_won: bool | None) -> None:
    if closed is not None:
        scored.outcome = scored_pb2.OUTCOME_POSITIVE if is_won else scored_pb2.OUTCOME_NEGATIVE
        scored.close_time.CopyFrom(_timestamp(closed))


def _activity(activity: Activity) -> activity_pb2.Activity:
    sender = activity_pb2.Participant(address=activity.sender, role=activity_pb2.PARTICIPANT_ROLE_FROM)
    receivers = [activity_pb2.Participant(address=each) for each in activity.receivers]
    message = activity_pb2.Activity(
        id=activity.id,
        kind=_KINDS[activity.kind],
        start_time=_timestamp(activity.time),
        participants=[sender, *receivers],
        regarding=[_ref(_OPPORTUNITY, activity.opportunity)],
        subject=activity.subject,
        text=activity.text,
    )
    if activity.kind == "email":
        message.message_id = f"{activity.id}@norrland.example"
        if activity.reply_to:
            message.in_reply_to = f"{activity.reply_to}@norrland.example"
    if activity.minutes:
        message.duration.FromSeconds(activity.minutes * 60)
    return message


def _call(call: Call) -> call_service_pb2.CreateCallRequest:
    seller = call_pb2.Participant(
        id=call.seller.id, side=_SELLER, name=call.seller.name, address=call.seller.email
    )
    customer = call_pb2.Participant(
        id=call.contact.id,
        side=_CUSTOMER,
        name=call.contact.name,
        address=call.contact.email,
        ref=_ref(_CONTACT, call.contact.id),
    )
    turns = [
        call_pb2.Turn(
            participant=seller.id if turn.is_seller else customer.id,
            text=turn.text,
            start_ms=round(turn.start_s * 1000),
            end_ms=round(turn.end_s * 1000),
        )
        for turn in call.turns
    ]
    made = call_pb2.Call(
        id=call.id,
        participants=[seller, customer],
        turns=turns,
        language=call.language,
        start_time=_timestamp(call.started),
        title=call.title,
        consent=call.has_consent,
        regarding=_ref(_OPPORTUNITY, call.opportunity.id),
    )
    return call_service_pb2.CreateCallRequest(call=made, team=call.seller.team)


def _note(note: Note) -> note_pb2.CreateNoteRequest:
    kind, record_id = note.record
    return note_pb2.CreateNoteRequest(
        note_id=note.id,
        note=note_pb2.Note(
            ref=_ref(_REF_KINDS[kind], record_id),
            text=note.text,
            write_time=_timestamp(note.written),
            time_zone=note.time_zone,
            language=note.language,
            author=note.author.email,
        ),
    )


def _filled(fields: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in fields.items() if value}


def _timestamp(moment: datetime) -> Timestamp:
    message = Timestamp()
    message.FromDatetime(moment)
    return message
