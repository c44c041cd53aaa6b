"""Runs a job's stages over rows at hand, as the runner does over files."""

from collections.abc import Iterable, Mapping
from typing import Any

import pyarrow as pa

from services.common.batch.duckdb_engine import DuckDbEngine
from services.common.batch.job import Job, JobOptions

Rows = list[dict[str, Any]]


def outputs_of(
    job: Job, inputs: Mapping[str, pa.Table | Iterable[Mapping[str, Any]]], **options: str
) -> dict[str, Rows]:
    """The rows of each output, in an order of their own.

    Args:
        job: The job.
        inputs: Rows with the input's columns, or a table as the runner would make it.
        options: Those that are not to have their defaults.
    """
    defaults = {each.name: each.default for each in job.options if each.default is not None}
    with DuckDbEngine() as engine:
        for each in job.inputs:
            rows = inputs.get(each.name, ())
            if not isinstance(rows, pa.Table):
                rows = pa.Table.from_pylist([dict(row) for row in rows], each.schema)
            engine.load(rows, each.name)
        for stage in job.stages:
            stage.run(engine, JobOptions({**defaults, **options}, frozenset(inputs)))
        found = {}
        for name, schema in job.outputs.items():
            columns = "*" if schema is None else ", ".join(f'"{column}"' for column in schema.names)
            table = engine.collect(f"SELECT {columns} FROM {name} ORDER BY ALL")  # noqa: S608  our own names
            assert schema is None or table.schema.types == schema.types
            found[name] = table.to_pylist()
        return found
