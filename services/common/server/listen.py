"""The port all workers share, taken by the parent before there are workers.

Workers bind with SO_REUSEPORT, so they would also silently join a stranger who did the same.
The parent therefore looks first whether the address is free, then holds it without listening.
"""

import socket
from dataclasses import dataclass

from services.common.addresses import split_address
from services.common.settings import SettingsError


@dataclass(frozen=True)
class ReservedAddress:
    """An address held for the workers.

    Attributes:
        address: Numeric `host:port` that workers bind; the port is never 0.
        held: Bound without listening, so that no call ever lands on it; close it at the end.
    """

    address: str
    held: socket.socket


def reserve(listen: str, *, name: str = "listen") -> ReservedAddress:
    """Holds an address (port 0 takes a free one).

    Args:
        listen: host:port.
        name: The setting it comes from, for the error.

    Raises:
        SettingsError: If it is in use or not an address of this machine.
    """
    host, port = split_address(listen)
    try:
        family, _, _, _, target = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(target)
        held = socket.socket(family, socket.SOCK_STREAM)
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        held.bind(target)
    except OSError as error:
        raise SettingsError(
            f"{name}={listen} cannot be taken: {(error.strerror or str(error)).lower()}"
            "; stop what uses it or choose another port"
        ) from None
    bound_host, bound_port = held.getsockname()[:2]
    shown = f"[{bound_host}]" if family == socket.AF_INET6 else bound_host
    return ReservedAddress(f"{shown}:{bound_port}", held)
