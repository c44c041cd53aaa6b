"""A service as an operator runs it: its own process on loopback, settings by environment."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import grpc
import psutil
from grpc_health.v1 import health_pb2, health_pb2_grpc

from tests.load.leads import REPOSITORY, Leads

_START_S = 300.0
_STOP_S = 30.0
_POLL_S = 0.1
_MIB = 2**20


@dataclass(frozen=True)
class RunningService:
    """A service that answers SERVING.

    Attributes:
        address: host:port.
        data_dir: Its folder; the log is in it.
        process: The parent of its workers.
    """

    address: str
    data_dir: Path
    process: psutil.Process

    def worker_rss_mib(self) -> float:
        """Resident memory of the largest worker."""
        return float(max(child.memory_info().rss for child in self.process.children(recursive=True))) / _MIB

    def cpu_s(self) -> float:
        """Processor time of all its processes so far."""
        times = [each.cpu_times() for each in (self.process, *self.process.children(recursive=True))]
        return float(sum(each.user + each.system for each in times))


@contextmanager
def running(data_dir: Path, *, workers: int, service: str = "scoring") -> Iterator[RunningService]:
    """Starts a service on a free port with SQLite in `data_dir`; stops it at the end."""
    address = f"127.0.0.1:{free_port()}"
    environment = {name: value for name, value in os.environ.items() if not name.startswith("LEADLIGHT_")} | {
        "LEADLIGHT_DATA_DIR": str(data_dir),
        f"LEADLIGHT_{service.upper()}_LISTEN": address,
        f"LEADLIGHT_{service.upper()}_WORKERS": str(workers),
    }
    data_dir.mkdir(parents=True, exist_ok=True)
    log_path = data_dir / "load.log"
    with log_path.open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", f"services.{service}"],
            cwd=REPOSITORY,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
    try:
        await_serving(address, process, log_path)
        yield RunningService(address, data_dir, psutil.Process(process.pid))
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(_STOP_S)


def train(address: str, leads: Leads) -> str:
    """Trains on the leads and publishes, through the command line; the model's resource name."""
    command = [sys.executable, "-m", "clients.cli", "--address", address, "scoring", "train"]
    done = subprocess.run(
        [*command, *leads.training_options, "--publish", "--json"],
        cwd=REPOSITORY,
        check=False,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise RuntimeError(f"training failed: {done.stderr.strip()}")
    return f"models/{json.loads(done.stdout)['model_id']}"


def await_serving(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    """Waits until a service answers SERVING.

    Raises:
        RuntimeError: It ended, or does not within five minutes.
    """
    deadline_s = time.monotonic() + _START_S
    with grpc.insecure_channel(address) as channel:
        health = health_pb2_grpc.HealthStub(channel)
        while process.poll() is None and time.monotonic() < deadline_s:
            try:
                if health.Check(health_pb2.HealthCheckRequest(), timeout=1).status == 1:
                    return
            except grpc.RpcError:
                time.sleep(_POLL_S)
    process.kill()
    raise RuntimeError(f"the service did not start: {log.read_text(encoding='utf-8')[-500:]}")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
