"""Runs a job as a program of its own: `python -m services.common.batch.program`, the order as JSON on standard input.

Engines and models take memory that a service or a command has no use for, and a program can be ended at any moment.
It tells on standard output, in JSON Lines, how far it is, and at the end a result or an error. Jobs are found by the
name of their module, since nothing here knows a service.
"""

import importlib
import json
import os
import signal
import sys
import threading
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa

from services.common.batch.engines import EngineName, EngineSettings, memory_of
from services.common.batch.job import Job
from services.common.batch.run_folder import RunFolder
from services.common.batch.runner import JobRequest, run_job, said
from services.common.batch.sources import Source
from services.common.errors import LeadlightError

_HEARTBEAT_S = 1.0


def main() -> int:
    """Runs the program; gives its exit code."""
    # PySpark's word on a pandas that nothing here uses.
    warnings.filterwarnings("ignore", "PySpark does not yet fully support pandas", FutureWarning)
    # Ended by an exception, engines remove what they spilled to disk.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    order = json.load(sys.stdin)
    try:
        if "list" in order:
            _tell(result=[describe(job_in(module)) for module in order["list"]])
        else:
            _tell(result=_run(order))
    except LeadlightError as error:
        _tell(
            error=said(error),
            code=error.code,
            reason=error.reason,
            field=error.violations[0].field if error.violations else "",
        )
        return 1
    except Exception as error:
        _tell(error=f"{type(error).__name__}: {str(error).strip().splitlines()[0] if str(error) else ''}")
        return 1
    return 0


def job_in(module: str) -> Job:
    """The job of a module: its constant JOB."""
    job: Job = importlib.import_module(module).JOB
    return job


def describe(job: Job) -> dict[str, Any]:
    """A job for people and programs."""
    return {
        "name": job.name,
        "description": job.description,
        "inputs": [
            {
                "name": each.name,
                "description": each.description,
                "is_optional": each.is_optional,
                "keeps_others": each.keeps_others,
                "columns": [
                    {"name": name, "type": str(kind), "is_optional": name in each.optional}
                    for name, kind in each.columns.items()
                ],
            }
            for each in job.inputs
        ],
        "outputs": [
            {
                "name": name,
                "columns": [
                    {"name": each.name, "type": str(each.type), "is_optional": False}
                    for each in (pa.schema([]) if schema is None else schema)
                ],
            }
            for name, schema in job.outputs.items()
        ],
        "options": [
            {
                "name": each.name,
                "description": each.description,
                "default": each.default or "",
                "is_required": each.default is None,
                "is_file": each.is_file,
            }
            for each in job.options
        ],
    }


def _run(order: Mapping[str, Any]) -> dict[str, Any]:
    engine: Mapping[str, Any] = order["engine"]
    request = JobRequest(
        inputs={
            name: Source(each["location"], each.get("columns", {})) for name, each in order["inputs"].items()
        },
        output=Path(order["output"]),
        options=order["options"],
        engine=EngineSettings(
            EngineName(engine["name"]),
            master=engine.get("master") or None,
            remote=engine.get("remote") or None,
            memory_mb=memory_of(engine["memory"]) if engine.get("memory") else None,
            spark=engine.get("spark", {}),
        ),
    )
    folder = RunFolder(Path(order["runs"]), order["run_id"])
    with _heart() as tell:
        patience_s = order.get("patience_s", 0.0)
        result = run_job(job_in(order["module"]), request, folder, tell, patience_s=patience_s)
    return {"rows": dict(result.rows), "resumed_stages": result.resumed_stages}


class _Teller:
    """Tells how far a run is, again and again, so that whoever reads never waits long to be asked to stop."""

    def __init__(self) -> None:
        self._now: tuple[Callable[[], float], str] = (lambda: 0.0, "starting")
        self._telling = threading.Lock()
        self._ended = threading.Event()

    def __call__(self, share: Callable[[], float], stage: str) -> None:
        with self._telling:
            self._now = (share, stage)
            self._tell()

    def beat(self) -> None:
        try:
            while not self._ended.wait(_HEARTBEAT_S):
                with self._telling:
                    self._tell()
        except BrokenPipeError:
            # Whoever asked was killed, and may ask anew at once: an engine's call would hold an exception back for
            # minutes. What was spilled to disk goes when the run goes on.
            os._exit(1)

    def end(self) -> None:
        self._ended.set()

    def _tell(self) -> None:
        share, stage = self._now
        _tell(progress=share(), stage=stage)


@contextmanager
def _heart() -> Iterator[_Teller]:
    teller = _Teller()
    beating = threading.Thread(target=teller.beat, daemon=True)
    beating.start()
    try:
        yield teller
    finally:
        teller.end()
        beating.join()


_writing = threading.Lock()


def _tell(**event: object) -> None:
    with _writing:
        sys.stdout.write(json.dumps(event, ensure_ascii=False) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
