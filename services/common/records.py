"""The CRM's records, as every service refers to them."""

from dataclasses import dataclass
from enum import StrEnum


class RecordKind(StrEnum):
    """What a CRM keeps records of; the names of `leadlight.common.v1.RecordKind` without their prefix."""

    LEAD = "lead"
    OPPORTUNITY = "opportunity"
    CONTACT = "contact"
    ACCOUNT = "account"
    CASE = "case"


@dataclass(frozen=True, slots=True, order=True)
class RecordRef:
    """One record of the CRM.

    Attributes:
        kind: The record's kind.
        id: The CRM's id: 1-200 characters, compared exactly.
    """

    kind: RecordKind
    id: str
