"""The conversation service's tables. Only the stores and the migrations know them."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, CheckConstraint, Index, Text
from sqlmodel import Field

from services.common.db import TenantRow, UtcDateTime, service_registry
from services.common.tables import KIT_METADATA

_REMOVED = "removed IN ('nothing', 'transcript', 'highlights', 'findings')"


_SCOPES = "scope IN ('all', 'team', 'seller')"
_GRAINS = "grain IN ('day', 'month', 'all')"


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
        regarding_kind: Of the record that it is about, or empty.
        regarding_id: Likewise.
        removed: What is no longer kept of it; see `retention.Removed`.
    """

    __tablename__ = "call"
    __table_args__ = (
        Index(None, "tenant", "created_at", "call_id"),
        Index(None, "tenant", "removed", "created_at"),
        Index(None, "tenant", "regarding_kind", "regarding_id"),
        CheckConstraint(_REMOVED, name="removed"),
    )

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
    regarding_kind: str = Field(default="", max_length=16)
    regarding_id: str = Field(default="", max_length=200)
    removed: str = Field(default="nothing", max_length=16)


class ParticipantKeyRow(ConversationRow, table=True):
    """What a participant of a call is found by, one row for each.

    Attributes:
        participant_id: Unique in the call.
        kind: What the value is; `seller` is the key of one who sells, see `call.Participant.key`.
        value: Of a record its kind and id.
    """

    __tablename__ = "participant_key"
    __table_args__ = (
        Index(None, "tenant", "kind", "value", "call_id"),
        CheckConstraint("kind IN ('record', 'seller')", name="kind"),
    )

    call_id: str = Field(primary_key=True, max_length=128)
    participant_id: str = Field(primary_key=True, max_length=200)
    kind: str = Field(primary_key=True, max_length=16)
    value: str = Field(max_length=320)


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


class CommentRow(ConversationRow, table=True):
    """What a manager wrote on a call.

    Attributes:
        author: The caller's subject.
        place: The utterance that it is about; None for the call as a whole.
    """

    __tablename__ = "comment"

    call_id: str = Field(primary_key=True, max_length=128)
    comment_id: str = Field(primary_key=True, max_length=32)
    author: str = Field(max_length=320)
    text: str = Field(sa_type=Text)
    place: int | None = Field(default=None)
    created_at: datetime = Field(sa_type=UtcDateTime)


class CommitmentTaskRow(ConversationRow, table=True):
    """A call whose commitments the notes service has yet to read or to hear of; the runner's work.

    Attributes:
        ref_kind: Of the record that they are handed in for, or empty.
        ref_id: Likewise.
        version: Tells a task from one that took its place while it was worked on.
        attempts: That failed.
        next_at: When it is tried again.
    """

    __tablename__ = "commitment_task"
    __table_args__ = (Index(None, "next_at"),)

    call_id: str = Field(primary_key=True, max_length=128)
    ref_kind: str = Field(max_length=16)
    ref_id: str = Field(max_length=200)
    version: str = Field(max_length=32)
    attempts: int
    next_at: datetime = Field(sa_type=UtcDateTime)


class TenantSettingsRow(ConversationRow, table=True):
    """What a tenant set; see `tenant_settings.TenantSettings`."""

    __tablename__ = "tenant_settings"

    transcript_days: int
    highlight_days: int
    insight_days: int
    without_consent: bool
    sellers_see_own: bool
    time_zone: str = Field(max_length=64)
    organisations: list[str] = Field(sa_type=JSON)
    updated_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


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


class _Counts(ConversationRow):
    """What is summed, by column; see `home.tallies.COLUMNS`."""

    calls: int = Field(sa_type=BigInteger)
    duration_ms: int = Field(sa_type=BigInteger)
    conversations: int = Field(sa_type=BigInteger)
    keyword_calls: int = Field(sa_type=BigInteger)
    competitor_calls: int = Field(sa_type=BigInteger)
    brand_calls: int = Field(sa_type=BigInteger)
    score_n: int = Field(sa_type=BigInteger)
    score_sum: int = Field(sa_type=BigInteger)
    talk_n: int = Field(sa_type=BigInteger)
    talk_sum: int = Field(sa_type=BigInteger)
    talk_squares: int = Field(sa_type=BigInteger)
    switches_n: int = Field(sa_type=BigInteger)
    switches_sum: int = Field(sa_type=BigInteger)
    switches_squares: int = Field(sa_type=BigInteger)
    pause_n: int = Field(sa_type=BigInteger)
    pause_sum: int = Field(sa_type=BigInteger)
    pause_squares: int = Field(sa_type=BigInteger)
    monologue_n: int = Field(sa_type=BigInteger)
    monologue_sum: int = Field(sa_type=BigInteger)
    monologue_squares: int = Field(sa_type=BigInteger)
    positive_n: int = Field(sa_type=BigInteger)
    positive_sum: int = Field(sa_type=BigInteger)
    positive_squares: int = Field(sa_type=BigInteger)
    neutral_n: int = Field(sa_type=BigInteger)
    neutral_sum: int = Field(sa_type=BigInteger)
    neutral_squares: int = Field(sa_type=BigInteger)
    negative_n: int = Field(sa_type=BigInteger)
    negative_sum: int = Field(sa_type=BigInteger)
    negative_squares: int = Field(sa_type=BigInteger)


