"""leadlight.common.v1.JobService of all services under one address: a job's name says whose it is."""

import asyncio
from collections.abc import Mapping
from typing import Any

import grpc
from google.longrunning import operations_pb2
from leadlight.common.v1 import job_pb2, job_service_pb2_grpc

from services.common.context import current, current_tenant
from services.common.errors import not_found
from services.common.paging import page_of
from services.gateway.convert_failures import passed_on
from services.gateway.server_operations import OperationOwners
from services.gateway.server_peers import AioPeers

SERVICES_WITH_JOBS = ("conversation", "dedupe", "notes", "relationship", "scoring")
_MOST_OF_A_SERVICE = 1000
# A service of an older release does not know the call.
_HAS_NONE_TO_SHOW = frozenset({grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.UNIMPLEMENTED})


class Jobs(job_service_pb2_grpc.JobServiceServicer):
    """Lists the jobs of all services, and passes each run to its own.

    Args:
        peers: Where the services are.
        owners: Learns whose the operations are that are started here.
    """

    def __init__(self, peers: AioPeers, owners: OperationOwners) -> None:
        channels: Mapping[str, Any] = {name: peers.channel(name) for name in SERVICES_WITH_JOBS}
        self._stubs: dict[str, Any] = {
            name: job_service_pb2_grpc.JobServiceStub(channel) for name, channel in channels.items()
        }
        self._owners = owners

    async def ListJobs(self, request: job_pb2.ListJobsRequest, context: object) -> job_pb2.ListJobsResponse:
        """Jobs of the services that answer, by name."""
        answers = await asyncio.gather(*map(self._jobs_of, self._stubs))
        found = {name: jobs for name, jobs in zip(self._stubs, answers, strict=True) if jobs is not None}
        page = page_of(
            sorted((job for jobs in found.values() for job in jobs), key=lambda job: job.name),
            lambda job: job.name,
            tenant=current_tenant(),
            page_size=request.page_size,
            page_token=request.page_token,
            scope=["jobs"],
        )
        return job_pb2.ListJobsResponse(
            jobs=page.rows,
            next_page_token=page.next_page_token,
            unreachable=[name for name in self._stubs if name not in found],
        )

    async def RunJob(self, request: job_pb2.RunJobRequest, context: object) -> operations_pb2.Operation:
        """The operation that a job's service started."""
        owner = request.name.removeprefix("jobs/").partition(".")[0]
        if owner not in self._stubs:
            raise not_found("job", request.name)
        try:
            operation: operations_pb2.Operation = await self._stubs[owner].RunJob(request)
        except grpc.RpcError as error:
            raise passed_on(error, owner, current().request_id) from None
        if operation.name:  # none was started to be checked only
            self._owners.remember(operation.name, owner)
        return operation

    async def _jobs_of(self, owner: str) -> list[job_pb2.Job] | None:
        """A service's jobs; None if it does not answer."""
        try:
            answer = await self._stubs[owner].ListJobs(job_pb2.ListJobsRequest(page_size=_MOST_OF_A_SERVICE))
        except grpc.RpcError as error:
            if error.code() not in _HAS_NONE_TO_SHOW:
                raise passed_on(error, owner, current().request_id) from None
            return None
        return list(answer.jobs)
