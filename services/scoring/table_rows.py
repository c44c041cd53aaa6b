"""Which model scores which row of a table: the first whose filter it matches, in its stage if it is per stage."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from services.scoring.batch import BatchOptions, score_batch
from services.scoring.engineered import AGE_DAYS
from services.scoring.matching import matching_rows
from services.scoring.runtime import LoadedModel
from services.scoring.stage_serving import TableModel
from services.scoring.stages import DAYS_IN_STAGE, present_stage_rows
from services.scoring.training_data import entered_times, seconds_of

DAY_S = 86_400.0


@dataclass(frozen=True, slots=True)
class TimeColumns:
    """Which columns hold times.

    Attributes:
        stages: Stage and the column with the time it was entered.
        create_time: The column with the time of creation; empty for none.
        now_s: This moment, seconds since 1970 UTC.
    """

    stages: tuple[tuple[str, str], ...] = ()
    create_time: str = ""
    now_s: float = 0.0

    @property
    def named(self) -> list[tuple[str, str]]:
        """Each field of the options that names a column, with the column."""
        named = [(f"stages[{place}].column", column) for place, (_, column) in enumerate(self.stages)]
        return [*named, ("create_time", self.create_time)] if self.create_time else named


NO_TIMES = TimeColumns()


def score_rows(
    batch: pa.RecordBatch, models: Sequence[TableModel], times: TimeColumns, options: BatchOptions
) -> pa.RecordBatch:
    """Scores each row by the first model whose filter it matches; the rows stay in order.

    Args:
        batch: The rows.
        models: The models with their filters.
        times: Where the times of each row are.
        options: How to score.

    Returns:
        A batch of `options.schema`; all null in a row that matches the filter of no model.
    """
    if times.create_time and any(model.reads_age for model in models):
        batch = _with_ages(batch, times)
        options = replace(options, age_days=AGE_DAYS)
    if len(models) == 1 and not models[0].filter and not (models[0].by_stage and times.stages):
        return score_batch(batch, models[0].runtime, options)
    scored, taken = [], []
    for rows, part, model in _parts(batch, models, times):
        taken.append(rows)
        scored.append(score_batch(part, model, options))
    left = np.ones(batch.num_rows, dtype=np.bool_)
    for rows in taken:
        left[rows] = False
    # Where each row of the batch is among the scored ones; null for none, which gives nulls.
    places = np.full(batch.num_rows, -1)
    order = np.concatenate([np.empty(0, dtype=np.intp), *taken])
    places[order] = np.arange(len(order))
    whole = pa.Table.from_batches(scored, options.schema).combine_chunks()
    answer = whole.take(pa.array(places, mask=left))
    arrays = [column.combine_chunks() for column in answer.columns]
    return pa.RecordBatch.from_arrays(arrays, names=options.schema.names)


def _parts(
    batch: pa.RecordBatch, models: Sequence[TableModel], times: TimeColumns
) -> Iterator[tuple[npt.NDArray[np.intp], pa.RecordBatch, LoadedModel]]:
    """The rows that one model scores, by their numbers and as a batch, with the model."""
    columns = dict(zip(batch.schema.names, batch.columns, strict=True))
    left = np.ones(batch.num_rows, dtype=np.bool_)
    place, days = np.full(batch.num_rows, -1), np.empty(batch.num_rows)
    if times.stages and any(model.by_stage for model in models):
        entered = entered_times(pa.Table.from_batches([batch]), times.stages, "options")
        place, days = present_stage_rows(entered, times.now_s)
    for model in models:
        matching = left & matching_rows(model.filter, columns, batch.num_rows)
        left &= ~matching
        if model.by_stage is not None:
            for number, (stage, _) in enumerate(times.stages):
                rows = np.flatnonzero(matching & (place == number))
                of_stage = model.by_stage.models.get(stage)
                if of_stage is not None and len(rows):
                    matching[rows] = False
                    yield rows, _with_days(batch.take(pa.array(rows)), days[rows]), of_stage
        rows = np.flatnonzero(matching)
        if len(rows):
            yield rows, batch.take(pa.array(rows)), model.runtime


def _with_days(batch: pa.RecordBatch, days: npt.NDArray[np.float64]) -> pa.RecordBatch:
    """The batch with the time in the stage as an attribute."""
    return _with(batch, DAYS_IN_STAGE, pa.array(days))


def _with_ages(batch: pa.RecordBatch, times: TimeColumns) -> pa.RecordBatch:
    """The batch with the days since each record was created; null where that is not known."""
    created = seconds_of(pa.Table.from_batches([batch])[times.create_time], "create_time", "options")
    ages = np.maximum((times.now_s - created) / DAY_S, 0.0)
    return _with(batch, AGE_DAYS, pa.array(ages, from_pandas=True))


def _with(batch: pa.RecordBatch, name: str, column: pa.Array) -> pa.RecordBatch:
    columns = zip(batch.schema.names, batch.columns, strict=True)
    named = {each: values for each, values in columns if each != name}
    return pa.RecordBatch.from_pydict({**named, name: column})
