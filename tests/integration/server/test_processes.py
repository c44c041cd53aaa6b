"""Real processes: workers on one port, their deaths, signals, stops and failures to start."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import grpc
import psutil
import pytest

from tests.integration.server import probe
from tests.integration.server.clients import Client

ROOT = Path(__file__).parents[3]


@dataclass
class Running:
    """A served probe."""

    process: subprocess.Popen[str]
    address: str
    journal: Path
    log: list[dict[str, Any]]

    def notes(self) -> list[str]:
        return self.journal.read_text(encoding="utf-8").split("\n")[:-1] if self.journal.exists() else []

    def events(self, name: str) -> list[dict[str, Any]]:
        return [line for line in self.log if line["event"] == name]

    def fresh_call(self, action: str) -> str:
        """A call on a connection of its own, so that any worker may take it."""
        client = Client(self.address)
        try:
            return client.act(action)
        finally:
            client.channel.close()

    def workers(self) -> set[int]:
        return {int(self.fresh_call("pid")) for _ in range(24)}

    def stop(self, number: int = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        return self.process.wait(40)


def environment(folder: Path, **settings: object) -> dict[str, str]:
    own = {f"LEADLIGHT_PROBE_{name.upper()}": str(value) for name, value in settings.items()}
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("LEADLIGHT_", "OTEL_"))}
    return {
        **kept,
        "PYTHONPATH": str(ROOT),
        "LEADLIGHT_PROBE_LISTEN": "127.0.0.1:0",
        "LEADLIGHT_PROBE_DATA_DIR": str(folder / "data"),
        "LEADLIGHT_PROBE_JOURNAL": str(folder / "journal"),
        "LEADLIGHT_PROBE_DRAIN_TIMEOUT_S": "5",
        **own,
    }


@contextmanager
def served(folder: Path, **settings: object) -> Iterator[Running]:
    process = subprocess.Popen(
        [sys.executable, probe.__file__],
        env=environment(folder, **settings),
        stderr=subprocess.PIPE,
        text=True,
    )
    log: list[dict[str, Any]] = []
    address = threading.Event()

    def read() -> None:
        assert process.stderr is not None
        for line in process.stderr:
            log.append(json.loads(line) if line.startswith("{") else {"event": "text", "text": line})
            if log[-1]["event"] == "serving":
                address.set()

    reader = threading.Thread(target=read)
    reader.start()
    try:
        assert address.wait(60), log
        where = next(line["address"] for line in log if line["event"] == "serving")
        yield Running(process, where, folder / "journal", log)
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait(40)
        reader.join()
        assert process.stderr is not None
        process.stderr.close()


def failing_start(folder: Path, **settings: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, probe.__file__],
        env=environment(folder, **settings),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def eventually(condition: Callable[[], bool], timeout_s: float = 30.0) -> None:
    deadline = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline, "it did not come about in time"
        time.sleep(0.05)


def test_workers_share_one_port_and_a_killed_one_is_replaced(tmp_path: Path) -> None:
    with served(tmp_path, workers=2) as running:
        before = running.workers()
        assert len(before) == 2
        os.kill(min(before), signal.SIGKILL)
        eventually(lambda: len(running.events("process_died")) == 1)
        eventually(lambda: running.notes().count("warm") == 3)
        eventually(lambda: len(running.workers() - before) == 1)
        died = running.events("process_died")[0]
        assert died["exit_code"] == -signal.SIGKILL
        assert died["process"].startswith("probe-worker-")


def test_the_runner_is_a_process_of_its_own_and_is_replaced_too(tmp_path: Path) -> None:
    def runners(running: Running) -> list[int]:
        return [int(note.split()[2]) for note in running.notes() if note.startswith("runner is ")]

    with served(tmp_path, workers=1) as running:
        eventually(lambda: len(runners(running)) == 1)
        first = runners(running)[0]
        assert first not in running.workers()
        os.kill(first, signal.SIGKILL)
        eventually(lambda: len(runners(running)) == 2)
        assert running.stop() == 0
    assert running.notes().count("runner stopped") == 1


def test_there_are_as_many_runners_as_the_settings_say(tmp_path: Path) -> None:
    with served(tmp_path, workers=1, runners=2) as running:
        eventually(lambda: sum(note.startswith("runner is ") for note in running.notes()) == 2)
        assert running.stop() == 0
    assert running.notes().count("runner stopped") == 2


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_stop_lets_calls_finish_then_closes_in_order(tmp_path: Path, number: int) -> None:
    with served(tmp_path, workers=1) as running:
        client = Client(running.address)
        assert client.act()
        under_way = client.begin("sleep:4")
        time.sleep(2)
        begun = time.monotonic()
        assert running.stop(number) == 0
        assert under_way.result().text
        assert time.monotonic() - begun < 20
    ends = [note for note in running.notes() if "closed" in note]
    assert ends == ["pools closed", "database closed"]
    with socket.socket() as free:
        host, port = running.address.split(":")
        free.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        free.bind((host, int(port)))


def test_a_call_that_outlasts_the_drain_time_is_cancelled(tmp_path: Path) -> None:
    with served(tmp_path, workers=1, drain_timeout_s=0.5) as running:
        call = Client(running.address).begin("until-left")
        time.sleep(0.5)
        assert running.stop() == 0
        assert call.code() in {grpc.StatusCode.CANCELLED, grpc.StatusCode.UNAVAILABLE}
    assert "database closed" in running.notes()


def test_workers_end_when_their_parent_is_killed(tmp_path: Path) -> None:
    with served(tmp_path, workers=1) as running:
        children = psutil.Process(running.process.pid).children(recursive=True)
        assert len(children) >= 2
        running.process.kill()
        _, alive = psutil.wait_procs(children, timeout=30)
        assert alive == []
    assert "database closed" in running.notes()
    assert "runner stopped" in running.notes()


def _answers(running: Running) -> bool:
    try:
        running.fresh_call("pid")
    except grpc.RpcError:
        return False
    return True


def test_no_worker_outlives_a_killed_fork_server_beside_its_successor(tmp_path: Path) -> None:
    with served(tmp_path, workers=1) as running:
        parent = psutil.Process(running.process.pid)
        (fork_server,) = (each for each in parent.children() if "forkserver" in " ".join(each.cmdline()))
        before = fork_server.children()
        assert len(before) == 2
        fork_server.kill()
        _, alive = psutil.wait_procs(before, timeout=30)
        assert alive == []
        eventually(lambda: len(parent.children(recursive=True)) == len(before) + 2)
        eventually(lambda: _answers(running))
        assert running.fresh_call("pid") not in {str(each.pid) for each in before}
        assert running.stop() == 0


def test_a_worker_that_cannot_start_ends_the_service_with_one_line(tmp_path: Path) -> None:
    done = failing_start(tmp_path, workers=2, fail_with="no model store at all")
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == "leadlight probe: no model store at all"
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("option", [None, socket.SO_REUSEPORT])
def test_a_port_in_use_is_found_out_even_if_its_user_would_share(tmp_path: Path, option: int | None) -> None:
    with socket.socket() as taken:
        if option is not None:
            taken.setsockopt(socket.SOL_SOCKET, option, 1)
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        done = failing_start(tmp_path, listen=address)
    assert done.returncode == 1
    assert done.stderr.splitlines() == [
        f"leadlight probe: listen={address} cannot be taken: address already in use; "
        "stop what uses it or choose another port"
    ]


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"listen": "0.0.0.0:0"}, "without TLS"),
        ({"listen": "[::]:0"}, "without TLS"),
        ({"auth": "jwt", "jwt_secret": "short"}, "at least 32"),
        ({"auth": "jwt"}, "jwt_secret or jwt_jwks"),
        ({"threads": "many"}, "LEADLIGHT_PROBE_THREADS"),
        ({"auth": "jwt", "jwt_jwks": "/nowhere.json"}, "not a readable JWKS file"),
    ],
)
def test_unsafe_or_unusable_settings_end_in_one_line(
    tmp_path: Path, settings: dict[str, object], words: str
) -> None:
    done = failing_start(tmp_path, workers=1, **settings)
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    assert words in done.stderr


def test_logs_name_the_call_and_never_its_content(tmp_path: Path) -> None:
    with served(tmp_path, workers=1, access_log="all") as running:
        client = Client(running.address)
        with pytest.raises(grpc.RpcError):
            client.act("crash:Ida Holm", metadata=[("x-request-id", "r9")])
        client.act("", metadata=[("x-request-id", "r10")])
        eventually(lambda: len(running.events("call")) == 2)
    crash = running.events("call_crashed")[0]
    assert crash["exception"] == ["builtins.RuntimeError"]
    assert any("probe.py" in frame and frame.endswith(" act") for frame in crash["stack"])
    failed, fine = running.events("call")
    assert failed["method"] == fine["method"] == "leadlight.probe.v1.ProbeService/Act"
    assert (failed["code"], failed["reason"], failed["request_id"]) == ("INTERNAL", "INTERNAL_ERROR", "r9")
    assert (fine["code"], fine["request_id"], fine["level"]) == ("OK", "r10", "info")
    assert fine["duration_ms"] >= 0
    assert "Ida" not in json.dumps(running.log)


def test_one_metrics_page_adds_up_all_workers_and_outlives_their_deaths(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        page = f"127.0.0.1:{free.getsockname()[1]}"

    def started() -> float:
        with urllib.request.urlopen(f"http://{page}/metrics", timeout=5) as answer:
            lines = answer.read().decode().splitlines()
        return sum(
            float(line.split()[-1])
            for line in lines
            if line.startswith("grpc_server_started_total") and 'grpc_method="Act"' in line
        )

    with served(tmp_path, workers=2, metrics=page) as running:
        pids = Counter(int(running.fresh_call("pid")) for _ in range(20))
        assert len(pids) == 2
        assert started() == 20
        os.kill(min(pids), signal.SIGKILL)
        eventually(lambda: running.notes().count("warm") == 3)
        assert started() == 20
        running.fresh_call("")
        assert started() == 21


def test_the_console_format_is_for_people(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, probe.__file__],
        env=environment(tmp_path, workers=1, log_format="console"),
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    line = process.stderr.readline()
    process.terminate()
    process.communicate(timeout=40)
    assert "serving" in line
    assert "address=127.0.0.1:" in line
    assert not line.startswith("{")


def test_many_callers_are_served_while_workers_are_killed(tmp_path: Path) -> None:
    """Calls on a killed worker fail as UNAVAILABLE, nothing hangs, nothing else fails."""
    with served(tmp_path, workers=2) as running:

        def call(_: int) -> str:
            try:
                return running.fresh_call("sleep:0.01") and "ok"
            except grpc.RpcError as error:
                return str(error.code().name)

        with ThreadPoolExecutor(4) as callers:
            answers = callers.map(call, range(120))
            os.kill(int(running.fresh_call("pid")), signal.SIGKILL)
            codes = Counter(answers)
        assert set(codes) <= {"ok", "UNAVAILABLE"}
        assert codes["ok"] > 60
