"""The servicer of scans: each RPC in a few lines, from protobuf to a use case and back."""

import grpc
from google.longrunning import operations_pb2
from leadlight.dedupe.v1 import scan_pb2, scan_service_pb2_grpc

from services.common.context import current_tenant
from services.common.db import TenantSession
from services.common.group_commit import GroupCommitter
from services.common.operations.servicer import OperationsServicer
from services.common.server.writes import write
from services.dedupe import convert_scans
from services.dedupe.matching import TenantViews
from services.dedupe.scan_service import ScanService
from services.dedupe.scanning import ask_for_scan

Context = grpc.ServicerContext


class ScanServicer(scan_service_pb2_grpc.ScanServiceServicer):
    """`leadlight.dedupe.v1.ScanService`.

    Args:
        service: The use cases.
        views: Know the weights that look-ups use.
        committer: The worker's writes.
        operations: Shows the operations that are started here.
    """

    def __init__(
        self,
        service: ScanService,
        *,
        views: TenantViews,
        committer: GroupCommitter,
        operations: OperationsServicer,
    ) -> None:
        self._service = service
        self._views = views
        self._committer = committer
        self._operations = operations

    def ScanDuplicates(
        self, request: scan_pb2.ScanDuplicatesRequest, context: Context
    ) -> operations_pb2.Operation:
        """Starts a scan of all stored records, or shows the one that is under way."""
        order = convert_scans.scan_order(request)

        def effect(session: TenantSession) -> operations_pb2.Operation:
            if request.validate_only:
                return operations_pb2.Operation(done=True)
            return self._operations.message(ask_for_scan(session, order))

        return write(self._committer, request, operations_pb2.Operation, effect)

    def GetScan(self, request: scan_pb2.GetScanRequest, context: Context) -> scan_pb2.Scan:
        """Returns one scan."""
        scan = self._service.get(current_tenant(), convert_scans.scan_id(request.name))
        return convert_scans.scan_message(scan)

    def ListScans(self, request: scan_pb2.ListScansRequest, context: Context) -> scan_pb2.ListScansResponse:
        """Lists scans, the newest first."""
        page = self._service.list(
            current_tenant(), page_size=request.page_size, page_token=request.page_token
        )
        return scan_pb2.ListScansResponse(
            scans=[convert_scans.scan_message(each) for each in page.rows],
            next_page_token=page.next_page_token,
        )

    def ListClusters(
        self, request: scan_pb2.ListClustersRequest, context: Context
    ) -> scan_pb2.ListClustersResponse:
        """Lists the clusters of a scan, the surest first."""
        scan_id, page = self._service.clusters(
            current_tenant(),
            convert_scans.scan_id(request.parent),
            ref=convert_scans.wanted_record(request),
            only_with_bridge=request.only_with_bridge,
            page_size=request.page_size,
            page_token=request.page_token,
        )
        return scan_pb2.ListClustersResponse(
            clusters=[convert_scans.cluster_message(scan_id, each) for each in page.rows],
            next_page_token=page.next_page_token,
        )

    def ListPairs(self, request: scan_pb2.ListPairsRequest, context: Context) -> scan_pb2.ListPairsResponse:
        """Lists the pairs of a scan, the likeliest first."""
        page = self._service.pairs(
            current_tenant(),
            convert_scans.scan_id(request.parent),
            page_size=request.page_size,
            page_token=request.page_token,
        )
        return scan_pb2.ListPairsResponse(
            pairs=[convert_scans.pair_message(each) for each in page.rows],
            next_page_token=page.next_page_token,
        )

    def GetWeights(self, request: scan_pb2.GetWeightsRequest, context: Context) -> scan_pb2.Weights:
        """Returns the weights that comparisons use."""
        return convert_scans.weights_message(self._service.weights(current_tenant()))

    def ResetWeights(self, request: scan_pb2.ResetWeightsRequest, context: Context) -> scan_pb2.Weights:
        """Goes back to the weights that ship with the service."""
        weights = self._committer.submit(current_tenant(), self._service.reset_weights)
        self._views.changed(current_tenant())
        return convert_scans.weights_message(weights)
