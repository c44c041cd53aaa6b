"""The operation that makes all that is derived from activities anew, while others go on.

It goes through whole days, as many at a time as make a page. What follows from their activities is worked out again
(people's sides, threads, records, by the settings of now), and what they add up to is put in the place of the numbers
that were there. Each page is one transaction with its checkpoint, under the lock that every writer takes: who reads
in between sees numbers that are right for what is stored. What a page changes elsewhere, such as an earlier mail of a
thread, is taken out and added again as any change is.
"""

from dataclasses import dataclass, replace

from pydantic import TypeAdapter

from services.common.db import Database
from services.common.operations import OperationContext, TypedBytes
from services.relationship import activity_store, daily_store, intake, settings_store
from services.relationship.convert_operations import rebuild_response
from services.relationship.daily_store import Deltas

PAGE_ACTIVITIES = 500
_NO_DAY = 0
_WORKING = "working out days again"


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a rebuild is, as its checkpoint keeps it.

    Attributes:
        total: Activities when it began.
        day: The last day that is done.
        read: Activities read.
        wrong: Rows that were other than they should be.
        whole: All is done.
    """

    total: int
    day: int = _NO_DAY
    read: int = 0
    wrong: int = 0
    whole: bool = False


_PROGRESS = TypeAdapter(Progress)


class RebuildJob:
    """Makes all that is derived from a tenant's activities anew.

    Args:
        db: The service's database.
        page_activities: Activities to a transaction.
    """

    def __init__(self, db: Database, page_activities: int = PAGE_ACTIVITIES) -> None:
        self._db = db
        self._page_activities = page_activities

    def __call__(self, context: OperationContext) -> TypedBytes | None:
        """Runs one attempt, from the last checkpoint on."""
        if context.checkpoint:
            done = _PROGRESS.validate_json(context.checkpoint)
        else:
            with self._db.read(context.tenant) as session:
                done = Progress(activity_store.count(session))
        while not done.whole:
            context.raise_if_cancelled()
            context.progress(0.9 * min(1.0, done.read / max(1, done.total)), _WORKING)
            done = self._next_days(context, done)
        return TypedBytes.of(rebuild_response(done.read, done.wrong))

    def _next_days(self, context: OperationContext, done: Progress) -> Progress:
        with self._db.write(context.tenant) as session:
            settings = settings_store.locked(session)
            days = daily_store.next_days(session, done.day, self._page_activities)
            if days is None:
                done = replace(done, whole=True, read=activity_store.count(session))
            else:
                again = intake.work_out_again(session, settings, days)
                right = Deltas()
                for stored in again:
                    if stored.derived.day in days:
                        right.add(stored)
                wrong = done.wrong + daily_store.replace_days(session, days, right)
                done = replace(done, day=days.stop - 1, read=done.read + len(again), wrong=wrong)
            context.save_checkpoint(session, _PROGRESS.dump_json(done))
        return done
