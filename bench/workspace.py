"""What benchmarks share: a temporary folder with a trained model and a table of any length."""

import csv
import random
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from tests.load import leads, measure
from tests.load.leads import SEED, Leads
from tests.load.service import running


@dataclass(frozen=True)
class JobSizes:
    """Which whole-CRM jobs are measured, and at what sizes.

    Attributes:
        rows: Sizes, in rows of records and activities.
        spark_rows: Those at which Spark runs too.
        only: Names of jobs; empty for all.
        memory_mb: What the process may take, in MiB, in the runs with DuckDB that are to spill to disk.
    """

    rows: tuple[int, ...] = (10_000, 100_000, 1_000_000)
    spark_rows: tuple[int, ...] = (10_000, 100_000, 1_000_000)
    only: frozenset[str] = frozenset()
    memory_mb: int = 768


@dataclass
class Workspace:
    """A folder that lasts for one run.

    Attributes:
        folder: The folder.
        jobs: What is measured of whole-CRM jobs.
        leads: The closed leads that models are trained on.
    """

    folder: Path
    jobs: JobSizes = JobSizes()
    leads: Leads = field(default_factory=leads.available)

    @cached_property
    def data_dir(self) -> Path:
        """A service's data folder with a published model; beside it what ghz sends."""
        data_dir = self.folder / "data"
        with running(data_dir, workers=1) as service:
            measure.prepare(service, self.leads, self.folder)
        return data_dir

    @cached_property
    def model_file(self) -> Path:
        """The published model's ONNX file."""
        return next(self.data_dir.rglob("*.onnx"))

    def table(self, rows: int) -> Path:
        """A CSV of `rows` leads drawn with replacement, always the same ones; `id` numbers them."""
        path = self.folder / f"leads-{rows}.csv"
        if path.exists():
            return path
        drawn = self.leads.rows()
        columns = [name for name in drawn[0] if name != "id"]
        texts = [[row[name] for name in columns] for row in drawn]
        chance = random.Random(SEED)  # noqa: S311 - a sample, no secret
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(["id", *columns])
            for number in range(1, rows + 1):
                writer.writerow([number, *texts[chance.randrange(len(texts))]])
        return path
