"""The operation that scans a tenant's records: read them, compare them, store what was found.

Each stage leaves a checkpoint, and an operation that dies goes on after the last whole one: records are read page by
page into files, the comparison is one stage, and pairs and clusters are stored page by page. None of it shows before
the last transaction, which also puts the estimated weights in force.
"""

from dataclasses import dataclass, replace
from pathlib import Path

from pydantic import TypeAdapter

from services.common.batch.duckdb_engine import DuckDbEngine
from services.common.db import Database, TenantReader, TenantSession, utc_now
from services.common.operations import (
    LeaseLostError,
    OperationContext,
    RunnerStoppingError,
    TypedBytes,
)
from services.common.records import RecordRef
from services.dedupe import scan_store, settings_store, store, weights_store
from services.dedupe.convert_scans import scan_message
from services.dedupe.fields import Field
from services.dedupe.matching import weights_of
from services.dedupe.scan import ScanReport, ScanRequest, found_clusters, scan, write_kept
from services.dedupe.scan_folder import ID_COLUMN, ScanFolder
from services.dedupe.scan_results import Counts, FinishedScan, clusters_in_order
from services.dedupe.scan_storing import PAGE_ROWS, Placed, ScanStoring
from services.dedupe.scanning import ORDER
from services.dedupe.weights_store import EstimatedWeights

# Shares of the whole at the end of each stage.
_READ, _COMPARED = 0.2, 0.7


