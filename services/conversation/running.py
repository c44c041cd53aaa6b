"""The service's runner: hands commitments to the notes service, removes what is too old to be kept, and runs jobs."""

import threading
import time

import structlog

from services.common.batch.operation import RunJob
from services.common.batch.orders import RUN_JOB
from services.common.db import Database, utc_now
from services.common.db.migrations import migrate
from services.common.errors import LeadlightError
from services.common.operations import StopSignal, run
from services.common.peers import Peers
from services.conversation.handover import Handover
from services.conversation.peer_notes import NotesPeer
from services.conversation.retention import Retention
from services.conversation.settings import ConversationSettings

_POLL_S = 0.5
_EVERY_S = 3600.0  # what is kept for days need not go to the minute
_LOG_EVERY_S = 60.0  # a reader may have kept the log from being emptied when something was erased

_log = structlog.get_logger()


def run_operations(settings: ConversationSettings, stop: StopSignal) -> None:
    """Works until it is told to stop; a database that does not answer is tried again."""
    migrate(settings.database_url, service=settings.service)
    db = Database(settings.database_url, service=settings.service)
    peers = Peers(settings)
    handover = Handover(db, NotesPeer(peers, settings.notes_address, settings.notes_timeout_s))
    retention = Retention(db)
    # A job may take hours, for which nobody waits with their commitments.
    handlers = {RUN_JOB: RunJob(db, settings)}
    operations = threading.Thread(target=run, args=(db, handlers, stop), name="operations", daemon=True)
    operations.start()
    cleaned_s = emptied_s = float("-inf")
    try:
        while not stop.is_set():
            if not operations.is_alive():
                raise RuntimeError("the thread of operations has ended")  # and so do we, to be started again
            has_more = False
            try:
                has_more = handover.step(utc_now())
                if time.monotonic() - cleaned_s >= _EVERY_S:
                    retention.run(utc_now(), stop)
                    cleaned_s = time.monotonic()
                if time.monotonic() - emptied_s >= _LOG_EVERY_S:
                    db.overwrite_deleted()
                    emptied_s = time.monotonic()
            except LeadlightError as error:
                _log.warning("runner_waits", reason=error.reason)
            if not has_more:
                stop.wait(_POLL_S)
        operations.join()
    finally:
        peers.close()
        db.close()
