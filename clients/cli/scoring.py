"""`leadlight scoring train` and `score`, and the group that holds all commands of scoring."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import pyarrow as pa
import pyarrow.compute as pc
import typer
from leadlight.scoring.v1 import (
    dataset_pb2,
    model_pb2,
    model_service_pb2_grpc,
    score_pb2,
    scoring_service_pb2,
    scoring_service_pb2_grpc,
)

from clients.cli import exporting, insights, model_commands, models, output, training, what_if
from clients.cli.connection import connect
from clients.cli.failures import UsageError, did_you_mean, unknown_column
from clients.cli.options import SERVICE, FileArgument, IdOption, JsonOption, Kind, KindOption
from clients.cli.score_stream import score_table
from clients.cli.stages import stage_columns, stage_options
from clients.cli.tables import Table, open_table, with_settled_types
from clients.cli.writers import check_output, open_writer

app = typer.Typer(
    help="Train models on closed records, score open ones, look after the models.",
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)


class Reasons(StrEnum):
    """How many reasons a score carries."""

    TOP = "top"
    ALL = "all"
    NONE = "none"

    @property
    def proto(self) -> score_pb2.ReasonDetail.ValueType:
        """The detail in the protos."""
        return score_pb2.ReasonDetail.Value(f"REASON_DETAIL_{self.name}")


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
    only: Annotated[str, typer.Option(metavar="A,B", help="The only columns to learn from.")] = "",
    ignore_blank: Annotated[
        str, typer.Option(metavar="A,B", help="Columns whose blanks say nothing; else a blank is a value.")
    ] = "",
    engineered: Annotated[
        bool,
        typer.Option(help="Use what can be derived: valid addresses and numbers, filled or not, age."),
    ] = True,
    recommended: Annotated[
        bool,
        typer.Option("--recommended", help="With --model: choose the columns anew instead of as last time."),
    ] = False,
    filters: Annotated[
        list[str] | None,
        typer.Option("--filter", metavar="COL=V1,V2", help="The records that a new model serves. Repeat it."),
    ] = None,
    stages: Annotated[
        list[str] | None,
        typer.Option(
            "--stage",
            metavar="NAME=COL",
            help="A stage of the opportunities' process and the column with the times it was entered: a model for "
            "each. Repeat it, in the order of the process.",
        ),
    ] = None,
    applies: Annotated[
        list[str] | None,
        typer.Option(
            "--applies", metavar="COL=S1,S2", help="The only stages that a column applies in. Repeat it."
        ),
    ] = None,
    no_stages: Annotated[
        bool, typer.Option("--no-stages", help="With --model: one model for all stages from now on.")
    ] = False,
    low_evidence: Annotated[
        bool, typer.Option("--low-evidence", help="Train on fewer than 40 won and 40 lost records too.")
    ] = False,
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

        leadlight scoring train leads.csv --label outcome --only source,budget --filter country=DE,AT

        leadlight scoring train deals.csv --kind opportunity --label won --stage Propose=sent --stage Close=agreed
    """
    table = open_table(file)
    columns = described_columns(
        table, id_column=id_column, label=label, positive=positive, created=created, closed=closed
    )
    columns.stages.extend(stage_columns(table, stages or ()))
    options = model_pb2.AttributeOptions(
        exclude=_columns(table, "--exclude", exclude),
        hand_picked=_columns(table, "--only", only),
        ignore_blank=_columns(table, "--ignore-blank", ignore_blank),
        without_engineered=not engineered,
    )
    served = tuple(_condition(table, each) for each in filters or ())
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
                attributes=options if options.ByteSize() or recommended else None,
                filter=served,
                stages=stage_options(columns.stages, applies or (), none=no_stages),
                low_evidence=low_evidence,
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
    stages: Annotated[
        list[str] | None,
        typer.Option(
            "--stage",
            metavar="NAME=COL",
            help="A stage and the column with the times it was entered. Repeat it.",
        ),
    ] = None,
    created: Annotated[
        str,
        typer.Option(metavar="COL", help="Column with the time of creation; without it all count as new."),
    ] = "",
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
    if created:
        _require_column(table, "--created", created)
    options = scoring_service_pb2.ScoreTableOptions(
        kind=kind.proto,
        id_column=found_id_column(table, id_column),
        reason_detail=reasons.proto,
        stages=stage_columns(table, stages or ()),
        create_time=created,
        compression=scoring_service_pb2.ARROW_COMPRESSION_LZ4_FRAME,
    )
    with connect(context.obj, SERVICE) as channel:
        options.model = models.choose_model(
            model_service_pb2_grpc.ModelServiceStub(channel), kind.proto, model
        )
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


def _columns(table: Table, option: str, given: str) -> list[str]:
    """The columns in a list with commas, checked against the file."""
    names = [each.strip() for each in given.split(",") if each.strip()]
    for name in names:
        _require_column(table, option, name)
    return names


def _condition(table: Table, given: str) -> model_pb2.FilterCondition:
    """A filter's condition from COL=V1,V2."""
    name, is_set, values = given.partition("=")
    if not is_set:
        raise UsageError(f"--filter {given}: write COL=VALUE, or COL=VALUE1,VALUE2")
    _require_column(table, "--filter", name)
    return model_pb2.FilterCondition(attribute=name, values=[each.strip() for each in values.split(",")])


def _require_column(table: Table, option: str, name: str) -> None:
    if name not in table.columns:
        raise unknown_column(option, name, table.columns)


def _count_grades(batch: pa.RecordBatch, counts: dict[str, int]) -> None:
    for entry in pc.value_counts(batch.column("grade")).to_pylist():
        grade = entry["values"] or "no model"
        counts[grade] = counts.get(grade, 0) + entry["counts"]


app.command("models")(model_commands.list_)
app.command("insights")(insights.insights)
app.command("explain")(what_if.explain)
app.command("publish")(model_commands.publish)
app.command("retire")(model_commands.retire)
app.command("update")(model_commands.update)
app.command("drift")(model_commands.drift)
app.command("refresh")(model_commands.refresh)
app.command("export")(exporting.export)
app.command("delete")(model_commands.delete)
