"""Where the services are: at a given address, in the suite that runs, or started for this one command."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import grpc
import leadlight_client

from clients.cli import output
from clients.cli.failures import CommandError, UsageError
from services.common.addresses import is_loopback
from services.common.run_file import RunFile, SuiteRunningError

if TYPE_CHECKING:
    from services.common.supervisor import Supervisor

GATEWAY = "gateway"
_LOCK_PATIENCE_S = 1.0


@dataclass(frozen=True, slots=True)
class Target:
    """The options every command has.

    Attributes:
        data_dir: Data folder of the suite on this machine.
        address: host:port of a gateway or service that runs somewhere; empty to use this machine's suite.
        token: Bearer token; empty for none.
        tls: Whether to speak TLS; also switched on by `ca` and `cert`.
        ca: PEM roots to trust instead of the system's.
        cert: PEM client certificate, for mTLS.
        key: PEM private key of `cert`.
        embedded: Start what is needed for this command, and nothing else will do.
    """

    data_dir: Path
    address: str = ""
    token: str = ""
    tls: bool = False
    ca: Path | None = None
    cert: Path | None = None
    key: Path | None = None
    embedded: bool = False

    def check(self) -> None:
        """Refuses options that don't fit together.

        Raises:
            UsageError: If they don't.
        """
        if (self.cert is None) != (self.key is None):
            raise UsageError("--cert and --key come together")
        if not self.address:
            return
        if self.embedded:
            raise UsageError("--embedded starts its own service: leave out --address")
        try:
            local = is_loopback(self.address)
        except ValueError as error:
            raise UsageError(f"--address: {error}") from None
        if self.token and not local and not self.encrypted:
            raise UsageError(
                f"--token would cross the network readable: reach {self.address} with --tls or --ca"
            )

    @property
    def encrypted(self) -> bool:
        """Whether to speak TLS."""
        return self.tls or self.ca is not None or self.cert is not None


@contextmanager
def connect(target: Target, service: str, *beside: str) -> Iterator[grpc.Channel]:
    """A channel to a service of the suite, for one command.

    Args:
        target: The options every command has.
        service: Such as "scoring".
        *beside: Services that it asks in turn: they are started with it where no suite runs.

    Raises:
        CommandError: If the service cannot be started or found.
    """
    if target.address:
        with open_channel(target, target.address) as channel:
            yield channel
        return
    run_file = RunFile(target.data_dir)
    supervisor = None
    announced_wait = False
    while supervisor is None:
        running = run_file.read()
        if running is not None and service in running.services:
            if target.embedded:
                raise UsageError(
                    f"a suite runs in {target.data_dir}: leave out --embedded, or choose another --data-dir"
                )
            # The gateway where there is one: it limits, audits and answers for all services alike.
            found = running.services.get(GATEWAY, running.services[service])
            with open_channel(target, found.address) as channel:
                yield channel
            return
        supervisor = _start_embedded(target.data_dir, service, *beside)
        if supervisor is None and not announced_wait:
            output.note(f"another leadlight command uses {target.data_dir}; waiting for it to end")
            announced_wait = True
    try:
        with open_channel(target, supervisor.addresses[service]) as channel:
            yield channel
    finally:
        supervisor.stop()


def _start_embedded(data_dir: Path, *services: str) -> "Supervisor | None":
    """Services started for this command, the first for itself; None while another command uses the data folder."""
    from services.common.supervisor import SUITE, Ports, Supervisor, SupervisorError  # noqa: PLC0415 - seldom needed

    supervisor = Supervisor(
        data_dir,
        services=[each for each in SUITE if each.name in services],
        ports=Ports.FREE,
        environment={f"LEADLIGHT_{service.upper()}_WORKERS": "1" for service in services},
        lock_patience_s=_LOCK_PATIENCE_S,
        announced=False,
    )
    try:
        with output.progress_bar(f"starting {services[0]}"):
            return supervisor.__enter__()
    except SuiteRunningError:
        return None
    except SupervisorError as error:
        raise CommandError(str(error)) from None
    except OSError as error:
        raise CommandError(
            f"{data_dir} cannot be used: {error.strerror}; choose another --data-dir"
        ) from None


def open_channel(target: Target, address: str) -> grpc.Channel:
    """A channel with the suite's limits and retries and the caller's token; failed calls are `CallError`.

    Args:
        target: The options every command has.
        address: host:port.

    Raises:
        UsageError: If a certificate file cannot be read.
    """
    try:
        return leadlight_client.open_channel(
            address,
            token=target.token,
            tls=target.encrypted,
            ca=target.ca,
            cert=target.cert,
            key=target.key,
            deadline_s=None,  # a person waits as long as they like, and has Ctrl-C
        )
    except OSError as error:
        raise UsageError(f"{error.filename} cannot be read: {error.strerror}") from None
