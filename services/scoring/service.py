"""What callers do with records and scores. Models have modelling.py."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from services.common.db import Database, TenantReader, TenantSession, utc_now
from services.common.errors import (
    FieldViolation,
    LeadlightError,
    Reason,
    invalid_argument,
    invalid_arguments,
    not_found,
)
from services.common.paging import Page
from services.common.recent import Recent
from services.common.records import RecordKind, RecordRef
from services.scoring import list_store, store
from services.scoring.eligibility import not_scored_reason
from services.scoring.encoding import Value
from services.scoring.grades import DEFAULT_RANGES, Grade, GradeRanges
from services.scoring.limits import MAX_ATTRIBUTES
from services.scoring.matching import first_match
from services.scoring.model_store import read_version
from services.scoring.records import Record, RecordChange, RecordOrder, Score, ScoreCause, WantedReasons
from services.scoring.rescoring import version_on_shelf
from services.scoring.score_change import ScoreChange, score_change
from services.scoring.serving import ServingModel
from services.scoring.shelf import ModelShelf
from services.scoring.stages import StageEntry
from services.scoring.trend import Trend, trend

HISTORY_DAYS = 30


class ScoringService:
    """Use cases around records and their scores.

    Args:
        db: The service's database.
        shelf: The models that score.
    """

    def __init__(self, db: Database, shelf: ModelShelf) -> None:
        self._db = db
        self._shelf = shelf
        self._ranges: Recent[tuple[str, RecordKind], GradeRanges] = Recent(
            lambda key: self.stored_grade_ranges(*key)
        )

    def score(
        self,
        tenant: str,
        kind: RecordKind,
        attributes: dict[str, Value],
        *,
        created_at: datetime | None,
        model_id: str,
        wanted: WantedReasons,
        path: str = "attributes",
        stages: Sequence[StageEntry] = (),
    ) -> Score:
        """Scores what was sent and stores nothing.

        Raises:
            LeadlightError: FAILED_PRECONDITION without a published model, NOT_FOUND for an unknown one,
                INVALID_ARGUMENT naming each attribute of the wrong type.
        """
        now = utc_now()
        model = self._shelf.pick(tenant, kind, model_id, attributes)
        return model.score(
            attributes,
            created_at=created_at or now,
            now=now,
            ranges=self.grade_ranges(tenant, kind),
            wanted=wanted,
            path=path,
            stages=stages,
        )

    def upsert(
        self,
        session: TenantSession,
        changes: Sequence[RecordChange],
        *,
        wanted: Sequence[WantedReasons],
        paths: Sequence[str],
        store_them: bool = True,
    ) -> list[Record]:
        """Stores records, new or changed, and scores them in the same transaction.

        Args:
            session: The transaction.
            changes: What was sent; refs without repeats.
            wanted: For each, the reasons that its score carries.
            paths: For each, its field in the request, for errors.
            store_them: False to check and score alone.

        Raises:
            LeadlightError: INVALID_ARGUMENT for a ref that comes twice, an attribute of the wrong type, or a
                record that the change would leave closed before it was created or with too many attributes.
        """
        _require_distinct(changes, paths)
        now = utc_now()
        answers: dict[RecordRef, Record] = {}
        for kind in RecordKind:
            positions = [index for index, change in enumerate(changes) if change.ref.kind is kind]
            if not positions:
                continue
            ranges = store.grade_ranges(session, kind)
            ids = [changes[index].ref.id for index in positions]
            stored = store.lock_records(session, kind, ids, ranges)
            records, fresh = [], []
            for index in positions:
                before = stored.get(changes[index].ref.id)
                after = changes[index].applied_to(before, now)
                _require_sound(after, paths[index])
                scored = self._scored(
                    session, after, before, ranges=ranges, wanted=wanted[index], path=paths[index]
                )
                records.append(scored)
                fresh.append(scored.score is not None and scored.score.scored_at == now)
            if store_them:
                store.write_records(session, records, fresh)
            answers.update({record.ref: record for record in records})
        return [answers[change.ref] for change in changes]

    def _scored(
        self,
        session: TenantReader,
        record: Record,
        before: Record | None,
        *,
        ranges: GradeRanges,
        wanted: WantedReasons,
        path: str,
    ) -> Record:
        """The record with its fresh score, or with its last one marked stale and the reason why."""
        published = self._shelf.published(session.tenant, record.ref.kind)
        found = first_match(published, record.attributes)
        reason = not_scored_reason(
            is_open=record.is_positive is None,
            created_at=record.created_at,
            now=record.updated_at,
            published_models=len(published),
            matching_models=int(found is not None),
        )
        last = before.score if before else None
        if reason or found is None:
            return replace(
                record, score=last._replace(is_stale=True) if last else None, not_scored_reason=reason
            )
        model = found.model
        score = model.score(
            record.attributes,
            created_at=record.created_at,
            now=record.updated_at,
            ranges=ranges,
            wanted=wanted,
            path=f"{path}.attributes",
            stages=record.stages,
        )
        previous = last.score if last else None
        if last and last.model_id != model.model_id:
            by_model = store.last_score_by_model(session, record.ref.kind, [record.ref.id], model.model_id)
            previous = by_model.get(record.ref.id)
        score = score._replace(
            trend=trend(previous, score.score),
            cause=ScoreCause.RECORD_CHANGED,
            change=self._change(session, record, last, score, model),
        )
        return replace(record, score=score, not_scored_reason=None)

    def _change(
        self, session: TenantReader, record: Record, last: Score | None, score: Score, model: ServingModel
    ) -> ScoreChange | None:
        """What moved a score; None for the first one, and where the model that gave the last one is gone."""
        if last is None:
            return None
        if model.gave(last):
            return score_change(last.score, score.score, score.score)
        previous = version_on_shelf(session, self._shelf, record.ref.kind, last.model_id, last.model_version)
        if previous is None:
            return None
        again = previous.score_many([record], now=record.updated_at, ranges=DEFAULT_RANGES)[0]
        return score_change(last.score, again.score, score.score)

    def get_record(self, tenant: str, ref: RecordRef, wanted: WantedReasons) -> Record:
        """A stored record with its latest score; the reasons are those of the moment it was scored.

        Raises:
            LeadlightError: NOT_FOUND.
        """
        with self._db.read(tenant) as session:
            ranges = store.grade_ranges(session, ref.kind)
            record = store.read_record(session, ref, ranges)
            if record is None:
                raise not_found(ref.kind, ref.id)
            last = record.score
            version = read_version(session, last.model_id, last.model_version) if last else None
        # A record that left the scored set may have changed after its last score: no reasons for that any more.
        if last is None or version is None or last.is_stale:
            return record
        try:
            model = self._shelf.load(tenant, ref.kind, version)
        except LeadlightError as error:
            if error.reason is not Reason.MODEL_FILE_CORRUPT:
                raise
            # The score was stored and stands; what it is made of is lost with the model's file.
            return record
        # A value of the wrong type counted as blank when a refresh scored the record.
        again = model.score(
            model.acceptable(record, last.scored_at),
            created_at=record.created_at,
            now=last.scored_at,
            ranges=ranges,
            wanted=wanted,
            stages=record.stages,
        )
        return replace(
            record,
            score=last._replace(
                base_points=again.base_points,
                reasons=again.reasons,
                ignored_attributes=again.ignored_attributes,
                blank_attributes=again.blank_attributes,
            ),
        )

    def list_records(
        self,
        tenant: str,
        kind: RecordKind,
        *,
        grades: Sequence[Grade],
        trend: Trend | None,
        include_closed: bool,
        order: RecordOrder,
        page_size: int,
        page_token: str,
    ) -> Page[Record]:
        """Stored records in the wanted order.

        Raises:
            LeadlightError: INVALID_ARGUMENT for a bad page.
        """
        with self._db.read(tenant) as session:
            return list_store.list_records(
                session,
                kind,
                store.grade_ranges(session, kind),
                grades=grades,
                trend=trend,
                include_closed=include_closed,
                order=order,
                page_size=page_size,
                page_token=page_token,
            )

    def delete_record(self, session: TenantSession, ref: RecordRef, *, allow_missing: bool) -> None:
        """Deletes a record and its scores.

        Raises:
            LeadlightError: NOT_FOUND, unless a missing one is allowed.
        """
        if not store.delete_record(session, ref) and not allow_missing:
            raise not_found(ref.kind, ref.id)

    def list_scores(
        self,
        tenant: str,
        ref: RecordRef,
        *,
        start: datetime | None,
        end: datetime | None,
        page_size: int,
        page_token: str,
    ) -> Page[Score]:
        """A record's scores, newest first; by default those of the last 30 days.

        Raises:
            LeadlightError: NOT_FOUND, INVALID_ARGUMENT for a bad page or a time span that ends before it starts.
        """
        if start is not None and end is not None and end < start:
            raise invalid_argument("end_time", "is before start_time")
        now = utc_now()
        with self._db.read(tenant) as session:
            ranges = store.grade_ranges(session, ref.kind)
            if store.read_record(session, ref, ranges) is None:
                raise not_found(ref.kind, ref.id)
            return store.list_scores(
                session,
                ref,
                ranges,
                start=start or now - timedelta(days=HISTORY_DAYS),
                end=end,
                page_size=page_size,
                page_token=page_token,
                scope=[str(start), str(end)],
            )

    def stored_grade_ranges(self, tenant: str, kind: RecordKind) -> GradeRanges:
        """The tenant's grades for a kind, as they are now."""
        with self._db.read(tenant) as session:
            return store.grade_ranges(session, kind)

    def grade_ranges(self, tenant: str, kind: RecordKind) -> GradeRanges:
        """The tenant's grades for a kind, at most a second old: for scores that are not stored."""
        return self._ranges.get((tenant, kind))

    def set_grade_ranges(self, session: TenantSession, kind: RecordKind, ranges: GradeRanges) -> None:
        """Sets the tenant's grades; stored scores get their letter from them when they are read."""
        store.set_grade_ranges(session, kind, ranges)

    def grade_ranges_changed(self, tenant: str, kind: RecordKind) -> None:
        """Other grades hold from now on: called once the transaction is through."""
        self._ranges.forget((tenant, kind))


def _require_sound(record: Record, path: str) -> None:
    """What holds for a whole record, and not for each change of it alone."""
    if record.closed_at is not None and record.closed_at < record.created_at:
        raise invalid_argument(
            f"{path}.close_time",
            "is before create_time; a record that is stored without one counts as created now",
        )
    if len(record.attributes) > MAX_ATTRIBUTES:
        raise invalid_argument(
            f"{path}.attributes",
            f"would have {len(record.attributes)} attributes; a record has at most {MAX_ATTRIBUTES}",
        )


def _require_distinct(changes: Sequence[RecordChange], paths: Sequence[str]) -> None:
    counts = Counter(change.ref for change in changes)
    repeated = [
        FieldViolation(f"{path}.ref", "comes more than once in the request")
        for change, path in zip(changes, paths, strict=True)
        if counts[change.ref] > 1
    ]
    if repeated:
        raise invalid_arguments(repeated)
