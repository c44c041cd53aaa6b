"""Runs a job's stages over rows at hand, as the runner does over files."""

from collections.abc import Iterable, Mapping
from typing import Any

import pyarrow as pa

from services.common.batch.duckdb_engine import DuckDbEngine
from services.common.batch.job import Job, JobOptions

Rows = list[dict[str, Any]]


def outputs_of(
    job: Job, inputs: Mapping[str, Iterable[Mapping[str, Any]]], **options: str
) -> dict[str, Rows]:
    """The rows of each output, in no order of meaning."""
    defaults = {each.name: each.default for each in job.options if each.default is not None}
    with DuckDbEngine() as engine:
        for each in job.inputs:
            rows = [dict(row) for row in inputs.get(each.name, ())]
            engine.load(pa.Table.from_pylist(rows, each.schema), each.name)
        for stage in job.stages:
            stage.run(engine, JobOptions({**defaults, **options}))
        found = {}
        for name, schema in job.outputs.items():
            columns = ", ".join(f'"{column}"' for column in schema.names)
            table = engine.collect(f"SELECT {columns} FROM {name} ORDER BY ALL")  # noqa: S608  our own names
            assert table.schema.types == schema.types
            found[name] = table.to_pylist()
        return found
