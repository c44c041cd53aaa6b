"""Scores stored records anew, many in one run: by the models of today, against their last scores."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import groupby

from services.common.db import TenantReader
from services.common.errors import LeadlightError
from services.common.records import RecordKind
from services.scoring import store
from services.scoring.eligibility import NotScoredReason, not_scored_reason
from services.scoring.grades import GradeRanges
from services.scoring.matching import first_match
from services.scoring.model_store import read_version
from services.scoring.records import Record, Score, ScoreCause
from services.scoring.score_change import score_change
from services.scoring.serving import ServingModel
from services.scoring.shelf import ModelShelf, PublishedModel
from services.scoring.trend import trend

ScoreMany = Callable[[ServingModel, Sequence[Record]], list[Score]]
"""A model's fresh scores of records, without trend, cause and change."""


def rescored(
    session: TenantReader,
    shelf: ModelShelf,
    kind: RecordKind,
    records: Sequence[Record],
    *,
    now: datetime,
    ranges: GradeRanges,
    score_many: ScoreMany | None = None,
) -> list[Record]:
    """Stored records with fresh scores, or with their last ones marked stale and the reason why.

    Args:
        session: The transaction that locks the records.
        shelf: The models.
        kind: Of every record.
        records: The records as they are stored.
        now: This moment; a fresh score has it as `scored_at`.
        ranges: The tenant's grades.
        score_many: Gives the fresh scores; the model itself if None.
    """
    published = shelf.published(session.tenant, kind)
    after: dict[str, Record] = {}
    groups: dict[str, tuple[ServingModel, list[Record]]] = {}
    for record in records:
        model, reason = _model_for(record, published, now)
        if model is None:
            last = record.score
            stale = last._replace(is_stale=True) if last else None
            after[record.ref.id] = replace(record, score=stale, not_scored_reason=reason)
        else:
            groups.setdefault(model.model_id, (model, []))[1].append(record)
    for model, members in groups.values():
        fresh = (
            model.score_many(members, now=now, ranges=ranges)
            if score_many is None
            else score_many(model, members)
        )
        scores = _against_last(session, shelf, model, members, fresh, now=now, ranges=ranges)
        for record, score in zip(members, scores, strict=True):
            after[record.ref.id] = replace(record, score=score, not_scored_reason=None)
    return [after[record.ref.id] for record in records]


def _model_for(
    record: Record, published: Sequence[PublishedModel], now: datetime
) -> tuple[ServingModel | None, NotScoredReason | None]:
    found = first_match(published, record.attributes)
    reason = not_scored_reason(
        is_open=record.is_positive is None,
        created_at=record.created_at,
        now=now,
        published_models=len(published),
        matching_models=int(found is not None),
    )
    return (None, reason) if reason or found is None else (found.model, None)


def _against_last(
    session: TenantReader,
    shelf: ModelShelf,
    model: ServingModel,
    records: Sequence[Record],
    fresh: Sequence[Score],
    *,
    now: datetime,
    ranges: GradeRanges,
) -> list[Score]:
    """Fresh scores of records by one model, with trend, cause and change."""
    again = _by_previous_models(session, shelf, model, records, now=now, ranges=ranges)
    elsewhere = [each.ref.id for each in records if each.score and each.score.model_id != model.model_id]
    by_line = store.last_score_by_model(session, model.kind, elsewhere, model.model_id) if elsewhere else {}
    scores = []
    for record, score in zip(records, fresh, strict=True):
        last = record.score
        same_line = last is not None and last.model_id == model.model_id
        previous = last.score if last and same_line else by_line.get(record.ref.id)
        same_model = last is None or model.gave(last)
        by_previous = score.score if same_model else again.get(record.ref.id)
        scores.append(
            score._replace(
                trend=trend(previous, score.score),
                cause=ScoreCause.REFRESH if same_model else ScoreCause.MODEL_CHANGED,
                change=None
                if last is None or by_previous is None
                else score_change(last.score, by_previous, score.score),
            )
        )
    return scores


def _by_previous_models(
    session: TenantReader,
    shelf: ModelShelf,
    model: ServingModel,
    records: Sequence[Record],
    *,
    now: datetime,
    ranges: GradeRanges,
) -> dict[str, int]:
    """What the models that gave other last scores say of the records now, by record id."""

    def version_of(record: Record) -> tuple[str, int]:
        return (record.score.model_id, record.score.model_version) if record.score else ("", 0)

    others = [each for each in records if each.score is not None and not model.gave(each.score)]
    again: dict[str, int] = {}
    for (model_id, number), group in groupby(sorted(others, key=version_of), key=version_of):
        previous = version_on_shelf(session, shelf, model.kind, model_id, number)
        if previous is not None:
            members = list(group)
            scored = previous.score_many(members, now=now, ranges=ranges)
            again |= {each.ref.id: score.score for each, score in zip(members, scored, strict=True)}
    return again


def version_on_shelf(
    session: TenantReader, shelf: ModelShelf, kind: RecordKind, model_id: str, number: int
) -> ServingModel | None:
    """The version that gave a stored score; None where it was deleted or its files are lost."""
    version = read_version(session, model_id, number)
    try:
        return shelf.load(session.tenant, kind, version) if version else None
    except LeadlightError:
        return None
