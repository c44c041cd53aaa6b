"""Works on the dedupe service's operations, and is killed while a job compares pairs.

Usage: killed_runner.py DATABASE_URL DATA_FOLDER JOBS_FOLDER
"""

import os
import signal
import sys
import threading
from pathlib import Path

from services.common.batch.operation import RunJob
from services.common.batch.orders import RUN_JOB
from services.common.db import Database
from services.common.operations import OperationContext, TypedBytes, run
from services.dedupe.settings import DedupeSettings

_STAGE = "comparing pairs"


class _KilledContext(OperationContext):
    """Ends the process hard once the stage is told."""

    def progress(self, share: float, stage: str = "") -> None:
        super().progress(share, stage)
        if stage == _STAGE:
            os.kill(os.getpid(), signal.SIGKILL)


def run_killed(context: OperationContext) -> TypedBytes | None:
    """Runs the job of an operation."""
    context.__class__ = _KilledContext
    return RunJob(db, settings)(context)


settings = DedupeSettings(data_dir=Path(sys.argv[2]), jobs_folder=Path(sys.argv[3]))
db = Database(sys.argv[1], service="dedupe")
run(db, {RUN_JOB: run_killed}, threading.Event())
