"""The clock of upkeep.py, in the process that works on operations."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from apscheduler.schedulers.background import BackgroundScheduler

from services.scoring.upkeep import Upkeep

REFRESH_LOOK_MINUTES = 1
RETRAIN_LOOK_MINUTES = 60


@contextmanager
def upkeep_on_schedule(upkeep: Upkeep) -> Iterator[None]:
    """Looks at once, and then again and again, for what is due, until the block ends.

    When something is due is written in the database, not here: a restart forgets nothing, and a second runner
    beside this one changes nothing.
    """
    scheduler = BackgroundScheduler(timezone=UTC)
    for work, minutes in ((upkeep.refresh, REFRESH_LOOK_MINUTES), (upkeep.retrain, RETRAIN_LOOK_MINUTES)):
        scheduler.add_job(
            work,
            "interval",
            minutes=minutes,
            next_run_time=datetime.now(UTC),
            coalesce=True,  # looks that were missed while the machine slept are one look
            max_instances=1,
            misfire_grace_time=None,
        )
    scheduler.start()
    try:
        yield
    finally:
        scheduler.shutdown()
