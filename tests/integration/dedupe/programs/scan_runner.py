"""Works on operations in small pages, and kills itself when one has told so often how far it is.

Usage: scan_runner.py DATABASE_URL DATA_DIR TIMES
"""

import os
import signal
import sys
import threading
from pathlib import Path

from services.common.db import Database
from services.common.operations import OperationContext, RunnerSettings, TypedBytes, run
from services.dedupe.scan_job import ScanJob, ScanLimits
from services.dedupe.scanning import SCAN_DUPLICATES

url, data_dir, times = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])


class MortalContext(OperationContext):
    """Dies when it has told how far it is so often."""

    told = 0

    def progress(self, share: float, stage: str = "") -> None:
        """Tells, and dies."""
        super().progress(share, stage)
        self.told += 1
        if self.told == times:
            os.kill(os.getpid(), signal.SIGKILL)


def scan(context: OperationContext) -> TypedBytes | None:
    """Does the scan, mortally."""
    context.__class__ = MortalContext
    return ScanJob(db, data_dir, ScanLimits(page_records=10, page_rows=5))(context)


db = Database(url, service="dedupe")
run(db, {SCAN_DUPLICATES: scan}, threading.Event(), RunnerSettings(poll_s=0.02, heartbeat_s=0.2, lease_s=60))
