"""The relationship service's tables. Only the stores and the migrations know them."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, CheckConstraint, Index, LargeBinary
from sqlmodel import Field

from services.common.db import TenantRow, UtcDateTime, service_registry
from services.common.tables import KIT_METADATA

_BY_KEY = {"sqlite_with_rowid": False}
"""SQLite keeps rows in the order of their key: what is read together lies together, without a second index."""

_RECORD_KIND = "kind IN ('lead', 'opportunity', 'contact', 'account', 'case')"


class RelationshipRow(TenantRow, registry=service_registry()):
    """A row of the relationship service."""


class ActivityRow(RelationshipRow, table=True):
    """An activity as it was sent, with what follows from it.

    Attributes:
        content: As it was sent, in normal form.
        digest: SHA-256 of it.
        sides: Letters of its participants' sides, in their order.
        day: The local day it began, as an ordinal.
        thread: The least activity id of its thread; empty without one.
        opens_turn: It is the first mail of its side since the other side's last one.
        answer_ms: Time to the other side's reply; None while there is none.
        records: Kinds and ids of the records that it counts for.
    """

    __tablename__ = "activity"
    __table_args__ = (
        CheckConstraint("state IN ('completed', 'planned', 'cancelled')", name="state"),
        Index(None, "tenant", "started_at", "activity_id"),
        Index(None, "tenant", "day", "activity_id"),
        Index(None, "tenant", "thread"),
    )

    activity_id: str = Field(primary_key=True, max_length=255)
    state: str = Field(max_length=16)
    started_at: datetime = Field(sa_type=UtcDateTime)
    content: dict[str, Any] = Field(sa_type=JSON)
    digest: bytes = Field(sa_type=LargeBinary)
    sides: str = Field(max_length=1000)
    day: int
    thread: str = Field(default="", max_length=255)
    opens_turn: bool = Field(default=False)
    answer_ms: int | None = Field(default=None, sa_type=BigInteger)
    records: list[list[str]] = Field(sa_type=JSON)


class ActivityPersonRow(RelationshipRow, table=True):
    """Who took part in an activity: what finds the activities of a record's people."""

    __tablename__ = "activity_person"
    __table_args__ = (Index(None, "tenant", "activity_id"), _BY_KEY)

    address: str = Field(primary_key=True, max_length=320)
    activity_id: str = Field(primary_key=True, max_length=255)


class ActivityRecordRow(RelationshipRow, table=True):
    """A record that an activity counts for.

    Attributes:
        is_regarding: The activity is about it, whoever took part.
        awaits: The side whose answer it waits for; empty for none.
    """

    __tablename__ = "activity_record"
    __table_args__ = (
        CheckConstraint(_RECORD_KIND, name="kind"),
        Index(None, "tenant", "activity_id"),
        Index(None, "tenant", "kind", "record_id", "state", "started_at", "activity_id"),
        Index("ix_activity_record_awaits", "tenant", "kind", "record_id", "awaits", "started_at"),
        _BY_KEY,
    )

    kind: str = Field(primary_key=True, max_length=16)
    record_id: str = Field(primary_key=True, max_length=200)
    activity_id: str = Field(primary_key=True, max_length=255)
    state: str = Field(max_length=16)
    started_at: datetime = Field(sa_type=UtcDateTime)
    is_regarding: bool
    awaits: str = Field(default="", max_length=16)


class ThreadTokenRow(RelationshipRow, table=True):
    """What a mail shares with the others of its thread, hashed."""

    __tablename__ = "thread_token"
    __table_args__ = (Index(None, "tenant", "activity_id"), _BY_KEY)

    token: str = Field(primary_key=True, max_length=32)
    activity_id: str = Field(primary_key=True, max_length=255)


class RecordDayRow(RelationshipRow, table=True):
    """The sum of what a day's activities add to a record.

    Attributes:
        day: Ordinal.
        counts: By name, see `contributions.record_counts`; no zeros, names in order.
    """

    __tablename__ = "record_day"
    __table_args__ = (Index(None, "tenant", "day"), _BY_KEY)

    kind: str = Field(primary_key=True, max_length=16)
    record_id: str = Field(primary_key=True, max_length=200)
    day: int = Field(primary_key=True)
    counts: dict[str, int] = Field(sa_type=JSON)


