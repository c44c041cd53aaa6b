"""The storage fails under writers: PostgreSQL is killed, the disk is full. Nothing acknowledged is lost, nothing is
INTERNAL, and work goes on by itself when the storage is back."""

import os
import shutil
import tempfile
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import grpc
import psutil
import pytest

from tests import postgres_server
from tests.integration.working import eventually
from tests.robustness.note_history import History, stored
from tests.robustness.processes import running
from tests.robustness.size import size
from tests.robustness.table import Tried

pytestmark = pytest.mark.timeout(300)

WRITERS = 3
KILLS = size(5, 2)
WRITES = size(40, 15)


@pytest.fixture
def postgres() -> Iterator[tuple[Path, Path, str]]:
    """A server of the test's own, that syncs: its programs, its folder, its URL."""
    binaries = postgres_server.binaries_folder()
    if binaries is None:
        if os.environ.get("CI"):
            pytest.fail("no PostgreSQL: initdb was not found")
        pytest.skip("no PostgreSQL to kill: initdb was not found")
    folder = Path(tempfile.mkdtemp(prefix="leadlight-pg-"))
    try:
        url = postgres_server.make(binaries, folder)
        postgres_server.start(binaries, folder, syncs=True)
        try:
            yield binaries, folder, url
        finally:
            postgres_server.stop(binaries, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def kill_postgres(folder: Path) -> None:
    """SIGKILL to the server and all its processes, as a power cut does."""
    server = psutil.Process(int((folder / "data" / "postmaster.pid").read_text(encoding="ascii").split()[0]))
    family = [server, *server.children(recursive=True)]
    for each in family:
        each.suspend()
    for each in family:
        each.kill()
    psutil.wait_procs(family, timeout=30)


@pytest.mark.fault("kill -9 of PostgreSQL under writers")
def test_a_killed_postgresql_loses_nothing_and_is_found_again(
    tmp_path: Path, postgres: tuple[Path, Path, str], tried: Tried
) -> None:
    binaries, folder, url = postgres
    history, stop = History(), threading.Event()
    with running(tmp_path, url, service="notes") as service, ThreadPoolExecutor(WRITERS) as pool:
        writers = [
            pool.submit(history.write_while, service.client(), f"w{number}", lambda: not stop.is_set())
            for number in range(WRITERS)
        ]
        try:
            for _ in range(KILLS):
                before = len(history.acknowledged)
                eventually(lambda before=before: len(history.acknowledged) >= before + WRITES, 90)  # type: ignore[misc]
                kill_postgres(folder)
                failures = sum(history.refused.values())
                eventually(lambda least=failures: sum(history.refused.values()) > least, 60)  # type: ignore[misc]
                postgres_server.start(binaries, folder, syncs=True)
            before = len(history.acknowledged)
            eventually(lambda: len(history.acknowledged) >= before + WRITES, 90)
        finally:
            stop.set()
        for each in writers:
            each.result()
        assert history.refused[grpc.StatusCode.UNAVAILABLE] >= KILLS
        tried(KILLS, writes=len(history.acknowledged), lost=history.lost(service.client()))
        history.check(service.client())
        # The process for long work may just be starting; it is started again like any other.
        assert not [died for died in service.events("process_died") if "worker" in died["process"]]
        assert not service.events("call_crashed")


@pytest.mark.fault("full disk")
def test_a_full_disk_refuses_writes_and_serves_reads(tmp_path: Path, sqlite_url: str, tried: Tried) -> None:
    history = History()
    with running(tmp_path, sqlite_url, service="notes") as service:
        client = service.client()
        for number in range(20):
            assert history.write(client, f"before-{number}")
        log = Path(f"{sqlite_url.removeprefix('sqlite:///')}-wal")
        # No file may grow beyond what the log is: the kernel refuses the write, as it does on a full disk.
        everyone = [*service.workers(), service.runner()]
        kept = [each.rlimit(psutil.RLIMIT_FSIZE) for each in everyone]
        for each, (_, hard) in zip(everyone, kept, strict=True):
            each.rlimit(psutil.RLIMIT_FSIZE, (log.stat().st_size, hard))
        for number in range(4):
            history.write(client, f"full-{number}")
        assert history.refused[grpc.StatusCode.UNAVAILABLE] > 0
        assert stored(client).items() >= history.acknowledged.items()
        for each, limit in zip(everyone, kept, strict=True):
            each.rlimit(psutil.RLIMIT_FSIZE, limit)
        for number in range(20):
            assert history.write(client, f"after-{number}")
        history.check(client)
        assert not service.events("process_died")
        assert not service.events("call_crashed")
    with running(tmp_path, sqlite_url, workers=1, service="notes") as service:
        tried(1, writes=len(history.acknowledged), lost=history.lost(service.client()))
        history.check(service.client())
