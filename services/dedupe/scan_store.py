"""Reads and writes what scans found. Nothing of a scan shows before its own row is there, which comes last."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import and_, delete, func, or_
from sqlmodel import col, select

from services.common.batch.orders import RUN_JOB
from services.common.db import Database, TenantReader, TenantSession, later_than
from services.common.operations import unfinished_operations
from services.common.paging import Page, SortKey, read_page
from services.common.records import RecordKind, RecordRef
from services.dedupe.decisions import Decided
from services.dedupe.models import (
    PairDecisionRow,
    RecordRow,
    ScanClusterRow,
    ScanMemberRow,
    ScanPairRow,
    ScanRow,
)
from services.dedupe.scan_results import (
    MOST_SHOWN,
    Bridge,
    Counts,
    FinishedScan,
    FoundCluster,
    FoundPair,
    id_of,
)
from services.dedupe.scanning import SCAN_DUPLICATES, SCANS

SCAN_JOB = "dedupe.scan"
"""The job over files whose results can be a scan too."""
KEPT_SCANS = 3
_DELETED_AT_ONCE = 20_000
_NEWEST_FIRST = (SortKey(ScanRow.created_at, descending=True), SortKey(ScanRow.scan_id, descending=True))


def records_to_scan(
    session: TenantReader,
    *,
    kinds: Collection[RecordKind],
    exclude_inactive: bool,
    after: RecordRef | None,
    limit: int,
) -> list[tuple[RecordRef, Mapping[str, str]]]:
    """The next records by ref that are records of their own, with their fields.

    Args:
        session: The transaction.
        kinds: Their kinds.
        exclude_inactive: Leave out those that the CRM has retired.
        after: The last one of the page before; None for the first page.
        limit: At most so many.
    """
    query = select(RecordRow.kind, RecordRow.record_id, RecordRow.fields).where(
        col(RecordRow.kind).in_(kinds), RecordRow.merge_id == ""
    )
    if exclude_inactive:
        query = query.where(col(RecordRow.is_inactive).is_(False))
    if after is not None:
        later = or_(
            col(RecordRow.kind) > after.kind,
            and_(col(RecordRow.kind) == after.kind, col(RecordRow.record_id) > after.id),
        )
        query = query.where(col(RecordRow.kind) >= after.kind, later)
    rows = session.exec(query.order_by(col(RecordRow.kind), col(RecordRow.record_id)).limit(limit))
    return [(RecordRef(RecordKind(kind), record_id), fields) for kind, record_id, fields in rows]


def decided_pairs(session: TenantReader) -> list[Decided]:
    """All that people have decided about pairs."""
    return [
        Decided(f"{row.left_kind}/{row.left_id}", f"{row.right_kind}/{row.right_id}", row.is_match)
        for row in session.exec(select(PairDecisionRow))
    ]


def write_pairs(session: TenantSession, scan_id: str, first: int, pairs: Sequence[FoundPair]) -> None:
    """Stores kept pairs, the first of them at this place."""
    session.insert_rows(
        ScanPairRow,
        [
            {
                "scan_id": scan_id,
                "place": place,
                "left_kind": pair.left.kind,
                "left_id": pair.left.id,
                "right_kind": pair.right.kind,
                "right_id": pair.right.id,
                "probability": pair.probability,
                "pattern": pair.pattern,
            }
            for place, pair in enumerate(pairs, start=first)
        ],
    )


def write_clusters(session: TenantSession, scan_id: str, clusters: Sequence[FoundCluster]) -> None:
    """Stores clusters with all of their records."""
    rows = [
        {
            "scan_id": scan_id,
            "number": cluster.number,
            "records": [[ref.kind, ref.id] for ref in cluster.records[:MOST_SHOWN]],
            "record_count": cluster.record_count,
            "least_probability": cluster.least_probability,
            "has_bridge": bool(cluster.bridges),
            "bridges": [
                {
                    "left": [bridge.left.kind, bridge.left.id],
                    "right": [bridge.right.kind, bridge.right.id],
                    "probability": bridge.probability,
                }
                for bridge in cluster.bridges
            ],
        }
        for cluster in clusters
    ]
    members = [
        {"scan_id": scan_id, "kind": ref.kind, "record_id": ref.id, "number": cluster.number}
        for cluster in clusters
        for ref in cluster.records
    ]
    if rows:
        session.insert_rows(ScanClusterRow, rows)
        session.insert_rows(ScanMemberRow, members)


def write_scan(session: TenantSession, scan: FinishedScan) -> None:
    """Stores a scan whose pairs and clusters are there, and hides all but the last ones; it is the newest."""
    last = session.exec(select(func.max(ScanRow.created_at))).one()
    session.add(
        ScanRow(
            scan_id=scan.scan_id,
            summary=asdict(scan.counts),
            threshold=scan.threshold,
            weights=scan.weights,
            created_at=later_than(last, scan.created_at),
        )
    )
    session.flush()
    newest = select(ScanRow.scan_id).order_by(col(ScanRow.created_at).desc(), col(ScanRow.scan_id).desc())
    old = session.exec(newest.offset(KEPT_SCANS)).all()
    session.change(delete(ScanRow).where(col(ScanRow.scan_id).in_(old)))


def delete_hidden(db: Database, tenant: str, *, own: str) -> Iterator[None]:
    """Deletes pairs and clusters of scans that do not show: old ones, and those that were given up.

    Args:
        db: The service's database.
        tenant: Whose.
        own: The scan that asks: its rows go too while it doesn't show. Those of others that are being stored stay.

    Yields:
        After each transaction, none of which is long.
    """
    for model, place in (
        (ScanPairRow, ScanPairRow.place),
        (ScanMemberRow, ScanMemberRow.number),
        (ScanClusterRow, ScanClusterRow.number),
    ):
        with db.read(tenant) as session:
            shown = select(ScanRow.scan_id)
            query = select(model.scan_id).distinct().where(col(model.scan_id).not_in(shown))
            hidden = set(session.exec(query)) - (_under_way(session) - {own})
        for scan_id in hidden:
            yield from _delete_all(db, tenant, model, place, scan_id)


def _under_way(session: TenantReader) -> set[str]:
    """Ids of scans that are being done: those of their operations."""
    found = [
        *unfinished_operations(session, kind=SCAN_DUPLICATES, target=SCANS),
        *unfinished_operations(session, kind=RUN_JOB, target=SCAN_JOB),
    ]
    return {operation.id for operation in found}


def _delete_all(db: Database, tenant: str, model: Any, place: Any, scan_id: str) -> Iterator[None]:
    while True:
        with db.write(tenant) as session:
            query = select(place).where(model.scan_id == scan_id).order_by(place)
            last = session.exec(query.limit(_DELETED_AT_ONCE)).all()
            if not last:
                return
            session.change(delete(model).where(model.scan_id == scan_id, place <= last[-1]))
        yield


def read_scan(session: TenantReader, scan_id: str) -> FinishedScan | None:
    """One scan; the latest for "-"."""
    query = select(ScanRow).order_by(col(ScanRow.created_at).desc(), col(ScanRow.scan_id).desc()).limit(1)
    row = session.exec(query if scan_id == "-" else query.where(ScanRow.scan_id == scan_id)).one_or_none()
    return None if row is None else _scan(row)


def list_scans(session: TenantReader, *, page_size: int, page_token: str) -> Page[FinishedScan]:
    """A page of scans, the newest first."""
    page = read_page(
        session, select(ScanRow), _NEWEST_FIRST, page_size=page_size, page_token=page_token, scope=["scans"]
    )
    return Page([_scan(row) for row in page.rows], page.next_page_token)


def list_pairs(session: TenantReader, scan_id: str, *, page_size: int, page_token: str) -> Page[FoundPair]:
    """A page of a scan's pairs, the likeliest first."""
    page = read_page(
        session,
        select(ScanPairRow).where(ScanPairRow.scan_id == scan_id),
        [SortKey(ScanPairRow.place)],
        page_size=page_size,
        page_token=page_token,
        scope=["pairs", scan_id],
    )
    return Page([_pair(row) for row in page.rows], page.next_page_token)


