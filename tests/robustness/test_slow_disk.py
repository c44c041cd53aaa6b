"""A disk that takes its time over each sync: calls wait or end by their own deadline, and nothing is kept by halves.

strace (Debian's package of that name) holds every fsync and fdatasync of the service up.
"""

import os
import subprocess
import threading
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc

from tests.contract.served import rpc
from tests.integration.notes.world import create
from tests.integration.working import eventually
from tests.robustness.note_history import History, stored
from tests.robustness.processes import running
from tests.robustness.size import size
from tests.robustness.table import Tried

pytestmark = [pytest.mark.timeout(300), pytest.mark.fault("slow disk")]

SYNC_S = 0.4
SYNCS = "fsync,fdatasync"
STRACE = (
    *("strace", "-D", "-f", "--seccomp-bpf", "-qq", "-o", os.devnull),
    *("-e", f"trace={SYNCS}", "-e", f"inject={SYNCS}:delay_enter={int(SYNC_S * 1e6)}"),
)
WRITERS = 4
WRITES = size(200, 40)
GIVEN_UP = size(20, 4)


@pytest.fixture
def slow_disk() -> tuple[str, ...]:
    """A command that runs another with a slow disk."""
    try:
        done = subprocess.run([*STRACE, "true"], capture_output=True, check=False, timeout=30)
    except FileNotFoundError:
        pytest.skip("strace is not here: scripts/ensure_programs.sh installs it where it can")
    if done.returncode:
        pytest.skip(f"strace may not trace here: {done.stderr.decode(errors='replace')}")
    return STRACE


def test_a_slow_disk_delays_answers_and_loses_none(
    tmp_path: Path, sqlite_url: str, slow_disk: tuple[str, ...], tried: Tried
) -> None:
    history, stop = History(), threading.Event()
    with running(tmp_path, sqlite_url, workers=1, service="notes", under=slow_disk) as service:
        client = service.client()
        begun_s = time.monotonic()
        assert history.write(client, "first")
        assert time.monotonic() - begun_s >= SYNC_S  # it is slow indeed
        with ThreadPoolExecutor(WRITERS) as pool:
            writers = [
                pool.submit(history.write_while, service.client(), f"w{number}", lambda: not stop.is_set())
                for number in range(WRITERS)
            ]
            try:
                eventually(lambda: len(history.acknowledged) >= WRITES, 120)
                # Whoever waits for the disk keeps neither health nor readers waiting.
                health = health_pb2_grpc.HealthStub(client.channel)
                assert health.Check(health_pb2.HealthCheckRequest(), timeout=20).status == 1
                assert stored(client)
            finally:
                stop.set()
            for each in writers:
                each.result()
        for number in range(GIVEN_UP):
            request = create(f"Call me about {number}.", f"late-{number}", request_id=str(uuid.uuid4()))
            with pytest.raises(grpc.RpcError) as late:
                client.begin(rpc("NotesService.CreateNote", "notes"), [request], SYNC_S / 2).result()
            assert late.value.code() is grpc.StatusCode.DEADLINE_EXCEEDED
            # Sent again, it is answered once and stored once, whether the first one got through or not.
            made = client.call("NotesService.CreateNote", request)
            history.sent[made.name] = history.acknowledged[made.name] = made.text
        assert not service.events("process_died")
        assert not service.events("call_crashed")
        service.kill_all()
    with running(tmp_path, sqlite_url, workers=1, service="notes") as service:
        tried(
            len(history.acknowledged),
            writes=len(history.acknowledged),
            lost=history.lost(service.client()),
        )
        history.check(service.client())
