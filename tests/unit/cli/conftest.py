"""A small server with canned answers, which remembers what it was asked."""

import hashlib
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
    grade_pb2,
    model_pb2,
    model_service_pb2_grpc,
    score_pb2,
    scoring_service_pb2,
    scoring_service_pb2_grpc,
)
from leadlight.scoring.v1 import record_pb2 as scoring_record_pb2

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
            reliability_curve=[
                model_pb2.ReliabilityBin(count=50, mean_probability=0.125, positive_rate=0.1),
                model_pb2.ReliabilityBin(count=50, mean_probability=0.55, positive_rate=0.5),
            ],
        ),
        training_data=model_pb2.TrainingData(record_count=500, positive_count=150, test_record_count=100),
        attributes=[
            model_pb2.ModelAttribute(
                attribute="source",
                use=model_pb2.ATTRIBUTE_USE_USED,
                influence=0.8,
                standalone_auc=0.71,
                values=[
                    model_pb2.AttributeValueStatistics(
                        value="web", closed_count=300, positive_count=60, share=0.6, median_days_to_close=12.5
                    ),
                    model_pb2.AttributeValueStatistics(closed_count=200, positive_count=90, share=0.4),
                ],
            ),
            model_pb2.ModelAttribute(attribute="budget", use=model_pb2.ATTRIBUTE_USE_USED, influence=0.2),
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


def canned_score(points: int, grade: grade_pb2.Grade.ValueType) -> score_pb2.Score:
    sentence = "20 % of leads with [source] web qualify"
    return score_pb2.Score(
        score=points,
        probability=points / 100,
        grade=grade,
        base_points=30.0,
        model="models/m1",
        model_version=2,
        reasons=[
            score_pb2.Reason(attribute="source", value="web", points=9.0, sentence=sentence),
            score_pb2.Reason(attribute="budget", points=-3.0),
        ],
        ignored_attributes=["zodiac"],
    )


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
    published: list[tuple[str, int]] = field(default_factory=list)
    updates: list[model_pb2.UpdateModelRequest] = field(default_factory=list)
    refreshes: list[model_pb2.RefreshScoresRequest] = field(default_factory=list)
    explained: list[scoring_service_pb2.ExplainRequest] = field(default_factory=list)
    asked: list[Any] = field(default_factory=list)
    exported: list[model_pb2.ExportModelRequest] = field(default_factory=list)
    onnx: bytes = b"onnx" * 1000
    onnx_on_the_way: bytes | None = None
    options: list[scoring_service_pb2.ScoreTableOptions] = field(default_factory=list)
    piece_rows: list[int] = field(default_factory=list)
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
        self._canned.published.append((request.name, request.version))
        return trained_model(request.name, state=model_pb2.MODEL_STATE_PUBLISHED)

    def UpdateModel(self, request: Any, context: Any) -> model_pb2.Model:
        self._canned.updates.append(request)
        return trained_model(request.model.name, auto_retrain=request.model.auto_retrain)

    def ListModelVersions(self, request: Any, context: Any) -> model_pb2.ListModelVersionsResponse:
        # One version a page here too.
        number = int(request.page_token or 3)
        version = trained_model(request.name, version=number)
        return model_pb2.ListModelVersionsResponse(
            versions=[version], next_page_token=str(number - 1) if number > 1 else ""
        )

    def GetDriftReport(self, request: Any, context: Any) -> model_pb2.DriftReport:
        moved = (("source", 0.31), ("budget", 0.12), ("country", 0.02))
        return model_pb2.DriftReport(
            model=request.name,
            version=2,
            record_count=640,
            attributes=[model_pb2.AttributeDrift(attribute=n, stability_index=i) for n, i in moved],
            retraining_advised=True,
        )

    def RefreshScores(self, request: Any, context: Any) -> operations_pb2.Operation:
        self._canned.refreshes.append(request)
        started = model_pb2.RefreshScoresMetadata(stage="scoring", progress=0.5)
        return operations_pb2.Operation(name="operations/refresh", metadata=packed(started))

    def ExportModel(self, request: Any, context: Any) -> Iterator[model_pb2.ExportModelResponse]:
        self._canned.exported.append(request)
        self._canned.metadata.append(dict(context.invocation_metadata()))
        onnx = self._canned.onnx
        card = json.dumps({"version": 2, "onnx_sha256": hashlib.sha256(onnx).hexdigest()}).encode()
        yield model_pb2.ExportModelResponse(card=card[:10])
        yield model_pb2.ExportModelResponse(card=card[10:])
        sent = onnx if self._canned.onnx_on_the_way is None else self._canned.onnx_on_the_way
        yield model_pb2.ExportModelResponse(onnx=sent)

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
        done = {
            "operations/o1": trained_model(),
            "operations/refresh": model_pb2.RefreshScoresResponse(scored_count=1_234, stale_count=5),
        }
        return operations_pb2.Operation(name=request.name, done=True, response=packed(done[request.name]))

    def CancelOperation(self, request: Any, context: Any) -> empty_pb2.Empty:
        self._canned.cancelled.append(request.name)
        return empty_pb2.Empty()


class _Scoring(scoring_service_pb2_grpc.ScoringServiceServicer):
    def __init__(self, canned: Canned) -> None:
        self._canned = canned

    def Score(self, request: Any, context: Any) -> score_pb2.Score:
        self._canned.asked.append(request)
        return canned_score(48, grade_pb2.GRADE_C)

    def GetRecord(self, request: Any, context: Any) -> scoring_record_pb2.Record:
        self._canned.asked.append(request)
        score = canned_score(48, grade_pb2.GRADE_C)
        if request.ref.id == "closed":
            score.not_scored_reason = score_pb2.NOT_SCORED_REASON_CLOSED
        record = scoring_record_pb2.Record(ref=request.ref, score=score)
        record.attributes.update({"source": "web"})
        return record

    def Explain(self, request: Any, context: Any) -> scoring_service_pb2.ExplainResponse:
        self._canned.explained.append(request)
        change = scoring_service_pb2.ContributionChange(
            attribute="budget", before_points=-4.0, after_points=12.0, points=15.0
        )
        return scoring_service_pb2.ExplainResponse(
            before=canned_score(48, grade_pb2.GRADE_C),
            after=canned_score(63, grade_pb2.GRADE_B),
            changes=[change],
            sentence="with phone and budget: 48 to 63",
        )

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
            self._canned.piece_rows.append(table.num_rows)
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
