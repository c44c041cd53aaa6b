"""Output files that appear whole, or not at all."""

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from clients.cli.failures import CommandError, UsageError


def check_draft(path: Path, source: Path | None, suffixes: Iterable[str]) -> None:
    """Refuses an output file that cannot be written.

    Args:
        path: The output.
        source: The input, which must be another file; None where there is none.
        suffixes: What the output's name may end with.

    Raises:
        UsageError: If it cannot.
    """
    allowed = list(suffixes)
    if path.suffix.lower() not in allowed:
        raise UsageError(f"-o {path}: the suffix must be {' or '.join(allowed)}")
    if not path.parent.is_dir():
        raise UsageError(f"-o {path}: there is no folder {path.parent}")
    if source is not None and path.exists() and source.exists() and path.samefile(source):
        raise UsageError(f"-o {path}: this is the file to be read; choose another name")


@contextmanager
def open_draft(path: Path) -> Iterator[BinaryIO]:
    """A draft beside `path` that takes its name at the end; removed when something fails.

    Raises:
        CommandError: If the disk refuses.
    """
    draft = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with draft.open("wb") as file:
            yield file
        draft.replace(path)
    except OSError as error:
        raise CommandError(f"{path} cannot be written: {error.strerror or error}") from None
    finally:
        draft.unlink(missing_ok=True)


@contextmanager
def draft_path(path: Path) -> Iterator[Path]:
    """A name for a draft that something else writes, of the same suffix; it takes the name at the end.

    Raises:
        CommandError: If the disk refuses.
    """
    draft = path.with_name(f".{path.stem}.{os.getpid()}.part{path.suffix}")
    try:
        yield draft
        draft.replace(path)
    except OSError as error:
        raise CommandError(f"{path} cannot be written: {error.strerror or error}") from None
    finally:
        draft.unlink(missing_ok=True)
