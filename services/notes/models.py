"""The notes service's tables. Only the stores and the migrations know them."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Index, Text
from sqlmodel import Field

from services.common.db import TenantRow, UtcDateTime, service_registry
from services.common.tables import KIT_METADATA
from services.notes.actions.suggestion import SuggestionKind

_SUGGESTION_KIND = f"kind IN ({', '.join(repr(kind.value) for kind in SuggestionKind)})"
_RECORD_KIND = "kind IN ('lead', 'opportunity', 'contact', 'account', 'case')"


class NotesRow(TenantRow, registry=service_registry()):
    """A row of the notes service."""


class NoteRow(NotesRow, table=True):
    """A note on a record.

    Attributes:
        kind: Of the record.
        record_id: The CRM's id of the record.
        text: As it was sent.
        written_at: The time that its words of time count from.
        time_zone: IANA zone.
        language: Empty to find it out.
        author: The CRM's id of who wrote it.
        analyzed_at: When it was last analysed; None if it was not since it changed.
        withheld: Suggestions that were found and not offered.
        last_number: The highest number of a suggestion of the note, ever.
        customer_promises: What the customer's side took on, as suggestions.
    """

    __tablename__ = "note"
    __table_args__ = (
        CheckConstraint(_RECORD_KIND, name="kind"),
        Index(None, "tenant", "written_at", "note_id"),
        Index(None, "tenant", "kind", "record_id", "written_at", "note_id"),
    )

    note_id: str = Field(primary_key=True, max_length=63)
    kind: str = Field(max_length=16)
    record_id: str = Field(max_length=200)
    text: str = Field(sa_type=Text)
    written_at: datetime = Field(sa_type=UtcDateTime)
    time_zone: str = Field(max_length=64)
    language: str = Field(max_length=8)
    author: str = Field(max_length=200)
    created_at: datetime = Field(sa_type=UtcDateTime)
    updated_at: datetime = Field(sa_type=UtcDateTime)
    analyzed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    withheld: int = Field(default=0)
    last_number: int = Field(default=0)
    customer_promises: list[dict[str, Any]] = Field(sa_type=JSON)


class SuggestionRow(NotesRow, table=True):
    """What is suggested from a note.

    Attributes:
        number: Within the note, from 1.
        written_at: Of the note: what lists over all notes are ordered by.
        content: The suggestion's fields, spans included.
        time_zone: IANA zone of its wall times.
        decided_at: When it was accepted or dismissed; None while it is open.
        created_record: What was created from it.
    """

    __tablename__ = "suggestion"
    __table_args__ = (
        CheckConstraint(_SUGGESTION_KIND, name="kind"),
        CheckConstraint("state IN ('open', 'accepted', 'dismissed')", name="state"),
        CheckConstraint("(decided_at IS NULL) = (state = 'open')", name="decided"),
        Index(None, "tenant", "written_at", "note_id", "span_start", "number"),
    )

    note_id: str = Field(primary_key=True, max_length=63)
    number: int = Field(primary_key=True)
    written_at: datetime = Field(sa_type=UtcDateTime)
    kind: str = Field(max_length=16)
    state: str = Field(max_length=16)
    span_start: int
    content: dict[str, Any] = Field(sa_type=JSON)
    time_zone: str = Field(max_length=64)
    decided_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    created_record: str = Field(default="", max_length=200)


class CommitmentRow(NotesRow, table=True):
    """Something that somebody promised.

    Attributes:
        source: `notes/{note}`, or what RecordCommitments was given.
        place: Its position in the source.
        due_at: By when; None when nobody said.
        date_only: `due_at` is the local midnight at the start of what is named.
        time_zone: IANA zone of `due_at`; empty without one.
        late_from: From when on it is late; the end of time without a due time.
        words: The words it was said in.
        done_at: When it was done; None while it is not.
        is_edited: Somebody changed it by hand.
    """

    __tablename__ = "commitment"
    __table_args__ = (
        CheckConstraint(_RECORD_KIND, name="kind"),
        CheckConstraint("owed_by IN ('ours', 'customer')", name="owed_by"),
        Index(None, "tenant", "late_from", "commitment_id"),
        Index(None, "tenant", "kind", "record_id", "late_from", "commitment_id"),
        Index(None, "tenant", "source"),
    )

    commitment_id: str = Field(primary_key=True, max_length=63)
    kind: str = Field(max_length=16)
    record_id: str = Field(max_length=200)
    source: str = Field(max_length=200)
    place: int
    owed_by: str = Field(max_length=16)
    owner: str = Field(max_length=200)
    what: str = Field(max_length=1000)
    due_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    date_only: bool = Field(default=False)
    time_zone: str = Field(default="", max_length=64)
    late_from: datetime = Field(sa_type=UtcDateTime)
    words: str = Field(sa_type=Text)
    done_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    is_edited: bool = Field(default=False)
    created_at: datetime = Field(sa_type=UtcDateTime)
    updated_at: datetime = Field(sa_type=UtcDateTime)


class TenantSettingsRow(NotesRow, table=True):
    """What a tenant's words of time mean, where it has set something; locked by what must happen once at a time.

    Attributes:
        conventions: The readings of open words.
        time_zone: IANA zone of notes that name none.
        updated_at: When the tenant set something; None if it did not.
    """

    __tablename__ = "tenant_settings"

    conventions: dict[str, Any] = Field(sa_type=JSON)
    time_zone: str = Field(max_length=64)
    updated_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class OfferRow(NotesRow, table=True):
    """A tenant's decisions about one kind of suggestion since the last reset.

    Attributes:
        confidences: Sum of the confidences of what was decided about.
    """

    __tablename__ = "offer"
    __table_args__ = (
        CheckConstraint(_SUGGESTION_KIND, name="kind"),
        CheckConstraint("accepted >= 0 AND dismissed >= 0", name="counts"),
    )

    kind: str = Field(primary_key=True, max_length=16)
    accepted: int
    dismissed: int
    confidences: float
    reset_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


METADATA = (KIT_METADATA, NotesRow.metadata)
"""Everything the service's database holds."""
