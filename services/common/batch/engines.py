"""Opens the engine that a run asks for."""

import os
import re
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from services.common.errors import invalid_argument

if TYPE_CHECKING:
    from services.common.batch.engine import Engine

_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*(MB|GB|TB)", re.IGNORECASE)
_MEGABYTES = {"MB": 1, "GB": 1024, "TB": 1024 * 1024}
OWN_MEMORY_MB = 512
"""What a process with DuckDB takes beside DuckDB's tables: Python, its libraries, models, batches on their way."""
LEAST_MEMORY_MB = OWN_MEMORY_MB + 128
SPARK_LEAST_MEMORY_MB = 512
"""Below half a gigabyte Spark's driver refuses to start."""


class EngineName(StrEnum):
    """The engines."""

    DUCKDB = "duckdb"
    SPARK = "spark"


@dataclass(frozen=True)
class EngineSettings:
    """Which engine, and what it may take.

    Attributes:
        name: The engine.
        master: Spark's master URL; None for local mode, or what spark-submit says.
        remote: Address of a Spark Connect server, instead of a master.
        memory_mb: MiB that the process may take with DuckDB, which spills to disk beyond its share of them, or the
            heap of Spark's driver; None for the default.
        threads: Cores DuckDB may use.
        spark: Further settings of Spark, by name.
    """

    name: EngineName = EngineName.DUCKDB
    master: str | None = None
    remote: str | None = None
    memory_mb: int | None = None
    threads: int = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    spark: Mapping[str, str] = field(default_factory=dict)

    def check(self) -> None:
        """Refuses settings that don't go together.

        Raises:
            LeadlightError: INVALID_ARGUMENT.
        """
        if self.name is not EngineName.SPARK and (self.master or self.remote or self.spark):
            raise invalid_argument(
                "engine", "a master, a remote and Spark's settings go with the engine spark"
            )
        if self.master and self.remote:
            raise invalid_argument("engine", "name a master or a remote, not both")
        least = SPARK_LEAST_MEMORY_MB if self.name is EngineName.SPARK else LEAST_MEMORY_MB
        if self.memory_mb is not None and self.memory_mb < least:
            raise invalid_argument("memory", f"{self.name} needs {least} MB at the least")


def memory_of(text: str) -> int:
    """Megabytes of a size such as 512MB or 1.5GB.

    Raises:
        LeadlightError: INVALID_ARGUMENT.
    """
    found = _SIZE.fullmatch(text.strip())
    if found is None:
        raise invalid_argument("memory", "write a size such as 512MB or 4GB")
    return int(float(found.group(1)) * _MEGABYTES[found.group(2).upper()])


def open_engine(settings: EngineSettings, folder: Path | None) -> "AbstractContextManager[Engine]":
    """Opens an engine; it closes with the context.

    Args:
        settings: Which one.
        folder: For its files on their way; executors of a cluster must see it under the same path. A temporary
            folder of this machine if None.

    Raises:
        LeadlightError: INVALID_ARGUMENT if the settings don't go together, or the engine isn't installed.
    """
    settings.check()
    # An engine takes a second and a hundred megabytes: only the one that is asked for.
    if settings.name is EngineName.DUCKDB:
        try:
            from services.common.batch.duckdb_engine import DEFAULT_MEMORY_MB, DuckDbEngine  # noqa: PLC0415
        except ModuleNotFoundError:
            raise _not_installed("duckdb", "jobs") from None
        tables_mb = settings.memory_mb - OWN_MEMORY_MB if settings.memory_mb else DEFAULT_MEMORY_MB
        return DuckDbEngine(settings.threads, tables_mb, folder)
    try:
        from services.common.batch.spark_engine import SparkEngine, open_session  # noqa: PLC0415
    except ModuleNotFoundError:
        raise _not_installed("spark", "spark") from None
    session = open_session(
        master=settings.master,
        remote=settings.remote,
        memory_mb=settings.memory_mb,
        local_folder=folder,
        settings=settings.spark,
    )
    return SparkEngine(session, folder)


def _not_installed(engine: str, extra: str) -> Exception:
    return invalid_argument("engine", f"{engine} is not installed here: pip install 'leadlight[{extra}]'")
