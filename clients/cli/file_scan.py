"""A scan of files as a program of its own beside the command: no server, nothing is stored.

The scan brings an engine and normal forms of many languages, which the command line knows nothing of: it starts the
program with the interpreter that it runs in, and shows what that tells.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from clients.cli.failures import CommandError
from clients.cli.output import Bar

_PROGRAM = "services.dedupe.scan_files"
_END_PATIENCE_S = 10.0


@dataclass(frozen=True, slots=True)
class FileScan:
    """What to scan.

    Attributes:
        file: CSV or Parquet.
        other: A second file, None for none.
        id_column: Column with the ids.
        columns: Columns by field.
        region: Country of telephone numbers and dates that name none; empty for none.
        threshold: Least probability of a pair that is kept.
        engine: What does it, as options of the program.
    """

    file: Path
    other: Path | None
    id_column: str
    columns: Mapping[str, str]
    region: str
    threshold: float
    engine: Sequence[str] = ()


def scan(order: FileScan, out: Path, bar: Bar) -> dict[str, Any]:
    """Scans, and writes the pairs.

    Args:
        order: What to scan.
        out: Where the pairs go.
        bar: Shows how far it is.

    Returns:
        The scan in numbers, and the keys that too many records share.

    Raises:
        CommandError: The scan ended without a result.
    """
    result: dict[str, Any] | None = None
    with _program(order, out) as (process, errors):
        for event in _events(process):
            if "error" in event:
                raise CommandError(event["error"])
            if "result" in event:
                result = event["result"]
            else:
                bar.update(event["progress"], event["stage"])
        errors.seek(0)
        said = errors.read()
    if result is None:
        last = said.strip().splitlines()[-1:] or ["it was ended from outside"]
        raise CommandError(f"the scan broke off: {last[0]}")
    return result


def _events(process: "subprocess.Popen[str]") -> Iterator[dict[str, Any]]:
    for line in process.stdout or ():
        yield json.loads(line)


@contextmanager
def _program(order: FileScan, out: Path) -> Iterator[tuple["subprocess.Popen[str]", IO[str]]]:
    arguments = [f"--id={order.id_column}", f"--output={out}", f"--threshold={order.threshold!r}"]
    arguments += [f"--column={field}={column}" for field, column in order.columns.items()]
    arguments += [f"--other={order.other}"] if order.other else []
    arguments += [f"--region={order.region}"] if order.region else []
    arguments += [*order.engine, f"--threads={_cores()}", "--", str(order.file)]
    command = [sys.executable, "-m", _PROGRAM, *arguments]
    with (
        # A file, since an engine's log would fill a pipe that nobody reads.
        tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as said,
        subprocess.Popen(  # noqa: S603 - our own program
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=said, text=True
        ) as process,
    ):
        try:
            yield process, said
        finally:
            # After a result it has ended; after anything else nobody waits for it.
            process.terminate()
            try:
                process.wait(_END_PATIENCE_S)
            except subprocess.TimeoutExpired:
                process.kill()


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
