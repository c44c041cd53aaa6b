"""`leadlight scoring models`, `publish`, `retire`, `update`, `delete`, `drift`, `refresh`: looking after models."""

import uuid
from typing import Annotated

import typer
from google.protobuf import any_pb2
from leadlight.scoring.v1 import model_pb2, model_service_pb2_grpc

from clients.cli import models, operations, output, training
from clients.cli.connection import connect
from clients.cli.failures import UsageError
from clients.cli.options import SERVICE, JsonOption, Kind, KindOption, ModelArgument

_SOME_SHIFT = 0.10
_CLEAR_SHIFT = 0.25


def list_(
    context: typer.Context,
    *,
    kind: Annotated[Kind | None, typer.Option(help="Only models for these records.")] = None,
    versions: Annotated[
        str, typer.Option(metavar="MODEL", help="The versions of this model instead, newest first.")
    ] = "",
    as_json: JsonOption = False,
) -> None:
    """List the models, newest first, or the versions of one.

    Examples:
        leadlight scoring models --kind opportunity

        leadlight scoring models --versions "Spring leads"
    """
    with connect(context.obj, SERVICE) as channel:
        stub = model_service_pb2_grpc.ModelServiceStub(channel)
        if versions:
            found = list(models.list_versions(stub, models.find_model(stub, versions).name))
        else:
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


def publish(
    context: typer.Context,
    model: ModelArgument,
    *,
    version: Annotated[
        int | None,
        typer.Option(min=1, help="The version, to revert to an earlier one.", show_default="the newest"),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Put a model into use for scoring, or an earlier version of it again.

    Examples:
        leadlight scoring publish "Spring leads"

        leadlight scoring publish "Spring leads" --version 1
    """
    with connect(context.obj, SERVICE) as channel:
        stub = model_service_pb2_grpc.ModelServiceStub(channel)
        found = models.find_model(stub, model)
        published = stub.PublishModel(model_pb2.PublishModelRequest(name=found.name, version=version or 0))
    _show(published, as_json=as_json)
    if not as_json:
        for warning in published.warnings:
            if warning.kind == model_pb2.ModelWarning.KIND_OVERLAPPING_FILTER:
                output.say(f"warning: {warning.message}")


def retire(context: typer.Context, model: ModelArgument, *, as_json: JsonOption = False) -> None:
    """Take a model out of use."""
    with connect(context.obj, SERVICE) as channel:
        stub = model_service_pb2_grpc.ModelServiceStub(channel)
        found = models.find_model(stub, model)
        _show(stub.RetireModel(model_pb2.RetireModelRequest(name=found.name)), as_json=as_json)


def update(
    context: typer.Context,
    model: ModelArgument,
    *,
    name: Annotated[str, typer.Option(help="New display name.")] = "",
    auto_retrain: Annotated[
        bool | None,
        typer.Option(
            "--auto-retrain/--no-auto-retrain",
            help="Train a new version every 15 days, and earlier when attributes drift.",
            show_default="as it is",
        ),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Rename a model, or say whether it is retrained by itself."""
    if not name and auto_retrain is None:
        raise UsageError("nothing to change: give --name, --auto-retrain or --no-auto-retrain")
    with connect(context.obj, SERVICE) as channel:
        stub = model_service_pb2_grpc.ModelServiceStub(channel)
        request = model_pb2.UpdateModelRequest()
        request.model.name = models.find_model(stub, model).name
        if name:
            request.model.display_name = name
            request.update_mask.paths.append("display_name")
        if auto_retrain is not None:
            request.model.auto_retrain = auto_retrain
            request.update_mask.paths.append("auto_retrain")
        updated = stub.UpdateModel(request)
    _show(updated, as_json=as_json)
    if not as_json:
        output.say(f"Automatic retraining is {'on' if updated.auto_retrain else 'off'}.")


def delete(context: typer.Context, model: ModelArgument) -> None:
    """Delete a model that is not published, with all its versions."""
    with connect(context.obj, SERVICE) as channel:
        stub = model_service_pb2_grpc.ModelServiceStub(channel)
        found = models.find_model(stub, model)
        stub.DeleteModel(model_pb2.DeleteModelRequest(name=found.name))
    output.say(f"Model {models.model_id(found)} ({found.display_name}) is deleted.")


def drift(context: typer.Context, model: ModelArgument, *, as_json: JsonOption = False) -> None:
    """Show how far the records of today have moved away from those that a model was trained on."""
    with connect(context.obj, SERVICE) as channel:
        stub = model_service_pb2_grpc.ModelServiceStub(channel)
        found = models.find_model(stub, model)
        report = stub.GetDriftReport(model_pb2.GetDriftReportRequest(name=found.name))
    if as_json:
        output.print_json(
            {
                "model_id": models.model_id(found),
                "version": report.version,
                "records": report.record_count,
                "retraining_advised": report.retraining_advised,
                "attributes": [
                    {"attribute": each.attribute, "stability_index": each.stability_index}
                    for each in report.attributes
                ],
            }
        )
        return
    output.print_table(
        f"{found.display_name}, version {report.version}: {report.record_count:,} records since the training",
        ("attribute", ">stability index", "reading"),
        (
            (each.attribute, f"{each.stability_index:.3f}", _reading(each.stability_index))
            for each in report.attributes
        ),
    )
    if report.retraining_advised:
        output.say(f"Enough has moved: train a new version with `--model {models.model_id(found)}`.")
    else:
        output.say("No retraining is needed for it.")


def refresh(context: typer.Context, *, kind: KindOption = Kind.LEAD, as_json: JsonOption = False) -> None:
    """Score every stored open record anew; this happens every 24 hours by itself."""
    answer = model_pb2.RefreshScoresResponse()
    with connect(context.obj, SERVICE) as channel, output.progress_bar("waiting") as bar:

        def show(packed: any_pb2.Any) -> None:
            metadata = model_pb2.RefreshScoresMetadata()
            packed.Unpack(metadata)
            bar.update(metadata.progress, metadata.stage or "waiting")

        started = model_service_pb2_grpc.ModelServiceStub(channel).RefreshScores(
            model_pb2.RefreshScoresRequest(kind=kind.proto, request_id=str(uuid.uuid4()))
        )
        # It may be the daily one, which others wait for: an interruption leaves it alone.
        operations.follow(channel, started, show, cancel_on_interrupt=False).Unpack(answer)
    if as_json:
        output.print_json({"scored": answer.scored_count, "stale": answer.stale_count})
    else:
        stale = f"; {answer.stale_count:,} keep their last score as stale" if answer.stale_count else ""
        output.say(f"{answer.scored_count:,} open records scored{stale}.")


def _reading(index: float) -> str:
    if index >= _CLEAR_SHIFT:
        return "clear shift"
    return "some shift" if index >= _SOME_SHIFT else "stable"


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
