"""Training through the service: upload a file, follow the operation, say what came out."""

import contextlib
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import grpc
from google.protobuf import any_pb2
from leadlight.common.v1 import record_pb2
from leadlight.scoring.v1 import dataset_pb2, model_pb2, model_service_pb2_grpc

from clients.cli import models, operations, output, stages
from clients.cli.tables import Table, to_ipc, with_settled_types

_UPLOAD_SHARE = 0.1  # of the progress bar


@dataclass(frozen=True, slots=True)
class TrainingPlan:
    """What to train.

    Attributes:
        table: The closed records.
        columns: Which column holds what.
        kind: Kind of record.
        display_name: Of the new model line; empty for the service's default.
        model: Resource name of a line to train a further version of; empty for a new line.
        attributes: Which attributes to use, and how; None for the recommended set, or as the line was trained last.
        filter: The records that a new line serves.
        stages: Which stages to train for; None for none, or as the line was trained last.
        low_evidence: Whether to train on fewer than 40 won and 40 lost records too.
        window_months: How far back to look; 0 for the service's default.
        seed: Seed of all randomness.
        publish: Whether to publish the new version at once.
    """

    table: Table
    columns: dataset_pb2.DatasetColumns
    kind: record_pb2.RecordKind.ValueType
    display_name: str = ""
    model: str = ""
    attributes: model_pb2.AttributeOptions | None = None
    filter: tuple[model_pb2.FilterCondition, ...] = ()
    stages: model_pb2.StageOptions | None = None
    low_evidence: bool = False
    window_months: int = 0
    seed: int = 0
    publish: bool = False


def train(channel: grpc.Channel, plan: TrainingPlan) -> model_pb2.Model:
    """Uploads the table, trains, deletes the upload.

    Raises:
        CommandError: If the table cannot be read or the training fails.
        grpc.RpcError: If a call fails.
    """
    stub = model_service_pb2_grpc.ModelServiceStub(channel)
    with output.progress_bar("uploading") as bar:
        dataset = with_settled_types(plan.table, lambda: _upload(stub, plan, bar))
        try:
            operation = stub.TrainModel(
                model_pb2.TrainModelRequest(
                    kind=plan.kind,
                    display_name=plan.display_name,
                    model=plan.model,
                    dataset=dataset.name,
                    window_months=plan.window_months,
                    attribute_options=plan.attributes,
                    filter=plan.filter,
                    stage_options=plan.stages,
                    low_evidence=plan.low_evidence,
                    publish=plan.publish,
                    seed=plan.seed,
                    request_id=str(uuid.uuid4()),
                )
            )

            def show(packed: any_pb2.Any) -> None:
                metadata = model_pb2.TrainModelMetadata()
                packed.Unpack(metadata)
                done = _UPLOAD_SHARE + metadata.progress * (1 - _UPLOAD_SHARE)
                bar.update(done, metadata.stage or "waiting")

            model = model_pb2.Model()
            operations.follow(channel, operation, show, cancel_on_interrupt=True).Unpack(model)
            return model
        finally:
            with contextlib.suppress(grpc.RpcError):  # what went wrong before matters more
                stub.DeleteDataset(dataset_pb2.DeleteDatasetRequest(name=dataset.name))


def _upload(
    stub: model_service_pb2_grpc.ModelServiceStub, plan: TrainingPlan, bar: output.Bar
) -> dataset_pb2.Dataset:
    trouble: list[Exception] = []

    def requests() -> Iterator[dataset_pb2.UploadDatasetRequest]:
        try:
            described = dataset_pb2.Dataset(display_name=plan.table.path.name[:200], columns=plan.columns)
            yield dataset_pb2.UploadDatasetRequest(dataset=described)
            for piece in plan.table.pieces():
                yield dataset_pb2.UploadDatasetRequest(arrow_ipc_stream=to_ipc(piece.batch))
                bar.update(piece.done * _UPLOAD_SHARE)
        except Exception as error:
            # grpc runs this in a thread of its own and would only say that iterating failed.
            trouble.append(error)
            raise

    try:
        return stub.UploadDataset(requests())
    except grpc.RpcError:
        if trouble:
            raise trouble[0] from None
        raise


