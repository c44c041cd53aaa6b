"""Runs operations until it is killed.

Usage: runner.py DATABASE_URL LOG. Handlers append lines to LOG:
  Steps  counts to the number in the request, a checkpoint each, 20 ms apart
  Short  ends at once
"""

import signal
import sys
import threading
import time
from pathlib import Path

from services.common.db import Database
from services.common.operations import OperationContext, RunnerSettings, TypedBytes, run

LOG = Path(sys.argv[2])


def log(line: str) -> None:
    with LOG.open("a", encoding="utf-8") as file:
        file.write(line + "\n")


def steps(context: OperationContext) -> TypedBytes:
    done = int(context.checkpoint or b"0")
    total = int(context.request)
    log(f"{context.id} attempt {context.attempt} from {done}")
    while done < total:
        context.progress(done / total, f"step {done}")
        time.sleep(0.02)
        done += 1
        with context.db.write(context.tenant) as session:
            context.save_checkpoint(session, str(done).encode())
    return TypedBytes("type.googleapis.com/test.Steps", str(done).encode())


def short(context: OperationContext) -> TypedBytes:
    log(f"{context.id} attempt {context.attempt}")
    return TypedBytes("type.googleapis.com/test.Short", b"")


stop = threading.Event()
signal.signal(signal.SIGTERM, lambda *_: stop.set())
database = Database(sys.argv[1], service="kit")
print("ready", flush=True)
run(database, {"Steps": steps, "Short": short}, stop, RunnerSettings(poll_s=0.02, heartbeat_s=0.2))
database.close()
