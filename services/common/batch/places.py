"""Where a tenant's jobs may read and write: names inside one folder of theirs, and databases that the operator named.

    <jobs_folder>/<tenant>/            inputs and outputs
    <jobs_folder>/<tenant>/.runs/      checkpoints, and results on their way into the service's store

No name in a request begins with a dot, so no request reaches `.runs`; a name that a link leads out of the folder is
refused.
"""

from collections.abc import Mapping
from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from services.common.batch.catalog import JobDescription
from services.common.batch.orders import JobOrder, TableSource
from services.common.batch.settings import JobSettings
from services.common.errors import Reason, failed_precondition, invalid_argument, not_found


class JobPlaces:
    """The places of one tenant.

    Args:
        settings: The service's.
        tenant: Whose jobs.

    Raises:
        LeadlightError: FAILED_PRECONDITION (JOBS_OFF) if the operator has named no folder.
    """

    def __init__(self, settings: JobSettings, tenant: str) -> None:
        if settings.jobs_folder is None:
            variable = f"LEADLIGHT_{settings.service.upper()}_JOBS_FOLDER"
            raise failed_precondition(
                Reason.JOBS_OFF,
                f"jobs are off: the operator of this service has named no folder for them ({variable})",
            )
        self._folder = (settings.jobs_folder / tenant).resolve()
        self._connections = settings.jobs_connections
        self._tenant = tenant
        self.runs = self._folder / ".runs"

    def inputs(self, order: JobOrder) -> dict[str, str]:
        """The location of each input, as the job's program reads it.

        Raises:
            LeadlightError: NOT_FOUND for a file or connection that is not there, INVALID_ARGUMENT for a file outside.
        """
        return {
            name: self._table(each.source)
            if isinstance(each.source, TableSource)
            else str(self._existing(f"inputs[{name}].file", each.source))
            for name, each in order.inputs.items()
        }

    def options(self, job: JobDescription, order: JobOrder) -> dict[str, str]:
        """The options, names of files as paths.

        Raises:
            LeadlightError: As `inputs`.
        """
        files = {each.name for each in job.options if each.is_file}
        return {
            name: str(self._existing(f"options[{name}]", value)) if name in files and value else value
            for name, value in order.options.items()
        }

    def output(self, order: JobOrder, inputs: Mapping[str, str], run_id: str) -> Path:
        """Where the results go.

        Args:
            order: What is wanted.
            inputs: Locations, none of which a result may replace.
            run_id: Of the run.

        Raises:
            LeadlightError: INVALID_ARGUMENT for a name outside the folder, or of an input.
        """
        if order.store_kind is not None:
            return self.to_store(run_id)
        path = self._inside("output", order.output)
        for location in map(Path, inputs.values()):
            if path == location or path in location.parents or location in path.parents:
                raise invalid_argument("output", "an input stands there: take another name")
        return path

    def to_store(self, run_id: str) -> Path:
        """Folder of results on their way into the service's store."""
        return self.runs / f"{run_id}.store"

    def check(self, job: JobDescription, order: JobOrder) -> None:
        """Refuses what is not there or not the tenant's.

        Raises:
            LeadlightError: As the methods above.
        """
        self.options(job, order)
        self.output(order, self.inputs(order), "")

    def _existing(self, field: str, name: str) -> Path:
        path = self._inside(field, name)
        if not path.exists():
            raise not_found("file", name)
        return path

    def _inside(self, field: str, name: str) -> Path:
        parts = Path(name).parts
        path = (self._folder / name).resolve()
        if any(part.startswith(".") for part in parts) or self._folder not in path.parents:
            raise invalid_argument(field, "is no name inside the folder for jobs")
        return path

    def _table(self, source: TableSource) -> str:
        address = self._connections.get(f"{self._tenant}/{source.connection}")
        if address is None:
            raise not_found("connection", source.connection)
        parts = urlsplit(address.get_secret_value())
        return urlunsplit(parts._replace(query=urlencode([*parse_qsl(parts.query), ("table", source.table)])))
