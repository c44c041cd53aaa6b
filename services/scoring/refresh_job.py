"""The operation that refreshes: goes through the open records of a kind page by page and scores them anew.

Each page is one transaction with its checkpoint: a refresh that dies goes on after the last whole page, and no
record is scored twice. Records that a caller changes at that very moment are left for the end, one transaction
each: a transaction that waits for one record while it holds a page of others could wait for ever.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from pydantic import TypeAdapter

from services.common.db import Database, TenantSession, utc_now
from services.common.operations import OperationContext, TypedBytes
from services.common.records import RecordKind
from services.scoring import kind_store, store
from services.scoring.convert_upkeep import refresh_response
from services.scoring.rescoring import rescored
from services.scoring.serving import ModelShelf

PAGE_RECORDS = 500
_STAGE = "scoring the open records"


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a refresh is, as its checkpoint keeps it.

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


class RefreshJob:
    """Rescores the open records of the kind that an operation names.

    Args:
        db: The service's database.
        shelf: The models.
        page_records: Records to a transaction.
    """

    def __init__(self, db: Database, shelf: ModelShelf, page_records: int = PAGE_RECORDS) -> None:
        self._db = db
        self._shelf = shelf
        self._page_records = page_records

    def __call__(self, context: OperationContext) -> TypedBytes | None:
        """Runs one attempt, from the last checkpoint on."""
        kind = RecordKind(context.request.decode())
        # What was published in the same transaction as this operation must be seen.
        self._shelf.forget(context.tenant, kind)
        done = _PROGRESS.validate_json(context.checkpoint) if context.checkpoint else Progress(utc_now())
        with self._db.read(context.tenant) as session:
            total = max(1, store.count_open(session, kind))
        context.progress(_share(done, total), _STAGE)
        while not done.whole:
            done = self._page(context, kind, done)
            context.progress(_share(done, total), _STAGE)
        while done.held:
            done = self._held(context, kind, done)
            context.progress(_share(done, total), _STAGE)
        with self._db.write(context.tenant) as session:
            kind_store.refreshed(session, kind, done.began)
            context.complete(session, TypedBytes.of(refresh_response(done.scored, done.stale)))
        return None

    def _page(self, context: OperationContext, kind: RecordKind, done: Progress) -> Progress:
        with self._db.write(context.tenant) as session:
            ids = store.open_ids(session, kind, after=done.after, limit=self._page_records)
            found = self._rescore(session, kind, ids, done, skip_locked=True)
            missing = tuple(each for each in ids if each not in found.ids)
            after = replace(
                found.done,
                after=ids[-1] if ids else done.after,
                held=done.held + missing,
                whole=len(ids) < self._page_records,
            )
            context.save_checkpoint(session, _PROGRESS.dump_json(after))
        return after

    def _held(self, context: OperationContext, kind: RecordKind, done: Progress) -> Progress:
        with self._db.write(context.tenant) as session:
            found = self._rescore(session, kind, done.held[:1], done, skip_locked=False)
            after = replace(found.done, held=done.held[1:])
            context.save_checkpoint(session, _PROGRESS.dump_json(after))
        return after

    def _rescore(
        self,
        session: TenantSession,
        kind: RecordKind,
        ids: Sequence[str],
        done: Progress,
        *,
        skip_locked: bool,
    ) -> "_Rescored":
        """Locks records, scores those that are still open, and stores what changed."""
        ranges = store.grade_ranges(session, kind)
        locked = store.lock_records(session, kind, ids, ranges, skip_locked=skip_locked)
        before = [record for record in locked.values() if record.is_positive is None]
        now = utc_now()
        after = rescored(session, self._shelf, kind, before, now=now, ranges=ranges)
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
