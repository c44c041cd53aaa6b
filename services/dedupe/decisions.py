"""What people say of pairs of records, once for every list from then on."""

from dataclasses import dataclass
from datetime import datetime

from services.common.records import RecordRef


@dataclass(frozen=True, slots=True)
class PairDecision:
    """A decision about a pair.

    Attributes:
        left: One record, the lesser ref of the two.
        right: The other one.
        is_match: Whether they are the same.
        decided_by: Who said so.
        decided_at: When.
    """

    left: RecordRef
    right: RecordRef
    is_match: bool
    decided_by: str
    decided_at: datetime


@dataclass(frozen=True, slots=True)
class Decided:
    """A pair, by ids, that people have confirmed or rejected, as a scan takes it."""

    left: str
    right: str
    is_match: bool


def pair_of(one: RecordRef, other: RecordRef) -> tuple[RecordRef, RecordRef]:
    """A pair in the order in which it is kept."""
    return (one, other) if one < other else (other, one)
