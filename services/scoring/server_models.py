"""The servicer of models and data sets: each RPC in a few lines, from protobuf to a use case and back."""

from collections.abc import Iterator

import grpc
from google.longrunning import operations_pb2
from google.protobuf.empty_pb2 import Empty
from leadlight.scoring.v1 import dataset_pb2, model_pb2, model_service_pb2_grpc

from services.common.context import current_tenant
from services.common.db import TenantSession
from services.common.errors import invalid_argument
from services.common.group_commit import GroupCommitter
from services.common.operations.servicer import OperationsServicer
from services.common.server.wire import storable
from services.common.server.writes import write
from services.scoring import convert, convert_models, convert_training, convert_upkeep
from services.scoring.datasets import DatasetService
from services.scoring.drift_reporting import DriftReporting
from services.scoring.export import ExportingService, pieces
from services.scoring.modelling import ModellingService
from services.scoring.refreshing import ask_for_refresh

Context = grpc.ServicerContext


class ModelServicer(model_service_pb2_grpc.ModelServiceServicer):
    """`leadlight.scoring.v1.ModelService`.

    Args:
        service: The use cases around models.
        datasets: Those around data sets.
        drift: Those around drift.
        exporting: Gives models away.
        committer: The worker's writes.
        operations: Shows the operations that are started here.
    """

    def __init__(
        self,
        service: ModellingService,
        *,
        datasets: DatasetService,
        drift: DriftReporting,
        exporting: ExportingService,
        committer: GroupCommitter,
        operations: OperationsServicer,
    ) -> None:
        self._service = service
        self._datasets = datasets
        self._drift = drift
        self._committer = committer
        self._operations = operations
        self._exporting = exporting

    def TrainModel(self, request: model_pb2.TrainModelRequest, context: Context) -> operations_pb2.Operation:
        """Starts a training."""
        order = convert_training.training_order(request)

        def effect(session: TenantSession) -> operations_pb2.Operation:
            if request.validate_only:
                self._service.check_order(session, order)
                return operations_pb2.Operation(done=True)
            return self._operations.message(self._service.train(session, order))

        return write(self._committer, request, operations_pb2.Operation, effect)

    def GetModel(self, request: model_pb2.GetModelRequest, context: Context) -> model_pb2.Model:
        """Returns one model."""
        shown = self._service.get_model(current_tenant(), convert_models.model_id(request.name))
        return convert_models.model_message(shown)

    def ListModels(
        self, request: model_pb2.ListModelsRequest, context: Context
    ) -> model_pb2.ListModelsResponse:
        """Lists models, newest first."""
        page = self._service.list_models(
            current_tenant(),
            convert.KINDS.get(request.kind),
            page_size=request.page_size,
            page_token=request.page_token,
        )
        models = [convert_models.model_message(each, with_values=False) for each in page.rows]
        return model_pb2.ListModelsResponse(models=models, next_page_token=page.next_page_token)

    def PublishModel(self, request: model_pb2.PublishModelRequest, context: Context) -> model_pb2.Model:
        """Puts a version of a model into use."""
        model_id = convert_models.model_id(request.name)
        shown = self._committer.submit(
            current_tenant(), lambda session: self._service.publish(session, model_id, request.version)
        )
        self._service.changed(current_tenant(), shown.line.kind)
        return convert_models.model_message(shown)

    def RetireModel(self, request: model_pb2.RetireModelRequest, context: Context) -> model_pb2.Model:
        """Takes a model out of use."""
        model_id = convert_models.model_id(request.name)
        shown = self._committer.submit(
            current_tenant(), lambda session: self._service.retire(session, model_id)
        )
        self._service.changed(current_tenant(), shown.line.kind)
        return convert_models.model_message(shown)

    def DeleteModel(self, request: model_pb2.DeleteModelRequest, context: Context) -> Empty:
        """Deletes a model that is not published."""
        model_id = convert_models.model_id(request.name)
        self._committer.submit(
            current_tenant(), lambda session: self._service.delete_model(session, model_id)
        )
        self._service.remove_files(current_tenant(), model_id)
        return Empty()

    def ExportModel(
        self, request: model_pb2.ExportModelRequest, context: Context
    ) -> Iterator[model_pb2.ExportModelResponse]:
        """Sends a version's card and ONNX file."""
        model_id = convert_models.model_id(request.name)
        files = self._exporting.model_files(current_tenant(), model_id, request.version)
        for piece in pieces(files.card):
            yield model_pb2.ExportModelResponse(card=piece)
        for piece in pieces(files.onnx):
            yield model_pb2.ExportModelResponse(onnx=piece)

    def UpdateModel(self, request: model_pb2.UpdateModelRequest, context: Context) -> model_pb2.Model:
        """Changes a line's name, or whether it is retrained by itself."""
        change = convert_training.model_change(request)
        shown = self._committer.submit(
            current_tenant(),
            lambda session: self._service.update(
                session, change.model_id, display_name=change.display_name, auto_retrain=change.auto_retrain
            ),
        )
        return convert_models.model_message(shown)

    def ListModelVersions(
        self, request: model_pb2.ListModelVersionsRequest, context: Context
    ) -> model_pb2.ListModelVersionsResponse:
        """Lists a line's versions, newest first."""
        page = self._service.list_versions(
            current_tenant(),
            convert_models.model_id(request.name),
            page_size=request.page_size,
            page_token=request.page_token,
        )
        versions = [convert_models.model_message(each, with_values=False) for each in page.rows]
        return model_pb2.ListModelVersionsResponse(versions=versions, next_page_token=page.next_page_token)

    def GetDriftReport(
        self, request: model_pb2.GetDriftReportRequest, context: Context
    ) -> model_pb2.DriftReport:
        """Says how far the records of today have moved."""
        line, report = self._drift.report(current_tenant(), convert_models.model_id(request.name))
        return convert_upkeep.drift_report_message(line, report)

    def RefreshScores(
        self, request: model_pb2.RefreshScoresRequest, context: Context
    ) -> operations_pb2.Operation:
        """Starts a refresh, or shows the one that is under way."""
        kind = convert.KINDS[request.kind]

        def effect(session: TenantSession) -> operations_pb2.Operation:
            return self._operations.message(ask_for_refresh(session, kind))

        return write(self._committer, request, operations_pb2.Operation, effect)

    def UploadDataset(
        self, request_iterator: Iterator[dataset_pb2.UploadDatasetRequest], context: Context
    ) -> dataset_pb2.Dataset:
        """Uploads a table of closed records."""
        first = next(request_iterator, None)
        if first is None or first.WhichOneof("part") != "dataset":
            raise invalid_argument("dataset", "must be in the first message, and only there")
        dataset = self._datasets.upload(
            current_tenant(),
            storable(first.dataset.display_name, "dataset.display_name"),
            convert_models.dataset_columns(first.dataset.columns),
            _rows(request_iterator),
        )
        return convert_models.dataset_message(dataset)

    def GetDataset(self, request: dataset_pb2.GetDatasetRequest, context: Context) -> dataset_pb2.Dataset:
        """Returns one data set's description."""
        dataset = self._datasets.get_dataset(current_tenant(), convert_models.dataset_id(request.name))
        return convert_models.dataset_message(dataset)

    def ListDatasets(
        self, request: dataset_pb2.ListDatasetsRequest, context: Context
    ) -> dataset_pb2.ListDatasetsResponse:
        """Lists data sets, newest first."""
        page = self._datasets.list_datasets(
            current_tenant(), page_size=request.page_size, page_token=request.page_token
        )
        datasets = [convert_models.dataset_message(dataset) for dataset in page.rows]
        return dataset_pb2.ListDatasetsResponse(datasets=datasets, next_page_token=page.next_page_token)

    def DeleteDataset(self, request: dataset_pb2.DeleteDatasetRequest, context: Context) -> Empty:
        """Deletes one data set."""
        self._datasets.delete_dataset(current_tenant(), convert_models.dataset_id(request.name))
        return Empty()


def _rows(messages: Iterator[dataset_pb2.UploadDatasetRequest]) -> Iterator[bytes]:
    """The pieces of the table after the description."""
    for message in messages:
        if message.WhichOneof("part") != "arrow_ipc_stream":
            raise invalid_argument("dataset", "must be in the first message, and only there")
        yield message.arrow_ipc_stream