def as_json(model: model_pb2.Model) -> dict[str, object]:
    """A trained model for programs."""
    metrics = model.metrics
    return {
        "model_id": models.model_id(model),
        "display_name": model.display_name,
        "kind": models.kind_word(model.kind),
        "version": model.version,
        "published": model.state == model_pb2.MODEL_STATE_PUBLISHED,
        "state": models.state_word(model),
        "verdict": models.verdict_word(model),
        "family": model.family,
        "low_evidence": model.low_evidence,
        "auto_retrain": model.auto_retrain,
        "filter": [{"attribute": each.attribute, "values": list(each.values)} for each in model.filter],
        "auc": metrics.auc if metrics.HasField("auc") else None,
        "brier": metrics.brier_score,
        "ece": metrics.expected_calibration_error,
        "log_loss": metrics.log_loss,
        "f1": metrics.f1,
        "accuracy": metrics.accuracy,
        "precision": metrics.precision if metrics.HasField("precision") else None,
        "recall": metrics.recall,
        "conversion_rate": metrics.conversion_rate,
        "threshold": metrics.threshold,
        "records": model.training_data.record_count,
        "positives": model.training_data.positive_count,
        "test_records": model.training_data.test_record_count,
        "used": [
            {"attribute": each.attribute, "influence": each.influence}
            for each in model.attributes
            if each.use == model_pb2.ATTRIBUTE_USE_USED
        ],
        "left_out": [
            {
                "attribute": each.attribute,
                "reason": use_word(each.use),
                "explanation": each.explanation,
            }
            for each in model.attributes
            if each.use != model_pb2.ATTRIBUTE_USE_USED
        ],
        "stages": stages.stages_json(model.stages),
        "warnings": [
            {
                "kind": model_pb2.ModelWarning.Kind.Name(each.kind).removeprefix("KIND_").lower(),
                "message": each.message,
                "attributes": list(each.attributes),
            }
            for each in model.warnings
        ],
    }


def _auc_alone(attribute: model_pb2.ModelAttribute) -> str:
    return f"{attribute.standalone_auc:.3f}" if attribute.HasField("standalone_auc") else "-"


def use_word(use: model_pb2.AttributeUse.ValueType) -> str:
    """`leaks_outcome`, `drifts`, ..."""
    return model_pb2.AttributeUse.Name(use).removeprefix("ATTRIBUTE_USE_").lower()


def print_model(model: model_pb2.Model) -> None:
    """A trained model for people."""
    print_metrics(model)
    used = [each for each in model.attributes if each.use == model_pb2.ATTRIBUTE_USE_USED]
    output.print_table(
        "Attributes used, the most influential first",
        ("attribute", ">influence (log-odds)", ">AUC alone"),
        ((each.attribute, f"{each.influence:.3f}", _auc_alone(each)) for each in used),
    )
    print_left_out(model.attributes)
    stages.print_stages(model.stages)
    for warning in model.warnings:
        output.say(f"warning: {warning.message}")


def print_metrics(model: model_pb2.Model) -> None:
    """How a model did on the newest records."""
    metrics, data = model.metrics, model.training_data
    verdict = models.verdict_word(model)
    output.say(f"Model {models.model_id(model)} ({model.display_name}), version {model.version}, {verdict}")
    output.print_table(
        f"On the newest {data.test_record_count:,} of {data.record_count:,} closed records",
        ("metric", ">value", "what it means"),
        (
            (
                "AUC",
                f"{metrics.auc:.3f}" if metrics.HasField("auc") else "-",
                "chance that a won record ranks above a lost one",
            ),
            ("Brier score", f"{metrics.brier_score:.4f}", "mean squared error of the probability"),
            (
                "Calibration error",
                f"{metrics.expected_calibration_error:.3f}",
                "mean gap of predicted and actual rate",
            ),
            ("Conversion rate", f"{metrics.conversion_rate:.1%}", "share of won records"),
            ("Threshold", f"{metrics.threshold:.3f}", "the probability that maximises F1"),
            ("F1", f"{metrics.f1:.3f}", "harmonic mean of precision and recall there"),
            ("Accuracy", f"{metrics.accuracy:.1%}", "share of right answers there"),
            ("Recall", f"{metrics.recall:.1%}", "share of won records found there"),
            (
                "Precision",
                f"{metrics.precision:.1%}" if metrics.HasField("precision") else "-",
                "share of won among those found there",
            ),
        ),
    )


def print_left_out(attributes: Iterable[model_pb2.ModelAttribute]) -> None:
    """The attributes that a model does not use, each with the reason."""
    left_out = [each for each in attributes if each.use != model_pb2.ATTRIBUTE_USE_USED]
    if left_out:
        output.print_table(
            "Attributes left out",
            ("attribute", "reason", "explanation"),
            ((each.attribute, use_word(each.use).replace("_", " "), each.explanation) for each in left_out),
        )
