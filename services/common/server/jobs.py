"""leadlight.common.v1.JobService over a service's catalog of jobs."""

import grpc
from google.longrunning import operations_pb2
from leadlight.common.v1 import job_pb2, job_service_pb2_grpc

from services.common.batch.catalog import JobCatalog
from services.common.batch.orders import ask_for_job
from services.common.batch.places import JobPlaces
from services.common.batch.settings import JobSettings
from services.common.context import current_tenant
from services.common.db import TenantSession
from services.common.group_commit import GroupCommitter
from services.common.operations.servicer import OperationsServicer
from services.common.paging import page_of
from services.common.server.job_messages import job_message, job_order
from services.common.server.writes import write


class JobServicer(job_service_pb2_grpc.JobServiceServicer):
    """A service's jobs over a whole CRM.

    Args:
        settings: The service's.
        committer: The worker's writes.
        operations: Shows the operations that are started here.
    """

    def __init__(
        self,
        settings: JobSettings,
        *,
        committer: GroupCommitter,
        operations: OperationsServicer,
    ) -> None:
        self._catalog = JobCatalog(settings.service)
        self._settings = settings
        self._committer = committer
        self._operations = operations

    def ListJobs(
        self, request: job_pb2.ListJobsRequest, context: grpc.ServicerContext
    ) -> job_pb2.ListJobsResponse:
        """Lists the jobs."""
        page = page_of(
            self._catalog.jobs,
            lambda job: job.name,
            tenant=current_tenant(),
            page_size=request.page_size,
            page_token=request.page_token,
            scope=["jobs"],
        )
        return job_pb2.ListJobsResponse(
            jobs=[job_message(each) for each in page.rows], next_page_token=page.next_page_token
        )

    def RunJob(
        self, request: job_pb2.RunJobRequest, context: grpc.ServicerContext
    ) -> operations_pb2.Operation:
        """Starts a run."""
        order = job_order(request)
        self._catalog.check(order)
        JobPlaces(self._settings, current_tenant()).check(self._catalog.get(order.job), order)

        def effect(session: TenantSession) -> operations_pb2.Operation:
            if request.validate_only:
                return operations_pb2.Operation(done=True)
            return self._operations.message(ask_for_job(session, order))

        return write(self._committer, request, operations_pb2.Operation, effect)
