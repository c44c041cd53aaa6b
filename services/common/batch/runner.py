"""Runs a job: inputs in, stage after stage with a checkpoint each, outputs out.

A run has an id. The same id with the same request goes on where an earlier attempt ended, or gives the result that
there is; with another request it is refused.
"""

import hashlib
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa

from services.common.batch.checks import CSV, check_inputs, check_options, check_output
from services.common.batch.engine import Engine
from services.common.batch.engines import EngineSettings, open_engine
from services.common.batch.job import Job, JobOptions
from services.common.batch.run_folder import RunFolder
from services.common.batch.sources import Source, check_there, copy_input, no_input, open_input
from services.common.batch.stage_progress import StageProgress
from services.common.errors import Code, LeadlightError, invalid_argument

OnStage = Callable[[Callable[[], float], str], None]
"""Is told whom to ask, from any thread, how far a run is, 0 to 1, and what it does now, for people; may end it by an
exception."""

Opener = Callable[[EngineSettings, Path], AbstractContextManager[Engine]]

_SQL_TYPES = {
    pa.string(): "STRING",
    pa.bool_(): "BOOLEAN",
    pa.int8(): "TINYINT",
    pa.int32(): "INT",
    pa.int64(): "BIGINT",
    pa.float64(): "DOUBLE",
    pa.date32(): "DATE",
    pa.timestamp("us"): "TIMESTAMP",
}
"""Both engines' names. Types that are not here (lists) are written as the job made them."""


@dataclass(frozen=True)
class JobRequest:
    """What to run.

    Attributes:
        inputs: Where each input comes from.
        output: A file (.parquet, .csv) where the job has one output; else a folder, in which each gets a file.
        options: Values of the job's options; those left out have their defaults.
        engine: On what.
    """

    inputs: Mapping[str, Source]
    output: Path
    options: Mapping[str, str] = field(default_factory=dict)
    engine: EngineSettings = field(default_factory=EngineSettings)


@dataclass(frozen=True)
class JobResult:
    """What a run made.

    Attributes:
        rows: By output.
        resumed_stages: Stages that an earlier attempt had finished.
    """

    rows: Mapping[str, int]
    resumed_stages: int = 0


def run_job(
    job: Job,
    request: JobRequest,
    folder: RunFolder,
    on_stage: OnStage = lambda _done, _stage: None,
    opener: Opener = open_engine,
    *,
    patience_s: float = 0.0,
) -> JobResult:
    """Runs a job, or what is left of it.

    Args:
        job: The job.
        request: What to run it on.
        folder: The run's; for Spark on a cluster, driver and executors must see it under the same path.
        on_stage: Is called as each stage begins.
        opener: Opens the engine.
        patience_s: How long to wait for another process that works on the run.

    Raises:
        LeadlightError: INVALID_ARGUMENT for a request that the job cannot do; ALREADY_EXISTS if the run's id stands
            for another request; ABORTED while another process works on it.
    """
    options = _checked(job, request)
    with folder.held(patience_s):
        folder.begin(_identity(job, request, options))
        finished = folder.result()
        if finished is not None:
            if all(path.exists() for path in _outputs(job, request.output).values()):
                return JobResult(finished["rows"], len(job.stages))
            folder.forget_result()
        with opener(request.engine, folder.work) as engine:
            run = _Run(
                job,
                request,
                JobOptions(options, frozenset(request.inputs)),
                folder=folder,
                engine=engine,
                on_stage=on_stage,
            )
            result = run.run()
        folder.finish({"rows": dict(result.rows)})
    return result


