"""Which part of a per-stage model scores a record: the model of its present stage, or that of all stages."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from services.scoring.encoding import Value
from services.scoring.matching import Filter
from services.scoring.runtime import LoadedModel
from services.scoring.stages import (
    DAYS_IN_STAGE,
    StageEntry,
    StageModelUse,
    StageOptions,
    days_since,
    present_stage,
)

_Model = TypeVar("_Model")


@dataclass(frozen=True)
class TableModel:
    """A model as tables are scored by it.

    Attributes:
        filter: The rows it scores.
        runtime: The model, of all stages if it is per stage.
        by_stage: The models of stages; None for a model that is not per stage.
    """

    filter: Filter
    runtime: LoadedModel
    by_stage: "StageModels[LoadedModel] | None" = None

    @property
    def reads_age(self) -> bool:
        """Whether it knows of the age of records."""
        return self.runtime.encoder.reads_age


@dataclass(frozen=True, slots=True)
class Placed(Generic[_Model]):
    """Where a record is in its process.

    Attributes:
        stage: The present stage; "" for none.
        use: Which part of the model scores.
        model: The stage's model; None where that of all stages scores.
        days: Whole days in the stage; 0 without one.
    """

    stage: str
    use: StageModelUse
    model: _Model | None
    days: float

    def values(self, attributes: Mapping[str, Value]) -> dict[str, Value]:
        """The record's attributes with the time in the stage among them."""
        return {**attributes, DAYS_IN_STAGE: self.days}


@dataclass(frozen=True)
class StageModels(Generic[_Model]):
    """The models of the stages of a process.

    Attributes:
        options: The stages.
        models: By stage; a stage without an entry has no model of its own.
    """

    options: StageOptions
    models: Mapping[str, _Model]

    def place(self, stages: Sequence[StageEntry], now: datetime) -> Placed[_Model]:
        """Where a record is.

        Args:
            stages: When it entered stages, oldest first.
            now: The moment of scoring.
        """
        entry = present_stage(stages, now)
        if entry is None:
            return Placed("", StageModelUse.NO_STAGE, None, 0.0)
        use = self.use(entry.name)
        model = self.models.get(entry.name)
        return Placed(entry.name, use, model, days_since(entry.entered_at, now))

    def use(self, stage: str) -> StageModelUse:
        """Which part of the model scores in a stage."""
        if stage in self.models:
            return StageModelUse.STAGE
        known = stage in self.options.stages
        return StageModelUse.TOO_FEW_CLOSED if known else StageModelUse.UNKNOWN_STAGE
