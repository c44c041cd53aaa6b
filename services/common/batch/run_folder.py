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
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from services.common.errors import Code, LeadlightError, Reason, invalid_argument

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
    def held(self) -> Iterator[None]:
        """Holds the run for this process.

        Raises:
            LeadlightError: ABORTED if another process has it.
        """
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        with (self.path / "lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise LeadlightError(
                    Code.ABORTED, Reason.CONCURRENT_CHANGE, "another process works on a run with this id"
                ) from None
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


def _write(path: Path, value: object) -> None:
    draft = path.with_suffix(".part")
    draft.write_text(json.dumps(value, sort_keys=True), encoding="utf-8")
    draft.replace(path)
