"""The operation that refreshes: every open record of a kind is scored anew by the models of today."""

from collections.abc import Sequence
from datetime import datetime

from services.common.db import Database, TenantReader
from services.common.operations import OperationContext, TypedBytes
from services.common.records import RecordKind
from services.scoring import kind_store
from services.scoring.convert_upkeep import refresh_response
from services.scoring.grades import GradeRanges
from services.scoring.open_records import PAGE_RECORDS, OpenRecords
from services.scoring.records import Record
from services.scoring.rescoring import rescored
from services.scoring.shelf import ModelShelf


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

        def rescore(
            session: TenantReader, records: Sequence[Record], now: datetime, ranges: GradeRanges
        ) -> list[Record]:
            return rescored(session, self._shelf, kind, records, now=now, ranges=ranges)

        done = OpenRecords(self._db, context, kind, rescore, context.progress, self._page_records).run()
        with self._db.write(context.tenant) as session:
            kind_store.refreshed(session, kind, done.began)
            context.complete(session, TypedBytes.of(refresh_response(done.scored, done.stale)))
        return None
