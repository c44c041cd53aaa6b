"""What a caller asks of a look-up, and what it is told."""

from dataclasses import dataclass

from services.common.records import RecordKind, RecordRef
from services.dedupe.evidence import DEFAULT_THRESHOLD, Evidence

KINDS = frozenset({RecordKind.LEAD, RecordKind.CONTACT, RecordKind.ACCOUNT})
"""Kinds of records that are compared."""

DEFAULT_LIMIT = 10


@dataclass(frozen=True, slots=True)
class FindOptions:
    """How to look for duplicates.

    Attributes:
        kinds: To look among.
        limit: Most duplicates.
        threshold: Least probability of one that no rule finds.
        exclude_inactive: Leave out records that the CRM has retired.
    """

    kinds: frozenset[RecordKind] = KINDS
    limit: int = DEFAULT_LIMIT
    threshold: float = DEFAULT_THRESHOLD
    exclude_inactive: bool = False


@dataclass(frozen=True, slots=True)
class Duplicate:
    """A record that may be the same.

    Attributes:
        ref: The record.
        evidence: The probability, and why.
        rules: Ids of the published rules that find the pair.
    """

    ref: RecordRef
    evidence: Evidence
    rules: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CrowdedKey:
    """A key that too many records share to look at them all.

    Attributes:
        fields: It is made of.
        records: At least so many share it.
    """

    fields: tuple[str, ...]
    records: int


@dataclass(frozen=True, slots=True)
class Found:
    """What a look-up found.

    Attributes:
        duplicates: The likeliest first, equal ones by ref.
        not_comparable: The subject has nothing to compare.
        crowded_keys: Its keys that hide records.
    """

    duplicates: tuple[Duplicate, ...] = ()
    not_comparable: bool = False
    crowded_keys: tuple[CrowdedKey, ...] = ()
