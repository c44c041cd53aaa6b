"""`leadlight scoring explain`: what a score would be with other attributes."""

from pathlib import Path
from typing import Annotated

import typer
from leadlight.common.v1 import record_pb2
from leadlight.scoring.v1 import (
    grade_pb2,
    model_service_pb2_grpc,
    score_pb2,
    scoring_service_pb2,
    scoring_service_pb2_grpc,
)

from clients.cli import models, output
from clients.cli.connection import connect
from clients.cli.failures import UsageError
from clients.cli.options import SERVICE, JsonOption, Kind, KindOption
from clients.cli.records import attributes_from_json, changes_from_options, row_of, to_struct
from clients.cli.tables import open_table


def explain(
    context: typer.Context,
    file: Annotated[
        Path | None, typer.Argument(metavar="[FILE]", help="CSV or Parquet with the record; with --row.")
    ] = None,
    *,
    changes: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="NAME=VALUE", help="What to change; NAME= takes it away. Repeat it."),
    ] = None,
    row: Annotated[
        int | None, typer.Option(min=1, help="The file's row, from 1.", show_default=False)
    ] = None,
    record_id: Annotated[str, typer.Option("--id", help="Id of a stored record.")] = "",
    record: Annotated[str, typer.Option(metavar="JSON", help="The record as a JSON object.")] = "",
    kind: KindOption = Kind.LEAD,
    model: Annotated[
        str,
        typer.Option(help="Id, models/ID or display name; by default the published model, else the newest."),
    ] = "",
    as_json: JsonOption = False,
) -> None:
    """Say what a score would be with other attributes, and what each of them does.

    Examples:
        leadlight scoring explain --id 4711 --set phone="+49 30 901820" --set budget=9000

        leadlight scoring explain open.csv --row 3 --set source=Referral --set budget=

        leadlight scoring explain --record '{"source": "Web form"}' --set budget=9000
    """
    changed = changes_from_options(changes or [])
    if not changed:
        raise UsageError("nothing to change: give --set NAME=VALUE at least once")
    if sum((file is not None, bool(record_id), bool(record))) != 1:
        raise UsageError("which record? give one of --id, --record, or a file with --row")
    if (file is None) != (row is None):
        raise UsageError("a file and --row come together")
    request = scoring_service_pb2.ExplainRequest(changes=to_struct(changed))
    if record_id:
        request.ref.CopyFrom(record_pb2.RecordRef(kind=kind.proto, id=record_id))
    else:
        attributes = row_of(open_table(file), row) if file and row else attributes_from_json(record)
        request.record.CopyFrom(
            scoring_service_pb2.ScoreRequest(kind=kind.proto, attributes=to_struct(attributes))
        )
    with connect(context.obj, SERVICE) as channel:
        stub = model_service_pb2_grpc.ModelServiceStub(channel)
        request.model = models.choose_model(stub, kind.proto, model)
        answer = scoring_service_pb2_grpc.ScoringServiceStub(channel).Explain(request)
    if as_json:
        output.print_json(answer_json(answer))
    else:
        _print(answer)


def _print(answer: scoring_service_pb2.ExplainResponse) -> None:
    output.say(f"{answer.sentence} (grade {_grade(answer.before)} to {_grade(answer.after)})")
    if answer.changes:
        output.print_table(
            f"By {answer.after.model.removeprefix('models/')}, version {answer.after.model_version}",
            ("attribute", ">points before", ">points after", ">adds"),
            (
                (
                    each.attribute,
                    f"{each.before_points:+.1f}",
                    f"{each.after_points:+.1f}",
                    f"{each.points:+.1f}",
                )
                for each in answer.changes
            ),
        )
    if answer.after.ignored_attributes:
        output.note(f"the model does not know {', '.join(answer.after.ignored_attributes)}")


def answer_json(answer: scoring_service_pb2.ExplainResponse) -> dict[str, object]:
    """The answer for programs."""
    return {
        "sentence": answer.sentence,
        "model": answer.after.model,
        "version": answer.after.model_version,
        "before": _score_json(answer.before),
        "after": _score_json(answer.after),
        "changes": [
            {
                "attribute": each.attribute,
                "before_points": each.before_points,
                "after_points": each.after_points,
                "points": each.points,
            }
            for each in answer.changes
        ],
        "ignored_attributes": list(answer.after.ignored_attributes),
    }


def _score_json(score: score_pb2.Score) -> dict[str, object]:
    return {
        "score": score.score,
        "probability": score.probability,
        "grade": _grade(score),
        "base_points": score.base_points,
        "reasons": [
            {
                "attribute": each.attribute,
                "value": each.value,
                "points": each.points,
                "sentence": each.sentence,
            }
            for each in score.reasons
        ],
    }


def _grade(score: score_pb2.Score) -> str:
    return grade_pb2.Grade.Name(score.grade).removeprefix("GRADE_")
