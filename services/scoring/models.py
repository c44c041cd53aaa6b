"""The scoring service's tables. Only store*.py and the migrations know them."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, CheckConstraint, Index
from sqlmodel import Field

from services.common.db import TenantRow, UtcDateTime, service_registry
from services.common.tables import KIT_METADATA

_KIND = "kind IN ('lead', 'opportunity')"


class ScoringRow(TenantRow, registry=service_registry()):
    """A row of the scoring service."""


class RecordRow(ScoringRow, table=True):
    """A lead or an opportunity as the CRM sent it last, with its latest score.

    Attributes:
        attributes: Names to values: text, number, boolean or null.
        is_positive: The outcome; None while the record is open.
        created_at: When the CRM created it.
        closed_at: When the CRM closed it; None while it is open.
        updated_at: When it was stored here last.
        amount_currency: What the deal is worth: ISO 4217; None without an amount, as the two below.
        amount_units: Whole units.
        amount_nanos: Billionths.
        expected_order: The expected value as a plain number, or -1 without one: what lists are ordered by.
        score: 0-100; None while it has none. The columns below it are None with it.
        score_order: `score`, or -1 without one: the column that lists are ordered by.
        is_stale: The score is the last one of a record that is no longer scored.
        not_scored_reason: Why it has no fresh score.
        record_points: What the record's own change did to the score; None for the first one.
        model_points: What another model did to it; None with `record_points`.
        stages: When an opportunity entered stages of its process, oldest first: pairs of name and RFC 3339 time.
        stage: The stage it was scored in; None by a model that is not per stage, as the one below.
        stage_model_use: Which part of the model scored.
    """

    __tablename__ = "record"
    __table_args__ = (
        CheckConstraint(_KIND, name="kind"),
        CheckConstraint("score BETWEEN 0 AND 100", name="score"),
        CheckConstraint("(is_positive IS NULL) = (closed_at IS NULL)", name="outcome"),
        Index(None, "tenant", "kind", "score_order", "record_id"),
        Index(None, "tenant", "kind", "expected_order", "record_id"),
        Index(None, "tenant", "kind", "created_at", "record_id"),
        Index(None, "tenant", "kind", "closed_at"),
        Index(None, "tenant", "kind", "updated_at"),
    )

    kind: str = Field(primary_key=True, max_length=16)
    record_id: str = Field(primary_key=True, max_length=200)
    attributes: dict[str, Any] = Field(sa_type=JSON)
    is_positive: bool | None = Field(default=None)
    created_at: datetime = Field(sa_type=UtcDateTime)
    closed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    updated_at: datetime = Field(sa_type=UtcDateTime)
    amount_currency: str | None = Field(default=None, max_length=3)
    amount_units: int | None = Field(default=None, sa_type=BigInteger)
    amount_nanos: int | None = Field(default=None)
    expected_order: float = Field(default=-1.0)
    score: int | None = Field(default=None)
    score_order: int = Field(default=-1)
    probability: float | None = Field(default=None)
    trend: str | None = Field(default=None, max_length=32)
    model_id: str | None = Field(default=None, max_length=63)
    model_version: int | None = Field(default=None)
    scored_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    cause: str | None = Field(default=None, max_length=32)
    is_stale: bool = Field(default=False)
    not_scored_reason: str | None = Field(default=None, max_length=32)
    interval_low: float | None = Field(default=None)
    interval_high: float | None = Field(default=None)
    is_low_evidence: bool = Field(default=False)
    record_points: float | None = Field(default=None)
    model_points: float | None = Field(default=None)
    stages: list[Any] = Field(sa_type=JSON)
    stage: str | None = Field(default=None, max_length=100)
    stage_model_use: str | None = Field(default=None, max_length=32)


class ScoreRow(ScoringRow, table=True):
    """One score of a record's past.

    Attributes:
        number: 1 for the record's first score, counting up.
        record_points, model_points, stage, stage_model_use: As in `RecordRow`.
    """

    __tablename__ = "score"
    __table_args__ = (
        CheckConstraint(_KIND, name="kind"),
        CheckConstraint("score BETWEEN 0 AND 100", name="score"),
    )

    kind: str = Field(primary_key=True, max_length=16)
    record_id: str = Field(primary_key=True, max_length=200)
    number: int = Field(primary_key=True)
    score: int
    probability: float
    trend: str = Field(max_length=32)
    model_id: str = Field(max_length=63)
    model_version: int
    scored_at: datetime = Field(sa_type=UtcDateTime)
    cause: str = Field(max_length=32)
    interval_low: float | None = Field(default=None)
    interval_high: float | None = Field(default=None)
    is_low_evidence: bool = Field(default=False)
    record_points: float | None = Field(default=None)
    model_points: float | None = Field(default=None)
    stage: str | None = Field(default=None, max_length=100)
    stage_model_use: str | None = Field(default=None, max_length=32)


class ModelRow(ScoringRow, table=True):
    """A model line.

    Attributes:
        state: draft, ready, published or retired.
        last_version: Number of the newest version, ready or not; 0 before the first.
        ready_version: Number of the newest version that is ready; 0 before the first.
        published_version: The version in use; None while none is.
        training_order: How it was trained last: its filter, its attributes, its window.
        auto_retrain: Whether it is retrained by itself; None while nobody decided: if it is published.
        retrain_asked_at: When an automatic retraining was last begun.
    """

    __tablename__ = "model"
    __table_args__ = (CheckConstraint(_KIND, name="kind"),)

    model_id: str = Field(primary_key=True, max_length=63)
    kind: str = Field(max_length=16)
    display_name: str = Field(max_length=200)
    state: str = Field(max_length=16)
    last_version: int = Field(default=0)
    ready_version: int = Field(default=0)
    published_version: int | None = Field(default=None)
    created_at: datetime = Field(sa_type=UtcDateTime)
    published_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    training_order: dict[str, Any] = Field(sa_type=JSON)
    auto_retrain: bool | None = Field(default=None)
    retrain_asked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class ModelVersionRow(ScoringRow, table=True):
    """One trained version of a model line.

    Attributes:
        onnx_sha256: Hexadecimal digest of the ONNX file.
        card_sha256: Hexadecimal digest of the JSON card.
    """

    __tablename__ = "model_version"

    model_id: str = Field(primary_key=True, max_length=63)
    version: int = Field(primary_key=True)
    onnx_sha256: str = Field(max_length=64)
    card_sha256: str = Field(max_length=64)
    trained_at: datetime = Field(sa_type=UtcDateTime)


class DatasetRow(ScoringRow, table=True):
    """An uploaded table of closed records; its rows are in a Parquet file named after the id.

    Attributes:
        columns: Which column holds what: id, label, positive_value, create_time, close_time, stages.
        attributes: Names of the other columns.
    """

    __tablename__ = "dataset"

    dataset_id: str = Field(primary_key=True, max_length=63)
    display_name: str = Field(max_length=200)
    columns: dict[str, Any] = Field(sa_type=JSON)
    attributes: list[str] = Field(sa_type=JSON)
    row_count: int
    positive_count: int
    created_at: datetime = Field(sa_type=UtcDateTime)


class GradeRangesRow(ScoringRow, table=True):
    """Where a kind's grades begin, where a tenant has set it."""

    __tablename__ = "grade_ranges"
    __table_args__ = (
        CheckConstraint(_KIND, name="kind"),
        CheckConstraint(
            "100 >= a_minimum AND a_minimum > b_minimum AND b_minimum > c_minimum AND c_minimum > 0",
            name="order",
        ),
    )

    kind: str = Field(primary_key=True, max_length=16)
    a_minimum: int
    b_minimum: int
    c_minimum: int


class KindRow(ScoringRow, table=True):
    """A tenant's kind of record; locked by what must happen once, such as counting lines and asking for a refresh.

    Attributes:
        refreshed_at: When the last whole refresh began; None before the first.
        refresh_asked_at: When one was last asked for.
    """

    __tablename__ = "record_kind"
    __table_args__ = (CheckConstraint(_KIND, name="kind"),)

    kind: str = Field(primary_key=True, max_length=16)
    refreshed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    refresh_asked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


METADATA = (KIT_METADATA, ScoringRow.metadata)
"""Everything the service's database holds."""
