"""Goes through the open records of a kind page by page and gives them fresh scores.

Each page is one transaction with its checkpoint: work that dies goes on after the last whole page, and no record is
scored twice. Records that a caller changes at that very moment are left for the end, one transaction each: a
transaction that waits for one record while it holds a page of others could wait for ever.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from pydantic import TypeAdapter

from services.common.db import Database, TenantReader, TenantSession, utc_now
from services.common.operations import OperationContext
from services.common.records import RecordKind
from services.scoring import store
from services.scoring.grades import GradeRanges
from services.scoring.records import Record

PAGE_RECORDS = 500
_STAGE = "scoring the open records"

Rescore = Callable[[TenantReader, Sequence[Record], datetime, GradeRanges], list[Record]]
"""Open records with fresh scores, or as they are to stand: given the transaction that locks them, this moment, which
a fresh score has as `scored_at`, and the tenant's grades."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the work is, as its checkpoint keeps it.

    Attributes:
        began: When the first attempt began.
        after: The last id of the last whole page.
        held: Ids of records that were held by other transactions; they come last.
        scored: Records with a fresh score.
        stale: Records without.
        whole: Every page is done.
    """

    began: datetime
    after: str = ""
    held: tuple[str, ...] = ()
    scored: int = 0
    stale: int = 0
    whole: bool = False


_PROGRESS = TypeAdapter(Progress)


@dataclass(frozen=True)
class OpenRecords:
    """The open records of a kind, to be rescored by one operation.

    Attributes:
        db: The service's database.
        context: The operation.
        kind: Of the records.
        rescore: Scores a page.
        tell: Is told the share that is done, and the stage; may end the work by an exception.
        page_records: Records to a transaction.
    """

    db: Database
    context: OperationContext
    kind: RecordKind
    rescore: Rescore
    tell: Callable[[float, str], None]
    page_records: int = PAGE_RECORDS

    def run(self) -> Progress:
        """Rescores, from the last checkpoint on."""
        stored = self.context.checkpoint
        done = _PROGRESS.validate_json(stored) if stored else Progress(utc_now())
        with self.db.read(self.context.tenant) as session:
            total = max(1, store.count_open(session, self.kind))
        self.tell(_share(done, total), _STAGE)
        while not done.whole:
            done = self._page(done)
            self.tell(_share(done, total), _STAGE)
        while done.held:
            done = self._held(done)
            self.tell(_share(done, total), _STAGE)
        return done

    def _page(self, done: Progress) -> Progress:
        with self.db.write(self.context.tenant) as session:
            ids = store.open_ids(session, self.kind, after=done.after, limit=self.page_records)
            found = self._rescore(session, ids, done, skip_locked=True)
            missing = tuple(each for each in ids if each not in found.ids)
            after = replace(
                found.done,
                after=ids[-1] if ids else done.after,
                held=done.held + missing,
                whole=len(ids) < self.page_records,
            )
            self.context.save_checkpoint(session, _PROGRESS.dump_json(after))
        return after

    def _held(self, done: Progress) -> Progress:
        with self.db.write(self.context.tenant) as session:
            found = self._rescore(session, done.held[:1], done, skip_locked=False)
            after = replace(found.done, held=done.held[1:])
            self.context.save_checkpoint(session, _PROGRESS.dump_json(after))
        return after

    def _rescore(
        self,
        session: TenantSession,
        ids: Sequence[str],
        done: Progress,
        *,
        skip_locked: bool,
    ) -> "_Rescored":
        """Locks records, scores those that are still open, and stores what changed."""
        ranges = store.grade_ranges(session, self.kind)
        locked = store.lock_records(session, self.kind, ids, ranges, skip_locked=skip_locked)
        before = [record for record in locked.values() if record.is_positive is None]
        now = utc_now()
        after = self.rescore(session, before, now, ranges)
        fresh = [record.score is not None and record.score.scored_at == now for record in after]
        changed = [index for index, record in enumerate(after) if fresh[index] or record != before[index]]
        store.write_scores(session, [after[index] for index in changed], [fresh[index] for index in changed])
        scored = sum(fresh)
        return _Rescored(
            frozenset(locked),
            replace(done, scored=done.scored + scored, stale=done.stale + len(after) - scored),
        )


@dataclass(frozen=True, slots=True)
class _Rescored:
    ids: frozenset[str]
    done: Progress


def _share(done: Progress, total: int) -> float:
    return min(1.0, (done.scored + done.stale) / total)