class _Run:
    """One attempt."""

    def __init__(
        self,
        job: Job,
        request: JobRequest,
        options: JobOptions,
        *,
        folder: RunFolder,
        engine: Engine,
        on_stage: OnStage,
    ) -> None:
        self._job = job
        self._request = request
        self._options = options
        self._folder = folder
        self._engine = engine
        self._on_stage = on_stage
        self._steps = len(job.inputs) + len(job.stages) + 1

    def run(self) -> JobResult:
        for number, job_input in enumerate(self._job.inputs):
            self._tell(number, f"reading {job_input.name}", ())
            self._open(job_input.name)
        resumed = 0
        for number, stage in enumerate(self._job.stages):
            self._tell(len(self._job.inputs) + number, stage.name, stage.steps or stage.makes)
            if self._folder.is_done(number):
                resumed += 1
            else:
                self._run_stage(number)
            for table in stage.makes:
                self._engine.open(self._folder.table(number, table), table)
        self._tell(self._steps - 1, "writing what was found", ())
        return JobResult(self._write(), resumed)

    def _tell(self, step: int, stage: str, tables: tuple[str, ...]) -> None:
        progress = StageProgress(tables)
        self._engine.follow(progress)
        self._on_stage(lambda: (step + progress.share()) / self._steps, stage)

    def _open(self, name: str) -> None:
        """Makes the table of an input."""
        job_input = next(each for each in self._job.inputs if each.name == name)
        source = self._request.inputs.get(name)
        if source is None:
            no_input(self._engine, job_input)
        elif source.is_parquet:
            open_input(self._engine, source, job_input)
        else:
            copied = self._folder.input(name)
            if not self._folder.has_input(name):
                draft = self._folder.work / copied.name
                copy_input(source, job_input, draft)
                draft.replace(copied)
            self._engine.open(copied, name)

    def _run_stage(self, number: int) -> None:
        stage = self._job.stages[number]
        self._folder.begin_stage(number)
        stage.run(self._engine, self._options)
        rows = {}
        for table in stage.makes:
            self._engine.save(table, self._folder.table(number, table))
        for table in stage.makes:
            # Read back from the file, as a later attempt would: the same work on the same rows.
            self._engine.drop(table)
            self._engine.open(self._folder.table(number, table), table)
            rows[table] = _count(self._engine, table)
            self._engine.drop(table)
        self._folder.end_stage(number, rows)

    def _write(self) -> dict[str, int]:
        rows = {}
        for table, path in _outputs(self._job, self._request.output).items():
            schema = self._job.outputs[table]
            if schema is None:
                schema = self._engine.collect(f"SELECT * FROM {table} LIMIT 0").schema  # noqa: S608 - the job's own name
            columns = ", ".join(_cast(each) for each in schema)
            order = self._job.order.get(table)
            query = f"SELECT {columns} FROM {table}" + (f" ORDER BY {order}" if order else "")  # noqa: S608 - the job's own names
            path.parent.mkdir(parents=True, exist_ok=True)
            # The ending says what to write.
            draft = path.with_name(f".{path.stem}.part{path.suffix}")
            self._engine.write(query, schema.names, draft)
            draft.replace(path)
            rows[table] = _count(self._engine, table)
        return rows


def _count(engine: Engine, table: str) -> int:
    found = engine.collect(f"SELECT count(*) AS n FROM {table}")  # noqa: S608 - the job's own name
    return int(found.column("n")[0].as_py())


def _cast(column: pa.Field) -> str:
    kind = _SQL_TYPES.get(column.type)
    return f'"{column.name}"' if kind is None else f'CAST("{column.name}" AS {kind}) AS "{column.name}"'


def _outputs(job: Job, output: Path) -> dict[str, Path]:
    """File by output."""
    if len(job.outputs) == 1:
        return dict.fromkeys(job.outputs, output)
    return {table: output / f"{table}.parquet" for table in job.outputs}


def _checked(job: Job, request: JobRequest) -> dict[str, str]:
    """Every option's value.

    Raises:
        LeadlightError: INVALID_ARGUMENT.
    """
    request.engine.check()
    check_inputs(job.name, {each.name: each.is_optional for each in job.inputs}, request.inputs)
    for name, source in request.inputs.items():
        check_there(name, source)
    check_output(job.name, list(job.outputs), request.output)
    if request.output.suffix.lower() == CSV:
        (schema,) = job.outputs.values()
        if schema is not None and any(pa.types.is_nested(each.type) for each in schema):
            raise invalid_argument(
                "output", f"{job.name} writes lists, which CSV has none of: name a .parquet file"
            )
    return _options(job, request.options)


def _options(job: Job, given: Mapping[str, str]) -> dict[str, str]:
    required = {each.name: each.description if each.default is None else None for each in job.options}
    check_options(job.name, required, given)
    values = {}
    for option in job.options:
        value = given.get(option.name, option.default or "")
        if option.is_file and value and not Path(value).is_file():
            raise invalid_argument(f"options.{option.name}", f"there is no file {Path(value).name}")
        values[option.name] = value
    return values


def _identity(job: Job, request: JobRequest, options: Mapping[str, str]) -> dict[str, Any]:
    """What makes two requests the same."""
    is_file = {each.name: each.is_file for each in job.options}
    return {
        "job": job.name,
        "inputs": {
            name: {"state": source.state(), "columns": dict(source.columns)}
            for name, source in request.inputs.items()
        },
        "options": {
            name: hashlib.sha256(Path(value).read_bytes()).hexdigest() if is_file[name] and value else value
            for name, value in options.items()
        },
        "output": str(request.output.resolve()),
        "engine": request.engine.name,
    }


def said(error: LeadlightError) -> str:
    """An error in one line for people."""
    if error.code is Code.INVALID_ARGUMENT and error.violations:
        first = error.violations[0]
        return f"{first.field}: {first.description}"
    return error.message
