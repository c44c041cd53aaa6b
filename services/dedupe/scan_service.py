"""The use cases around finished scans and the weights they estimated."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from services.common.db import Database, TenantReader, TenantSession
from services.common.errors import not_found
from services.common.paging import Page
from services.common.records import RecordRef
from services.dedupe import scan_store, weights_store
from services.dedupe.default_weights import default_weights
from services.dedupe.evidence import ComparableRecord, Evidence, explain_levels
from services.dedupe.fields import Forms
from services.dedupe.patterns import pattern_levels
from services.dedupe.record import Record
from services.dedupe.scan_results import FinishedScan, FoundCluster, FoundPair
from services.dedupe.settings_store import lock_tenant
from services.dedupe.store import read_records
from services.dedupe.weights import Weights


@dataclass(frozen=True, slots=True)
class WeightsInForce:
    """The weights that comparisons use.

    Attributes:
        weights: They.
        scan_id: The scan that estimated them; empty for those that ship with the service.
        estimated_at: When; None for those that ship.
    """

    weights: Weights
    scan_id: str = ""
    estimated_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ExplainedPair:
    """A pair with its evidence; None where the scan is of another version of the service."""

    pair: FoundPair
    evidence: Evidence | None


class ScanService:
    """Scans of all tenants.

    Args:
        db: The service's database.
    """

    def __init__(self, db: Database) -> None:
        self._db = db

    def get(self, tenant: str, scan_id: str) -> FinishedScan:
        """One scan.

        Raises:
            LeadlightError: NOT_FOUND.
        """
        with self._db.read(tenant) as session:
            return _existing(session, scan_id)

    def list(self, tenant: str, *, page_size: int, page_token: str) -> Page[FinishedScan]:
        """A page of scans, the newest first.

        Raises:
            LeadlightError: INVALID_ARGUMENT for a page token of another list.
        """
        with self._db.read(tenant) as session:
            return scan_store.list_scans(session, page_size=page_size, page_token=page_token)

    def clusters(
        self,
        tenant: str,
        scan_id: str,
        *,
        ref: RecordRef | None,
        only_with_bridge: bool,
        page_size: int,
        page_token: str,
    ) -> tuple[str, Page[FoundCluster]]:
        """A page of a scan's clusters, the surest first, and the scan's id.

        Args:
            tenant: Whose.
            scan_id: The scan; "-" for the latest.
            ref: Only those with this record; None for all.
            only_with_bridge: Only those that hang together by a weak pair.
            page_size: From the request.
            page_token: From the request.

        Raises:
            LeadlightError: NOT_FOUND; INVALID_ARGUMENT for a page token of another list.
        """
        with self._db.read(tenant) as session:
            scan_id = _existing(session, scan_id).scan_id
            page = scan_store.list_clusters(
                session,
                scan_id,
                ref=ref,
                only_with_bridge=only_with_bridge,
                page_size=page_size,
                page_token=page_token,
            )
        return scan_id, page

    def pairs(self, tenant: str, scan_id: str, *, page_size: int, page_token: str) -> Page[ExplainedPair]:
        """A page of a scan's pairs, the likeliest first.

        Levels and weights are the scan's, values those that the records have now.

        Args:
            tenant: Whose.
            scan_id: The scan; "-" for the latest.
            page_size: From the request.
            page_token: From the request.

        Raises:
            LeadlightError: NOT_FOUND; INVALID_ARGUMENT for a page token of another list.
        """
        with self._db.read(tenant) as session:
            scan = _existing(session, scan_id)
            page = scan_store.list_pairs(session, scan.scan_id, page_size=page_size, page_token=page_token)
            refs = {ref for pair in page.rows for ref in (pair.left, pair.right)}
            records = read_records(session, refs)
        return Page(_explained(page.rows, scan, records), page.next_page_token)

    def weights(self, tenant: str) -> WeightsInForce:
        """The weights that comparisons use."""
        with self._db.read(tenant) as session:
            estimated = weights_store.estimated_weights(session)
        weights = None if estimated is None else _weights(estimated.text)
        if estimated is None or weights is None:
            return WeightsInForce(default_weights())
        return WeightsInForce(weights, estimated.scan_id, estimated.estimated_at)

    def reset_weights(self, session: TenantSession) -> WeightsInForce:
        """Goes back to the weights that ship with the service."""
        lock_tenant(session)
        weights_store.write_weights(session, None)
        return WeightsInForce(default_weights())


def _existing(session: TenantReader, scan_id: str) -> FinishedScan:
    scan = scan_store.read_scan(session, scan_id)
    if scan is None:
        raise not_found("scan", f"scans/{scan_id}")
    return scan


def _explained(
    pairs: Sequence[FoundPair], scan: FinishedScan, records: Mapping[RecordRef, Record]
) -> list[ExplainedPair]:
    weights = _weights(scan.weights)
    if weights is None:
        return [ExplainedPair(pair, None) for pair in pairs]
    levels = pattern_levels(np.array([pair.pattern for pair in pairs], dtype=np.int64)).tolist()
    return [
        ExplainedPair(
            pair, explain_levels(weights, of_pair, _side(records, pair.left), _side(records, pair.right))
        )
        for pair, of_pair in zip(pairs, levels, strict=True)
    ]


def _side(records: Mapping[RecordRef, Record], ref: RecordRef) -> ComparableRecord:
    """A record as it is now; without a value if it is not there any more."""
    record = records.get(ref)
    if record is None:
        return ComparableRecord(Forms())
    return ComparableRecord(record.forms, values=dict(record.fields))


def _weights(text: str) -> Weights | None:
    """Stored weights; None if they are of another version of the service."""
    try:
        return Weights.from_json(text)
    except ValueError:
        return None
