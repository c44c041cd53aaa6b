"""One suite per data folder: the lock that says it runs, and the file that says where.

`<data_dir>/run/suite.lock` is locked (flock) by the supervisor for as long as it lives; the kernel
lets go of it whatever way the supervisor ends, so a file left by a dead suite is recognised.
"""

import fcntl
import json
import os
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self

from platformdirs import user_data_path

_LOCK_PATIENCE_S = 0.5  # a reader holds the lock for microseconds to see whether it is free
_POLL_S = 0.05


def default_data_dir() -> Path:
    """The suite's data folder: LEADLIGHT_DATA_DIR, else the system's place for a user's data."""
    chosen = os.environ.get("LEADLIGHT_DATA_DIR")
    return Path(chosen) if chosen else user_data_path("leadlight", appauthor=False)


@dataclass(frozen=True, slots=True)
class RunningService:
    """One service of a running suite.

    Attributes:
        pid: Its process; the service's workers are that process's children.
        address: host:port of its gRPC listener.
        http_address: host:port of its HTTP listener, empty if it has none.
    """

    pid: int
    address: str
    http_address: str = ""


@dataclass(frozen=True, slots=True)
class RunningSuite:
    """What a running suite says about itself.

    Attributes:
        version: Version of the suite.
        supervisor_pid: The process to send SIGTERM to.
        services: By name.
    """

    version: str
    supervisor_pid: int
    services: Mapping[str, RunningService]


class SuiteRunningError(Exception):
    """Another suite, or another command, is using the data folder."""


class RunFile:
    """The lock and the description of the suite in one data folder."""

    def __init__(self, data_dir: Path) -> None:
        self._folder = data_dir / "run"
        self._path = self._folder / "suite.json"
        self._lock = self._folder / "suite.lock"
        self._held: int | None = None

    def acquire(self, *, patience_s: float = _LOCK_PATIENCE_S) -> Self:
        """Takes the lock, waiting up to `patience_s` for it.

        Raises:
            SuiteRunningError: If someone else still holds it then.
        """
        self._folder.parent.mkdir(
            mode=0o700, parents=True, exist_ok=True
        )  # customers' data: the owner's alone
        self._folder.mkdir(exist_ok=True)
        descriptor = os.open(self._lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        deadline = time.monotonic() + patience_s
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() > deadline:
                    os.close(descriptor)
                    raise SuiteRunningError(f"{self._folder.parent} is in use") from None
                time.sleep(_POLL_S)
            else:
                self._path.unlink(missing_ok=True)
                self._held = descriptor
                return self

    def release(self) -> None:
        """Removes the description and lets go of the lock."""
        if self._held is not None:
            self._path.unlink(missing_ok=True)
            os.close(self._held)
            self._held = None

    def publish(self, suite: RunningSuite) -> None:
        """Writes the description whole; readers see the old one or the new one."""
        draft = self._path.with_suffix(".new")
        draft.write_text(json.dumps(asdict(suite), indent=2) + "\n", encoding="utf-8")
        draft.replace(self._path)

    def is_held(self) -> bool:
        """Whether a live process holds the lock."""
        try:
            descriptor = os.open(self._lock, os.O_RDWR | os.O_CLOEXEC)
        except FileNotFoundError:
            return False
        try:
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        finally:
            os.close(descriptor)
        return False

    def read(self) -> RunningSuite | None:
        """The suite that runs in this data folder; None if none has published itself."""
        if not self.is_held():
            return None
        try:
            fields = json.loads(self._path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        services = {name: RunningService(**service) for name, service in fields.pop("services").items()}
        return RunningSuite(services=services, **fields)
