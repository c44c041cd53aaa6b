"""From an address to a channel: the suite's limits, retries, deadlines, token and TLS."""

import ipaddress
import json
from functools import cache
from pathlib import Path
from typing import Any

import grpc

from leadlight_client.calls import Caller, Token
from leadlight_client.client import Leadlight
from leadlight_client.configs import service_configs

_MAX_MESSAGE_BYTES = 256 * 1024 * 1024
# gRPC's own longest pause between attempts to reconnect is two minutes: too long for a service that was restarted.
_LONGEST_RECONNECT_MS = 5_000
_DEADLINE_S = 30.0


def connect(
    address: str,
    *,
    token: Token = "",
    tls: bool | None = None,
    ca: Path | None = None,
    cert: Path | None = None,
    key: Path | None = None,
    deadline_s: float | None = _DEADLINE_S,
) -> Leadlight:
    """Leadlight at an address; close it, or use it in a `with`. It connects at the first call.

    Args:
        address: host:port of the gateway, or of one service.
        token: Bearer token, or a function that returns the one of now, asked before each call; empty for none.
        tls: Whether to speak TLS. Default: everywhere but on loopback, and there with `ca` or `cert`.
        ca: PEM roots to trust instead of the system's.
        cert: PEM client certificate, for mTLS.
        key: PEM private key of `cert`.
        deadline_s: Longest time of a unary call, in seconds, where neither the call (`timeout=`) nor the service's
            own config sets one; None for no limit but the call's. Streams have none unless the call sets it.

    Raises:
        ValueError: If `cert` comes without `key`, or a token would cross the network readable.
        OSError: If a file cannot be read.
    """
    return Leadlight(
        open_channel(address, token=token, tls=tls, ca=ca, cert=cert, key=key, deadline_s=deadline_s)
    )


def open_channel(
    address: str,
    *,
    token: Token = "",
    tls: bool | None = None,
    ca: Path | None = None,
    cert: Path | None = None,
    key: Path | None = None,
    deadline_s: float | None = _DEADLINE_S,
) -> grpc.Channel:
    """The channel of `connect` alone, for stubs that are made elsewhere."""
    if (cert is None) != (key is None):
        raise ValueError("cert and key come together")
    local = _is_loopback(address)
    encrypted = tls if tls is not None else bool(ca or cert or not local)
    if token and not encrypted and not local:
        raise ValueError(f"the token would cross the network readable: reach {address} over TLS")
    config, deadlines_s = _service_config()
    options = [
        ("grpc.max_receive_message_length", _MAX_MESSAGE_BYTES),
        ("grpc.max_send_message_length", _MAX_MESSAGE_BYTES),
        ("grpc.max_reconnect_backoff_ms", _LONGEST_RECONNECT_MS),
        ("grpc.service_config", config),
    ]
    if encrypted:
        roots, private_key, chain = (path.read_bytes() if path else None for path in (ca, key, cert))
        credentials = grpc.ssl_channel_credentials(roots, private_key, chain)
        channel = grpc.secure_channel(address, credentials, options)
    else:
        channel = grpc.insecure_channel(address, options)
    return grpc.intercept_channel(
        channel, Caller(token, deadline_s, deadlines_s if deadline_s is not None else {})
    )


@cache
def _service_config() -> tuple[str, dict[str, float]]:
    """The service configs of all services as one, and the seconds that they give methods, by path.

    gRPC does not get the timeouts: it measures them by the clock of the day, so that every call would end at once
    when that was set back. A method that several services serve keeps what the first of them says: gRPC wants each
    name once.
    """
    merged: dict[str, Any] = {"methodConfig": []}
    seen: set[str] = set()
    deadlines_s: dict[str, float] = {}
    for packaged in service_configs().values():
        config = json.loads(packaged.read_text(encoding="utf-8"))
        merged["loadBalancingConfig"] = config["loadBalancingConfig"]
        for methods in config["methodConfig"]:
            paths = {f"/{name['service']}/{name['method']}": name for name in methods["name"]}
            own = {path: name for path, name in paths.items() if path not in seen}
            timeout = methods.pop("timeout", None)
            if own:
                merged["methodConfig"].append(methods | {"name": list(own.values())})
            if timeout is not None:
                deadlines_s |= dict.fromkeys(own, float(timeout.removesuffix("s")))
            seen |= own.keys()
    return json.dumps(merged), deadlines_s


def _is_loopback(address: str) -> bool:
    """Whether only this machine can reach `address`."""
    if address.startswith("unix:"):
        return True
    host = address.removeprefix("dns:///").rpartition(":")[0].strip("[]")
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