class PairDayRow(RelationshipRow, table=True):
    """What two people did on a day, in one direction; see `contributions.PairDay`."""

    __tablename__ = "pair_day"
    __table_args__ = (
        Index(None, "tenant", "receiver"),
        Index(None, "tenant", "day"),
        _BY_KEY,
    )

    sender: str = Field(primary_key=True, max_length=320)
    receiver: str = Field(primary_key=True, max_length=320)
    sides: str = Field(primary_key=True, max_length=2)
    day: int = Field(primary_key=True)
    mails: int
    meetings: int
    calls: int
    ms: int = Field(sa_type=BigInteger)


class RecordRow(RelationshipRow, table=True):
    """A record of the CRM, as it was sent.

    Attributes:
        name: Its display name as `membership.plain_name` has it.
    """

    __tablename__ = "record"
    __table_args__ = (CheckConstraint(_RECORD_KIND, name="kind"), Index(None, "tenant", "name"))

    kind: str = Field(primary_key=True, max_length=16)
    record_id: str = Field(primary_key=True, max_length=200)
    content: dict[str, Any] = Field(sa_type=JSON)
    name: str = Field(default="", max_length=600, sa_column_kwargs={"server_default": ""})
    updated_at: datetime = Field(sa_type=UtcDateTime)


class RecordReferenceRow(RelationshipRow, table=True):
    """A record that another names: what finds the records whose people change with it."""

    __tablename__ = "record_reference"
    __table_args__ = (Index("ix_record_reference_to", "tenant", "to_kind", "to_id", "kind", "record_id"),)

    kind: str = Field(primary_key=True, max_length=16)
    record_id: str = Field(primary_key=True, max_length=200)
    to_kind: str = Field(primary_key=True, max_length=16)
    to_id: str = Field(primary_key=True, max_length=200)


class RecordPersonRow(RelationshipRow, table=True):
    """Somebody of a record.

    Attributes:
        is_own: On our side; else on the customer's.
    """

    __tablename__ = "record_person"
    # All columns: SQLite would rather walk over the whole primary key than fetch rows by a shorter index.
    __table_args__ = (Index("ix_record_person_record", "tenant", "kind", "record_id", "address", "is_own"),)

    address: str = Field(primary_key=True, max_length=320)
    kind: str = Field(primary_key=True, max_length=16)
    record_id: str = Field(primary_key=True, max_length=200)
    is_own: bool = Field(primary_key=True)


class TenantSettingsRow(RelationshipRow, table=True):
    """What a tenant's relationships are measured by; locked by every transaction that changes daily numbers.

    Attributes:
        content: The settings, without those that are the defaults.
        updated_at: When the tenant set something; None if it did not.
        deals_version: Rises with each change of a closed deal.
        efforts_version: Rises with each change of the daily numbers of one.
    """

    __tablename__ = "tenant_settings"

    content: dict[str, Any] = Field(sa_type=JSON)
    updated_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    deals_version: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    efforts_version: int = Field(default=0, sa_column_kwargs={"server_default": "0"})


class OptOutRow(RelationshipRow, table=True):
    """A person or a group that stays out of "who knows whom".

    Attributes:
        members: Addresses of a group; of a person the one.
    """

    __tablename__ = "opt_out"
    __table_args__ = (CheckConstraint("kind IN ('person', 'group')", name="kind"),)

    kind: str = Field(primary_key=True, max_length=16)
    name: str = Field(primary_key=True, max_length=320)
    members: list[str] = Field(sa_type=JSON)


class OptOutEntryRow(RelationshipRow, table=True):
    """One change of an opt-out, kept for audits.

    Attributes:
        set_by: The caller's subject.
    """

    __tablename__ = "opt_out_entry"
    __table_args__ = (Index(None, "tenant", "set_at", "entry_id"),)

    entry_id: str = Field(primary_key=True, max_length=32)
    kind: str = Field(max_length=16)
    name: str = Field(max_length=320)
    members: list[str] = Field(sa_type=JSON)
    is_out: bool
    set_at: datetime = Field(sa_type=UtcDateTime)
    set_by: str = Field(max_length=200)


