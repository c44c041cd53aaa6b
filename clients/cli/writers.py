"""Writing scores as CSV, Parquet or JSON Lines: whole, or not at all."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Protocol, Self

import pyarrow as pa
from pyarrow import csv, parquet

from clients.cli.drafts import check_draft, open_draft

SCORES = pa.schema(
    [
        ("id", pa.string()),
        ("probability", pa.float64()),
        ("score", pa.int32()),
        ("grade", pa.string()),
        ("reasons", pa.string()),
    ]
)


class Writer(Protocol):
    """Takes scores, batch by batch; a context manager."""

    def write_batch(self, batch: pa.RecordBatch) -> None:
        """Appends rows of the schema SCORES."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


class _JsonLines:
    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def write_batch(self, batch: pa.RecordBatch) -> None:
        columns = [batch.column(name).to_pylist() for name in SCORES.names]
        lines = [
            # `reasons` is JSON already.
            f'{{"id": {json.dumps(id_, ensure_ascii=False)}, "probability": {probability!r}, '
            f'"score": {score}, "grade": "{grade}", "reasons": {reasons or "[]"}}}\n'
            if grade is not None
            else f'{{"id": {json.dumps(id_, ensure_ascii=False)}, "probability": null, "score": null, '
            '"grade": null, "reasons": []}\n'
            for id_, probability, score, grade, reasons in zip(*columns, strict=True)
        ]
        self._file.write("".join(lines).encode())

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.flush()


_WRITERS: dict[str, Callable[[BinaryIO], Any]] = {
    ".csv": lambda file: csv.CSVWriter(file, SCORES),
    ".parquet": lambda file: parquet.ParquetWriter(file, SCORES),
    ".jsonl": _JsonLines,
}


def check_output(path: Path, source: Path) -> None:
    """Refuses an output file that cannot be written.

    Raises:
        UsageError: If it cannot.
    """
    check_draft(path, source, _WRITERS)


@contextmanager
def open_writer(path: Path) -> Iterator[Writer]:
    """A writer of scores; the file appears whole at the end.

    Raises:
        CommandError: If the disk refuses.
    """
    with open_draft(path) as file, _WRITERS[path.suffix.lower()](file) as writer:
        yield writer
