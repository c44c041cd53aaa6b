"""Puts the scores of the job `scoring.rescore` into the service's store."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from pyarrow import parquet

from services.common.batch.operation import Finish, OnStage
from services.common.batch.outcomes import Stored
from services.common.db import Database, TenantReader, TenantSession
from services.common.errors import Reason, failed_precondition
from services.common.operations import OperationContext
from services.common.records import RecordKind
from services.scoring.grades import GradeRanges
from services.scoring.intervals import Interval
from services.scoring.matching import first_match
from services.scoring.open_records import PAGE_RECORDS, OpenRecords
from services.scoring.records import Record, Score
from services.scoring.rescoring import rescored
from services.scoring.serving import ServingModel
from services.scoring.shelf import ModelShelf, PublishedModel

RESCORE_JOB = "scoring.rescore"


class JobResults:
    """Gives open records the scores that a job found for them, as a refresh would.

    A record keeps the score it has if the job says nothing of it, or if another model serves it by now.

    Args:
        db: The service's database.
        shelf: The models.
        page_records: Records to a transaction.
    """

    def __init__(self, db: Database, shelf: ModelShelf, page_records: int = PAGE_RECORDS) -> None:
        self._db = db
        self._shelf = shelf
        self._page_records = page_records

    def __call__(self, context: OperationContext, kind: RecordKind, results: Path, tell: OnStage) -> Finish:
        """See `StoreResults`.

        Raises:
            LeadlightError: FAILED_PRECONDITION (MODEL_NOT_PUBLISHED) if the model scores no record of the kind here.
        """
        (model,) = parquet.read_table(results / "model.parquet").to_pylist()
        scores = results / "scores.parquet"
        self._shelf.forget(context.tenant, kind)
        if not any(_is_of(each, model) for each in self._shelf.published(context.tenant, kind)):
            name = f"models/{model['model_id']}"
            raise failed_precondition(
                Reason.MODEL_NOT_PUBLISHED,
                f"version {model['version']} of {name} is not published",
                name=name,
            )

        def rescore(
            session: TenantReader, records: Sequence[Record], now: datetime, ranges: GradeRanges
        ) -> list[Record]:
            given = _given(scores, [record.ref.id for record in records])
            published = self._shelf.published(context.tenant, kind)
            wanted = [
                each
                for each in records
                if each.ref.id in given and _is_of(first_match(published, each.attributes), model)
            ]

            def score_many(by: ServingModel, some: Sequence[Record]) -> list[Score]:
                return [_score(given[each.ref.id], by, now=now, ranges=ranges) for each in some]

            fresh = rescored(
                session, self._shelf, kind, wanted, now=now, ranges=ranges, score_many=score_many
            )
            after = {each.ref.id: each for each in fresh}
            return [after.get(each.ref.id, each) for each in records]

        done = OpenRecords(self._db, context, kind, rescore, tell, self._page_records).run()
        found = parquet.ParquetFile(scores).metadata.num_rows

        def finish(_session: TenantSession) -> Stored:
            return Stored(done.scored, found - done.scored)

        return finish


def _is_of(published: PublishedModel | None, model: Mapping[str, Any]) -> bool:
    """Whether a published model is the one that a job scored by."""
    return published is not None and (published.model.model_id, published.model.version) == (
        model["model_id"],
        model["version"],
    )


def _given(scores: Path, ids: Iterable[str]) -> dict[str, dict[str, Any]]:
    """What a job found for some records, by id; the file is in the order of ids, so little of it is read."""
    wanted = set(ids)
    if not wanted:
        return {}
    between = [("id", ">=", min(wanted)), ("id", "<=", max(wanted))]
    rows = parquet.read_table(scores, filters=between).to_pylist()
    return {row["id"]: row for row in rows if row["id"] in wanted}


def _score(found: Mapping[str, Any], by: ServingModel, *, now: datetime, ranges: GradeRanges) -> Score:
    return Score(
        probability=found["probability"],
        score=found["score"],
        grade=ranges.grade(found["score"]),
        model_id=by.model_id,
        model_version=by.version,
        scored_at=now,
        interval=None if found["low"] is None else Interval(found["low"], found["high"]),
        low_evidence=by.card.report.low_evidence,
    )
