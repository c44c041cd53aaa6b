"""The job that suggests from a history of notes, each read as `SuggestActions` reads it."""

from collections.abc import Iterator, Mapping
from functools import partial

import pyarrow as pa

from services.common.batch.engine import SMALL_BATCH_ROWS, Engine
from services.common.batch.job import Job, JobInput, JobOption, JobOptions, Stage
from services.common.batch.tagged_rows import TAGGED, sort_out, tagged
from services.common.errors import LeadlightError
from services.notes.analysis import analyze
from services.notes.convert_files import suggestion_rows, text_of
from services.notes.offers import offered

_TEXT, _NUMBER, _FLAG = pa.string(), pa.int64(), pa.bool_()

NOTES = JobInput(
    "notes",
    {"id": _TEXT, "text": _TEXT, "language": _TEXT, "reference_time": _TEXT, "time_zone": _TEXT},
    optional=frozenset({"language", "reference_time", "time_zone"}),
    description="A note; reference_time in ISO 8601, when it was written.",
)
SUGGESTIONS = pa.schema(
    [
        ("note", _TEXT),
        ("number", _NUMBER),
        ("type", _TEXT),
        ("start", _TEXT),
        ("end", _TEXT),
        ("due", _TEXT),
        ("date_only", _FLAG),
        ("time_only", _FLAG),
        ("log", _FLAG),
        ("assignee", _TEXT),
        ("contact_name", _TEXT),
        ("span_start", _NUMBER),
        ("span_end", _NUMBER),
        ("confidence", pa.float64()),
        ("title", _TEXT),
    ]
)
LEFT_OUT = pa.schema([("note", _TEXT), ("reason", _TEXT)])
_TABLES = {"suggestions": SUGGESTIONS, "left_out": LEFT_OUT}
_DEFAULTS = ("reference_time", "time_zone")


def suggest_batch(batch: pa.RecordBatch, defaults: Mapping[str, str]) -> pa.RecordBatch:
    """What to create from each note of a batch.

    Args:
        batch: With the columns of `NOTES`.
        defaults: Of blank reference times and time zones.

    Returns:
        `TAGGED` rows of `suggestions` and `left_out`.
    """
    return tagged(_rows(batch, defaults))


def _rows(batch: pa.RecordBatch, defaults: Mapping[str, str]) -> Iterator[tuple[str, Mapping[str, object]]]:
    for note in batch.to_pylist():
        given = {**note, **{name: note[name] or default for name, default in defaults.items()}}
        try:
            text = text_of(given)
        except LeadlightError as error:
            yield "left_out", {"note": note["id"], "reason": error.message}
            continue
        found = offered(analyze(text).suggestions, {}).suggestions
        for number, row in enumerate(suggestion_rows(found, text.time_zone), start=1):
            yield "suggestions", {"note": note["id"], "number": number, **row}


def _read(engine: Engine, options: JobOptions) -> None:
    defaults = {name: options.text(name) for name in _DEFAULTS}
    engine.map_arrow(
        "notes", partial(suggest_batch, defaults=defaults), TAGGED, "read_notes", SMALL_BATCH_ROWS
    )


def _sort_out(engine: Engine, _options: JobOptions) -> None:
    sort_out(engine, "read_notes", _TABLES)


JOB = Job(
    name="notes.history",
    description="Suggests what to create from each note of a history, as `leadlight notes suggest` does.",
    inputs=(NOTES,),
    outputs=_TABLES,
    stages=(
        Stage("reading the notes", ("read_notes",), _read),
        Stage("writing down what they say", tuple(_TABLES), _sort_out),
    ),
    options=(
        JobOption("time_zone", "IANA zone of notes that name none.", "UTC"),
        JobOption(
            "reference_time",
            "When notes that do not say so were written, in ISO 8601; without it they are left out.",
            "",
        ),
    ),
)
