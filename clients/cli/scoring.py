"""`leadlight scoring ...`: train, score, and look after models."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import pyarrow as pa
import pyarrow.compute as pc
import typer
from leadlight.common.v1 import record_pb2
from leadlight.scoring.v1 import (
    dataset_pb2,
    model_pb2,
    model_service_pb2_grpc,
    score_pb2,
    scoring_service_pb2,
    scoring_service_pb2_grpc,
)

from clients.cli import models, output, training
from clients.cli.connection import connect
from clients.cli.failures import CommandError, did_you_mean, unknown_column
from clients.cli.score_stream import score_table
from clients.cli.tables import Table, open_table, with_settled_types
from clients.cli.writers import check_output, open_writer

SERVICE = "scoring"

app = typer.Typer(
    help="Train models on closed records, score open ones, look after the models.",
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)


class Kind(StrEnum):
    """What records are."""

    LEAD = "lead"
    OPPORTUNITY = "opportunity"

    @property
    def proto(self) -> record_pb2.RecordKind.ValueType:
        """The kind in the protos."""
        return models.KINDS[self.value]


class Reasons(StrEnum):
    """How many reasons a score carries."""

    TOP = "top"
    ALL = "all"
    NONE = "none"

    @property
    def proto(self) -> score_pb2.ReasonDetail.ValueType:
        """The detail in the protos."""
        return score_pb2.ReasonDetail.Value(f"REASON_DETAIL_{self.name}")


FileArgument = Annotated[
    Path, typer.Argument(metavar="FILE", help="CSV with a header (UTF-8; delimiter found out), or Parquet.")
]
KindOption = Annotated[Kind, typer.Option(help="What the records are.")]
IdOption = Annotated[
    str, typer.Option("--id", metavar="COL", help="Column with the id; without it row numbers serve as ids.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON value for programs.")]
ModelArgument = Annotated[str, typer.Argument(metavar="MODEL", help="Id, models/ID, or display name.")]


@app.command()
def train(
    context: typer.Context,
    file: FileArgument,
    *,
    label: Annotated[str, typer.Option(metavar="COL", help="Column with the outcome; blank means open.")],
    kind: KindOption = Kind.LEAD,
    id_column: IdOption = "",
    positive: Annotated[
        str,
        typer.Option(
            metavar="VALUE",
            help="Text of a won outcome; by default the one of true, yes, 1, won, qualified that occurs.",
        ),
    ] = "",
    created: Annotated[str, typer.Option(metavar="COL", help="Column with the time of creation.")] = "",
    closed: Annotated[
        str,
        typer.Option(metavar="COL", help="Column with the time of closing; else row order is time order."),
    ] = "",
    exclude: Annotated[str, typer.Option(metavar="A,B", help="Columns not to learn from.")] = "",
    name: Annotated[str, typer.Option(help="Display name of the new model.")] = "",
    model: Annotated[
        str, typer.Option(help="Train a further version of this model instead of a new one.")
    ] = "",
    publish: Annotated[
        bool, typer.Option("--publish", help="Put the model into use when it is ready.")
    ] = False,
    window_months: Annotated[
        int, typer.Option(min=3, max=24, help="How far back to learn from, with dates.")
    ] = 24,
    seed: Annotated[int, typer.Option(min=0, help="The same data and seed give the same model.")] = 0,
    as_json: JsonOption = False,
) -> None:
    """Train a model on closed records and show how good it is.

    The newest 20 % of the records judge the model. At least 40 won and 40 lost records are needed.

    Examples:
        leadlight scoring train leads.csv --kind lead --id lead_id --label outcome --positive won --publish

        leadlight scoring train deals.parquet --kind opportunity --id id --label won --closed closed_on
    """
    table = open_table(file)
    columns = described_columns(
        table, id_column=id_column, label=label, positive=positive, created=created, closed=closed
    )
    excluded = tuple(each.strip() for each in exclude.split(",") if each.strip())
    for column in excluded:
        _require_column(table, "--exclude", column)
    with connect(context.obj, SERVICE) as channel:
        stub = model_service_pb2_grpc.ModelServiceStub(channel)
        trained = training.train(
            channel,
            training.TrainingPlan(
                table=table,
                columns=columns,
                kind=kind.proto,
                display_name=name,
                model=models.find_model(stub, model).name if model else "",
                exclude=excluded,
                window_months=window_months,
                seed=seed,
                publish=publish,
            ),
        )
    if as_json:
        output.print_json(training.as_json(trained))
        return
    training.print_model(trained)
    if trained.state == model_pb2.MODEL_STATE_PUBLISHED:
        output.say("Published: `leadlight scoring score` uses it from now on.")
    else:
        output.say(
            f"Not published yet: `leadlight scoring publish {models.model_id(trained)}` puts it into use."
        )


@app.command()
def score(
    context: typer.Context,
    file: FileArgument,
    *,
    out: Annotated[
        Path,
        typer.Option("-o", "--output", metavar="OUT", help="Where to write: .csv, .parquet or .jsonl."),
    ],
    id_column: IdOption = "",
    kind: KindOption = Kind.LEAD,
    model: Annotated[
        str,
        typer.Option(help="Id, models/ID or display name; by default the published model, else the newest."),
    ] = "",
    reasons: Annotated[
        Reasons, typer.Option(help="The five best and five worst reasons, every one, or none.")
    ] = Reasons.TOP,
    as_json: JsonOption = False,
) -> None:
    """Score every row of a file: id, probability, score, grade, reasons.

    The output appears whole at the end, or not at all.

    Examples:
        leadlight scoring score open.csv --id lead_id -o scores.csv

        leadlight scoring score open.parquet --id lead_id --reasons none -o scores.parquet
    """
    table = open_table(file)
    check_output(out, file)
    options = scoring_service_pb2.ScoreTableOptions(
        kind=kind.proto, id_column=found_id_column(table, id_column), reason_detail=reasons.proto
    )
    with connect(context.obj, SERVICE) as channel:
        options.model = choose_model(model_service_pb2_grpc.ModelServiceStub(channel), kind, model)
        stub = scoring_service_pb2_grpc.ScoringServiceStub(channel)
        with output.progress_bar("scoring") as bar:

            def write_scores() -> dict[str, int]:
                counts = dict.fromkeys("ABCD", 0)
                with open_writer(out) as writer:
                    for scored in score_table(stub, table, options):
                        writer.write_batch(scored.batch)
                        _count_grades(scored.batch, counts)
                        bar.update(scored.done)
                return counts

            grades = with_settled_types(table, write_scores)
    total = sum(grades.values())
    if as_json:
        output.print_json({"rows": total, "grades": grades, "model": options.model, "output": str(out)})
    else:
        shares = ", ".join(f"{grade} {count:,}" for grade, count in grades.items())
        output.say(f"{total:,} rows scored into {out} ({shares})")


@app.command("models")
def list_(
    context: typer.Context,
    kind: Annotated[Kind | None, typer.Option(help="Only models for these records.")] = None,
    as_json: JsonOption = False,
) -> None:
    """List the models, newest first."""
    with connect(context.obj, SERVICE) as channel:
        stub = model_service_pb2_grpc.ModelServiceStub(channel)
        found = list(models.list_models(stub, kind.proto if kind else None))
    if as_json:
        output.print_json([training.as_json(model) for model in found])
    elif not found:
        output.say("There is no model yet: `leadlight scoring train FILE --label COL` makes one.")
    else:
        output.print_table(
            "",
            ("model", "name", "kind", "state", ">version", "verdict", ">AUC", "trained"),
            (_row(model) for model in found),
        )


@app.command()
def publish(context: typer.Context, model: ModelArgument, as_json: JsonOption = False) -> None:
    """Put a model into use for scoring."""
    with connect(context.obj, SERVICE) as channel:
        stub = model_service_pb2_grpc.ModelServiceStub(channel)
        found = models.find_model(stub, model)
        _show(stub.PublishModel(model_pb2.PublishModelRequest(name=found.name)), as_json=as_json)


@app.command()
def retire(context: typer.Context, model: ModelArgument, as_json: JsonOption = False) -> None:
    """Take a model out of use."""
    with connect(context.obj, SERVICE) as channel:
        stub = model_service_pb2_grpc.ModelServiceStub(channel)
        found = models.find_model(stub, model)
        _show(stub.RetireModel(model_pb2.RetireModelRequest(name=found.name)), as_json=as_json)


@app.command()
def delete(context: typer.Context, model: ModelArgument) -> None:
    """Delete a model that is not published, with all its versions."""
    with connect(context.obj, SERVICE) as channel:
        stub = model_service_pb2_grpc.ModelServiceStub(channel)
        found = models.find_model(stub, model)
        stub.DeleteModel(model_pb2.DeleteModelRequest(name=found.name))
    output.say(f"Model {models.model_id(found)} ({found.display_name}) is deleted.")


def described_columns(
    table: Table, *, id_column: str, label: str, positive: str, created: str = "", closed: str = ""
) -> dataset_pb2.DatasetColumns:
    """What the columns of a training table mean, checked against the file.

    Raises:
        UsageError: If a column does not exist.
    """
    _require_column(table, "--label", label)
    for option, column in (("--created", created), ("--closed", closed)):
        if column:
            _require_column(table, option, column)
    # Outcomes are compared as they are written: 1 is not 1.0, TRUE is TRUE.
    table.read_as_text(label)
    return dataset_pb2.DatasetColumns(
        id=found_id_column(table, id_column),
        label=label,
        positive_value=positive,
        create_time=created,
        close_time=closed,
    )


def found_id_column(table: Table, name: str) -> str:
    """The id column, read as text; empty, with a note, if the file has no such column."""
    if not name:
        return ""
    if name not in table.columns:
        hint = did_you_mean(name, table.columns)
        output.note(f"{table.path.name} has no column {name}{hint} Row numbers serve as ids.")
        return ""
    table.read_as_text(name)
    return name


def choose_model(stub: model_service_pb2_grpc.ModelServiceStub, kind: Kind, given: str) -> str:
    """The resource name of the model to score by; empty for the published one, which the service picks.

    Raises:
        CommandError: If there is none.
    """
    if given:
        return models.find_model(stub, given).name
    found = list(models.list_models(stub, kind.proto))
    if any(model.state == model_pb2.MODEL_STATE_PUBLISHED for model in found):
        return ""
    ready = [model for model in found if model.version > 0]
    if not ready:
        raise CommandError(
            f"there is no trained {kind} model: "
            f"make one with `leadlight scoring train FILE --kind {kind} --label COL`"
        )
    newest = max(ready, key=lambda model: model.train_time.ToNanoseconds())
    output.note(
        f"no {kind} model is published; scoring by the newest one, "
        f"{models.model_id(newest)} ({newest.display_name})"
    )
    return newest.name


def _require_column(table: Table, option: str, name: str) -> None:
    if name not in table.columns:
        raise unknown_column(option, name, table.columns)


def _count_grades(batch: pa.RecordBatch, counts: dict[str, int]) -> None:
    for entry in pc.value_counts(batch.column("grade")).to_pylist():
        counts[entry["values"]] = counts.get(entry["values"], 0) + entry["counts"]


def _row(model: model_pb2.Model) -> tuple[str, ...]:
    trained = model.train_time.ToDatetime().strftime("%Y-%m-%d %H:%M UTC") if model.version else ""
    return (
        models.model_id(model),
        model.display_name,
        models.kind_word(model.kind),
        models.state_word(model),
        str(model.version),
        models.verdict_word(model),
        f"{model.metrics.auc:.3f}" if model.metrics.HasField("auc") else "",
        trained,
    )


def _show(model: model_pb2.Model, *, as_json: bool) -> None:
    if as_json:
        output.print_json(training.as_json(model))
    else:
        output.say(
            f"Model {models.model_id(model)} ({model.display_name}), version {model.version}, "
            f"is {models.state_word(model)}."
        )
