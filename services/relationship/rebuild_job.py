"""The operation that makes all that is derived from activities anew, while others go on.

First every activity is read again, page by page: its people's sides, its thread, its records, by the settings of now.
Then the numbers of whole days, as many as make a page, are added up from their activities and put in the place of what
was there. Each page is one transaction with its checkpoint, under the lock that every writer takes: who reads in
between sees numbers that are right for what is stored.
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
_READING = "reading activities again"
_ADDING = "adding up days"


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a rebuild is, as its checkpoint keeps it.

    Attributes:
        total: Activities when it began.
        after: The last id of the last whole page.
        read: Activities read.
        is_read: All are.
        day: The last day that was added up.
        wrong: Rows that were other than they should be.
        whole: All is done.
    """

    total: int
    after: str = ""
    read: int = 0
    is_read: bool = False
    day: int = _NO_DAY
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
            share = min(1.0, done.read / max(1, done.total))
            context.progress(share * 0.9, _ADDING if done.is_read else _READING)
            done = self._add_up(context, done) if done.is_read else self._read_again(context, done)
        return TypedBytes.of(rebuild_response(done.read, done.wrong))

    def _read_again(self, context: OperationContext, done: Progress) -> Progress:
        with self._db.write(context.tenant) as session:
            settings = settings_store.locked(session)
            ids = activity_store.next_ids(session, after=done.after, limit=self._page_activities)
            intake.work_out_again(session, settings, ids)
            done = replace(
                done,
                after=ids[-1] if ids else done.after,
                read=done.read + len(ids),
                is_read=len(ids) < self._page_activities,
            )
            context.save_checkpoint(session, _PROGRESS.dump_json(done))
        return done

    def _add_up(self, context: OperationContext, done: Progress) -> Progress:
        with self._db.write(context.tenant) as session:
            settings_store.locked(session)
            days = daily_store.next_days(session, done.day, self._page_activities)
            if days is None:
                done = replace(done, whole=True)
            else:
                right = Deltas()
                for stored in activity_store.read_days(session, days):
                    right.add(stored)
                wrong = done.wrong + daily_store.replace_days(session, days, right)
                done = replace(done, day=days.stop - 1, wrong=wrong)
            context.save_checkpoint(session, _PROGRESS.dump_json(done))
        return done
