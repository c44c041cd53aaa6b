"""What stands behind `leadlight up`: every service as a process on loopback, kept alive, stopped in order."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from importlib.metadata import version
from pathlib import Path
from types import TracebackType
from typing import Self

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc

from services.common import lifeline
from services.common.addresses import split_address
from services.common.child_logs import ChildLog, LineSink
from services.common.run_file import RunFile, RunningService, RunningSuite

_POLL_S = 0.05
_WATCH_INTERVAL_S = 0.2
_FIRST_BACKOFF_S = 1.0
_LONGEST_BACKOFF_S = 30.0
_STEADY_AFTER_S = 60.0  # a service that lived this long starts its backoff anew
_LOOPBACK_ONLY = (
    "TLS_CERT",
    "TLS_KEY",
    "TLS_CLIENT_CA",
    "JWT_SECRET",
    "JWT_JWKS",
    "AUTH",
    "LISTEN",
    "PEER_TLS",
)


@dataclass(frozen=True, slots=True)
class Service:
    """One service of the suite.

    Attributes:
        name: Its name in files, logs and variables (LEADLIGHT_<NAME>_...).
        module: Started with `python -m`.
        port: Port on loopback where it is found by default.
        http_port: The same for HTTP, None for a service without.
    """

    name: str
    module: str
    port: int
    http_port: int | None = None


SUITE = (
    Service("scoring", "services.scoring", 50051),
    Service("relationship", "services.relationship", 50052),
    Service("dedupe", "services.dedupe", 50053),
    Service("qualification", "services.qualification", 50054),
    Service("conversation", "services.conversation", 50055),
    Service("notes", "services.notes", 50056),
    Service("gateway", "services.gateway", 50050, http_port=8080),
)
"""Every service, in the order of starting; stopped in the reverse order."""


class Ports(Enum):
    """Where services listen."""

    FIXED = "fixed"
    FREE = "free"


class SupervisorError(Exception):
    """The suite cannot start; the message is for people, with the way out."""


def _say_nothing(line: str) -> None:
    pass


@dataclass(slots=True)
class _Child:
    service: Service
    address: str
    http_address: str
    log: ChildLog
    process: subprocess.Popen[bytes]
    started_s: float
    backoff_s: float = _FIRST_BACKOFF_S
    restart_at_s: float | None = None


@dataclass
class Supervisor:
    """The processes of one suite in one data folder; a context manager that starts and stops them.

    Attributes:
        data_dir: The data folder; made if missing.
        services: What to start.
        ports: The services' own ports, or free ones for a suite that lives for one command.
        environment: Further variables for the services.
        say: Told in a line what happens to services while the suite runs.
        echo: Told every line that a service logs, with the service's name; the log files get them anyway.
        start_timeout_s: Longest time until a service answers SERVING.
        stop_timeout_s: Time services have to finish their calls before they are killed.
        lock_patience_s: How long to wait for another command to leave the data folder.
        announced: Whether other commands may find and use this suite.
    """

    data_dir: Path
    services: Sequence[Service] = SUITE
    ports: Ports = Ports.FIXED
    environment: Mapping[str, str] = field(default_factory=dict)
    say: Callable[[str], None] = _say_nothing
    echo: LineSink | None = None
    start_timeout_s: float = 120.0
    stop_timeout_s: float = 30.0
    lock_patience_s: float = 0.5
    announced: bool = True

    def __post_init__(self) -> None:
        self._run_file = RunFile(self.data_dir)
        self._children: list[_Child] = []
        self._found_at: dict[str, str] = {}  # variables that tell each service where the others are

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def addresses(self) -> dict[str, str]:
        """host:port of each service, by name."""
        return {child.service.name: child.address for child in self._children}

    @property
    def http_addresses(self) -> dict[str, str]:
        """host:port of each service that serves HTTP, by name."""
        return {child.service.name: child.http_address for child in self._children if child.http_address}

    def start(self) -> None:
        """Starts every service and returns once all of them are SERVING.

        Raises:
            SuiteRunningError: If the data folder is in use.
            SupervisorError: If a port is taken, or a service ends or stays silent.
        """
        self._run_file.acquire(patience_s=self.lock_patience_s)
        addresses = [self._address_of(service.name, "LISTEN", service.port) for service in self.services]
        http_addresses = [
            self._address_of(service.name, "HTTP", service.http_port) if service.http_port else ""
            for service in self.services
        ]
        self._found_at = {
            f"LEADLIGHT_{service.name.upper()}_ADDRESS": address
            for service, address in zip(self.services, addresses, strict=True)
        }
        for service, address, http in zip(self.services, addresses, http_addresses, strict=True):
            log = ChildLog(service.name, self.data_dir / "logs" / f"{service.name}.log", self.echo)
            process = self._spawn(service, address, http, log)
            self._children.append(_Child(service, address, http, log, process, started_s=time.monotonic()))
        for child in self._children:
            self._await_serving(child)
        self._publish()

    def watch(self) -> None:
        """Restarts what dies, for ever; ends by an exception of the caller's, such as KeyboardInterrupt."""
        while True:
            for child in self._children:
                self._look_after(child)
            time.sleep(_WATCH_INTERVAL_S)

    def stop(self) -> None:
        """SIGTERM to all in reverse order, SIGKILL to what outlives `stop_timeout_s`."""
        deadline = time.monotonic() + self.stop_timeout_s
        for child in reversed(self._children):
            child.process.send_signal(signal.SIGTERM)
        for child in reversed(self._children):
            try:
                child.process.wait(max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                self.say(f"{child.service.name} did not stop within {self.stop_timeout_s:g} s: killed")
            _end_group(child.process)
            child.log.close()
        self._children.clear()
        self._run_file.release()

    def _address_of(self, name: str, listener: str, by_default: int) -> str:
        if self.ports is Ports.FREE:
            return f"127.0.0.1:{_free_port()}"
        variable = f"LEADLIGHT_{name.upper()}_{listener}"
        address = os.environ.get(variable, f"127.0.0.1:{by_default}")
        try:
            host, port = split_address(address)
        except ValueError as error:
            raise SupervisorError(f"{variable}: {error}") from None
        if port == 0:
            return f"127.0.0.1:{_free_port()}"
        if not _can_listen(host, port):
            raise SupervisorError(
                f"port {port} on {host} is taken by another program: stop it, "
                f"or set {variable}={host}:PORT to a free one"
            )
        return address

    def _spawn(
        self, service: Service, address: str, http_address: str, log: ChildLog
    ) -> subprocess.Popen[bytes]:
        environment = _without_listener_settings(os.environ, service) | {
            f"LEADLIGHT_{service.name.upper()}_LISTEN": address,
            **({f"LEADLIGHT_{service.name.upper()}_HTTP": http_address} if http_address else {}),
            "LEADLIGHT_DATA_DIR": str(self.data_dir.absolute()),
            lifeline.VARIABLE: "stdin",
            **self._found_at,
            **self.environment,
        }
        process = subprocess.Popen(  # noqa: S603 - our own interpreter and module names
            [sys.executable, "-m", service.module],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C reaches the supervisor, which stops its services in order
        )
        log.follow(process)
        return process

    def _await_serving(self, child: _Child) -> None:
        deadline = time.monotonic() + self.start_timeout_s
        while not _is_serving(child.address, timeout_s=_POLL_S * 4):
            code = child.process.poll()
            if code is not None:
                child.log.close()
                raise SupervisorError(
                    f"{child.service.name} ended at its start ({_exit_words(code)}): "
                    f"{child.log.last_line or 'it said nothing'} (log: {child.log.path})"
                )
            if time.monotonic() > deadline:
                raise SupervisorError(
                    f"{child.service.name} was not ready after {self.start_timeout_s:.0f} s "
                    f"(log: {child.log.path})"
                )
            time.sleep(_POLL_S)

    def _look_after(self, child: _Child) -> None:
        code = child.process.poll()
        if code is None:
            return
        now_s = time.monotonic()
        if child.restart_at_s is None:
            _end_group(child.process)
            if now_s - child.started_s > _STEADY_AFTER_S:
                child.backoff_s = _FIRST_BACKOFF_S
            child.restart_at_s = now_s + child.backoff_s
            cause = _exit_words(code)
            self.say(f"{child.service.name} ended ({cause}), starting it again in {child.backoff_s:.0f} s")
            child.backoff_s = min(child.backoff_s * 2, _LONGEST_BACKOFF_S)
        elif now_s >= child.restart_at_s:
            child.process = self._spawn(child.service, child.address, child.http_address, child.log)
            child.started_s, child.restart_at_s = now_s, None
            self._publish()

    def _publish(self) -> None:
        if self.announced:
            services = {
                child.service.name: RunningService(child.process.pid, child.address, child.http_address)
                for child in self._children
            }
            self._run_file.publish(RunningSuite(version("leadlight"), os.getpid(), services))


def _is_serving(address: str, *, timeout_s: float) -> bool:
    with grpc.insecure_channel(address) as channel:
        try:
            reply = health_pb2_grpc.HealthStub(channel).Check(
                health_pb2.HealthCheckRequest(), timeout=timeout_s
            )
        except grpc.RpcError:
            return False
        return bool(reply.status == health_pb2.HealthCheckResponse.SERVING)


def _without_listener_settings(environment: Mapping[str, str], service: Service) -> dict[str, str]:
    """The environment without what would open the loopback suite to others, or lock its owner out."""
    prefixes = ("LEADLIGHT_", f"LEADLIGHT_{service.name.upper()}_")
    dropped = {prefix + name for prefix in prefixes for name in _LOOPBACK_ONLY}
    return {name: value for name, value in environment.items() if name not in dropped}


def _end_group(process: subprocess.Popen[bytes]) -> None:
    """Kills what is left of a service: itself, and workers that it left behind (they hold its port)."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    if process.stdin is not None:
        process.stdin.close()


def _exit_words(code: int) -> str:
    return f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"


def _can_listen(host: str, port: int) -> bool:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # ports that just closed are free
        try:
            probe.bind((host, port))
        except OSError:
            return False
        return True


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
