"""The qualification service's tables. Only the stores and the migrations know them."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Index, Text, UniqueConstraint
from sqlmodel import Field

from services.common.db import TenantRow, UtcDateTime, service_registry
from services.common.tables import KIT_METADATA

_CREATED_KIND = "kind IN ('account', 'contact', 'opportunity')"


class QualificationServiceRow(TenantRow, registry=service_registry()):
    """A row of the qualification service."""


class LeadRow(QualificationServiceRow, table=True):
    """A lead.

    Attributes:
        lead_id: The CRM's id.
        fields: What is known about it.
        owner: Who works on it.
        language: Of its summary.
        process_stage: The stage that it is in.
        attachments: Titles and places.
        created_at: When the CRM created it.
        state_at: Since when it stands where it stands.
        disqualify_reason, disqualify_comment: Why it was given up; empty unless it is.
        qualification_count: How often it was qualified, ever.
        qualification_number: Of the latest qualification that was not taken back; 0 without.
        event_count: Entries of its timeline.
        version: Counts its changes.
        updated_at: When it last changed here.
    """

    __tablename__ = "lead"
    __table_args__ = (
        CheckConstraint("state IN ('open', 'qualified', 'disqualified')", name="state"),
        CheckConstraint("(disqualify_reason <> '') = (state = 'disqualified')", name="disqualified"),
        Index(None, "tenant", "created_at", "lead_id"),
        Index(None, "tenant", "owner", "created_at", "lead_id"),
    )

    lead_id: str = Field(primary_key=True, max_length=200)
    fields: dict[str, str] = Field(sa_type=JSON)
    owner: str = Field(max_length=320)
    language: str = Field(max_length=8)
    process_stage: str = Field(max_length=100)
    attachments: list[dict[str, str]] = Field(sa_type=JSON)
    created_at: datetime = Field(sa_type=UtcDateTime)
    state: str = Field(max_length=16)
    state_at: datetime = Field(sa_type=UtcDateTime)
    disqualify_reason: str = Field(default="", max_length=32)
    disqualify_comment: str = Field(default="", max_length=500)
    qualification_count: int = Field(default=0)
    qualification_number: int = Field(default=0)
    event_count: int = Field(default=0)
    version: int = Field(default=1)
    updated_at: datetime = Field(sa_type=UtcDateTime)


class QualificationRow(QualificationServiceRow, table=True):
    """What one Qualify decided and created; it stays when it is taken back.

    Attributes:
        number: Which of the lead's it is, from 1.
        content: Accounts, contact, opportunities, created records.
        qualified_at: When.
    """

    __tablename__ = "qualification"

    lead_id: str = Field(primary_key=True, max_length=200)
    number: int = Field(primary_key=True)
    content: dict[str, Any] = Field(sa_type=JSON)
    qualified_at: datetime = Field(sa_type=UtcDateTime)


class LinkRow(QualificationServiceRow, table=True):
    """A record that a qualification which was not taken back created or uses.

    Attributes:
        kind: Account, contact or opportunity.
        record_id: The CRM's id.
        number: Of the qualification.
        place: Of an opportunity, from 0: the primary one.
        is_created: It was created, not only used.
        created_key: Kind and id of what was created, which happens once; None for what is only used.
        copy_key: What copies of an opportunity share; empty where nothing tells.
    """

    __tablename__ = "link"
    __table_args__ = (
        CheckConstraint(_CREATED_KIND, name="kind"),
        Index(None, "tenant", "lead_id", "number"),
        Index(None, "tenant", "copy_key"),
        UniqueConstraint("tenant", "created_key"),
    )

    kind: str = Field(primary_key=True, max_length=16)
    record_id: str = Field(primary_key=True, max_length=200)
    lead_id: str = Field(primary_key=True, max_length=200)
    number: int = Field(primary_key=True)
    place: int
    is_created: bool
    created_key: str | None = Field(default=None, max_length=217)
    copy_key: str = Field(sa_type=Text)


class TimelineRow(QualificationServiceRow, table=True):
    """Something that happened to a lead.

    Attributes:
        place: Within the lead's timeline, from 1.
        event: What.
        happened_at: When.
        actor: The caller's subject.
        number: Of the qualification that was made or taken back; 0 for another event.
        detail: The summary, or how the lead was given up.
    """

    __tablename__ = "timeline_entry"
    __table_args__ = (
        CheckConstraint(
            "event IN ('created', 'qualified', 'disqualified', 'reactivated', 'unqualified')", name="event"
        ),
    )

    lead_id: str = Field(primary_key=True, max_length=200)
    place: int = Field(primary_key=True)
    event: str = Field(max_length=16)
    happened_at: datetime = Field(sa_type=UtcDateTime)
    actor: str = Field(max_length=320)
    number: int = Field(default=0)
    detail: dict[str, Any] = Field(sa_type=JSON)


class TenantSettingsRow(QualificationServiceRow, table=True):
    """How a tenant qualifies leads, where it has set something; locked by what must happen once at a time.

    Attributes:
        content: The settings.
        updated_at: When the tenant set something; None if it did not.
    """

    __tablename__ = "tenant_settings"

    content: dict[str, Any] = Field(sa_type=JSON)
    updated_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class MappingRow(QualificationServiceRow, table=True):
    """The source that a tenant set for a field of a record.

    Attributes:
        mapping_id: `{kind}.{target}`.
        source: The lead's field.
    """

    __tablename__ = "field_mapping"

    mapping_id: str = Field(primary_key=True, max_length=120)
    source: str = Field(max_length=100)


class DeliveryRow(QualificationServiceRow, table=True):
    """What a service is still to be told about a record: the latest word alone.

    Attributes:
        peer: The service.
        kind, record_id: The record.
        delivery_id: A UUID; a new word has another.
        news: What it is told.
        place: Among what was decided in the same moment.
        created_at: When it was decided.
        next_at: When it is tried again.
        leased_until: A runner is at it until then; None for nobody.
        failed_attempts: Attempts that failed.
        last_code, last_message: How the last one did; empty before the first.
    """

    __tablename__ = "delivery"
    __table_args__ = (
        CheckConstraint("peer IN ('dedupe', 'relationship', 'scoring')", name="peer"),
        Index(None, "next_at"),
        Index(None, "tenant", "created_at", "place"),
    )

    peer: str = Field(primary_key=True, max_length=16)
    kind: str = Field(primary_key=True, max_length=16)
    record_id: str = Field(primary_key=True, max_length=200)
    delivery_id: str = Field(max_length=36)
    news: dict[str, Any] = Field(sa_type=JSON)
    place: int
    created_at: datetime = Field(sa_type=UtcDateTime)
    next_at: datetime = Field(sa_type=UtcDateTime)
    leased_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    failed_attempts: int = Field(default=0)
    last_code: str = Field(default="", max_length=32)
    last_message: str = Field(default="", sa_type=Text)


METADATA = (KIT_METADATA, QualificationServiceRow.metadata)
"""Everything the service's database holds."""
