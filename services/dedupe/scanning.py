"""Asks for a scan of the stored records, as an operation that scan_job.py works on."""

from dataclasses import dataclass

from pydantic import TypeAdapter

from services.common.db import TenantSession
from services.common.operations import Operation, create_operation, unfinished_operations
from services.common.records import RecordKind
from services.dedupe.settings_store import lock_tenant

SCAN_DUPLICATES = "ScanDuplicates"
"""The kind of the operation."""

SCANS = "scans"
"""Its target."""


@dataclass(frozen=True, slots=True)
class ScanOrder:
    """What to scan, and how.

    Attributes:
        kinds: Kinds of records.
        threshold: Least probability of a pair that is kept.
        exclude_inactive: Leave out records that the CRM has retired.
        keep_weights: Use the weights that hold; else they are estimated, and hold from then on.
    """

    kinds: tuple[RecordKind, ...]
    threshold: float
    exclude_inactive: bool = False
    keep_weights: bool = False


ORDER = TypeAdapter(ScanOrder)


def ask_for_scan(session: TenantSession, order: ScanOrder) -> Operation:
    """The scan that is under way, or a new one."""
    lock_tenant(session)
    under_way = unfinished_operations(session, kind=SCAN_DUPLICATES, target=SCANS)
    if under_way:
        return under_way[-1]
    return create_operation(session, kind=SCAN_DUPLICATES, request=ORDER.dump_json(order), target=SCANS)
