"""The process that works on operations: what reads notes is loaded when there is a history to read."""

import threading

from services.common.batch.operation import RunJob
from services.common.batch.orders import RUN_JOB
from services.common.db import Database
from services.common.db.migrations import migrate
from services.common.operations import OperationContext, TypedBytes, run
from services.notes.history import ANALYZE_HISTORY
from services.notes.settings import NotesSettings


def run_operations(settings: NotesSettings, stop: threading.Event) -> None:
    """Analyses history on request, until it is told to stop."""
    migrate(settings.database_url, service=settings.service)
    db = Database(settings.database_url, service=settings.service)

    def analyze_history(context: OperationContext) -> TypedBytes | None:
        # Grammars and classifiers take a second and a hundred megabytes: not before there is something to read.
        from services.notes.history_job import HistoryJob  # noqa: PLC0415
        from services.notes.preferences import PreferenceService  # noqa: PLC0415
        from services.notes.service import NotesService  # noqa: PLC0415

        return HistoryJob(db, NotesService(db, PreferenceService(db)))(context)

    try:
        run(db, {ANALYZE_HISTORY: analyze_history, RUN_JOB: RunJob(db, settings)}, stop)
    finally:
        db.close()
