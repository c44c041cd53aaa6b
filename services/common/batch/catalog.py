"""The jobs of a service, as its workers know them: without the engines and models that would come with their code.

`catalog.json` beside a service's jobs is written by scripts/gen_job_catalogs.py; a test holds that it is current.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import TypeAdapter

from services.common.batch.checks import check_inputs, check_options, check_output
from services.common.batch.orders import JobOrder
from services.common.errors import invalid_argument, not_found

FILE_NAME = "catalog.json"
_SERVICES = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class ColumnDescription:
    """A column: `type` in Arrow's words, `is_optional` if an input may lack it."""

    name: str
    type: str
    is_optional: bool


@dataclass(frozen=True, slots=True)
class InputDescription:
    """See `JobInput`."""

    name: str
    description: str
    is_optional: bool
    keeps_others: bool
    columns: Sequence[ColumnDescription]


@dataclass(frozen=True, slots=True)
class OptionDescription:
    """See `JobOption`; `default` is empty where it `is_required`."""

    name: str
    description: str
    default: str
    is_required: bool
    is_file: bool


@dataclass(frozen=True, slots=True)
class OutputDescription:
    """A table that the job writes; no columns where they depend on the input."""

    name: str
    columns: Sequence[ColumnDescription]


@dataclass(frozen=True, slots=True)
class JobDescription:
    """A job.

    Attributes:
        name: `service.job`.
        description: What it does, in one sentence.
        inputs: What it reads.
        outputs: What it writes.
        options: Its settings.
        module: Of its code.
        stored_module: Of the same job with what the service's store wants of it; empty if it cannot be stored.
    """

    name: str
    description: str
    inputs: Sequence[InputDescription]
    outputs: Sequence[OutputDescription]
    options: Sequence[OptionDescription]
    module: str
    stored_module: str


_DESCRIPTIONS = TypeAdapter(list[JobDescription])


class JobCatalog:
    """The jobs of a service.

    Args:
        service: Its name.
    """

    def __init__(self, service: str) -> None:
        path = _SERVICES / service / "jobs" / FILE_NAME
        self.jobs: Sequence[JobDescription] = _DESCRIPTIONS.validate_json(path.read_bytes())

    def get(self, name: str) -> JobDescription:
        """The job of that name.

        Raises:
            LeadlightError: NOT_FOUND.
        """
        for job in self.jobs:
            if job.name == name:
                return job
        raise not_found("job", f"jobs/{name}")

    def check(self, order: JobOrder) -> None:
        """Refuses an order that its job cannot do, as far as names tell.

        Raises:
            LeadlightError: NOT_FOUND, INVALID_ARGUMENT.
        """
        job = self.get(order.job)
        check_inputs(job.name, {each.name: each.is_optional for each in job.inputs}, order.inputs)
        required = {each.name: each.description if each.is_required else None for each in job.options}
        check_options(job.name, required, order.options)
        if order.store_kind is None:
            check_output(job.name, [each.name for each in job.outputs], Path(order.output))
        elif not job.stored_module:
            raise invalid_argument("store_kind", f"{job.name} writes files only: name an output")
