"""Records, scores and grade ranges in the database. With model_store.py the only modules that speak SQL."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from types import SimpleNamespace
from typing import Any, cast

from sqlalchemy import delete, func, update
from sqlmodel import col, select

from services.common.db import PreparedSelect, TenantReader, TenantSession, parameter
from services.common.paging import Page, SortKey, read_page
from services.common.records import RecordKind, RecordRef
from services.scoring.eligibility import NotScoredReason
from services.scoring.grades import DEFAULT_RANGES, GradeRanges
from services.scoring.intervals import Interval
from services.scoring.models import GradeRangesRow, RecordRow, ScoreRow
from services.scoring.money import Money
from services.scoring.records import Record, Score, ScoreCause
from services.scoring.score_change import ScoreChange
from services.scoring.stages import StageEntry, StageModelUse
from services.scoring.trend import Trend

_RANGES = PreparedSelect(
    select(GradeRangesRow.a_minimum, GradeRangesRow.b_minimum, GradeRangesRow.c_minimum).where(
        GradeRangesRow.kind == parameter("kind")
    )
)
_RECORD_COLUMNS: Any = [getattr(RecordRow, name) for name in RecordRow.model_fields]
_RECORD = PreparedSelect(
    select(*_RECORD_COLUMNS).where(
        RecordRow.kind == parameter("kind"), RecordRow.record_id == parameter("id")
    )
)


def grade_ranges(session: TenantReader, kind: RecordKind) -> GradeRanges:
    """The tenant's ranges for a kind, or the default ones."""
    rows = session.exec_prepared(_RANGES, kind=kind)
    return GradeRanges(*rows[0]) if rows else DEFAULT_RANGES


def set_grade_ranges(session: TenantSession, kind: RecordKind, ranges: GradeRanges) -> None:
    """Sets the tenant's ranges for a kind."""
    row = {"kind": kind, "a_minimum": ranges.a, "b_minimum": ranges.b, "c_minimum": ranges.c}
    session.upsert_rows(GradeRangesRow, [row])


def read_record(session: TenantReader, ref: RecordRef, ranges: GradeRanges) -> Record | None:
    """A stored record with its latest score, without reasons.

    Args:
        session: The tenant's session.
        ref: The record.
        ranges: For the grades.
    """
    rows = session.exec_prepared(_RECORD, kind=ref.kind, id=ref.id)
    if not rows:
        return None
    columns = SimpleNamespace(**dict(zip(RecordRow.model_fields, rows[0], strict=True)))
    return record_of(cast("RecordRow", columns), ranges)  # they read alike


def lock_records(
    session: TenantSession,
    kind: RecordKind,
    ids: Sequence[str],
    ranges: GradeRanges,
    *,
    skip_locked: bool = False,
) -> dict[str, Record]:
    """The stored records among `ids`, by id, as `read_record` gives them; locked until the transaction ends.

    Args:
        session: The tenant's session.
        kind: Leads or opportunities.
        ids: Their ids.
        ranges: For the grades.
        skip_locked: Leave out those that another transaction holds, rather than wait.
    """
    # Columns, not rows: a refresh reads a million of them, and mapped objects take twice as long. They read alike.
    query: Any = select(*_RECORD_COLUMNS).where(RecordRow.kind == kind, col(RecordRow.record_id).in_(ids))
    # In one order, so that two transactions that lock several do not wait for each other.
    query = query.order_by(col(RecordRow.record_id)).with_for_update(skip_locked=skip_locked)
    rows: Iterable[RecordRow] = session.exec(query)
    return {row.record_id: record_of(row, ranges) for row in rows}


def write_records(session: TenantSession, records: Sequence[Record], fresh: Sequence[bool]) -> None:
    """Stores records with their latest scores, and adds the fresh scores to the history.

    Args:
        session: The tenant's session.
        records: The records; of one kind, refs without repeats.
        fresh: For each, whether its score was computed just now.
    """
    session.upsert_rows(RecordRow, [_row(record) for record in records])
    _add_history(session, records, fresh)


def write_scores(session: TenantSession, records: Sequence[Record], fresh: Sequence[bool]) -> None:
    """`write_records` for records that are stored and whose scores alone have changed: half the work."""
    session.update_rows(
        RecordRow,
        [
            {"kind": record.ref.kind, "record_id": record.ref.id, **_score_columns(record)}
            for record in records
        ],
    )
    _add_history(session, records, fresh)


