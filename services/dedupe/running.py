"""The process that works on operations."""

import threading

from services.common.db import Database
from services.common.db.migrations import migrate
from services.common.operations import run
from services.dedupe.reindex import REINDEX, ask_for_outdated
from services.dedupe.reindex_job import ReindexJob
from services.dedupe.settings import DedupeSettings


def run_operations(settings: DedupeSettings, stop: threading.Event) -> None:
    """Works on operations, until it is told to stop."""
    migrate(settings.database_url, service=settings.service)
    db = Database(settings.database_url, service=settings.service)
    try:
        ask_for_outdated(db)
        run(db, {REINDEX: ReindexJob(db)}, stop)
    finally:
        db.close()
