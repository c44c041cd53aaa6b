"""The job that builds the table that training takes: closed records, their outcome, times, attributes, and more."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from services.common.batch.engine import Engine
from services.common.batch.job import TIME, Job, JobInput, JobOption, JobOptions, Stage
from services.common.errors import Reason, invalid_argument
from services.scoring.encoding import category_text
from services.scoring.engineered import Contact, columns_for, contact_kind
from services.scoring.jobs.options import STAGES, listed, require_columns, stages_of
from services.scoring.table import (
    SAMPLED_TEXTS,
    ColumnKind,
    derived_columns,
    kind_of,
    read_columns,
)
from services.scoring.training_data import label_texts, plain_texts, positive_value, seconds_of

HISTORY = JobInput(
    "history",
    {"id": pa.string()},
    keeps_others=True,
    description="A record; the columns that options name have their roles, every other one is an attribute.",
)
_ROLES = ("label", "created", "closed")


@dataclass(frozen=True)
class Roles:
    """What the columns of a history are.

    Attributes:
        label: The outcome's column.
        closed_labels: Values of it that say that a record is closed.
        positive_labels: Of these, the positive ones.
        created: Column of the time of creation; empty for none.
        closed: Column of the time of closing; empty for none.
        stages: Stage and column of the time it was entered.
        attributes: The other columns, with the kind of contact that each is.
    """

    label: str
    closed_labels: pa.Array
    positive_labels: pa.Array
    created: str
    closed: str
    stages: tuple[tuple[str, str], ...]
    attributes: Mapping[str, Contact | None]


def features_batch(batch: pa.RecordBatch, roles: Roles, schema: pa.Schema) -> pa.RecordBatch:
    """The closed records of a batch as training takes them.

    Args:
        batch: With the columns of the history.
        roles: What they are.
        schema: Of the answer; see `features_schema`.
    """
    closed = pc.is_in(batch.column(roles.label), value_set=roles.closed_labels)
    if roles.closed:
        times = pa.chunked_array([batch.column(roles.closed)])
        closed = pc.and_(closed, pc.not_equal(plain_texts(times), "").combine_chunks())
    batch = batch.filter(closed)
    columns = {
        "id": batch.column("id"),
        "outcome": pc.is_in(batch.column(roles.label), value_set=roles.positive_labels),
    }
    times = {"created_at": roles.created, "closed_at": roles.closed, **_stage_columns(roles)}
    columns |= {name: _times(batch, column) for name, column in times.items() if column}
    columns |= {name: batch.column(name) for name in roles.attributes}
    for name, column in read_columns({name: batch.column(name) for name in roles.attributes}).items():
        if column.kind is ColumnKind.TEXT:
            for each in derived_columns(column, roles.attributes[name]):
                columns[each.name] = pa.array(each.numbers, from_pandas=True)
    return pa.RecordBatch.from_arrays([columns[name] for name in schema.names], schema=schema)


def features_schema(there: pa.Schema, roles: Roles) -> pa.Schema:
    """The columns of the table: id, outcome, times, attributes, and what is derived from those that are texts."""
    named = [("created_at", roles.created), ("closed_at", roles.closed), *_stage_columns(roles).items()]
    fields = [pa.field("id", pa.string()), pa.field("outcome", pa.bool_())]
    fields += [pa.field(name, TIME) for name, column in named if column]
    attributes = [there.field(name) for name in roles.attributes]
    fields += [pa.field(each.name, each.type) for each in attributes]
    fields += [
        pa.field(name, pa.float64())
        for each in attributes
        if _is_text(each.type)
        for name in columns_for(each.name, roles.attributes[each.name])
    ]
    return pa.schema(fields)


def _stage_columns(roles: Roles) -> dict[str, str]:
    return {f"entered:{stage}": column for stage, column in roles.stages}


def _times(batch: pa.RecordBatch, column: str) -> pa.Array:
    seconds = seconds_of(pa.chunked_array([batch.column(column)]), column, "options")
    there = ~np.isnan(seconds)
    # Whole microseconds, which a float64 holds exactly until the year 2255.
    micros = np.round(np.where(there, seconds, 0.0) * 1e6).astype(np.int64)
    return pa.array(micros, mask=~there).cast(TIME)


def _is_text(kind: pa.DataType) -> bool:
    return kind_of(pa.nulls(0, kind)) is ColumnKind.TEXT


def _build(engine: Engine, options: JobOptions) -> None:
    there = engine.collect("SELECT * FROM history LIMIT 0").schema
    roles = _roles(engine, options, there)
    schema = features_schema(there, roles)
    engine.map_arrow("history", partial(features_batch, roles=roles, schema=schema), schema, "features")


def _roles(engine: Engine, options: JobOptions, there: pa.Schema) -> Roles:
    stages = stages_of(options)
    named = {name: options.text(name) for name in _ROLES}
    require_columns({**named, **{f"stages[{stage}]": column for stage, column in stages}}, there.names)
    left = {"id", *named.values(), *(column for _, column in stages), *listed(options, "exclude")}
    labels = engine.collect(f"SELECT DISTINCT {_quoted(named['label'])} AS label FROM history")["label"]
    texts = label_texts(labels)
    positive = positive_value(labels, options.text("positive"))
    closed = pc.not_equal(texts, "")
    if not pc.any(closed).as_py():
        raise invalid_argument("options.label", "no row is closed", reason=Reason.DATASET_EMPTY)
    return Roles(
        named["label"],
        labels.filter(closed).combine_chunks(),
        labels.filter(pc.equal(texts, positive)).combine_chunks(),
        named["created"],
        named["closed"],
        stages,
        {
            each.name: _contact(engine, each.name) if _is_text(each.type) else None
            for each in there
            if each.name not in left
        },
    )


def _contact(engine: Engine, attribute: str) -> Contact | None:
    """What kind of contact an attribute is, by some of its texts: as many as training looks at, chosen by their hash.

    Training looks at the first ones; an engine's rows have no order.
    """
    column = _quoted(attribute)
    texts = engine.collect(
        f"SELECT text FROM (SELECT DISTINCT {column} AS text FROM history WHERE {column} IS NOT NULL) AS found"
        f" ORDER BY md5(text), text LIMIT {SAMPLED_TEXTS}"
    )["text"]
    return contact_kind(attribute, map(category_text, texts.to_pylist()))


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


JOB = Job(
    name="scoring.features",
    description="Builds the table that training takes from a history: outcome, times, attributes, derived columns.",
    inputs=(HISTORY,),
    outputs={"features": None},
    stages=(Stage("building the features", ("features",), _build),),
    options=(
        JobOption("label", "Column with the outcome; a record where it is blank is open and left out."),
        JobOption(
            "positive", "The label of a positive outcome; found out where it is one of the usual ones.", ""
        ),
        JobOption("created", "Column with the time of creation.", ""),
        JobOption("closed", "Column with the time of closing.", ""),
        STAGES,
        JobOption("exclude", "Columns that are no attributes, separated by semicolons.", ""),
    ),
)
