"""One run of a job in a process of its own.

python -m bench.jobs_run duckdb|spark|bare JOB ORDER, where ORDER is JSON: inputs, options, folder, memory_mb.
`bare` runs the same stages on a DuckDB over the same Parquet, without the runner: no checkpoint, no copy, no output.
"""

import importlib
import json
import sys
from pathlib import Path
from typing import Any

from clients.cli.jobs import MODULES
from services.common.batch.duckdb_engine import DuckDbEngine
from services.common.batch.engines import EngineName, EngineSettings
from services.common.batch.job import Job, JobOptions
from services.common.batch.run_folder import RunFolder
from services.common.batch.runner import JobRequest, run_job
from services.common.batch.sources import Source, no_input, open_input


def main(by: str, name: str, order: dict[str, Any]) -> None:
    """Runs the job and prints the rows of each output."""
    job: Job = importlib.import_module(MODULES[name]).JOB
    sources = {each: Source(path) for each, path in order["inputs"].items()}
    if by == "bare":
        print(json.dumps(_bare(job, sources, order["options"])))
        return
    folder = Path(order["folder"])
    settings = EngineSettings(EngineName(by), memory_mb=order.get("memory_mb"))
    output = folder / "out" if len(job.outputs) > 1 else folder / "out.parquet"
    result = run_job(
        job, JobRequest(sources, output, order["options"], settings), RunFolder(folder / "runs", "bench")
    )
    print(json.dumps(dict(result.rows)))


def _bare(job: Job, sources: dict[str, Source], given: dict[str, str]) -> dict[str, int]:
    values = {each.name: given.get(each.name, each.default or "") for each in job.options}
    with DuckDbEngine(EngineSettings().threads) as engine:
        for each in job.inputs:
            if each.name in sources:
                open_input(engine, sources[each.name], each)
            else:
                no_input(engine, each)
        for stage in job.stages:
            stage.run(engine, JobOptions(values, frozenset(sources)))
        return {
            table: engine.collect(f"SELECT count(*) AS n FROM {table}").column("n")[0].as_py()  # noqa: S608
            for table in job.outputs
        }


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], json.loads(sys.argv[3]))
