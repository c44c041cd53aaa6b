"""The job that scores whole tables of records by one model: the batch function of `ScoreTable`."""

from dataclasses import dataclass
from datetime import UTC
from functools import lru_cache, partial

import pyarrow as pa

from services.common.batch.engine import Engine
from services.common.batch.job import Job, JobInput, JobOption, JobOptions, Stage
from services.common.errors import Code, LeadlightError, Reason, invalid_argument
from services.common.file_formats.activities import moment_of
from services.scoring.batch import SCORE_SCHEMA, BatchOptions
from services.scoring.card import ModelCard
from services.scoring.files import digest
from services.scoring.grades import GradeRanges
from services.scoring.jobs.options import STAGES, content_of, require_columns, stages_of
from services.scoring.records import ReasonDetail
from services.scoring.serving import serving_model
from services.scoring.stage_serving import TableModel
from services.scoring.table_rows import TimeColumns, score_rows
from services.scoring.table_scoring import SHOWN

RECORDS = JobInput(
    "records",
    {"id": pa.string()},
    keeps_others=True,
    description="A record; all but the id are attributes; the model ignores those it does not know.",
)
SCORES = pa.schema([("id", pa.string()), *((each.name, each.type) for each in SCORE_SCHEMA)])
_GRADES = 3


@dataclass(frozen=True)
class Model:
    """A model on its way to the processes that score.

    Attributes:
        card: Its JSON card.
        onnx: Its ONNX file.
    """

    card: bytes
    onnx: bytes


@lru_cache(maxsize=2)
def table_model(model: Model) -> TableModel:
    """The model, loaded once in each process.

    Raises:
        LeadlightError: DATA_LOSS (MODEL_FILE_CORRUPT) if the two are none, or not of one model.
    """
    card = ModelCard.from_json(model.card)
    if digest(model.onnx) != card.onnx_sha256:
        raise LeadlightError(
            Code.DATA_LOSS, Reason.MODEL_FILE_CORRUPT, "the card is of another model than the ONNX file"
        )
    return serving_model(card.kind, card, model.onnx).for_table()


def rescore_batch(
    batch: pa.RecordBatch, model: Model, times: TimeColumns, options: BatchOptions
) -> pa.RecordBatch:
    """Scores a batch.

    Args:
        batch: The id and the attributes.
        model: The model.
        times: Where the times of each row are.
        options: How to score.

    Returns:
        A batch of `SCORES`.
    """
    scored = score_rows(batch, [table_model(model)], times, options)
    return pa.RecordBatch.from_arrays([batch.column("id"), *scored.columns], schema=SCORES)


def model_and_times(engine: Engine, options: JobOptions) -> tuple[Model, TimeColumns]:
    """The model that the options name, and where the times of each record are.

    Raises:
        LeadlightError: INVALID_ARGUMENT for options that do not go with the model or the table.
    """
    model = Model(*(content_of(options.path(name), name) for name in ("card", "model")))
    reads_age = table_model(model).reads_age  # a model that cannot be loaded is refused before a row is read
    times = TimeColumns(stages_of(options), options.text("created"), _now(options))
    there = engine.collect("SELECT * FROM records LIMIT 0").schema.names
    require_columns({"created": times.create_time}, there)
    require_columns({f"stages[{stage}]": column for stage, column in times.stages}, there)
    if (times.stages or (times.create_time and reads_age)) and not options.text("now"):
        raise invalid_argument("options.now", "must be given, since the model counts days until then")
    return model, times


def _score(engine: Engine, options: JobOptions) -> None:
    model, times = model_and_times(engine, options)
    scoring = partial(rescore_batch, model=model, times=times, options=_batch_options(options))
    engine.map_arrow("records", scoring, SCORES, "scores")


def _now(options: JobOptions) -> float:
    if not options.text("now"):
        return 0.0
    moment = moment_of(options.text("now"))
    if moment is None:
        raise invalid_argument("options.now", "is no date or time, such as 2026-03-02T09:00:00Z")
    return (moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)).timestamp()


def _batch_options(options: JobOptions) -> BatchOptions:
    try:
        shown = SHOWN[ReasonDetail(options.text("reasons"))]
    except ValueError:
        raise invalid_argument("options.reasons", "is none of top, all, none") from None
    try:
        a, b, c = map(int, options.text("grades").split(","))
    except ValueError:
        raise invalid_argument("options.grades", "must be three whole numbers, such as 75,50,25") from None
    return BatchOptions(GradeRanges(a, b, c), shown)


JOB = Job(
    name="scoring.rescore",
    description="Scores every record of a table by one model, with grade and reasons.",
    inputs=(RECORDS,),
    outputs={"scores": SCORES},
    stages=(Stage("scoring the records", ("scores",), _score),),
    options=(
        JobOption("model", "The model's ONNX file, as `leadlight scoring export` writes it.", is_file=True),
        JobOption("card", "The model's JSON card, beside it.", is_file=True),
        JobOption(
            "created", "Column with the time each record was created, for models that read its age.", ""
        ),
        STAGES,
        JobOption("now", "The moment of scoring, in ISO 8601; needed where days are counted.", ""),
        JobOption("grades", "Lowest scores of grades A, B and C.", "75,50,25"),
        JobOption("reasons", "Reasons of each record: top, all, none.", "top"),
    ),
)
