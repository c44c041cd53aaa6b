"""A lead, where it stands in its life, and what one qualification made of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from services.common.records import RecordKind, RecordRef
from services.qualification.plan import PlannedRecord

Fields = Mapping[str, str]


class LeadState(StrEnum):
    """Where a lead stands; the names of the proto's enum without their prefix."""

    OPEN = "open"
    QUALIFIED = "qualified"
    DISQUALIFIED = "disqualified"


class DisqualifyReason(StrEnum):
    """Why a lead was given up; the names of the proto's enum without their prefix."""

    LOST = "lost"
    CANNOT_CONTACT = "cannot_contact"
    NO_LONGER_INTERESTED = "no_longer_interested"
    CANCELLED = "cancelled"
    OTHER = "other"


class Event(StrEnum):
    """What happens to a lead; the names of the proto's TimelineEvent without their prefix."""

    CREATED = "created"
    QUALIFIED = "qualified"
    DISQUALIFIED = "disqualified"
    REACTIVATED = "reactivated"
    UNQUALIFIED = "unqualified"


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file or link, by reference.

    Attributes:
        title: What people call it.
        uri: Where it is, or the CRM's id of it.
    """

    title: str
    uri: str


@dataclass(frozen=True, slots=True)
class Disqualification:
    """How a lead was given up.

    Attributes:
        reason: Why.
        comment: The reason in words.
    """

    reason: DisqualifyReason
    comment: str = ""


@dataclass(frozen=True, slots=True)
class Qualification:
    """What one Qualify decided and created.

    Attributes:
        lead_id: The CRM's id of the lead.
        number: Which of the lead's qualifications it is, from 1.
        account: The account that the lead is linked to; None if it was skipped.
        contact: The contact.
        opportunities: The opportunities, the primary one first.
        created: What was created of these.
        stage_before: The stage that the lead was in.
        qualified_at: When it took place.
        qualified_by: The caller's subject.
    """

    lead_id: str
    number: int
    account: RecordRef | None
    contact: RecordRef | None
    opportunities: Sequence[RecordRef]
    created: Sequence[PlannedRecord]
    stage_before: str
    qualified_at: datetime
    qualified_by: str

    @property
    def carried_over_from(self) -> RecordRef | None:
        """Whose notes and attachments the primary opportunity shows too."""
        return RecordRef(RecordKind.LEAD, self.lead_id) if self.opportunities else None


@dataclass(frozen=True, slots=True)
class Lead:
    """A lead.

    Attributes:
        id: The CRM's id.
        fields: What is known about it; no blank texts.
        owner: Who works on it, as tokens name them.
        language: Of its summary, one of `languages.LANGUAGES`.
        process_stage: The stage of the business process that it is in.
        attachments: What belongs to it.
        created_at: When the CRM created it.
        state: Where it stands.
        state_at: Since when.
        disqualification: Why it was given up; None unless it is.
        qualification_count: How often it was qualified, ever.
        qualification: Its latest qualification that was not taken back.
        version: Counts its changes.
        updated_at: When it last changed here.
    """

    id: str
    fields: Fields
    owner: str
    language: str
    process_stage: str
    attachments: Sequence[Attachment]
    created_at: datetime
    state: LeadState
    state_at: datetime
    updated_at: datetime
    disqualification: Disqualification | None = None
    qualification_count: int = 0
    qualification: Qualification | None = None
    version: int = 1

    @property
    def ref(self) -> RecordRef:
        """The lead as the other services refer to it."""
        return RecordRef(RecordKind.LEAD, self.id)

    def text(self, name: str) -> str:
        """A field's text; empty where it is blank."""
        return self.fields.get(name, "")


@dataclass(frozen=True, slots=True)
class SentLead:
    """A lead as a caller sends it.

    Attributes:
        id: The CRM's id.
        fields: What is known about it; no blank texts.
        owner: Empty for the service's choice.
        language: One of `languages.LANGUAGES`.
        process_stage: Empty to keep it.
        attachments: What belongs to it.
        created_at: When the CRM created it; None for when it was first stored.
    """

    id: str
    fields: Fields
    owner: str = ""
    language: str = "en"
    process_stage: str = ""
    attachments: Sequence[Attachment] = field(default_factory=tuple)
    created_at: datetime | None = None
