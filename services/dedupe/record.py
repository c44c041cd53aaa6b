"""A record of the CRM, as the service keeps it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from services.common.records import RecordRef
from services.dedupe.fields import Forms


@dataclass(frozen=True, slots=True)
class Record:
    """A lead, account or contact.

    Attributes:
        ref: Its kind and id.
        fields: What is known about it, without blanks.
        forms: Normal forms of it, in the region that the index is made with.
        inactive: The CRM has retired it.
        parent: The record that it belongs to.
        modified_at: When the CRM last changed it.
        stored_at: When it was last stored here.
        version: Grows by one with each change; 0 for one that is not stored.
        merge_id: The merge that made it part of another record; empty while it is a record of its own.
        merged_into: The record that it was merged into; read with the row, written by `merge_id` alone.
    """

    ref: RecordRef
    fields: Mapping[str, str]
    forms: Forms
    inactive: bool
    parent: RecordRef | None
    modified_at: datetime
    stored_at: datetime
    version: int = 0
    merge_id: str = ""
    merged_into: RecordRef | None = None
