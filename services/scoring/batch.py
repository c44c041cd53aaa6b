"""Scores Arrow tables: the one function behind the table RPC, the command line and whole-CRM jobs."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from services.scoring import engineered
from services.scoring.encoding import TextColumn
from services.scoring.grades import DEFAULT_RANGES, GradeRanges
from services.scoring.points import scores_of
from services.scoring.reason_json import reasons_json
from services.scoring.reasons import SHOWN_PER_SIGN
from services.scoring.runtime import LoadedModel

SCORE_SCHEMA = pa.schema(
    [
        pa.field("probability", pa.float64(), nullable=False),
        pa.field("score", pa.int32(), nullable=False),
        pa.field("grade", pa.string(), nullable=False),
        pa.field("reasons", pa.string(), nullable=False),
    ]
)
"""What `score_batch` returns; `reasons` is a JSON list of objects with attribute, value and points."""

INTERVAL_SCHEMA = pa.schema([*SCORE_SCHEMA, pa.field("low", pa.float64()), pa.field("high", pa.float64())])
"""The same with the interval of each probability; null for a model without any."""


@dataclass(frozen=True, slots=True)
class BatchOptions:
    """How a batch is scored.

    Attributes:
        ranges: The tenant's grade ranges.
        shown_per_sign: Reasons written per record: so many of the most positive and of the most negative.
        age_days: Column with the days since each record was created, None if there is none.
        intervals: Whether the interval of each probability is wanted too.
    """

    ranges: GradeRanges = DEFAULT_RANGES
    shown_per_sign: int = SHOWN_PER_SIGN
    age_days: str | None = None
    intervals: bool = False

    @property
    def schema(self) -> pa.Schema:
        """Of what is returned."""
        return INTERVAL_SCHEMA if self.intervals else SCORE_SCHEMA


def score_batch(batch: pa.RecordBatch, model: LoadedModel, options: BatchOptions) -> pa.RecordBatch:
    """Scores every row of a batch.

    Args:
        batch: A column per attribute: text, numbers, booleans or dictionaries of them. Columns that the model
            does not know are ignored, columns that it lacks count as blank.
        model: The model. Several threads may score with it at once: encoding, the ONNX run and the writing of
            reasons release Python's lock for nearly all of their time.
        options: How to score.

    Returns:
        A batch of `options.schema` with the rows of `batch`, in order.

    Raises:
        LeadlightError: INVALID_ARGUMENT naming each column with a value of the wrong type.
    """
    columns = model.encoder.columns(batch)
    age_days = None
    if options.age_days is not None:
        age_days = batch.column(options.age_days).cast(pa.float64()).to_numpy(zero_copy_only=False)
        columns[engineered.RECORD_AGE] = TextColumn(pa.array(np.floor(age_days), from_pandas=True))
    elif model.encoder.reads_age:
        columns[engineered.RECORD_AGE] = TextColumn(pa.nulls(batch.num_rows, pa.string()))
    matrix = model.encoder.encode_columns(columns, batch.num_rows, age_days=age_days)
    scores = model.score_matrix(matrix)
    score = scores_of(scores.probability)
    points = scores.contributions * scores.points_per_log_odds.astype(np.float32)[:, np.newaxis]
    arrays = [
        pa.array(scores.probability),
        pa.array(score),
        _grades(score, options.ranges),
        reasons_json(columns, model.attributes, points, options.shown_per_sign),
    ]
    if options.intervals:
        arrays += _intervals(model, scores.contributions)
    return pa.RecordBatch.from_arrays(arrays, schema=options.schema)


def _intervals(model: LoadedModel, contributions: npt.NDArray[np.float32]) -> list[pa.Array]:
    """Lower and upper ends, from contributions in float32 [rows, attributes]."""
    if model.intervals is None:
        return [pa.nulls(len(contributions), pa.float64())] * 2
    log_odds = contributions.sum(axis=1, dtype=np.float64) + model.base_log_odds
    return [pa.array(ends) for ends in model.intervals.ends(log_odds)]


def _grades(score: npt.NDArray[np.int32], ranges: GradeRanges) -> pa.Array:
    """The letter of each score as text."""
    letters = pa.array([ranges.grade(points) for points in range(101)], pa.string())
    return letters.take(pa.array(score))
