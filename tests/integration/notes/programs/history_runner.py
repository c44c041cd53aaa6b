"""Works on analyses of history, slowly and in small pages, until it is killed.

Usage: history_runner.py DATABASE_URL PAGE_NOTES PAUSE_S
"""

import sys
import threading
import time

from services.common.db import Database
from services.common.operations import RunnerSettings, run
from services.notes.history import ANALYZE_HISTORY
from services.notes.history_job import HistoryJob
from services.notes.note import Note
from services.notes.preferences import PreferenceService
from services.notes.service import NotesService, Prepared


class SlowService(NotesService):
    """Takes its time over each note."""

    def prepare(self, tenant: str, note: Note) -> Prepared:
        time.sleep(float(sys.argv[3]))
        return super().prepare(tenant, note)


db = Database(sys.argv[1], service="notes")
print("ready", flush=True)
job = HistoryJob(db, SlowService(db, PreferenceService(db)), page_notes=int(sys.argv[2]))
run(db, {ANALYZE_HISTORY: job}, threading.Event(), RunnerSettings(poll_s=0.02, heartbeat_s=0.2, lease_s=60))
