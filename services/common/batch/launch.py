"""Starts the program that runs jobs, and follows what it tells."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from typing import Any

from services.common.errors import Code, LeadlightError, Reason, invalid_argument

_PROGRAM = "services.common.batch.program"
_END_PATIENCE_S = 10.0
_LAST_WORDS_BYTES = 4096

OnProgress = Callable[[float, str], None]
"""Is told how far a run is, 0 to 1, and what it does, every second or so; may end it by an exception."""


def run_program(order: Mapping[str, Any], on_progress: OnProgress = lambda _share, _stage: None) -> Any:
    """Runs the program to its end.

    Args:
        order: As `program.main` reads it.
        on_progress: Follows it.

    Returns:
        The result that it told.

    Raises:
        LeadlightError: What the program refused or failed at.
    """
    with tempfile.TemporaryFile() as said:
        with subprocess.Popen(  # noqa: S603 - our own program
            [sys.executable, "-m", _PROGRAM],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            # A file, since an engine's log would fill a pipe that nobody reads.
            stderr=said,
            text=True,
            encoding="utf-8",
        ) as process:
            try:
                if process.stdin is not None:
                    json.dump(order, process.stdin)
                    process.stdin.close()
                for line in process.stdout or ():
                    event = json.loads(line)
                    if "result" in event:
                        return event["result"]
                    if "error" in event:
                        raise _error(event)
                    on_progress(event["progress"], event["stage"])
            finally:
                # After a result it ends by itself; after anything else nobody waits for it.
                _end(process)
        said.seek(max(0, said.seek(0, 2) - _LAST_WORDS_BYTES))
        last = said.read().decode(errors="replace").strip().splitlines()[-1:] or ["it was ended from outside"]
    raise _failed(f"the job broke off: {last[0]}")


def _end(process: "subprocess.Popen[str]") -> None:
    process.terminate()
    try:
        process.wait(_END_PATIENCE_S)
    except subprocess.TimeoutExpired:
        process.kill()


def _error(event: Mapping[str, Any]) -> LeadlightError:
    if "code" not in event:
        return _failed(event["error"])
    if event["code"] == Code.INVALID_ARGUMENT and event["field"]:
        return invalid_argument(event["field"], event["error"].removeprefix(f"{event['field']}: "))
    return LeadlightError(Code(event["code"]), Reason(event["reason"]), event["error"])


def _failed(message: str) -> LeadlightError:
    return LeadlightError(Code.INTERNAL, Reason.OPERATION_FAILED, message)