def _add_history(session: TenantSession, records: Sequence[Record], fresh: Sequence[bool]) -> None:
    new = [record for record, is_fresh in zip(records, fresh, strict=True) if is_fresh]
    if not new:
        return
    kind = new[0].ref.kind
    last = _last_numbers(session, kind, [record.ref.id for record in new])
    session.insert_rows(ScoreRow, [_history_row(record, last.get(record.ref.id, 0) + 1) for record in new])


def last_score_by_model(
    session: TenantReader, kind: RecordKind, ids: Sequence[str], model_id: str
) -> dict[str, int]:
    """Each record's newest score by one model line, by record id."""
    newest = (
        select(ScoreRow.record_id, func.max(col(ScoreRow.number)).label("number"))
        .where(ScoreRow.kind == kind, col(ScoreRow.record_id).in_(ids), ScoreRow.model_id == model_id)
        .group_by(col(ScoreRow.record_id))
        .subquery()
    )
    query = select(ScoreRow.record_id, ScoreRow.score).where(
        ScoreRow.kind == kind,
        ScoreRow.record_id == newest.c.record_id,
        ScoreRow.number == newest.c.number,
    )
    return dict(session.exec(query).all())


def delete_record(session: TenantSession, ref: RecordRef) -> bool:
    """Deletes a record and its scores; False if there was none."""
    # The record first: whoever writes its next score waits for that lock.
    was_there = session.change(
        delete(RecordRow).where(col(RecordRow.kind) == ref.kind, col(RecordRow.record_id) == ref.id)
    )
    session.change(delete(ScoreRow).where(col(ScoreRow.kind) == ref.kind, col(ScoreRow.record_id) == ref.id))
    return bool(was_there)


def list_scores(
    session: TenantReader,
    ref: RecordRef,
    ranges: GradeRanges,
    *,
    start: datetime,
    end: datetime | None,
    page_size: int,
    page_token: str,
    scope: Sequence[str] = (),
) -> Page[Score]:
    """A record's scores in [start, end), newest first.

    One is newer than another by its number: the clock may have been set back between them.

    Args:
        session: The tenant's session.
        ref: The record.
        ranges: For the grades.
        start: First moment.
        end: First moment after; None for all to the newest.
        page_size: From the request.
        page_token: From the request.
        scope: What else of the request every page of one list has in common.
    """
    query = select(ScoreRow).where(
        ScoreRow.kind == ref.kind,
        ScoreRow.record_id == ref.id,
        col(ScoreRow.scored_at) >= start,
    )
    if end is not None:
        query = query.where(col(ScoreRow.scored_at) < end)
    page = read_page(
        session,
        query,
        [SortKey(ScoreRow.number, descending=True)],
        page_size=page_size,
        page_token=page_token,
        scope=["scores", ref.kind, ref.id, *scope],
    )
    return Page([_score(row, ranges) for row in page.rows], page.next_page_token)


def open_ids(session: TenantReader, kind: RecordKind, *, after: str, limit: int) -> list[str]:
    """The next ids of open records by rising id: a refresh goes through them page by page."""
    query = (
        select(RecordRow.record_id)
        .where(RecordRow.kind == kind, col(RecordRow.is_positive).is_(None), col(RecordRow.record_id) > after)
        .order_by(col(RecordRow.record_id))
        .limit(limit)
    )
    return list(session.exec(query))


def count_open(session: TenantReader, kind: RecordKind) -> int:
    """How many open records of a kind there are."""
    query = select(func.count()).where(RecordRow.kind == kind, col(RecordRow.is_positive).is_(None))
    return session.exec(query).one()


def mark_stale(session: TenantSession, kind: RecordKind, model_id: str, reason: NotScoredReason) -> int:
    """Marks the fresh scores that a model line gave as stale; returns how many."""
    statement = (
        update(RecordRow)
        .where(
            col(RecordRow.kind) == kind,
            col(RecordRow.model_id) == model_id,
            col(RecordRow.is_stale).is_(False),
        )
        .values(is_stale=True, not_scored_reason=reason)
    )
    return session.change(statement)


def _last_numbers(session: TenantReader, kind: RecordKind, ids: Sequence[str]) -> dict[str, int]:
    query = (
        select(ScoreRow.record_id, func.max(col(ScoreRow.number)))
        .where(ScoreRow.kind == kind, col(ScoreRow.record_id).in_(ids))
        .group_by(col(ScoreRow.record_id))
    )
    return dict(session.exec(query).all())


