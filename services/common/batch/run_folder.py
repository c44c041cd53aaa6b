"""The files of one run of a job: what was asked, the inputs that were copied, what each stage made, the result.

    <runs>/<run id>/request.json
                    inputs/<input>.parquet
                    stages/<number>/<table>.parquet ... done.json
                    result.json
                    work/

What stands under its name is whole: a file is written as a draft and renamed, and a stage counts once its done.json
is there. A run is one process's at a time; a process that dies lets go of it.
"""

import fcntl
import json
import re
import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

from services.common.errors import Code, LeadlightError, Reason, invalid_argument

_ASKED_EVERY_S = 0.2
_RUN_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}")


class RunFolder:
    """One run's files.

    Args:
        runs: Folder of all runs.
        run_id: The run: letters, digits, - and _, at most a hundred.

    Raises:
        LeadlightError: INVALID_ARGUMENT for a run id of other characters.
    """

    def __init__(self, runs: Path, run_id: str) -> None:
        if not _RUN_ID.fullmatch(run_id):
            raise invalid_argument("run_id", "takes letters, digits, - and _, at most a hundred")
        self.path = runs / run_id
        self.inputs = self.path / "inputs"
        self.work = self.path / "work"
        self._stages = self.path / "stages"
        self._request = self.path / "request.json"
        self._result = self.path / "result.json"

    @contextmanager
    def held(self, patience_s: float = 0.0) -> Iterator[None]:
        """Holds the run for this process.

        Args:
            patience_s: How long to wait for another process that has it.

        Raises:
            LeadlightError: ABORTED if another process has it.
        """
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        with (self.path / "lock").open("w") as lock:
            end_s = time.monotonic() + patience_s
            while not _is_ours(lock):
                if time.monotonic() >= end_s:
                    raise LeadlightError(
                        Code.ABORTED, Reason.CONCURRENT_CHANGE, "another process works on a run with this id"
                    )
                time.sleep(_ASKED_EVERY_S)
            yield

    def begin(self, request: Mapping[str, Any]) -> None:
        """Begins or resumes the run.

        Raises:
            LeadlightError: ALREADY_EXISTS if the id was used for another request.
        """
        if self._request.exists():
            if json.loads(self._request.read_text(encoding="utf-8")) != request:
                raise LeadlightError(
                    Code.ALREADY_EXISTS,
                    Reason.REQUEST_ID_REUSED,
                    "the run id stands for another request, or its inputs have changed since: take another one",
                )
        else:
            _write(self._request, request)
        self.inputs.mkdir(exist_ok=True)
        shutil.rmtree(self.work, ignore_errors=True)
        self.work.mkdir()

    def has_input(self, name: str) -> bool:
        """Whether a copy of an input is there."""
        return self.input(name).exists()

    def input(self, name: str) -> Path:
        """The copy of an input."""
        return self.inputs / f"{name}.parquet"

    def is_done(self, stage: int) -> bool:
        """Whether everything that a stage makes is there."""
        return (self._stage(stage) / "done.json").exists()

    def begin_stage(self, stage: int) -> None:
        """Makes a stage's folder anew."""
        shutil.rmtree(self._stage(stage), ignore_errors=True)
        self._stage(stage).mkdir(parents=True)

    def end_stage(self, stage: int, tables: Mapping[str, int]) -> None:
        """Marks a stage as whole.

        Args:
            stage: Its number.
            tables: Rows by table.
        """
        _write(self._stage(stage) / "done.json", tables)

    def table(self, stage: int, name: str) -> Path:
        """A table that a stage made."""
        return self._stage(stage) / f"{name}.parquet"

    def result(self) -> dict[str, Any] | None:
        """The result of a finished run; None if it isn't finished."""
        if not self._result.exists():
            return None
        found: dict[str, Any] = json.loads(self._result.read_text(encoding="utf-8"))
        return found

    def finish(self, result: Mapping[str, Any]) -> None:
        """Stores the result, and removes what only a resumption needs."""
        _write(self._result, result)
        for folder in (self._stages, self.inputs, self.work):
            shutil.rmtree(folder, ignore_errors=True)

    def forget_result(self) -> None:
        """Takes the result back, so that the run is done anew."""
        self._result.unlink()

    def remove(self) -> None:
        """Removes everything."""
        shutil.rmtree(self.path, ignore_errors=True)

    def _stage(self, stage: int) -> Path:
        return self._stages / f"{stage:02}"


def remove_old_runs(runs: Path, before_s: float) -> None:
    """Removes runs that nobody went on with.

    Args:
        runs: Folder of all runs.
        before_s: Those that were begun for the last time before this moment, seconds since 1970.
    """
    for path in runs.glob("*/lock"):
        with path.open("r+") as lock:
            if path.stat().st_mtime < before_s and _is_ours(lock):
                shutil.rmtree(path.parent, ignore_errors=True)


def _is_ours(lock: TextIO) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _write(path: Path, value: object) -> None:
    draft = path.with_suffix(".part")
    draft.write_text(json.dumps(value, sort_keys=True), encoding="utf-8")
    draft.replace(path)
