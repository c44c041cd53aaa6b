"""`scoring.rescore` for the service's store: what a stored score holds, and by which model it is."""

from dataclasses import replace
from functools import partial

import pyarrow as pa

from services.common.batch.engine import Engine
from services.common.batch.job import JobOptions, Stage
from services.common.errors import invalid_argument
from services.scoring.batch import BatchOptions
from services.scoring.card import ModelCard
from services.scoring.jobs import rescore
from services.scoring.jobs.rescore import Model, model_and_times, table_model
from services.scoring.records import ReasonDetail
from services.scoring.table_rows import TimeColumns, score_rows
from services.scoring.table_scoring import SHOWN

_SCORES = pa.schema(
    [
        ("id", pa.string()),
        ("probability", pa.float64()),
        ("score", pa.int32()),
        ("low", pa.float64()),
        ("high", pa.float64()),
    ]
)
_MODEL = pa.schema([("model_id", pa.string()), ("version", pa.int64())])


def stored_batch(batch: pa.RecordBatch, model: Model, times: TimeColumns) -> pa.RecordBatch:
    """Scores a batch, without reasons: the service finds those when a score is shown.

    Args:
        batch: The id and the attributes.
        model: The model.
        times: Where the times of each row are.
    """
    options = BatchOptions(shown_per_sign=SHOWN[ReasonDetail.NONE], intervals=True)
    scored = score_rows(batch, [table_model(model)], times, options)
    columns = [batch.column("id"), *(scored.column(name) for name in _SCORES.names[1:])]
    return pa.RecordBatch.from_arrays(columns, schema=_SCORES)


def _score(engine: Engine, options: JobOptions) -> None:
    model, times = model_and_times(engine, options)
    table = table_model(model)
    if table.by_stage is not None:
        raise invalid_argument(
            "options.model", "a model per stage scores stored records by RefreshScores, or into a file"
        )
    if table.reads_age and not times.create_time:
        raise invalid_argument("options.created", "must be given, since the model reads a record's age")
    engine.map_arrow("records", partial(stored_batch, model=model, times=times), _SCORES, "scores")
    card = ModelCard.from_json(model.card)
    engine.load(pa.Table.from_pylist([{"model_id": card.model_id, "version": card.version}], _MODEL), "model")


JOB = replace(
    rescore.JOB,
    outputs={"scores": _SCORES, "model": _MODEL},
    stages=(Stage("scoring the records", ("scores", "model"), _score),),
    order={"scores": "id"},
)