def list_clusters(
    session: TenantReader,
    scan_id: str,
    *,
    ref: RecordRef | None,
    only_with_bridge: bool,
    page_size: int,
    page_token: str,
) -> Page[FoundCluster]:
    """A page of a scan's clusters, the surest first.

    Args:
        session: The transaction.
        scan_id: The scan.
        ref: Only those with this record; None for all.
        only_with_bridge: Only those that have a weak bridge.
        page_size: From the request.
        page_token: From the request.
    """
    query = select(ScanClusterRow).where(ScanClusterRow.scan_id == scan_id)
    if ref is not None:
        numbers = select(ScanMemberRow.number).where(
            ScanMemberRow.scan_id == scan_id,
            ScanMemberRow.kind == ref.kind,
            ScanMemberRow.record_id == ref.id,
        )
        query = query.where(col(ScanClusterRow.number).in_(numbers))
    if only_with_bridge:
        query = query.where(col(ScanClusterRow.has_bridge).is_(True))
    page = read_page(
        session,
        query,
        [SortKey(ScanClusterRow.number)],
        page_size=page_size,
        page_token=page_token,
        scope=["clusters", scan_id, id_of(ref) if ref else "", str(only_with_bridge)],
    )
    return Page([_cluster(row) for row in page.rows], page.next_page_token)


def _scan(row: ScanRow) -> FinishedScan:
    return FinishedScan(row.scan_id, Counts(**row.summary), row.threshold, row.weights, row.created_at)


def _pair(row: ScanPairRow) -> FoundPair:
    left, right = _ref((row.left_kind, row.left_id)), _ref((row.right_kind, row.right_id))
    return FoundPair(left, right, row.probability, row.pattern)


def _cluster(row: ScanClusterRow) -> FoundCluster:
    return FoundCluster(
        row.number,
        [_ref(each) for each in row.records],
        row.record_count,
        row.least_probability,
        [Bridge(_ref(each["left"]), _ref(each["right"]), each["probability"]) for each in row.bridges],
    )


def _ref(kind_and_id: Sequence[str]) -> RecordRef:
    kind, record_id = kind_and_id
    return RecordRef(RecordKind(kind), record_id)
