"""leadlight.common.v1's jobs between protobuf and the suite's own types."""

from collections.abc import Callable, Sequence

from google.protobuf.message import Message
from leadlight.common.v1 import job_pb2

from services.common.batch.catalog import ColumnDescription, JobDescription
from services.common.batch.orders import ORDER, RUN_JOB, InputOrder, JobOrder, TableSource
from services.common.batch.outcomes import JobOutcome
from services.common.operations import Operation, TypedBytes
from services.common.server.wire import RECORD_KINDS, optional_timestamp

_PREFIX = "jobs/"


def job_name(name: str) -> str:
    """The job of a resource name."""
    return name.removeprefix(_PREFIX)


def job_order(request: job_pb2.RunJobRequest) -> JobOrder:
    """What a request asks for."""
    to_store = request.WhichOneof("destination") == "store_kind"
    return JobOrder(
        job_name(request.name),
        output=request.output,
        store_kind=RECORD_KINDS[request.store_kind] if to_store else None,
        inputs={name: _input(source) for name, source in request.inputs.items()},
        options=dict(request.options),
        run_id=request.run_id,
    )


def _input(source: job_pb2.JobSource) -> InputOrder:
    is_table = source.WhichOneof("source") == "table"
    place = TableSource(source.table.connection, source.table.table) if is_table else source.file
    return InputOrder(place, dict(source.columns))


def job_message(job: JobDescription) -> job_pb2.Job:
    """A job as callers see it."""
    return job_pb2.Job(
        name=_PREFIX + job.name,
        description=job.description,
        inputs=[
            job_pb2.JobInput(
                name=each.name,
                description=each.description,
                columns=_columns(each.columns),
                optional=each.is_optional,
                reads_other_columns=each.keeps_others,
            )
            for each in job.inputs
        ],
        options=[
            job_pb2.JobOption(
                name=each.name,
                description=each.description,
                default_value=each.default,
                required=each.is_required,
                file=each.is_file,
            )
            for each in job.options
        ],
        outputs=[job_pb2.JobOutput(name=each.name, columns=_columns(each.columns)) for each in job.outputs],
        can_store=bool(job.stored_module),
    )


def _columns(columns: Sequence[ColumnDescription]) -> list[job_pb2.JobColumn]:
    return [job_pb2.JobColumn(name=each.name, type=each.type, optional=each.is_optional) for each in columns]


def with_jobs(others: Callable[[Operation], Message]) -> Callable[[Operation], Message]:
    """The typed metadata of a service's operations, runs of jobs among them.

    Args:
        others: Makes that of the service's own operations.
    """
    return lambda operation: run_metadata(operation) if operation.kind == RUN_JOB else others(operation)


def run_metadata(operation: Operation) -> job_pb2.RunJobMetadata:
    """How far a run is."""
    order = ORDER.validate_json(operation.request)
    return job_pb2.RunJobMetadata(
        name=_PREFIX + order.job,
        run_id=order.run_id or operation.id,
        stage=operation.stage,
        progress=operation.progress,
        start_time=optional_timestamp(operation.started_at),
        restart_count=max(0, operation.attempts - 1),
    )


def run_response(outcome: JobOutcome) -> TypedBytes:
    """A finished run."""
    return TypedBytes.of(
        job_pb2.RunJobResponse(
            name=_PREFIX + outcome.job,
            run_id=outcome.run_id,
            rows=outcome.rows,
            resumed_stage_count=outcome.resumed_stages,
            stored_count=outcome.stored.stored,
            skipped_count=outcome.stored.skipped,
        )
    )
