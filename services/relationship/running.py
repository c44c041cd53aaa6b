"""The process that works on operations."""

import threading

from services.common.batch.operation import RunJob
from services.common.batch.orders import RUN_JOB
from services.common.db import Database
from services.common.db.migrations import migrate
from services.common.operations import OperationContext, TypedBytes, run
from services.relationship.rebuild import REBUILD
from services.relationship.settings import RelationshipSettings


def run_operations(settings: RelationshipSettings, stop: threading.Event) -> None:
    """Rebuilds what is derived from activities on request, until it is told to stop."""
    migrate(settings.database_url, service=settings.service)
    db = Database(settings.database_url, service=settings.service)

    def rebuild(context: OperationContext) -> TypedBytes | None:
        # What reads activities is loaded when there is something to read.
        from services.relationship.rebuild_job import RebuildJob  # noqa: PLC0415

        return RebuildJob(db)(context)

    try:
        run(db, {REBUILD: rebuild, RUN_JOB: RunJob(db, settings)}, stop)
    finally:
        db.close()
