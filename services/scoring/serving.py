"""One version of a model, loaded, as it scores records: one with its reasons, or many without."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np

from services.common.records import RecordKind
from services.scoring.bundle import unpack
from services.scoring.card import ModelCard
from services.scoring.encoding import Value
from services.scoring.engineered import RECORD_AGE
from services.scoring.grades import GradeRanges
from services.scoring.matching import Filter
from services.scoring.points import score_of, scores_of
from services.scoring.reasons import Reason, TextsByLanguage, all_reasons, top_reasons
from services.scoring.records import ReasonDetail, Record, Score, WantedReasons
from services.scoring.runtime import LoadedModel
from services.scoring.stage_serving import Placed, StageModels, TableModel
from services.scoring.stages import StageEntry

_DAY_S = 86_400.0


@dataclass(frozen=True)
class ServingModel:
    """One version of a model, loaded, with its card and its sentences.

    Attributes:
        kind: Leads or opportunities.
        model_id: The line.
        version: Its version.
        runtime: Scores.
        card: What the training found.
        texts: Sentences for reasons.
        by_stage: The models of stages; None for a model that is not per stage.
    """

    kind: RecordKind
    model_id: str
    version: int
    runtime: LoadedModel
    card: ModelCard
    texts: TextsByLanguage
    by_stage: "StageModels[ServingModel] | None" = None

    def score(
        self,
        values: Mapping[str, Value],
        *,
        created_at: datetime,
        now: datetime,
        ranges: GradeRanges,
        wanted: WantedReasons,
        path: str = "attributes",
        stages: Sequence[StageEntry] = (),
    ) -> Score:
        """Scores one record.

        Args:
            values: Its attributes.
            created_at: When the CRM created it.
            now: The moment of scoring.
            ranges: The tenant's grades.
            wanted: The reasons that the score carries.
            path: Field of the attributes in the request, for errors.
            stages: When it entered stages of its process, oldest first.

        Raises:
            LeadlightError: INVALID_ARGUMENT naming each attribute with a value of the wrong type.
        """
        if self.by_stage is not None:
            placed = self.by_stage.place(stages, now)
            model = placed.model or replace(self, by_stage=None)
            score = model.score(
                placed.values(values) if placed.model else values,
                created_at=created_at,
                now=now,
                ranges=ranges,
                wanted=wanted,
                path=path,
            )
            return score._replace(stage=placed.stage, stage_model_use=placed.use)
        runtime = self.runtime
        age_days = (now - created_at).total_seconds() / _DAY_S
        result = runtime.score(values, age_days=age_days, field=path)
        points = score_of(result.probability)
        reasons: tuple[Reason, ...] = ()
        if wanted.detail is not ReasonDetail.NONE:
            explain = all_reasons if wanted.detail is ReasonDetail.ALL else top_reasons
            texts = self.texts[wanted.language]
            shown = values
            if runtime.encoder.reads_age:
                shown = {**values, RECORD_AGE: max(0.0, age_days) // 1}
            reasons = explain(
                runtime.attributes, result.contributions, result.points_per_log_odds, shown, texts
            )
        return Score(
            probability=result.probability,
            score=points,
            grade=ranges.grade(points),
            model_id=self.model_id,
            model_version=self.version,
            scored_at=now,
            base_points=runtime.base_points,
            reasons=reasons,
            ignored_attributes=runtime.encoder.unknown(values),
            blank_attributes=result.blank,
            interval=runtime.intervals.of(result.log_odds) if runtime.intervals else None,
            low_evidence=self.card.report.low_evidence,
        )

    def for_table(self, conditions: Filter = ()) -> TableModel:
        """The model as tables are scored by it, rows that match a filter."""
        if self.by_stage is None:
            return TableModel(conditions, self.runtime)
        runtimes = {stage: model.runtime for stage, model in self.by_stage.models.items()}
        return TableModel(conditions, self.runtime, StageModels(self.by_stage.options, runtimes))

    def acceptable(self, record: Record, now: datetime) -> dict[str, Value]:
        """A stored record's attributes without those whose value the model cannot take.

        Args:
            record: Stored, perhaps before the model was trained.
            now: The moment of scoring, which decides the stage.
        """
        placed = self.by_stage.place(record.stages, now).model if self.by_stage else None
        return (placed or self).runtime.encoder.acceptable(record.attributes)

    def gave(self, score: Score) -> bool:
        """Whether this version gave a score."""
        return (score.model_id, score.model_version) == (self.model_id, self.version)

    def score_many(self, records: Sequence[Record], *, now: datetime, ranges: GradeRanges) -> list[Score]:
        """Scores stored records in one run, without reasons: the same numbers as `score` one by one.

        A value that the model cannot take counts as blank: the record was stored before the model was trained.
        """
        if not records:
            return []
        if self.by_stage is not None:
            return self._score_by_stage(self.by_stage, records, now=now, ranges=ranges)
        encoder = self.runtime.encoder
        rows = [
            encoder.encode_lenient(each.attributes, age_days=(now - each.created_at).total_seconds() / _DAY_S)
            for each in records
        ]
        result = self.runtime.score_matrix(np.array(rows, dtype=np.float32))
        intervals = self.runtime.intervals
        log_odds = result.contributions.sum(axis=1, dtype=np.float64) + self.runtime.base_log_odds
        return [
            Score(
                probability=probability,
                score=points,
                grade=ranges.grade(points),
                model_id=self.model_id,
                model_version=self.version,
                scored_at=now,
                interval=intervals.of(at) if intervals else None,
                low_evidence=self.card.report.low_evidence,
            )
            for probability, points, at in zip(
                result.probability.tolist(),
                scores_of(result.probability).tolist(),
                log_odds.tolist(),
                strict=True,
            )
        ]

    def _score_by_stage(
        self,
        by_stage: "StageModels[ServingModel]",
        records: Sequence[Record],
        *,
        now: datetime,
        ranges: GradeRanges,
    ) -> list[Score]:
        """Scores stored records, those of one stage in one run."""
        groups: dict[str, tuple[Placed[ServingModel], list[int]]] = {}
        for index, record in enumerate(records):
            placed = by_stage.place(record.stages, now)
            groups.setdefault(placed.stage, (placed, []))[1].append(index)
        whole = replace(self, by_stage=None)
        scores: dict[int, Score] = {}
        for placed, members in groups.values():
            chosen = [records[index] for index in members]
            if placed.model is not None:
                chosen = [
                    replace(each, attributes=by_stage.place(each.stages, now).values(each.attributes))
                    for each in chosen
                ]
            scored = (placed.model or whole).score_many(chosen, now=now, ranges=ranges)
            for index, score in zip(members, scored, strict=True):
                scores[index] = score._replace(stage=placed.stage, stage_model_use=placed.use)
        return [scores[index] for index in range(len(records))]


def serving_model(kind: RecordKind, card: ModelCard, content: bytes) -> ServingModel:
    """A version from its card and its ONNX file.

    Raises:
        LeadlightError: DATA_LOSS (MODEL_FILE_CORRUPT) if the file is no such file.
    """
    # What training has seen and left out, or left out in one stage, is not unknown.
    known = [each.attribute for each in card.attributes]
    if not card.stages:
        runtime = LoadedModel(content, also_known=known)
        return ServingModel(kind, card.model_id, card.version, runtime, card, card.reason_texts())
    whole, parts = unpack(content, len(card.stages))
    models = {}
    for stage, part in zip(card.stages, parts, strict=True):
        of_stage = card.of_stage(stage)
        if of_stage is not None and part is not None:
            models[stage.stage] = ServingModel(
                kind,
                card.model_id,
                card.version,
                LoadedModel(part, also_known=known),
                of_stage,
                of_stage.reason_texts(),
            )
    model = serving_model(kind, replace(card, stages=()), whole)
    return replace(model, by_stage=StageModels(card.stage_options, models))
