"""What runs inside a process of a service: one gRPC worker, or the service's runner."""

import gc
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from multiprocessing import parent_process
from multiprocessing.connection import Connection, wait
from typing import Any, Protocol

import structlog
from prometheus_client import REGISTRY

from services.common.logs import configure_logging
from services.common.server.placement import pin, run_in_longer_turns
from services.common.settings import ServiceSettings
from services.common.tracing import make_tracer_provider

KILL_MARGIN_S = 5.0
"""Time a process has beyond `drain_timeout_s` before it is killed."""

_RUNNER_NICENESS = 10

_log = structlog.get_logger()


class WorkerServer(Protocol):
    """What serves in a worker."""

    def start(self) -> int:
        """Listens; returns the port."""
        ...

    def stop(self) -> None:
        """Drains, then closes what it uses."""
        ...


MakeServer = Callable[..., WorkerServer]
"""`GrpcServer`, or another of the same arguments."""


def run_worker(
    number: int,
    make_server: MakeServer,
    settings: ServiceSettings,
    build: Callable[[Any], Any],
    started: "Connection[str, str]",
) -> None:
    """Serves until told to stop.

    Args:
        number: Which of the service's workers this is, from 0.
        make_server: What serves.
        settings: With its listeners set to the addresses the parent holds.
        build: Makes the service.
        started: Takes "" once calls are served, or the one line that says why not.
    """
    run_in_longer_turns()
    if settings.pin_workers:
        pin(number)
    stop = _stop_event(settings)
    try:
        tracer_provider = make_tracer_provider(settings)
        server = make_server(settings, build(settings), registry=REGISTRY, tracer_provider=tracer_provider)
        server.start()
        gc.collect()
        gc.freeze()  # what a worker has at its start stays: no collection need look at it again
    except Exception as error:  # the parent says it in one line
        _give_up(error, started)
    started.send("")
    stop.wait()
    server.stop()
    if tracer_provider is not None:
        tracer_provider.shutdown()


def run_runner(
    settings: ServiceSettings,
    run: Callable[[Any, threading.Event], None],
    started: "Connection[str, str]",
) -> None:
    """Runs a service's long-running operations until told to stop; they yield the processor to calls."""
    os.nice(_RUNNER_NICENESS)
    stop = _stop_event(settings)
    started.send("")
    run(settings, stop)


def _give_up(error: Exception, started: "Connection[str, str]") -> None:
    _log.debug("start_failed", exc_info=error)
    text = str(error).strip().splitlines()
    started.send(text[0] if text else type(error).__name__)
    sys.exit(1)


def _stop_event(settings: ServiceSettings) -> threading.Event:
    """Set by SIGTERM, or when the parent is gone. Ctrl-C reaches the parent, which decides."""
    configure_logging(settings)
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    signal.signal(signal.SIGINT, signal.SIG_IGN)

    def watch_parent() -> None:
        parent = parent_process()
        if parent is None:
            return
        wait([parent.sentinel])
        stop.set()
        time.sleep(settings.drain_timeout_s + KILL_MARGIN_S)
        os._exit(1)

    threading.Thread(target=watch_parent, name="parent", daemon=True).start()
    return stop