class CallFactRow(_Counts, table=True):
    """A call as the home page counts it; see `home.call_facts.CallFacts`.

    Attributes:
        team: The seller's, or empty.
        sellers: Keys of those who sell.
        has_duration: Whether its length is known: the sums have 0 for an unknown one.
    """

    __tablename__ = "call_fact"
    __table_args__ = (Index(None, "tenant", "started_at", "call_id"),)

    call_id: str = Field(primary_key=True, max_length=128)
    started_at: datetime = Field(sa_type=UtcDateTime)
    day: int
    team: str = Field(max_length=200)
    sellers: list[str] = Field(sa_type=JSON)
    has_duration: bool


class CallSellerRow(ConversationRow, table=True):
    """Who sells in a call that counts: what finds a seller's calls."""

    __tablename__ = "call_seller"
    __table_args__ = (Index(None, "tenant", "call_id", "seller"),)

    seller: str = Field(primary_key=True, max_length=320)
    call_id: str = Field(primary_key=True, max_length=128)


class CallMentionRow(ConversationRow, table=True):
    """What a call that counts mentions, and how often; see `home.call_facts.Mention`."""

    __tablename__ = "call_mention"
    __table_args__ = (Index(None, "tenant", "call_id", "kind", "key"),)

    kind: str = Field(primary_key=True, max_length=16)
    key: str = Field(primary_key=True, max_length=200)
    call_id: str = Field(primary_key=True, max_length=128)
    name: str = Field(max_length=200)
    mentions: int


class HomeCellRow(_Counts, table=True):
    """The sums of a scope's calls of a day, a month or all time; see `home.tallies`.

    Attributes:
        scope: "all", "team" or "seller".
        grain: "day", "month" or "all".
        bucket: The day's ordinal, 12 x year + month - 1, or 0 of all; in the tenant's time zone.
        team: Empty for all, and for calls without a team.
        seller: Empty for all and for a team.
    """

    __tablename__ = "home_cell"
    __table_args__ = (CheckConstraint(_SCOPES, name="scope"), CheckConstraint(_GRAINS, name="grain"))

    scope: str = Field(primary_key=True, max_length=16)
    grain: str = Field(primary_key=True, max_length=16)
    bucket: int = Field(primary_key=True)
    team: str = Field(primary_key=True, max_length=200)
    seller: str = Field(primary_key=True, max_length=320)


class HomeScoreRow(ConversationRow, table=True):
    """How many calls of a scope have a customer sentiment, in hundredths; keys as of `HomeCellRow`."""

    __tablename__ = "home_score"
    __table_args__ = (CheckConstraint(_SCOPES, name="scope"), CheckConstraint(_GRAINS, name="grain"))

    scope: str = Field(primary_key=True, max_length=16)
    grain: str = Field(primary_key=True, max_length=16)
    bucket: int = Field(primary_key=True)
    team: str = Field(primary_key=True, max_length=200)
    seller: str = Field(primary_key=True, max_length=320)
    score: int = Field(primary_key=True)
    calls: int = Field(sa_type=BigInteger)


class HomeMentionRow(ConversationRow, table=True):
    """How often something is mentioned in a scope's calls of a day, a month or all time; keys as of `HomeCellRow`.

    Attributes:
        kind: "keyword", "competitor" or "brand".
        key: The tracker's id, or the brand's key.
        name: For people.
        calls: Calls that mention it.
        mentions: Mentions.
    """

    __tablename__ = "home_mention"
    __table_args__ = (
        CheckConstraint(_SCOPES, name="scope"),
        CheckConstraint(_GRAINS, name="grain"),
        Index(None, "tenant", "kind", "key", "scope", "grain", "bucket"),
    )

    scope: str = Field(primary_key=True, max_length=16)
    grain: str = Field(primary_key=True, max_length=16)
    bucket: int = Field(primary_key=True)
    kind: str = Field(primary_key=True, max_length=16)
    key: str = Field(primary_key=True, max_length=200)
    team: str = Field(primary_key=True, max_length=200)
    seller: str = Field(primary_key=True, max_length=320)
    name: str = Field(max_length=200)
    calls: int = Field(sa_type=BigInteger)
    mentions: int = Field(sa_type=BigInteger)


METADATA = (KIT_METADATA, ConversationRow.metadata)
"""Everything the service's database holds."""
