"""The dedupe service's tables. Only the stores and the migrations know them."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, CheckConstraint, Index, Text
from sqlmodel import Field

from services.common.db import TenantRow, UtcDateTime, service_registry
from services.common.tables import KIT_METADATA

_KIND = "kind IN ('lead', 'contact', 'account')"


class DedupeRow(TenantRow, registry=service_registry()):
    """A row of the dedupe service."""


class RecordRow(DedupeRow, table=True):
    """A record as the CRM sent it.

    Attributes:
        number: A hash of kind and id: what the index points at.
        fields: As they were sent, without blank ones.
        forms: Normal forms for comparison; see record_forms.py.
        is_comparable: Whether any form is there.
        is_inactive: The CRM has retired it.
        parent_kind: Kind of the record that it belongs to; empty without one.
        parent_id: Id of that record.
        modified_at: When the CRM last changed it.
        stored_at: When it was last stored here.
        version: Grows by one with each change of the row.
        merge_id: The merge that made it part of another record; empty while it is a record of its own.
    """

    __tablename__ = "record"
    __table_args__ = (
        CheckConstraint(_KIND, name="kind"),
        Index(None, "tenant", "number", unique=True),
        Index(None, "tenant", "parent_kind", "parent_id", "kind", "record_id"),
    )

    kind: str = Field(primary_key=True, max_length=16)
    record_id: str = Field(primary_key=True, max_length=200)
    number: int = Field(sa_type=BigInteger)
    fields: dict[str, str] = Field(sa_type=JSON)
    forms: str = Field(sa_type=Text)
    is_comparable: bool
    is_inactive: bool = Field(default=False)
    parent_kind: str = Field(default="", max_length=16)
    parent_id: str = Field(default="", max_length=200)
    modified_at: datetime = Field(sa_type=UtcDateTime)
    stored_at: datetime = Field(sa_type=UtcDateTime)
    version: int = Field(default=1)
    merge_id: str = Field(default="", max_length=32)


class RecordKeyRow(DedupeRow, table=True):
    """One blocking key, or one match code of a rule, of one record.

    Attributes:
        key: 64-bit hash of the key: no personal text lies here.
        number: The record.
    """

    __tablename__ = "record_key"
    # The primary key is all there is: a row id beside it would double the index.
    __table_args__ = ({"sqlite_with_rowid": False},)

    key: int = Field(sa_type=BigInteger, primary_key=True)
    number: int = Field(sa_type=BigInteger, primary_key=True)


class ValueCountRow(DedupeRow, table=True):
    """How many records have a value, for how much it proves.

    Attributes:
        value: 64-bit hash of a form's name and value, or of its name alone for all records that have the form.
        records: Records with it.
    """

    __tablename__ = "value_count"
    __table_args__ = ({"sqlite_with_rowid": False},)

    value: int = Field(sa_type=BigInteger, primary_key=True)
    records: int


class PairDecisionRow(DedupeRow, table=True):
    """What a person said of a pair: once per pair, the lesser ref (as Python compares) on the left.

    Attributes:
        is_match: Whether they are the same.
        decided_by: The caller's subject.
    """

    __tablename__ = "pair_decision"
    __table_args__ = (
        CheckConstraint(
            "left_kind < right_kind OR left_kind = right_kind AND left_id < right_id", name="order"
        ),
        Index(None, "tenant", "right_kind", "right_id"),
        Index(None, "tenant", "decided_at"),
    )

    left_kind: str = Field(primary_key=True, max_length=16)
    left_id: str = Field(primary_key=True, max_length=200)
    right_kind: str = Field(primary_key=True, max_length=16)
    right_id: str = Field(primary_key=True, max_length=200)
    is_match: bool
    decided_by: str = Field(max_length=200)
    decided_at: datetime = Field(sa_type=UtcDateTime)


class RuleRow(DedupeRow, table=True):
    """A rule of the tenant's own, or what a tenant did to a built-in one.

    Attributes:
        display_name: For people.
        base_kind: Empty for any.
        match_kind: Empty for any.
        conditions: As in rules.py.
        state: "draft", "publishing", "published" or "unpublished".
        version: Grows with each publication: it is part of the match codes, so that old ones are never met.
    """

    __tablename__ = "rule"
    __table_args__ = (
        CheckConstraint("state IN ('draft', 'publishing', 'published', 'unpublished')", name="state"),
    )

    rule_id: str = Field(primary_key=True, max_length=63)
    display_name: str = Field(max_length=200)
    base_kind: str = Field(default="", max_length=16)
    match_kind: str = Field(default="", max_length=16)
    conditions: list[dict[str, Any]] = Field(sa_type=JSON)
    exclude_inactive: bool = Field(default=False)
    state: str = Field(max_length=16)
    version: int = Field(default=0)
    updated_at: datetime = Field(sa_type=UtcDateTime)


class MergeRow(DedupeRow, table=True):
    """A merge, with all that is needed to take it back.

    Attributes:
        kind: Of its records.
        master_id: The record that stays.
        request: The choices of the caller, for Detach to choose anew; see journal.py. Empty once they are erased.
        images: The master as it was before, then ids and versions of the others; see journal.py. Once erased, ids and
            versions alone.
        result: The master as the merge left it, and the values that it changed; empty once they are erased.
        master_version: Version of the master's row after the merge, or after the last Detach; follows it when a later
            merge is taken back.
        detached: Ids of the records that were detached.
        state: "merged", "undone" or "final".
    """

    __tablename__ = "merge"
    __table_args__ = (
        CheckConstraint(_KIND, name="kind"),
        CheckConstraint("state IN ('merged', 'undone', 'final')", name="state"),
        Index(None, "tenant", "created_at", "merge_id"),
        Index(None, "tenant", "kind", "master_id"),
    )

    merge_id: str = Field(primary_key=True, max_length=32)
    kind: str = Field(max_length=16)
    master_id: str = Field(max_length=200)
    request: dict[str, Any] = Field(sa_type=JSON)
    images: list[dict[str, Any]] = Field(sa_type=JSON)
    result: dict[str, Any] = Field(sa_type=JSON)
    master_version: int
    detached: list[str] = Field(sa_type=JSON)
    state: str = Field(max_length=16)
    merged_by: str = Field(max_length=200)
    created_at: datetime = Field(sa_type=UtcDateTime)
    undone_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class MergeMemberRow(DedupeRow, table=True):
    """A record's part in a merge, master or merged: what lists of a record's merges look in."""

    __tablename__ = "merge_member"
    __table_args__ = (
        CheckConstraint(_KIND, name="kind"),
        Index(None, "tenant", "kind", "record_id", "merge_id"),
    )

    merge_id: str = Field(primary_key=True, max_length=32)
    kind: str = Field(primary_key=True, max_length=16)
    record_id: str = Field(primary_key=True, max_length=200)


class ScanRow(DedupeRow, table=True):
    """A scan that is done.

    Attributes:
        scan_id: Id of the operation that did it.
        summary: The counts of the report.
        threshold: Least probability of a kept pair.
        weights: The weights it used, as `Weights.to_json` writes them.
    """

    __tablename__ = "scan"
    __table_args__ = (Index(None, "tenant", "created_at", "scan_id"),)

    scan_id: str = Field(primary_key=True, max_length=64)
    summary: dict[str, Any] = Field(sa_type=JSON)
    threshold: float
    weights: str = Field(sa_type=Text)
    created_at: datetime = Field(sa_type=UtcDateTime)


class ScanPairRow(DedupeRow, table=True):
    """A pair that a scan kept, in the order of its list.

    Attributes:
        place: From 1, the likeliest first.
        pattern: Levels of agreement, see patterns.py: evidence is made of it and of the records as they are when it
            is asked for, so that no value outlives its record here.
    """

    __tablename__ = "scan_pair"

    scan_id: str = Field(primary_key=True, max_length=64)
    place: int = Field(primary_key=True)
    left_kind: str = Field(max_length=16)
    left_id: str = Field(max_length=200)
    right_kind: str = Field(max_length=16)
    right_id: str = Field(max_length=200)
    probability: float
    pattern: int = Field(sa_type=BigInteger)


class ScanClusterRow(DedupeRow, table=True):
    """A cluster that a scan found, in the order of its list.

    Attributes:
        number: From 1, the surest first.
        records: Kind and id of each, at most a hundred.
        record_count: Of all.
        least_probability: Lowest of its pairs.
        bridges: Weak pairs that hold parts together: refs and probability.
    """

    __tablename__ = "scan_cluster"

    scan_id: str = Field(primary_key=True, max_length=64)
    number: int = Field(primary_key=True)
    records: list[list[str]] = Field(sa_type=JSON)
    record_count: int
    least_probability: float
    has_bridge: bool
    bridges: list[dict[str, Any]] = Field(sa_type=JSON)


class ScanMemberRow(DedupeRow, table=True):
    """A record's place in a scan's clusters."""

    __tablename__ = "scan_member"
    __table_args__ = (Index(None, "tenant", "scan_id", "number"),)

    scan_id: str = Field(primary_key=True, max_length=64)
    kind: str = Field(primary_key=True, max_length=16)
    record_id: str = Field(primary_key=True, max_length=200)
    number: int


class SettingsRow(DedupeRow, table=True):
    """What a tenant set, and what its index was made with; at most one row per tenant.

    Attributes:
        default_region: ISO 3166, empty for none.
        indexed_region: The region that the stored forms were made with.
        indexed_version: `NORMAL_FORM_VERSION` that they were made with.
        weights: Estimated weights as JSON, None for the default.
        weights_scan: The scan that estimated them.
        weights_at: When.
        updated_at: When the settings were last changed; None while they are the defaults.
    """

    __tablename__ = "dedupe_settings"

    default_region: str = Field(default="", max_length=2)
    indexed_region: str = Field(default="", max_length=2)
    indexed_version: int
    weights: str | None = Field(default=None, sa_type=Text)
    weights_scan: str = Field(default="", max_length=64)
    weights_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    updated_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


METADATA = (KIT_METADATA, DedupeRow.metadata)
"""Everything the service's database holds."""
