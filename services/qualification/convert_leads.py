"""Leads, their qualifications and what is still to be delivered, between protobuf and the service's own types."""

from collections.abc import Mapping

from leadlight.qualification.v1 import delivery_pb2, lead_pb2, qualification_pb2

from services.common.errors import FieldViolation, invalid_argument, invalid_arguments
from services.common.languages import language
from services.common.server.wire import optional_moment, ref_message, storable, timestamp
from services.qualification.convert_plans import plain_status, record_message
from services.qualification.lead import (
    Attachment,
    Disqualification,
    DisqualifyReason,
    Lead,
    LeadState,
    Qualification,
    SentLead,
)
from services.qualification.outbox import Delivery

_FIRST_YEAR, _LAST_YEAR = 1900, 2199
_STATES = {lead_pb2.LeadState.Value(f"LEAD_STATE_{state.name}"): state for state in LeadState}
_STATE_NUMBERS = {state: number for number, state in _STATES.items()}
_REASONS = {
    lead_pb2.DisqualifyReason.Value(f"DISQUALIFY_REASON_{reason.name}"): reason for reason in DisqualifyReason
}
_REASON_NUMBERS = {reason: number for number, reason in _REASONS.items()}


def lead_id(given: str, path: str = "id") -> str:
    """A lead's id.

    Raises:
        LeadlightError: INVALID_ARGUMENT when it holds NUL.
    """
    return storable(given, path)


def state(number: lead_pb2.LeadState.ValueType) -> LeadState | None:
    """Where a lead stands; None for nowhere in particular."""
    return _STATES.get(number)


def fields(given: Mapping[str, str], path: str) -> dict[str, str]:
    """Fields with their texts, without those that are blank.

    Raises:
        LeadlightError: INVALID_ARGUMENT when a name or a text holds NUL.
    """
    for name, value in given.items():
        if "\x00" in name or "\x00" in value:
            raise invalid_argument(path, "holds the character NUL")
    return {name: value for name, value in sorted(given.items()) if value.strip()}


def sent_lead(message: lead_pb2.Lead, path: str) -> SentLead:
    """A lead as a caller sends it.

    Raises:
        LeadlightError: INVALID_ARGUMENT that names the field at fault.
    """
    created_at = optional_moment(message, "create_time", f"{path}.create_time")
    if created_at is not None and not _FIRST_YEAR <= created_at.year <= _LAST_YEAR:
        raise invalid_argument(f"{path}.create_time", "is outside the years 1900 to 2199")
    return SentLead(
        id=lead_id(message.id, f"{path}.id"),
        fields=fields(message.fields, f"{path}.fields"),
        owner=storable(message.owner, f"{path}.owner"),
        language=language(message.language, f"{path}.language"),
        process_stage=message.process_stage,
        attachments=[
            Attachment(
                storable(each.title, f"{path}.attachments[{place}].title"),
                storable(each.uri, f"{path}.attachments[{place}].uri"),
            )
            for place, each in enumerate(message.attachments)
        ],
        created_at=created_at,
    )


def lead_message(lead: Lead) -> lead_pb2.Lead:
    """A lead with its latest qualification."""
    message = lead_pb2.Lead(
        id=lead.id,
        fields=dict(lead.fields),
        owner=lead.owner,
        language=lead.language,
        process_stage=lead.process_stage,
        attachments=[attachment_message(each) for each in lead.attachments],
        create_time=timestamp(lead.created_at),
        state=_STATE_NUMBERS[lead.state],
        state_time=timestamp(lead.state_at),
        update_time=timestamp(lead.updated_at),
    )
    if lead.disqualification is not None:
        message.disqualification.CopyFrom(disqualification_message(lead.disqualification))
    if lead.qualification is not None:
        message.qualification.CopyFrom(qualification_message(lead.qualification))
    return message


def attachment_message(attachment: Attachment) -> lead_pb2.Attachment:
    """A file or link."""
    return lead_pb2.Attachment(title=attachment.title, uri=attachment.uri)


def disqualification(message: lead_pb2.Disqualification, path: str) -> Disqualification:
    """How a lead is given up.

    Raises:
        LeadlightError: INVALID_ARGUMENT for an own reason without words.
    """
    reason = _REASONS[message.reason]
    comment = storable(message.comment, f"{path}.comment").strip()
    if reason is DisqualifyReason.OTHER and not comment:
        raise invalid_argument(f"{path}.comment", "is required with DISQUALIFY_REASON_OTHER")
    return Disqualification(reason, comment)


def disqualification_message(given_up: Disqualification) -> lead_pb2.Disqualification:
    """How a lead was given up."""
    return lead_pb2.Disqualification(reason=_REASON_NUMBERS[given_up.reason], comment=given_up.comment)


def qualification_message(qualification: Qualification) -> qualification_pb2.Qualification:
    """What one Qualify decided and created."""
    message = qualification_pb2.Qualification(
        number=qualification.number,
        opportunities=[ref_message(ref) for ref in qualification.opportunities],
        created=[record_message(record) for record in qualification.created],
        qualify_time=timestamp(qualification.qualified_at),
        qualified_by=qualification.qualified_by,
    )
    if qualification.account is not None:
        message.account.CopyFrom(ref_message(qualification.account))
    if qualification.contact is not None:
        message.contact.CopyFrom(ref_message(qualification.contact))
    if qualification.carried_over_from is not None:
        message.carried_over_from.CopyFrom(ref_message(qualification.carried_over_from))
    return message


def require_bare(request: qualification_pb2.BatchQualifyRequest) -> None:
    """Refuses what belongs to a batch and stands in one of its leads.

    Raises:
        LeadlightError: INVALID_ARGUMENT that names every field at fault.
    """
    faults = [
        FieldViolation(f"requests[{place}].{name}", "belongs to the batch")
        for place, each in enumerate(request.requests)
        for name in ("validate_only", "request_id")
        if getattr(each, name)
    ]
    if faults:
        raise invalid_arguments(faults)


def delivery_message(delivery: Delivery) -> delivery_pb2.Delivery:
    """What another service is still to be told."""
    message = delivery_pb2.Delivery(
        service=delivery.message.peer,
        ref=ref_message(delivery.message.ref),
        failed_attempt_count=delivery.failed_attempts,
        create_time=timestamp(delivery.created_at),
        next_attempt_time=timestamp(delivery.next_at),
    )
    if delivery.last_code:
        message.last_status.CopyFrom(plain_status(delivery.last_code, delivery.last_message))
    return message