@dataclass(frozen=True, slots=True)
class ScanLimits:
    """What a scan takes of the machine.

    Attributes:
        threads: Cores.
        memory_mb: What the engine may hold before it spills to disk; the process takes about as much again.
        page_records: Records to a file.
        page_rows: Pairs, and clusters, to a transaction.
    """

    threads: int = 1
    memory_mb: int = 1024
    page_records: int = 20_000
    page_rows: int = PAGE_ROWS


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a scan is, as its checkpoint keeps it.

    Attributes:
        total: Records, as counted when it began.
        parts: Files of records that are written.
        after: The last record in them.
        records: Records in them.
        is_read: All records are.
        is_compared: What was found is written.
        pairs: Pairs stored.
        clusters: Clusters stored.
    """

    total: int
    parts: int = 0
    after: RecordRef | None = None
    records: int = 0
    is_read: bool = False
    is_compared: bool = False
    pairs: int = 0
    clusters: int = 0


_PROGRESS = TypeAdapter(Progress)


class ScanJob:
    """Does the scan that an operation names.

    Args:
        db: The service's database.
        data_dir: The service's data folder.
        limits: What it may take.
    """

    def __init__(self, db: Database, data_dir: Path, limits: ScanLimits) -> None:
        self._db = db
        self._data_dir = data_dir
        self._limits = limits

    def __call__(self, context: OperationContext) -> TypedBytes | None:
        """Runs one attempt, from the last checkpoint on."""
        folder = ScanFolder(self._data_dir, context.tenant, context.id)
        try:
            _Scan(self._db, context, folder, self._limits).run()
        except (RunnerStoppingError, LeaseLostError):
            # Another attempt goes on with what is there.
            raise
        except BaseException:
            folder.remove()
            for _ in scan_store.delete_hidden(self._db, context.tenant, own=context.id):
                pass
            raise
        folder.remove()
        for _ in scan_store.delete_hidden(self._db, context.tenant, own=context.id):
            pass
        return None


class _Scan:
    """One attempt at one scan."""

    def __init__(
        self, db: Database, context: OperationContext, folder: ScanFolder, limits: ScanLimits
    ) -> None:
        self._db = db
        self._context = context
        self._folder = folder
        self._limits = limits
        self._order = ORDER.validate_json(context.request)

    def run(self) -> None:
        done = self._begun()
        while not done.is_read:
            self._context.progress(_READ * done.records / max(1, done.total), "reading the stored records")
            done = self._read(done)
        if not done.is_compared:
            done = self._compare(done)
        self._store(done)
        self._finish(*self._folder.read_report())

    def _begun(self) -> Progress:
        self._folder.make()
        if self._context.checkpoint:
            done = _PROGRESS.validate_json(self._context.checkpoint)
            # A runner on another machine has none of the files.
            if self._folder.has_report() if done.is_compared else self._folder.has_records(done.parts):
                return done
        for _ in scan_store.delete_hidden(self._db, self._context.tenant, own=self._context.id):
            self._context.raise_if_cancelled()
        with self._db.read(self._context.tenant) as session:
            return Progress(store.record_count(session))

    def _save(self, done: Progress) -> Progress:
        with self._db.write(self._context.tenant) as session:
            self._context.save_checkpoint(session, _PROGRESS.dump_json(done))
        return done

    def _read(self, done: Progress) -> Progress:
        with self._db.read(self._context.tenant) as session:
            records = scan_store.records_to_scan(
                session,
                kinds=self._order.kinds,
                exclude_inactive=self._order.exclude_inactive,
                after=done.after,
                limit=self._limits.page_records,
            )
        self._folder.write_records(done.parts, records)
        return self._save(
            replace(
                done,
                parts=done.parts + 1,
                after=records[-1][0] if records else done.after,
                records=done.records + len(records),
                is_read=len(records) < self._limits.page_records,
            )
        )

    def _compare(self, done: Progress) -> Progress:
        with self._db.read(self._context.tenant) as session:
            request = self._request(session)
        with DuckDbEngine(self._limits.threads, self._limits.memory_mb, self._folder.path) as engine:
            report = scan(engine, request, self._stage)
            write_kept(engine, self._folder.kept)
            found = found_clusters(engine)
        clusters = clusters_in_order(found)
        self._folder.write_found(_counts(report, len(clusters)), report.weights.to_json(), clusters)
        return self._save(replace(done, is_compared=True))

    def _request(self, session: TenantReader) -> ScanRequest:
        settings = settings_store.tenant_settings(session)
        return ScanRequest(
            self._folder.records,
            ID_COLUMN,
            {field: field.value for field in Field},
            region=settings.region,
            threshold=self._order.threshold,
            weights=weights_of(settings.weights) if self._order.keep_weights else None,
            decided=scan_store.decided_pairs(session),
        )

    def _stage(self, share: float, stage: str) -> None:
        self._context.progress(_READ + (_COMPARED - _READ) * share, stage)

    def _store(self, done: Progress) -> None:
        def save(session: TenantSession, placed: Placed) -> None:
            progress = replace(done, pairs=placed.pairs, clusters=placed.clusters)
            self._context.save_checkpoint(session, _PROGRESS.dump_json(progress))

        def tell(share: float, stage: str) -> None:
            self._context.progress(_COMPARED + (1.0 - _COMPARED) * share, stage)

        placed = Placed(done.pairs, done.clusters)
        tenant, scan_id = self._context.tenant, self._context.id
        ScanStoring(
            self._db, tenant, scan_id, self._folder, save, tell, page_rows=self._limits.page_rows
        ).run(placed)

    def _finish(self, counts: Counts, weights: str) -> None:
        self._context.raise_if_cancelled()
        now = utc_now()
        finished = FinishedScan(self._context.id, counts, self._order.threshold, weights, now)
        with self._db.write(self._context.tenant) as session:
            settings_store.lock_tenant(session)
            scan_store.write_scan(session, finished)
            # Where nothing was compared there is nothing that was estimated.
            if not self._order.keep_weights and counts.compared_pairs:
                weights_store.write_weights(session, EstimatedWeights(weights, self._context.id, now))
            self._context.complete(session, TypedBytes.of(scan_message(finished)))


def _counts(report: ScanReport, clusters: int) -> Counts:
    return Counts(
        records=report.records,
        not_comparable=report.not_comparable,
        compared_pairs=report.compared,
        pairs=report.pairs,
        clusters=clusters,
        crowded_keys=report.damped_keys,
        hidden_pairs=report.hidden_pairs,
    )
