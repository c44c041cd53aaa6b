"""Works on refreshes, slowly and in small pages, until it is killed.

Usage: refresh_runner.py DATABASE_URL DATA_FOLDER PAGE_RECORDS PAUSE_S
"""

import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path

from services.common.db import Database
from services.common.operations import RunnerSettings, run
from services.common.records import RecordKind
from services.scoring.files import ServiceFiles
from services.scoring.refresh_job import RefreshJob
from services.scoring.refreshing import REFRESH_SCORES
from services.scoring.shelf import ModelShelf, PublishedModel


class SlowShelf(ModelShelf):
    """Takes its time over each page."""

    def published(self, tenant: str, kind: RecordKind) -> Sequence[PublishedModel]:
        time.sleep(float(sys.argv[4]))
        return super().published(tenant, kind)


db = Database(sys.argv[1], service="scoring")
shelf = SlowShelf(db, ServiceFiles(Path(sys.argv[2])))
print("ready", flush=True)
job = RefreshJob(db, shelf, page_records=int(sys.argv[3]))
run(db, {REFRESH_SCORES: job}, threading.Event(), RunnerSettings(poll_s=0.02, heartbeat_s=0.2, lease_s=60))