class EngagementRow(RelationshipRow, table=True):
    """Something that happened to a followed mail."""

    __tablename__ = "engagement"
    __table_args__ = (
        CheckConstraint("kind IN ('open', 'click', 'attachment_open')", name="kind"),
        Index(None, "tenant", "activity_id"),
    )

    event_id: str = Field(primary_key=True, max_length=255)
    activity_id: str = Field(max_length=255)
    kind: str = Field(max_length=16)
    happened_at: datetime = Field(sa_type=UtcDateTime)
    http_method: str = Field(max_length=16)
    user_agent: str = Field(max_length=1000)
    link: str = Field(max_length=2000)


class NotFollowedRow(RelationshipRow, table=True):
    """Somebody who forbids that mails to them are followed."""

    __tablename__ = "not_followed"

    address: str = Field(primary_key=True, max_length=320)


class UnusedPointRow(RelationshipRow, table=True):
    """A talking point that is not to be used."""

    __tablename__ = "unused_point"

    activity_id: str = Field(primary_key=True, max_length=255)
    category: str = Field(primary_key=True, max_length=16)


class AccountDomainRow(RelationshipRow, table=True):
    """A domain at which an account's people have addresses; providers of mailboxes for everybody are none."""

    __tablename__ = "account_domain"
    __table_args__ = (Index(None, "tenant", "record_id"),)

    domain: str = Field(primary_key=True, max_length=320)
    record_id: str = Field(primary_key=True, max_length=200)


class OfferRow(RelationshipRow, table=True):
    """A mail or meeting that its owner may track.

    Attributes:
        owner: Whose mailbox or calendar it was seen in: a caller's subject.
        content: The activity as it was handed in, in normal form.
        is_likely: It is offered for an account whose domain somebody has, not for somebody who is known.
    """

    __tablename__ = "offer"
    __table_args__ = (
        Index(None, "tenant", "owner", "started_at", "activity_id"),
        Index(None, "tenant", "activity_id"),
    )

    owner: str = Field(primary_key=True, max_length=200)
    activity_id: str = Field(primary_key=True, max_length=255)
    started_at: datetime = Field(sa_type=UtcDateTime)
    content: dict[str, Any] = Field(sa_type=JSON)
    is_likely: bool
    offered_at: datetime = Field(sa_type=UtcDateTime)


class OfferRecordRow(RelationshipRow, table=True):
    """A record that an offer would count for, as of when it was handed in."""

    __tablename__ = "offer_record"
    __table_args__ = (
        CheckConstraint(_RECORD_KIND, name="kind"),
        Index(None, "tenant", "activity_id"),
        Index("ix_offer_record_record", "tenant", "kind", "record_id"),
    )

    owner: str = Field(primary_key=True, max_length=200)
    activity_id: str = Field(primary_key=True, max_length=255)
    kind: str = Field(primary_key=True, max_length=16)
    record_id: str = Field(primary_key=True, max_length=200)


class OfferTokenRow(RelationshipRow, table=True):
    """What an offered mail shares with the others of its thread, hashed."""

    __tablename__ = "offer_token"
    __table_args__ = (Index(None, "tenant", "activity_id"),)

    owner: str = Field(primary_key=True, max_length=200)
    token: str = Field(primary_key=True, max_length=32)
    activity_id: str = Field(primary_key=True, max_length=255)


class IgnoredOfferRow(RelationshipRow, table=True):
    """An offer that its owner ignored: a hash of its activity's id, since ids may hold addresses."""

    __tablename__ = "ignored_offer"

    owner: str = Field(primary_key=True, max_length=200)
    digest: str = Field(primary_key=True, max_length=64)


class CaptureExclusionRow(RelationshipRow, table=True):
    """An address or domain that an owner wants to be offered nothing with."""

    __tablename__ = "capture_exclusion"
    __table_args__ = (CheckConstraint("kind IN ('address', 'domain')", name="kind"),)

    owner: str = Field(primary_key=True, max_length=200)
    kind: str = Field(primary_key=True, max_length=16)
    name: str = Field(primary_key=True, max_length=320)


METADATA = (KIT_METADATA, RelationshipRow.metadata)
"""Everything the service's database holds."""
