"""The supervisor against a small real service: start, find, restart, stop, and the ways it goes wrong."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from services.common.run_file import RunFile, SuiteRunningError
from services.common.supervisor import Ports, Service, Supervisor, SupervisorError

HERE = Path(__file__).parent
ECHO = Service("echo", "health_service", 50999)


@pytest.fixture(autouse=True)
def _importable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(HERE))


def supervisor(data_dir: Path, behaviour: str = "", **options: object) -> Supervisor:
    return Supervisor(
        data_dir,
        services=(ECHO,),
        ports=Ports.FREE,
        environment={"TEST_BEHAVIOUR": behaviour},
        **options,  # type: ignore[arg-type]
    )


def eventually(condition: Callable[[], bool], timeout_s: float = 15.0) -> None:
    deadline = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline, "it did not come about in time"
        time.sleep(0.05)


def is_gone(pid: int) -> bool:
    return not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE


def test_a_started_suite_is_found_by_its_data_folder_and_gone_after_stop(tmp_path: Path) -> None:
    with supervisor(tmp_path) as suite:
        running = RunFile(tmp_path).read()
        assert running is not None
        assert running.supervisor_pid == os.getpid()
        assert running.services["echo"].address == suite.addresses["echo"]
        pid = running.services["echo"].pid
        assert psutil.pid_exists(pid)
    assert is_gone(pid)
    assert RunFile(tmp_path).read() is None
    log = (tmp_path / "logs" / "echo.log").read_text()
    assert log.splitlines() == ["ready to answer", "stopped in order"]


def test_the_data_folder_is_its_owners_alone(tmp_path: Path) -> None:
    with supervisor(tmp_path / "new" / "data"):
        assert (tmp_path / "new" / "data").stat().st_mode & 0o777 == 0o700


def test_one_suite_per_data_folder(tmp_path: Path) -> None:
    with supervisor(tmp_path), pytest.raises(SuiteRunningError), supervisor(tmp_path):
        pass
    with supervisor(tmp_path):
        pass


def test_the_file_of_a_dead_suite_is_recognised_and_replaced(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "suite.lock").touch()
    (tmp_path / "run" / "suite.json").write_text('{"version": "0", "supervisor_pid": 1, "services": {}}')
    assert RunFile(tmp_path).read() is None
    with supervisor(tmp_path):
        running = RunFile(tmp_path).read()
        assert running is not None
        assert list(running.services) == ["echo"]


def test_a_killed_service_is_started_again_at_the_same_address(tmp_path: Path) -> None:
    script = f"""
import sys
from pathlib import Path
from services.common.supervisor import Ports, Service, Supervisor
services = (Service("echo", "health_service", 0),)
suite = Supervisor(Path({str(tmp_path)!r}), services=services, ports=Ports.FREE,
                   say=lambda line: print(line, flush=True))
with suite:
    print("up", flush=True)
    try:
        suite.watch()
    except KeyboardInterrupt:
        pass
"""
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "up\n"
        before = RunFile(tmp_path).read()
        assert before is not None
        os.kill(before.services["echo"].pid, signal.SIGKILL)
        assert process.stdout.readline() == "echo ended (signal SIGKILL), starting it again in 1 s\n"

        def is_back() -> bool:
            now = RunFile(tmp_path).read()
            return now is not None and now.services["echo"].pid != before.services["echo"].pid

        eventually(is_back)
        after = RunFile(tmp_path).read()
        assert after is not None
        assert after.services["echo"].address == before.services["echo"].address
        process.send_signal(signal.SIGINT)
        process.wait(15)
    assert is_gone(after.services["echo"].pid)


def test_services_do_not_outlive_a_killed_supervisor(tmp_path: Path) -> None:
    script = f"""
import time
from pathlib import Path
from services.common.supervisor import Ports, Service, Supervisor
with Supervisor(Path({str(tmp_path)!r}), services=(Service("echo", "health_service", 0),), ports=Ports.FREE):
    print("up", flush=True)
    time.sleep(60)
"""
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "up\n"
        running = RunFile(tmp_path).read()
        assert running is not None
        process.kill()
        process.wait()
    eventually(lambda: is_gone(running.services["echo"].pid))
    assert RunFile(tmp_path).read() is None


def test_a_service_that_ends_at_its_start_is_quoted(tmp_path: Path) -> None:
    with pytest.raises(SupervisorError, match="cannot open the database"), supervisor(tmp_path, "ends"):
        pass
    assert not RunFile(tmp_path).is_held()


def test_a_service_that_never_serves_is_given_up(tmp_path: Path) -> None:
    with (
        pytest.raises(SupervisorError, match="not ready after 2 s"),
        supervisor(tmp_path, "silent", start_timeout_s=2.0),
    ):
        pass


def test_a_service_that_ignores_sigterm_is_killed(tmp_path: Path) -> None:
    said: list[str] = []
    with supervisor(tmp_path, "stubborn", stop_timeout_s=0.5, say=said.append):
        running = RunFile(tmp_path).read()
        assert running is not None
        pid = running.services["echo"].pid
    assert is_gone(pid)
    assert said == ["echo did not stop within 0.5 s: killed"]


def test_a_taken_port_is_named_with_the_way_out(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        suite = Supervisor(tmp_path, services=(Service("echo", "health_service", port),))
        with pytest.raises(SupervisorError, match=f"port {port} .* LEADLIGHT_ECHO_LISTEN"), suite:
            pass


def test_the_variables_that_open_a_listener_are_kept_from_the_loopback_suite(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LEADLIGHT_AUTH", "jwt")
    monkeypatch.setenv("LEADLIGHT_ECHO_TLS_CERT", "cert.pem")
    monkeypatch.setenv("LEADLIGHT_ECHO_WORKERS", "3")
    with supervisor(tmp_path):
        running = RunFile(tmp_path).read()
        assert running is not None
        environment = psutil.Process(running.services["echo"].pid).environ()
    assert "LEADLIGHT_AUTH" not in environment
    assert "LEADLIGHT_ECHO_TLS_CERT" not in environment
    assert environment["LEADLIGHT_ECHO_WORKERS"] == "3"
