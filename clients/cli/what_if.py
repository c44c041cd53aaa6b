"""`leadlight scoring explain`: why a record scores as it does, and what it would score with other attributes."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from leadlight.common.v1 import record_pb2
from leadlight.scoring.v1 import (
    model_service_pb2_grpc,
    score_pb2,
    scoring_service_pb2,
    scoring_service_pb2_grpc,
)
from leadlight.scoring.v1 import record_pb2 as scoring_record_pb2

from clients.cli import models, output
from clients.cli.connection import connect
from clients.cli.failures import UsageError, unknown_column
from clients.cli.options import SERVICE, JsonOption, Kind, KindOption, LanguageOption
from clients.cli.reasons import grade_word, reasons_table, score_json
from clients.cli.records import attributes_from_json, changes_from_options, row_of, to_struct
from clients.cli.stages import entries_of, moment_of, stage_columns
from clients.cli.tables import open_table

_LEAST_SHOWN = 0.05  # points: below it a table shows 0.0


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
    stages: Annotated[
        list[str] | None,
        typer.Option(
            "--stage",
            metavar="NAME=COL",
            help="A stage and the column of the file with the time it was entered.",
        ),
    ] = None,
    created: Annotated[
        str,
        typer.Option(metavar="COL", help="Column of the file with the time of creation; without it: now."),
    ] = "",
    kind: KindOption = Kind.LEAD,
    model: Annotated[
        str,
        typer.Option(help="Id, models/ID or display name; by default the published model, else the newest."),
    ] = "",
    language: LanguageOption = "",
    as_json: JsonOption = False,
) -> None:
    """Say why a record scores as it does, and with --set what it would score with other attributes.

    Examples:
        leadlight scoring explain --id 4711

        leadlight scoring explain --id 4711 --set phone="+49 30 901820" --set budget=9000

        leadlight scoring explain open.csv --row 3 --set source=Referral --set budget= --language da

        leadlight scoring explain --record '{"source": "Web form"}' --set budget=9000
    """
    if sum((file is not None, bool(record_id), bool(record))) != 1:
        raise UsageError("which record? give one of --id, --record, or a file with --row")
    if (stages or created) and file is None:
        raise UsageError("--stage and --created go with a file")
    if (file is None) != (row is None):
        raise UsageError("a file and --row come together")
    changed = changes_from_options(changes or [])
    subject: record_pb2.RecordRef | scoring_service_pb2.ScoreRequest
    if record_id:
        subject = record_pb2.RecordRef(kind=kind.proto, id=record_id)
    else:
        subject = scoring_service_pb2.ScoreRequest(kind=kind.proto)
        if file and row:
            _fill_from_row(subject, file, row, stages or (), created)
        else:
            subject.attributes.CopyFrom(to_struct(attributes_from_json(record)))
    with connect(context.obj, SERVICE) as channel:
        chosen = models.choose_model(model_service_pb2_grpc.ModelServiceStub(channel), kind.proto, model)
        stub = scoring_service_pb2_grpc.ScoringServiceStub(channel)
        answer = (
            _what_if(stub, subject, changed, model=chosen, language=language)
            if changed
            else _score(stub, subject, model=chosen, language=language)
        )
    if isinstance(answer, score_pb2.Score):
        if as_json:
            output.print_json({"model": answer.model, "version": answer.model_version} | score_json(answer))
        else:
            _print_score(answer)
    elif as_json:
        output.print_json(answer_json(answer))
    else:
        _print(answer)


def _fill_from_row(
    subject: scoring_service_pb2.ScoreRequest, file: Path, row: int, stages: Sequence[str], created: str
) -> None:
    """Puts a row of a file into the request: its times, and everything else as attributes."""
    table = open_table(file)
    columns = stage_columns(table, stages)
    if created and created not in table.columns:
        raise unknown_column("--created", created, table.columns)
    values = row_of(table, row)
    subject.stages.extend(entries_of(values, columns))
    if created in values:
        subject.create_time.FromDatetime(moment_of(created, values[created]))
    no_attributes = {created, *(each.column for each in columns)}
    subject.attributes.CopyFrom(
        to_struct({name: values[name] for name in values if name not in no_attributes})
    )


def _what_if(
    stub: scoring_service_pb2_grpc.ScoringServiceStub,
    subject: record_pb2.RecordRef | scoring_service_pb2.ScoreRequest,
    changes: dict[str, object],
    *,
    model: str,
    language: str,
) -> scoring_service_pb2.ExplainResponse:
    request = scoring_service_pb2.ExplainRequest(changes=to_struct(changes), model=model, language=language)
    if isinstance(subject, record_pb2.RecordRef):
        request.ref.CopyFrom(subject)
    else:
        request.record.CopyFrom(subject)
    return stub.Explain(request)


def _score(
    stub: scoring_service_pb2_grpc.ScoringServiceStub,
    subject: record_pb2.RecordRef | scoring_service_pb2.ScoreRequest,
    *,
    model: str,
    language: str,
) -> score_pb2.Score:
    """The score with all reasons: of a stored record the stored one, unless a model is named."""
    if isinstance(subject, record_pb2.RecordRef):
        stored = stub.GetRecord(
            scoring_record_pb2.GetRecordRequest(
                ref=subject, reason_detail=score_pb2.REASON_DETAIL_ALL, language=language
            )
        )
        if not model:
            return stored.score
        subject = scoring_service_pb2.ScoreRequest(
            kind=subject.kind,
            attributes=stored.attributes,
            create_time=stored.create_time,
            stages=stored.stages,
            account=stored.account if stored.HasField("account") else None,
            contact=stored.contact if stored.HasField("contact") else None,
        )
    subject.model = model
    subject.reason_detail = score_pb2.REASON_DETAIL_ALL
    subject.language = language
    return stub.Score(subject)


def _print_score(score: score_pb2.Score) -> None:
    if score.not_scored_reason:
        word = score_pb2.NotScoredReason.Name(score.not_scored_reason).removeprefix("NOT_SCORED_REASON_")
        last = f"; its last score was {score.score} (grade {grade_word(score)})" if score.model else ""
        output.say(f"The record is not scored: {word.lower().replace('_', ' ')}{last}.")
        return
    if score.stage:
        output.say(_stage_word(score))
    output.say(
        f"Score {score.score}, grade {grade_word(score)}: {score.base_points:.1f} points before anything is known of "
        "the record, and"
    )
    by = f"By {score.model.removeprefix('models/')}, version {score.model_version}"
    output.show(reasons_table(by, score))
    if score.ignored_attributes:
        output.note(f"the model does not know {', '.join(score.ignored_attributes)}")


def _stage_word(score: score_pb2.Score) -> str:
    """Which part of a per-stage model scored."""
    if score.stage_model_use == score_pb2.STAGE_MODEL_USE_STAGE:
        return f"In stage {score.stage}."
    why = score_pb2.StageModelUse.Name(score.stage_model_use).removeprefix("STAGE_MODEL_USE_").lower()
    return f"In stage {score.stage}, by the model of all stages ({why.replace('_', ' ')})."


def _print(answer: scoring_service_pb2.ExplainResponse) -> None:
    output.say(f"{answer.sentence} (grade {grade_word(answer.before)} to {grade_word(answer.after)})")
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
                if abs(each.points) >= _LEAST_SHOWN
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
        "before": score_json(answer.before),
        "after": score_json(answer.after),
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
