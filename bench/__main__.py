"""Measures speed and memory against named baselines, each in the same run, into build/bench.json.

python -m bench [name ...] [--rows N,...] [--spark-rows N,...] [--jobs JOB,...] [--memory-mb N]

Names: score_vs_health, table_scoring, single_record, training, training_size, refresh, two_workers, memory, notes,
dedupe, conversation, conversation_home, gateway, relationship, jobs, dashboard; by default all of them. The options
are those of jobs.
"""

import argparse
import importlib
import sys
import tempfile
from pathlib import Path

from bench.figures import Figure, show, write
from bench.workspace import JobSizes, Workspace
from tests.load.leads import REPOSITORY

MODULES = (
    "score_vs_health",
    "table_scoring",
    "single_record",
    "training",
    "training_size",
    "refresh",
    "two_workers",
    "memory",
    "notes",
    "dedupe",
    "conversation",
    "conversation_home",
    "gateway",
    "relationship",
    "jobs",
    "dashboard",
)
RESULTS = REPOSITORY / "build" / "bench.json"


def main() -> int:
    """Runs the modules asked for."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="name", help=", ".join(MODULES))
    parser.add_argument("--rows", type=_numbers, default=JobSizes.rows)
    parser.add_argument("--spark-rows", type=_numbers)
    parser.add_argument("--jobs", type=lambda text: frozenset(text.split(",")), default=JobSizes.only)
    parser.add_argument("--memory-mb", type=int, default=JobSizes.memory_mb)
    asked = parser.parse_args()
    unknown = set(asked.names) - set(MODULES)
    if unknown:
        parser.error(f"no such benchmark: {', '.join(sorted(unknown))}; there are {', '.join(MODULES)}")
    spark_rows = asked.rows if asked.spark_rows is None else asked.spark_rows
    sizes = JobSizes(asked.rows, spark_rows, asked.jobs, asked.memory_mb)
    figures: list[Figure] = []
    with tempfile.TemporaryDirectory(prefix="leadlight-bench-") as folder:
        workspace = Workspace(Path(folder), sizes)
        for name in asked.names or MODULES:
            sys.stderr.write(f"{name} ...\n")
            figures += importlib.import_module(f"bench.{name}").figures(workspace)
            write(figures, RESULTS)  # what is measured stays, whatever happens to the rest
    show(figures)
    return 0


def _numbers(text: str) -> tuple[int, ...]:
    """Numbers with commas between; none for an empty text."""
    return tuple(map(int, filter(None, text.split(","))))


if __name__ == "__main__":
    sys.exit(main())
