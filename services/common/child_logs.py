"""What services write to their output, kept in one rotating file a service."""

import logging
import subprocess
import threading
from collections.abc import Callable
from logging.handlers import RotatingFileHandler
from pathlib import Path

_MAX_BYTES = 10 * 1024 * 1024
_KEPT_FILES = 5
_CLOSE_PATIENCE_S = 2.0

LineSink = Callable[[str, str], None]
"""Told the service's name and a line of its log."""


class ChildLog:
    """The log of one service: its file, and the threads that fill it from the service's output.

    Attributes:
        path: The newest file; older ones have .1 to .5 behind their name.
        last_line: The line written last.
    """

    def __init__(self, name: str, path: Path, echo: LineSink | None) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        self.last_line = ""
        self._name = name
        self._echo = echo
        self._handler = RotatingFileHandler(
            path, maxBytes=_MAX_BYTES, backupCount=_KEPT_FILES, encoding="utf-8", errors="backslashreplace"
        )
        self._pump: threading.Thread | None = None

    def follow(self, process: subprocess.Popen[bytes]) -> None:
        """Writes the output of `process` to the file until it ends."""
        self._pump = threading.Thread(
            target=self._copy, args=(process,), name=f"log-{self._name}", daemon=True
        )
        self._pump.start()

    def close(self) -> None:
        """Writes what is left and closes the file."""
        if self._pump is not None:
            self._pump.join(_CLOSE_PATIENCE_S)
        self._handler.close()

    def _copy(self, process: subprocess.Popen[bytes]) -> None:
        if process.stdout is None:
            return
        with process.stdout as output:
            for raw in output:
                line = raw.decode("utf-8", errors="backslashreplace").rstrip("\n")
                self.last_line = line or self.last_line
                self._handler.emit(logging.LogRecord(self._name, logging.INFO, "", 0, line, None, None))
                if self._echo is not None:
                    self._echo(self._name, line)
