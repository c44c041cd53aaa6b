"""What an operator can set of a service that runs jobs over a whole CRM."""

from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import Field, SecretStr, model_validator

from services.common.batch.engines import EngineName, EngineSettings
from services.common.errors import LeadlightError
from services.common.settings import ServiceSettings


class JobSettings(ServiceSettings):
    """Of a service with jobs: callers choose job and files; engine, memory and databases are the operator's."""

    jobs_folder: Annotated[
        Path | None,
        Field(
            description="Folder with a subfolder per tenant (`local` where auth=local) for what RunJob reads and "
            "writes, and for its checkpoints; a cluster must see it under the same path. Without it RunJob is off."
        ),
    ] = None
    jobs_connections: Annotated[
        dict[str, SecretStr],
        Field(
            default_factory=dict,
            description="PostgreSQL databases that jobs may read, as JSON: "
            '{"TENANT/NAME": "postgresql://user:password@host/database"}.',
        ),
    ]
    jobs_engine: Annotated[EngineName, Field(description="Engine of jobs: duckdb or spark.")] = (
        EngineName.DUCKDB
    )
    jobs_memory_mb: Annotated[
        int | None,
        Field(
            ge=512,
            le=1_048_576,
            description="MiB that a job's process may take with DuckDB (640 or more), which spills to disk beyond, "
            "or the heap of Spark's driver; the default is the engine's.",
        ),
    ] = None
    jobs_spark_master: Annotated[
        str | None, Field(description="Spark's master URL; local mode if neither it nor a remote is set.")
    ] = None
    jobs_spark_remote: Annotated[
        str | None, Field(description="Address of a Spark Connect server, such as sc://host:15002.")
    ] = None
    jobs_spark: Annotated[
        dict[str, str], Field(default_factory=dict, description="Spark's own settings, as JSON.")
    ]

    @property
    def engine_order(self) -> dict[str, Any]:
        """The engine as `program.py` reads it."""
        return {
            "name": self.jobs_engine,
            "master": self.jobs_spark_master,
            "remote": self.jobs_spark_remote,
            "memory": f"{self.jobs_memory_mb}MB" if self.jobs_memory_mb else "",
            "spark": self.jobs_spark,
        }

    @model_validator(mode="after")
    def _engine_goes_together(self) -> Self:
        try:
            EngineSettings(
                self.jobs_engine,
                master=self.jobs_spark_master,
                remote=self.jobs_spark_remote,
                memory_mb=self.jobs_memory_mb,
                spark=self.jobs_spark,
            ).check()
        except LeadlightError as error:
            raise ValueError(f"jobs_engine and what goes with it: {error.message}") from None
        return self
