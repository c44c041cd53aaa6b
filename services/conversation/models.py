"""The conversation service's tables. Only the stores and the migrations know them."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Index, Text
from sqlmodel import Field

from services.common.db import TenantRow, UtcDateTime, service_registry
from services.common.tables import KIT_METADATA


class ConversationRow(TenantRow, registry=service_registry()):
    """A row of the conversation service."""


class CallRow(ConversationRow, table=True):
    """A call without what was said in it.

    Attributes:
        title: May be empty.
        language: BCP-47, or empty.
        team: The seller's, or empty.
        participants: Who took part, in order.
        started_at: None if unknown.
        duration_ms: None if unknown.
        has_consent: Whether consent to the recording is on record.
        content_hash: SHA-256 of all that was sent, so that the same call can be told from another.
    """

    __tablename__ = "call"
    __table_args__ = (Index(None, "tenant", "created_at", "call_id"),)

    call_id: str = Field(primary_key=True, max_length=128)
    title: str = Field(max_length=500)
    language: str = Field(max_length=35)
    team: str = Field(max_length=200)
    participants: list[dict[str, Any]] = Field(sa_type=JSON)
    started_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    duration_ms: int | None = Field(default=None)
    has_consent: bool
    content_hash: str = Field(max_length=64)
    created_at: datetime = Field(sa_type=UtcDateTime)


class UtteranceRow(ConversationRow, table=True):
    """What one participant said in one go: the words of a call lie here and in its analysis, and nowhere else.

    Attributes:
        place: In the call, from 0.
        participant_id: Who spoke.
        text: Masked.
        words: Words with their times: [text, start_ms, end_ms] each.
    """

    __tablename__ = "utterance"

    call_id: str = Field(primary_key=True, max_length=128)
    place: int = Field(primary_key=True)
    participant_id: str = Field(max_length=200)
    text: str = Field(sa_type=Text)
    start_ms: int | None = Field(default=None)
    end_ms: int | None = Field(default=None)
    words: list[list[Any]] = Field(sa_type=JSON)


class AnalysisRow(ConversationRow, table=True):
    """What was found in a call when it was stored, as it was produced."""

    __tablename__ = "analysis"

    call_id: str = Field(primary_key=True, max_length=128)
    findings: dict[str, Any] = Field(sa_type=JSON)


class CallBrandRow(ConversationRow, table=True):
    """A brand that a call had: the tenant's memory of what was heard before.

    Attributes:
        key: See `entities.brands.Brand`.
    """

    __tablename__ = "call_brand"
    __table_args__ = (Index(None, "tenant", "key", "call_id"),)

    call_id: str = Field(primary_key=True, max_length=128)
    key: str = Field(primary_key=True, max_length=200)


class TrackerRow(ConversationRow, table=True):
    """Something that a tenant or a team listens for.

    Attributes:
        team: Empty for all of the tenant's.
    """

    __tablename__ = "tracker"
    __table_args__ = (CheckConstraint("kind IN ('keyword', 'competitor')", name="kind"),)

    tracker_id: str = Field(primary_key=True, max_length=63)
    kind: str = Field(max_length=16)
    team: str = Field(max_length=200)
    phrases: list[str] = Field(sa_type=JSON)


METADATA = (KIT_METADATA, ConversationRow.metadata)
"""Everything the service's database holds."""
