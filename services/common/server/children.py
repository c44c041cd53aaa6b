"""Processes that are started again when they die, each time after a longer pause."""

import multiprocessing
import os
import signal
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerProcess
from typing import Any

import structlog

from services.common.settings import ServiceSettings, SettingsError

_FIRST_PAUSE_S = 0.2
_LONGEST_PAUSE_S = 30.0
_STEADY_S = 10.0
"""A process that lived this long has shown it can: its next restart is quick again."""

_FORK_SERVER_GONE = 255
"""The exit code that multiprocessing gives for a process whose end nobody could see."""

_fork_server = multiprocessing.get_context("forkserver")
_log = structlog.get_logger()

Target = Callable[[ServiceSettings, Any, "Connection[str, str]"], None]


def preload(modules: Sequence[str]) -> None:
    """Names what the fork server imports, once, before the first process; each starts with it there."""
    _fork_server.set_forkserver_preload(list(modules))


class Child:
    """One process of a service and its successors."""

    def __init__(self, name: str, target: Target, settings: ServiceSettings, work: Any) -> None:
        self.name = name
        self._target = target
        self._args = (settings, work)
        self._process: ForkServerProcess | None = None
        self._started: Connection[str, str] | None = None
        self._born_s = 0.0
        self._deaths = 0
        self.restart_at_s = 0.0

    def start(self) -> None:
        """Starts the process, as a fork of a process that has imported what it needs and done nothing else.

        A fork of this one would copy threads' locks and sessions.
        """
        receiver, sender = _fork_server.Pipe(duplex=False)
        self._process = _fork_server.Process(target=self._target, args=(*self._args, sender), name=self.name)
        self._process.start()
        sender.close()
        self._started = receiver
        self._born_s = time.monotonic()

    @property
    def process(self) -> ForkServerProcess | None:
        """The process now alive or just dead; None between a death and its restart."""
        return self._process

    @property
    def started(self) -> "Connection[str, str] | None":
        """Readable once the process says whether it could start, or died before."""
        return self._started

    def confirm_started(self) -> None:
        """Takes the process's word on its start.

        Raises:
            SettingsError: If it could not start, with its one line.
        """
        if self._started is None:
            return
        try:
            trouble = self._started.recv()
        except EOFError:
            trouble = f"{self.name} died while it started"
        self._started.close()
        self._started = None
        if trouble:
            raise SettingsError(trouble)

    def bury(self) -> None:
        """Notes a death and when to start again."""
        if self._process is None:
            return
        try:
            self.confirm_started()
            trouble = None
        except SettingsError as error:
            trouble = str(error)
        self._process.join()
        if self._process.exitcode == _FORK_SERVER_GONE and self._process.pid is not None:
            with suppress(ProcessLookupError):  # it may live on, unseen, and would serve beside its successor
                os.kill(self._process.pid, signal.SIGKILL)
        self._deaths = 1 if time.monotonic() - self._born_s > _STEADY_S else self._deaths + 1
        pause_s = min(_LONGEST_PAUSE_S, _FIRST_PAUSE_S * 2 ** (self._deaths - 1))
        self.restart_at_s = time.monotonic() + pause_s
        _log.error(
            "process_died",
            process=self.name,
            exit_code=self._process.exitcode,
            restart_in_s=pause_s,
            **({"trouble": trouble} if trouble else {}),
        )
        self._process.close()
        self._process = None

    def terminate(self) -> None:
        """Asks the process to drain and end."""
        if self._process is not None and self._process.is_alive():
            self._process.terminate()

    def end(self, wait_s: float) -> None:
        """Waits for the end, and enforces it after `wait_s` seconds."""
        if self._process is None:
            return
        self._process.join(wait_s)
        if self._process.is_alive():
            _log.error("process_killed", process=self.name, reason="did not end in time")
            self._process.kill()
            self._process.join()
