"""The process that works on operations."""

import threading
from pathlib import Path

from services.common.batch.operation import Finish, OnStage, RunJob
from services.common.batch.orders import RUN_JOB
from services.common.db import Database
from services.common.db.migrations import migrate
from services.common.operations import Handler, OperationContext, TypedBytes, run
from services.common.records import RecordKind
from services.dedupe.publish_job import PublishJob
from services.dedupe.publishing import FORGET_CODES, PUBLISH_RULE
from services.dedupe.reindex import REINDEX, ask_for_outdated
from services.dedupe.reindex_job import ReindexJob
from services.dedupe.scan_store import SCAN_JOB
from services.dedupe.scanning import SCAN_DUPLICATES
from services.dedupe.settings import DedupeSettings


def run_operations(settings: DedupeSettings, stop: threading.Event) -> None:
    """Works on operations, until it is told to stop."""
    migrate(settings.database_url, service=settings.service)
    db = Database(settings.database_url, service=settings.service)

    def scan_duplicates(context: OperationContext) -> TypedBytes | None:
        # DuckDB and Arrow take a second and a hundred megabytes: not before there is something to scan.
        from services.dedupe.scan_job import ScanJob, ScanLimits  # noqa: PLC0415

        limits = ScanLimits(settings.scan_threads, settings.scan_memory_mb)
        return ScanJob(db, settings.data_dir, limits)(context)

    def store_scan(context: OperationContext, kind: RecordKind, results: Path, tell: OnStage) -> Finish:
        from services.dedupe.job_results import JobResults  # noqa: PLC0415

        return JobResults(db)(context, kind, results, tell)

    publishing = PublishJob(db)
    handlers: dict[str, Handler] = {
        REINDEX: ReindexJob(db),
        PUBLISH_RULE: publishing.publish,
        FORGET_CODES: publishing.forget,
        SCAN_DUPLICATES: scan_duplicates,
        RUN_JOB: RunJob(db, settings, {SCAN_JOB: store_scan}),
    }
    try:
        ask_for_outdated(db)
        run(db, handlers, stop)
    finally:
        db.close()
