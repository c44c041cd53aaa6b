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
        merged_into: The record that it was merged into.
    """

    ref: RecordRef
    fields: Mapping[str, str]
    forms: Forms
    inactive: bool
    parent: RecordRef | None
    modified_at: datetime
    stored_at: datetime
    version: int = 0
    merged_into: RecordRef | None = None
