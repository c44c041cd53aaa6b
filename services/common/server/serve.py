"""The parent of a service's processes: starts workers, restarts them, passes signals on.

sys.exit(main(ScoringSettings, build, runner=run_operations))
"""

import os
import shutil
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from multiprocessing.connection import wait
from pathlib import Path
from typing import Any

import structlog
from prometheus_client import CollectorRegistry, start_http_server
from prometheus_client.multiprocess import MultiProcessCollector

from services.common import lifeline
from services.common.addresses import is_loopback, split_address
from services.common.logs import configure_logging
from services.common.server.children import Child, preload
from services.common.server.grpc_server import GrpcServer
from services.common.server.listen import reserve
from services.common.server.worker import KILL_MARGIN_S, MakeServer, run_runner, run_worker
from services.common.settings import SettingsError, SettingsT, load_settings

_log = structlog.get_logger()

Build = Callable[[SettingsT], Any]
"""Makes a worker's service: a `ServiceBundle`, or what another kind of server takes."""
Runner = Callable[[SettingsT, threading.Event], None]


def main(
    settings_type: type[SettingsT],
    build: Build[SettingsT],
    runner: Runner[SettingsT] | None = None,
    *,
    server: MakeServer = GrpcServer,
    imports: Sequence[str] = (),
) -> int:
    """Reads the settings and serves; the body of a service's `__main__.py`.

    Args:
        settings_type: The service's settings.
        build: See `serve`.
        runner: See `serve`.
        server: See `serve`.
        imports: See `serve`.

    Returns:
        Exit code: 0 after a stop by signal, 1 if the service could not start (one line says why).
    """
    try:
        return serve(load_settings(settings_type), build, runner, server=server, imports=imports)
    except SettingsError as error:
        sys.stderr.write(f"leadlight {settings_type.service}: {error}\n")
        return 1


def serve(
    settings: SettingsT,
    build: Build[SettingsT],
    runner: Runner[SettingsT] | None = None,
    *,
    server: MakeServer = GrpcServer,
    imports: Sequence[str] = (),
) -> int:
    """Serves until SIGTERM or SIGINT. Only the main thread can.

    Args:
        settings: The service's settings.
        build: Makes the service in each worker; importable by name, since workers are no forks of this process.
        runner: Works on long-running operations, in as many processes of its own as the settings say, until its
            event is set.
        server: What serves `build`'s bundle in each worker.
        imports: Modules that `build` needs: imported once, for all processes and those that take their place.

    Returns:
        Exit code 0.

    Raises:
        SettingsError: If the service cannot start: address taken, unusable certificate, bad proto.
    """
    configure_logging(settings)
    with ExitStack() as cleanup:
        reserved = {name: reserve(getattr(settings, name), name=name) for name in settings.listeners}
        for each in reserved.values():
            cleanup.callback(each.held.close)
        cleanup.enter_context(_metrics_page(settings))
        wake = cleanup.enter_context(_signals_as_bytes())
        lifeline.follow_parent()
        settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        bound = settings.model_copy(update={name: each.address for name, each in reserved.items()})
        children = [
            Child(f"{settings.service}-worker-{number}", partial(run_worker, number, server), bound, build)
            for number in range(settings.workers)
        ]
        if runner is not None:
            children += [
                Child(f"{settings.service}-runner-{number}", run_runner, bound, runner)
                for number in range(settings.runners)
            ]
        preload(imports)
        cleanup.callback(_end_all, children, settings.drain_timeout_s + KILL_MARGIN_S)
        for child in children:
            child.start()
        if _all_started(children, wake):
            _log.info("serving", address=bound.listen, workers=settings.workers)
            _keep_alive(children, wake)
        _log.info("stopping")
    return 0


def _all_started(children: list[Child], wake: int) -> bool:
    """Waits until every process serves; False when told to stop before."""
    waiting = {child.started: child for child in children if child.started is not None}
    while waiting:
        ready = wait([*waiting, wake])
        if wake in ready:
            return False
        for connection in list(waiting):
            if connection in ready:
                waiting.pop(connection).confirm_started()
    return True


def _keep_alive(children: list[Child], wake: int) -> None:
    """Restarts processes that die, until told to stop."""
    while True:
        by_sentinel = {child.process.sentinel: child for child in children if child.process is not None}
        pauses = [child.restart_at_s for child in children if child.process is None]
        timeout_s = max(0.0, min(pauses) - time.monotonic()) if pauses else None
        ready = wait([*by_sentinel, wake], timeout_s)
        if wake in ready:
            return
        for sentinel in by_sentinel.keys() & set(ready):
            by_sentinel[sentinel].bury()
        for child in children:
            if child.process is None and time.monotonic() >= child.restart_at_s:
                child.start()


def _end_all(children: list[Child], wait_s: float) -> None:
    deadline_s = time.monotonic() + wait_s
    for child in children:
        child.terminate()
    for child in children:
        child.end(max(0.0, deadline_s - time.monotonic()))


@contextmanager
def _signals_as_bytes() -> Iterator[int]:
    """A file descriptor that becomes readable on SIGTERM and SIGINT, so that `wait` can see them."""
    reader, writer = os.pipe()
    handled = (signal.SIGTERM, signal.SIGINT)
    before = {number: signal.signal(number, lambda *_: os.write(writer, b"!")) for number in handled}
    try:
        yield reader
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        os.close(reader)
        os.close(writer)


@contextmanager
def _metrics_page(settings: SettingsT) -> Iterator[None]:
    """The /metrics page over all workers' files, if the settings ask for it."""
    if settings.metrics is None:
        yield
        return
    host, port = split_address(settings.metrics)
    folder = Path(tempfile.mkdtemp(prefix="leadlight-metrics-"))
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(folder)  # workers inherit it
    registry = CollectorRegistry()
    collect: Any = MultiProcessCollector
    collect(registry, path=str(folder))
    tls = None if is_loopback(settings.metrics) else settings
    try:
        page, thread = start_http_server(
            port,
            host,
            registry,
            certfile=str(tls.tls_cert) if tls else None,
            keyfile=str(tls.tls_key) if tls else None,
            client_cafile=str(tls.tls_client_ca) if tls and tls.tls_client_ca else None,
            client_auth_required=bool(tls and tls.tls_client_ca),
        )
    except OSError as error:
        shutil.rmtree(folder)
        raise SettingsError(f"metrics={settings.metrics} cannot be served: {error.strerror}") from None
    try:
        yield
    finally:
        page.shutdown()
        page.server_close()
        thread.join()
        os.environ.pop("PROMETHEUS_MULTIPROC_DIR", None)
        shutil.rmtree(folder, ignore_errors=True)
