"""A service as an operator runs it: a process with workers and a runner, which may be killed."""

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import grpc
import psutil
from google.protobuf.message import Message

from services.common.caller import LOCAL_CALLER
from services.common.db import Database
from services.common.db.migrations import migrate
from services.scoring.files import ServiceFiles
from tests.contract.served import Client
from tests.integration.scoring.world import eventually, install

ROOT = Path(__file__).parents[2]
START_S = 120.0
STOP_S = 120.0
PATIENCE_S = 90.0
RETRY_PAUSE_S = 0.1
_NOT_THERE = frozenset({grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED})
"""How a call ends whose service is being killed, or not yet back."""


@dataclass
class Running:
    """A service with its processes."""

    process: "subprocess.Popen[str]"
    address: str
    log: list[dict[str, Any]]
    service: str = "scoring"

    def client(self) -> Client:
        """A caller on a connection of its own: any worker may take it."""
        options = [("grpc.use_local_subchannel_pool", 1), ("grpc.max_reconnect_backoff_ms", 200)]
        channel = grpc.insecure_channel(self.address, options)
        return Client(channel, LOCAL_CALLER.tenant, roles=None, service=self.service)

    def workers(self) -> list[psutil.Process]:
        """The processes that serve calls now."""
        return [child for child in self._spawned() if _listens(child)]

    def runner(self) -> psutil.Process:
        """The process that works on operations."""
        return next(child for child in self._spawned() if not _listens(child))

    def wait_for_workers(self, count: int) -> None:
        eventually(lambda: len(self.workers()) == count, START_S)

    def _spawned(self) -> list[psutil.Process]:
        found = []
        for child in psutil.Process(self.process.pid).children():
            try:
                if any("forkserver" in word for word in child.cmdline()):
                    found += child.children()
            except psutil.Error:
                continue
        return found

    def events(self, name: str) -> list[dict[str, Any]]:
        return [line for line in self.log if line["event"] == name]

    def call_until_answered(self, client: Client, name: str, request: Message) -> Any:
        """Sends a request that may be repeated until the service, which is being killed, answers it.

        Raises:
            grpc.RpcError: Any other failure than that it is not there, or it does not come back.
        """
        end_s = time.monotonic() + PATIENCE_S
        while True:
            try:
                return client.call(name, request)
            except grpc.RpcError as error:
                if error.code() not in _NOT_THERE or time.monotonic() > end_s:
                    raise
            time.sleep(RETRY_PAUSE_S)

    def kill_all(self) -> None:
        """SIGKILL to every process at once, as a power cut does."""
        parent = psutil.Process(self.process.pid)
        family = [parent, *parent.children(recursive=True)]
        # None of them gets to notice that another is gone.
        for each in family:
            each.suspend()
        for each in family:
            each.kill()
        self.process.wait(STOP_S)


def _parsed(line: str) -> dict[str, Any]:
    """A line of the log; a killed process may leave half of one."""
    try:
        found = json.loads(line)
    except ValueError:
        found = None
    return found if isinstance(found, dict) else {"event": "text", "text": line}


def _listens(process: psutil.Process) -> bool:
    try:
        return any(each.status == psutil.CONN_LISTEN for each in process.net_connections("tcp"))
    except psutil.Error:
        return False


def prepare(folder: Path, database_url: str) -> str:
    """A data folder in which the local tenant has a published model; returns its name."""
    migrate(database_url, service="scoring")
    db = Database(database_url, service="scoring")
    name = install(db, ServiceFiles(folder), LOCAL_CALLER.tenant)
    db.close()
    return name


@contextmanager
def running(
    folder: Path,
    database_url: str,
    *,
    workers: int = 2,
    service: str = "scoring",
    more: Mapping[str, str] = MappingProxyType({}),
    under: Sequence[str] = (),
) -> Iterator[Running]:
    """Serves until the end of the block, whoever is killed in it.

    Args:
        folder: Its data folder.
        database_url: Its database.
        workers: How many processes serve calls.
        service: Which service.
        more: Variables of its own.
        under: A command that runs it and becomes it, such as strace.
    """
    inherited = {
        name: value for name, value in os.environ.items() if not name.startswith(("LEADLIGHT_", "OTEL_"))
    }
    environment = inherited | {
        "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "protos" / "gen" / "python")]),
        f"LEADLIGHT_{service.upper()}_LISTEN": "127.0.0.1:0",
        f"LEADLIGHT_{service.upper()}_WORKERS": str(workers),
        "LEADLIGHT_DATA_DIR": str(folder),
        "LEADLIGHT_DATABASE_URL": database_url,
        **more,
    }
    process = subprocess.Popen(
        [*under, sys.executable, "-m", f"services.{service}"],
        env=environment,
        stderr=subprocess.PIPE,
        text=True,
    )
    log: list[dict[str, Any]] = []
    serving = threading.Event()

    def read() -> None:
        assert process.stderr is not None
        for line in process.stderr:
            log.append(_parsed(line))
            if log[-1]["event"] == "serving":
                serving.set()

    reader = threading.Thread(target=read)
    reader.start()
    try:
        assert serving.wait(START_S), log
        address = next(line["address"] for line in log if line["event"] == "serving")
        served = Running(process, address, log, service)
        served.wait_for_workers(workers)
        yield served
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait(STOP_S)
        reader.join(STOP_S)
        assert process.stderr is not None
        process.stderr.close()
