"""What the contract tests send to any service's JobService: its jobs are those of its catalog."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from google.longrunning import operations_pb2
from leadlight.common.v1 import job_pb2, record_pb2

from services.common.batch.catalog import JobCatalog, JobDescription
from tests.contract.cases import BadInput, Requests
from tests.contract.common_cases import page_tokens
from tests.contract.served import TENANT

_ROWS = "rows.csv"

MISSING: Mapping[str, Callable[[], Requests]] = {
    "JobService.RunJob": lambda: [job_pb2.RunJobRequest(name="jobs/none", output="out.parquet")]
}
NOTHING_MISSING: Mapping[str, str] = {"JobService.ListJobs": "the jobs come with the release"}


def served_with(folder: Path) -> Mapping[str, Any]:
    """The settings of a service whose jobs are asked for; nothing reads what lies in the folder."""
    (folder / TENANT).mkdir(parents=True)
    (folder / TENANT / _ROWS).touch()
    return {"jobs_folder": folder}


def good(service: str) -> dict[str, Callable[[], Requests]]:
    """Good requests; a run is checked, not begun."""
    return {
        "JobService.ListJobs": lambda: [job_pb2.ListJobsRequest()],
        "JobService.RunJob": lambda: [_run(_first(service))],
    }


def bad(service: str) -> dict[str, Sequence[BadInput]]:
    """Bad inputs beyond the proto's constraints."""
    job = _first(service)

    def wrong(fault: str, field: str, **fields: Any) -> BadInput:
        return BadInput(fault, lambda _: [_run(job, **fields)], field)

    cases = [
        wrong("input that the job has not", "inputs", inputs=_inputs(job) | {"nothing": _file()}),
        wrong("input that is missing", "inputs", inputs={}),
        wrong("option that the job has not", "options", options=_options(job) | {"nothing": "1"}),
        wrong("output that is no table", "output", output="out.txt" if len(job.outputs) == 1 else "out.csv"),
        wrong("output where an input stands", "output", output=_output(job, "rows.csv")),
    ]
    if not job.stored_module:
        kind = record_pb2.RECORD_KIND_LEAD
        cases.append(wrong("results that the store does not take", "store_kind", store_kind=kind))
    return {
        "JobService.ListJobs": page_tokens(
            lambda token: job_pb2.ListJobsRequest(page_token=token), _token_of_operations
        ),
        "JobService.RunJob": cases,
    }


def _token_of_operations(contract: Any) -> str:
    for _ in range(2):
        contract.new_operation()
    request = operations_pb2.ListOperationsRequest(page_size=1)
    return str(contract.served.client().call("Operations.ListOperations", request).next_page_token)


def _first(service: str) -> JobDescription:
    return JobCatalog(service).jobs[0]


def _run(job: JobDescription, **fields: Any) -> job_pb2.RunJobRequest:
    chosen: dict[str, Any] = {"inputs": _inputs(job), "options": _options(job)}
    if "store_kind" not in fields:
        chosen["output"] = _output(job, "out.csv")
    return job_pb2.RunJobRequest(name=f"jobs/{job.name}", validate_only=True, **{**chosen, **fields})


def _output(job: JobDescription, name: str) -> str:
    """A name for the job's results: of a folder where it writes several tables."""
    return name if len(job.outputs) == 1 else f"{name}/all"


def _inputs(job: JobDescription) -> dict[str, job_pb2.JobSource]:
    return {each.name: _file() for each in job.inputs if not each.is_optional}


def _file() -> job_pb2.JobSource:
    return job_pb2.JobSource(file=_ROWS)


def _options(job: JobDescription) -> dict[str, str]:
    return {each.name: _ROWS if each.is_file else "x" for each in job.options if each.is_required}
