"""`leadlight up`, `down` and `status`: the suite on this machine."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from grpc_health.v1 import health_pb2, health_pb2_grpc
from leadlight_client import CallError

from clients.cli import output
from clients.cli.connection import GATEWAY, Target, open_channel
from clients.cli.failures import CommandError
from services.common.run_file import RunFile, RunningSuite, SuiteRunningError
from services.common.supervisor import SUITE, Supervisor, SupervisorError

_START_TIMEOUT_S = 180.0  # the supervisor gives up before and says why
_STOP_TIMEOUT_S = 60.0
_POLL_S = 0.1
_HEALTH_TIMEOUT_S = 3.0


def up(
    context: typer.Context,
    detach: Annotated[
        bool, typer.Option("--detach", "-d", help="Return once everything serves; `leadlight down` stops it.")
    ] = False,
    logs: Annotated[bool, typer.Option("--logs", help="Show the services' logs here as well.")] = False,
) -> None:
    """Start every service on this machine and keep it alive until Ctrl-C.

    Services listen on loopback for one local tenant and keep data and logs in the data folder.
    To serve others, with TLS and tokens, start `python -m services.scoring` and `python -m services.notes` with
    their own settings.

    Examples:
        leadlight up

        leadlight up --detach --data-dir ./data
    """
    target: Target = context.obj
    if detach:
        print_addresses(start_detached(target))
        output.say("The suite runs in the background; `leadlight down` stops it.")
        return
    _on_termination_stop()
    supervisor = Supervisor(
        target.data_dir,
        say=output.note,
        echo=(lambda service, line: output.say(f"{service} | {line}")) if logs else None,
    )
    try:
        with supervisor:
            print_addresses(_published(target))
            output.say("Ctrl-C stops the suite.")
            try:
                supervisor.watch()
            except KeyboardInterrupt:
                output.say("Stopping.")
    except SuiteRunningError:
        raise CommandError(
            f"a suite or another command already uses {target.data_dir}: "
            "`leadlight down` stops a suite, --data-dir chooses another folder"
        ) from None
    except SupervisorError as error:
        raise CommandError(str(error)) from None
    except OSError as error:
        raise CommandError(f"{target.data_dir} cannot be used: {error.strerror}") from None


def down(context: typer.Context) -> None:
    """Stop the suite that runs in the data folder."""
    target: Target = context.obj
    if stop_suite(target):
        output.say("The suite has stopped.")
    else:
        output.say(f"No suite runs in {target.data_dir}.")


def status(
    context: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON value for programs.")] = False,
) -> None:
    """Show the health of every service; exit code 1 if one does not serve, or none runs."""
    target: Target = context.obj
    services: list[dict[str, object]]
    if target.address:
        services = [
            {"name": name, "address": target.address, "status": state} for name, state in _behind(target)
        ]
        version = ""
    else:
        suite = RunFile(target.data_dir).read()
        if suite is None:
            if as_json:
                output.print_json({"data_dir": str(target.data_dir), "version": "", "services": []})
            raise CommandError(f"no suite runs in {target.data_dir}: start one with `leadlight up`")
        version = suite.version
        services = [
            {
                "name": name,
                "address": service.address,
                "pid": service.pid,
                "status": _health(target, service.address),
            }
            for name, service in suite.services.items()
        ]
    if as_json:
        output.print_json({"data_dir": str(target.data_dir), "version": version, "services": services})
    else:
        rows = [(str(each["name"]), str(each["address"]), str(each["status"])) for each in services]
        output.print_table("", ("service", "address", "status"), rows)
    if any(each["status"] != "SERVING" for each in services):
        raise typer.Exit(1)


def start_detached(target: Target) -> RunningSuite:
    """Starts the suite in the background and returns once every service serves.

    Raises:
        CommandError: If it does not come up.
    """
    log = target.data_dir / "logs" / "suite.log"
    try:
        target.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        log.parent.mkdir(exist_ok=True)
        with log.open("wb") as sink:
            process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
                [sys.executable, "-m", "clients.cli", "up", "--data-dir", str(target.data_dir.absolute())],
                stdin=subprocess.DEVNULL,
                stdout=sink,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
    except OSError as error:
        raise CommandError(f"{target.data_dir} cannot be used: {error.strerror}") from None
    try:
        return _await_suite(target, process, log)
    except BaseException:
        process.terminate()
        raise


def _await_suite(target: Target, process: subprocess.Popen[bytes], log: Path) -> RunningSuite:
    deadline = time.monotonic() + _START_TIMEOUT_S
    while (suite := RunFile(target.data_dir).read()) is None or suite.supervisor_pid != process.pid:
        if process.poll() is not None:
            lines = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
            raise CommandError((lines or ["the suite did not start"])[-1].removeprefix("error: "))
        if time.monotonic() > deadline:
            raise CommandError(f"the suite was not up after {_START_TIMEOUT_S:.0f} s (log: {log})")
        time.sleep(_POLL_S)
    return suite


def stop_suite(target: Target) -> bool:
    """Stops the suite of the data folder and waits for its end; False if none runs.

    Raises:
        CommandError: If it does not end.
    """
    run_file = RunFile(target.data_dir)
    suite = run_file.read()
    if suite is None:
        return False
    os.kill(suite.supervisor_pid, signal.SIGTERM)
    deadline = time.monotonic() + _STOP_TIMEOUT_S
    while run_file.is_held():
        if time.monotonic() > deadline:
            raise CommandError(
                f"the suite (process {suite.supervisor_pid}) did not stop within {_STOP_TIMEOUT_S:.0f} s"
            )
        time.sleep(_POLL_S)
    return True


def print_addresses(suite: RunningSuite) -> None:
    """Where each service is found."""
    output.print_table(
        "", ("service", "address"), ((name, service.address) for name, service in suite.services.items())
    )
    for service in suite.services.values():
        if service.http_address:
            output.say(
                f"All of them: {service.address} (gRPC), http://{service.http_address} (JSON, and the dashboard)"
            )


def _published(target: Target) -> RunningSuite:
    suite = RunFile(target.data_dir).read()
    if suite is None:
        raise CommandError(f"the suite's file in {target.data_dir} is gone")
    return suite


def _behind(target: Target) -> list[tuple[str, str]]:
    """Health of what answers at the address, and of each service that it reaches if it is a gateway."""
    own = _health(target, target.address)
    found = {
        each.name: _health(target, target.address, of=_service_name(each.name))
        for each in SUITE
        if own == "SERVING" and each.name != GATEWAY
    }
    return [("", own), *((name, state) for name, state in found.items() if state != "NOT_FOUND")]


def _service_name(name: str) -> str:
    """The gRPC service that a service of the suite is known by, such as leadlight.notes.v1.NotesService."""
    return f"leadlight.{name}.v1.{name.capitalize()}Service"


def _health(target: Target, address: str, *, of: str = "") -> str:
    with open_channel(target, address) as channel:
        try:
            reply = health_pb2_grpc.HealthStub(channel).Check(
                health_pb2.HealthCheckRequest(service=of), timeout=_HEALTH_TIMEOUT_S
            )
        except CallError as error:
            return str(error.code().name)
    return str(health_pb2.HealthCheckResponse.ServingStatus.Name(reply.status))


def _on_termination_stop() -> None:
    """SIGTERM and a closed terminal stop the suite in order, as Ctrl-C does."""

    def interrupt(*_: object) -> NoReturn:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, interrupt)
    signal.signal(signal.SIGHUP, interrupt)