def record_of(row: RecordRow, ranges: GradeRanges) -> Record:
    """The record that a row holds."""
    return Record(
        ref=RecordRef(RecordKind(row.kind), row.record_id),
        attributes=row.attributes,
        is_positive=row.is_positive,
        created_at=row.created_at,
        closed_at=row.closed_at,
        updated_at=row.updated_at,
        score=_score(row, ranges, is_stale=row.is_stale) if row.score is not None else None,
        not_scored_reason=NotScoredReason(row.not_scored_reason) if row.not_scored_reason else None,
        amount=Money(row.amount_currency, row.amount_units or 0, row.amount_nanos or 0)
        if row.amount_currency
        else None,
        stages=tuple(StageEntry(name, datetime.fromisoformat(at)) for name, at in row.stages),
    )


def _score(row: RecordRow | ScoreRow, ranges: GradeRanges, *, is_stale: bool = False) -> Score:
    if (
        row.score is None
        or row.probability is None
        or row.model_id is None
        or row.model_version is None
        or row.scored_at is None
    ):
        raise ValueError("the row has no score")
    return Score(
        probability=row.probability,
        score=row.score,
        grade=ranges.grade(row.score),
        model_id=row.model_id,
        model_version=row.model_version,
        scored_at=row.scored_at,
        trend=Trend(row.trend) if row.trend else None,
        cause=ScoreCause(row.cause) if row.cause else None,
        is_stale=is_stale,
        interval=None
        if row.interval_low is None or row.interval_high is None
        else Interval(row.interval_low, row.interval_high),
        low_evidence=row.is_low_evidence,
        change=None
        if row.record_points is None or row.model_points is None
        else ScoreChange(row.record_points, row.model_points),
        stage=row.stage or "",
        stage_model_use=StageModelUse(row.stage_model_use) if row.stage_model_use else None,
    )


def _evidence(score: Score | None) -> dict[str, object]:
    interval = score.interval if score else None
    return {
        "interval_low": interval.low if interval else None,
        "interval_high": interval.high if interval else None,
        "is_low_evidence": score.low_evidence if score else False,
        "stage": score.stage or None if score else None,
        "stage_model_use": score.stage_model_use if score else None,
    }


def _row(record: Record) -> dict[str, object]:
    amount = record.amount
    return {
        "kind": record.ref.kind,
        "record_id": record.ref.id,
        "attributes": record.attributes,
        "stages": [(entry.name, entry.entered_at.isoformat()) for entry in record.stages],
        "amount_currency": amount.currency if amount else None,
        "amount_units": amount.units if amount else None,
        "amount_nanos": amount.nanos if amount else None,
        "is_positive": record.is_positive,
        "created_at": record.created_at,
        "closed_at": record.closed_at,
        "updated_at": record.updated_at,
        **_score_columns(record),
    }


def _score_columns(record: Record) -> dict[str, object]:
    """What a fresh score changes."""
    score, expected = record.score, record.expected_value
    return {
        "expected_order": float(expected.value) if expected else -1.0,
        "not_scored_reason": record.not_scored_reason,
        "score": score.score if score else None,
        "score_order": score.score if score else -1,
        "probability": score.probability if score else None,
        "trend": score.trend if score else None,
        "model_id": score.model_id if score else None,
        "model_version": score.model_version if score else None,
        "scored_at": score.scored_at if score else None,
        "cause": score.cause if score else None,
        "is_stale": score.is_stale if score else False,
        **_evidence(score),
        **_change(score),
    }


def _history_row(record: Record, number: int) -> dict[str, object]:
    score = record.score
    if score is None:
        raise ValueError("a fresh score is there")
    return {
        "kind": record.ref.kind,
        "record_id": record.ref.id,
        "number": number,
        "score": score.score,
        "probability": score.probability,
        "trend": score.trend,
        "model_id": score.model_id,
        "model_version": score.model_version,
        "scored_at": score.scored_at,
        "cause": score.cause,
        **_evidence(score),
        **_change(score),
    }


def _change(score: Score | None) -> dict[str, float | None]:
    change = score.change if score else None
    return {
        "record_points": change.record_points if change else None,
        "model_points": change.model_points if change else None,
    }
