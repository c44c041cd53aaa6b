"""Addresses, host:port; apart from the settings, so that a command need not load what reads those."""

import ipaddress


def split_address(address: str) -> tuple[str, int]:
    """Host and port of `host:port`; an IPv6 host stands in brackets, `[::1]:50051`.

    Raises:
        ValueError: If it is not of that form.
    """
    host, separator, port = address.rpartition(":")
    bare = host.removeprefix("[").removesuffix("]")
    if not separator or not bare or not port.isdecimal() or int(port) > 65_535:
        raise ValueError(f"{address!r} is not host:port, such as 127.0.0.1:50051")
    return bare, int(port)


def is_loopback(address: str) -> bool:
    """Whether only this machine can reach `host:port`."""
    host, _ = split_address(address)
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
