"""A small server with canned answers, which remembers what it was asked."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import grpc
import pyarrow as pa
import pytest
from google.longrunning import operations_pb2, operations_pb2_grpc
from google.protobuf import any_pb2, empty_pb2
from google.rpc import code_pb2, error_details_pb2, status_pb2
from grpc_status import rpc_status
from leadlight.common.v1 import record_pb2
from leadlight.scoring.v1 import (
    dataset_pb2,
    model_pb2,
    model_service_pb2_grpc,
    scoring_service_pb2,
    scoring_service_pb2_grpc,
)

from clients.cli.tables import to_ipc


def packed(message: Any) -> any_pb2.Any:
    box = any_pb2.Any()
    box.Pack(message)
    return box


def refusal(
    code: int, message: str, reason: str, violations: tuple[tuple[str, str], ...] = ()
) -> status_pb2.Status:
    details = [packed(error_details_pb2.ErrorInfo(reason=reason, domain="leadlight.scoring"))]
    if violations:
        bad = error_details_pb2.BadRequest()
        for name, description in violations:
            bad.field_violations.add(field=name, description=description)
        details.append(packed(bad))
    return status_pb2.Status(code=code, message=message, details=details)


def trained_model(name: str = "models/m1", **changes: Any) -> model_pb2.Model:
    model = model_pb2.Model(
        name=name,
        display_name="First",
        kind=record_pb2.RECORD_KIND_LEAD,
        state=model_pb2.MODEL_STATE_READY,
        version=1,
        verdict=model_pb2.PUBLISH_VERDICT_OK,
        metrics=model_pb2.ModelMetrics(
            auc=0.75,
            accuracy=0.7,
            recall=0.6,
            precision=0.5,
            f1=0.545,
            threshold=0.31,
            brier_score=0.19,
            expected_calibration_error=0.02,
            conversion_rate=0.3,
        ),
        training_data=model_pb2.TrainingData(record_count=500, positive_count=150, test_record_count=100),
        attributes=[
            model_pb2.ModelAttribute(attribute="source", use=model_pb2.ATTRIBUTE_USE_USED, influence=0.8),
            model_pb2.ModelAttribute(
                attribute="duration",
                use=model_pb2.ATTRIBUTE_USE_LEAKS_OUTCOME,
                explanation="known only after the call",
            ),
        ],
        warnings=[
            model_pb2.ModelWarning(
                kind=model_pb2.ModelWarning.KIND_DRIFT, message="month drifts", attributes=["month"]
            )
        ],
    )
    model.train_time.FromJsonString("2026-07-01T10:00:00Z")
    for name_, value in changes.items():
        setattr(model, name_, value)
    return model


@dataclass
class Canned:
    """What the server answers and what it was asked."""

    refusal = staticmethod(refusal)
    trained_model = staticmethod(trained_model)

    address: str = ""
    models: list[model_pb2.Model] = field(default_factory=list)
    refuse_upload: status_pb2.Status | None = None
    refuse_training: status_pb2.Status | None = None
    fail_scoring_after_pieces: int | None = None
    lose_rows: int = 0
    uploads: list[tuple[dataset_pb2.Dataset, pa.Table]] = field(default_factory=list)
    trainings: list[model_pb2.TrainModelRequest] = field(default_factory=list)
    polls: int = 0
    cancelled: list[str] = field(default_factory=list)
    deleted: list[str] = field(default_factory=list)
    published: list[str] = field(default_factory=list)
    options: list[scoring_service_pb2.ScoreTableOptions] = field(default_factory=list)
    metadata: list[dict[str, Any]] = field(default_factory=list)


def _table(piece: bytes) -> pa.Table:
    with pa.ipc.open_stream(piece) as stream:
        return stream.read_all()


class _Models(model_service_pb2_grpc.ModelServiceServicer):
    def __init__(self, canned: Canned) -> None:
        self._canned = canned

    def UploadDataset(self, requests: Any, context: Any) -> dataset_pb2.Dataset:
        described = next(requests).dataset
        pieces = [_table(request.arrow_ipc_stream) for request in requests]
        if self._canned.refuse_upload is not None:
            context.abort_with_status(rpc_status.to_status(self._canned.refuse_upload))
        self._canned.uploads.append((described, pa.concat_tables(pieces)))
        return dataset_pb2.Dataset(name="datasets/d1")

    def DeleteDataset(self, request: Any, context: Any) -> empty_pb2.Empty:
        self._canned.deleted.append(request.name)
        return empty_pb2.Empty()

    def TrainModel(self, request: Any, context: Any) -> operations_pb2.Operation:
        if self._canned.refuse_training is not None:
            context.abort_with_status(rpc_status.to_status(self._canned.refuse_training))
        self._canned.trainings.append(request)
        started = model_pb2.TrainModelMetadata(stage="fitting", progress=0.5)
        return operations_pb2.Operation(name="operations/o1", metadata=packed(started))

    def ListModels(self, request: Any, context: Any) -> model_pb2.ListModelsResponse:
        self._canned.metadata.append(dict(context.invocation_metadata()))
        wanted = [model for model in self._canned.models if request.kind in (0, model.kind)]
        # One model a page, so that every client has to follow the pages.
        place = int(request.page_token or 0)
        more = str(place + 1) if place + 1 < len(wanted) else ""
        return model_pb2.ListModelsResponse(models=wanted[place : place + 1], next_page_token=more)

    def GetModel(self, request: Any, context: Any) -> model_pb2.Model:
        found = [model for model in self._canned.models if model.name == request.name]
        if not found:
            missing = refusal(code_pb2.NOT_FOUND, "no such model", "RESOURCE_NOT_FOUND")
            context.abort_with_status(rpc_status.to_status(missing))
        return found[0]

    def PublishModel(self, request: Any, context: Any) -> model_pb2.Model:
        self._canned.published.append(request.name)
        return trained_model(request.name, state=model_pb2.MODEL_STATE_PUBLISHED)

    def DeleteModel(self, request: Any, context: Any) -> empty_pb2.Empty:
        self._canned.deleted.append(request.name)
        return empty_pb2.Empty()


class _Operations(operations_pb2_grpc.OperationsServicer):
    def __init__(self, canned: Canned) -> None:
        self._canned = canned

    def GetOperation(self, request: Any, context: Any) -> operations_pb2.Operation:
        self._canned.polls += 1
        if self._canned.polls < 2:
            return operations_pb2.Operation(name=request.name)
        return operations_pb2.Operation(name=request.name, done=True, response=packed(trained_model()))


class _Scoring(scoring_service_pb2_grpc.ScoringServiceServicer):
    def __init__(self, canned: Canned) -> None:
        self._canned = canned

    def ScoreTable(self, requests: Any, context: Any) -> Iterator[scoring_service_pb2.ScoreTableResponse]:
        options = next(requests).options
        self._canned.options.append(options)
        first = 1
        for number, request in enumerate(requests):
            if number == self._canned.fail_scoring_after_pieces:
                violation = (("arrow_ipc_stream.budget", "is infinite"),)
                context.abort_with_status(
                    rpc_status.to_status(
                        refusal(code_pb2.INVALID_ARGUMENT, "bad table", "INVALID_FIELD", violation)
                    )
                )
            table = _table(request.arrow_ipc_stream)
            rows = table.num_rows - self._canned.lose_rows
            numbers = range(first, first + rows)
            ids = table[options.id_column].to_pylist()[:rows] if options.id_column else map(str, numbers)
            reasons = json.dumps([{"attribute": "source", "value": 'a "b"', "points": 12.5}])
            first += rows
            scores = pa.record_batch(
                {
                    "id": pa.array(list(ids), pa.string()),
                    "probability": pa.array([0.5] * rows, pa.float64()),
                    "score": pa.array([50] * rows, pa.int32()),
                    "grade": ["B"] * rows,
                    "reasons": [reasons] * rows,
                }
            )
            yield scoring_service_pb2.ScoreTableResponse(arrow_ipc_stream=to_ipc(scores))


@pytest.fixture
def server() -> Iterator[Canned]:
    canned = Canned()
    with ThreadPoolExecutor(8) as pool:
        grpc_server = grpc.server(pool)
        # What the command line does not call stays unimplemented.
        models = _Models(canned)  # type: ignore[abstract]
        scoring = _Scoring(canned)  # type: ignore[abstract]
        operations = _Operations(canned)  # type: ignore[abstract]
        model_service_pb2_grpc.add_ModelServiceServicer_to_server(models, grpc_server)
        scoring_service_pb2_grpc.add_ScoringServiceServicer_to_server(scoring, grpc_server)
        operations_pb2_grpc.add_OperationsServicer_to_server(operations, grpc_server)
        canned.address = f"127.0.0.1:{grpc_server.add_insecure_port('127.0.0.1:0')}"
        grpc_server.start()
        yield canned
        grpc_server.stop(0).wait()
