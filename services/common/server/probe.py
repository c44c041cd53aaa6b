"""Asks a service on this machine whether it serves: the health check of its container.

    python -m services.common.server.probe scoring

reads the same variables as the service and exits with 0 if it answers SERVING. An orchestrator's own gRPC check
speaks no TLS; this one takes the service's certificate as it is on disk for the only root, whatever name it has.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import grpc
from cryptography import x509
from grpc_health.v1 import health_pb2, health_pb2_grpc

from services.common.addresses import split_address
from services.common.settings import ServiceSettings, SettingsError, load_settings, settings_type_of

_TIMEOUT_S = 5.0
_EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - compared with, not bound to


def is_serving(settings: ServiceSettings, timeout_s: float = _TIMEOUT_S) -> bool:
    """Whether the service with these settings answers SERVING in time.

    Args:
        settings: The service's own.
        timeout_s: Longest time to wait.

    Raises:
        OSError: A TLS file cannot be read.
        ValueError: The certificate is none, or names no host.
    """
    host, port = split_address(settings.listen)
    host = _EVERYWHERE.get(host, host)
    address = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    with _channel(settings, address) as channel:
        try:
            answer = health_pb2_grpc.HealthStub(channel).Check(
                health_pb2.HealthCheckRequest(), timeout=timeout_s, wait_for_ready=True
            )
        except grpc.RpcError:
            return False
    return bool(answer.status == health_pb2.HealthCheckResponse.SERVING)


def _channel(settings: ServiceSettings, address: str) -> grpc.Channel:
    if settings.tls_cert is None or settings.tls_key is None:
        return grpc.insecure_channel(address)
    chain = settings.tls_cert.read_bytes()
    shown = (settings.tls_key.read_bytes(), chain) if settings.tls_client_ca else (None, None)
    credentials = grpc.ssl_channel_credentials(chain, *shown)
    return grpc.secure_channel(
        address, credentials, [("grpc.ssl_target_name_override", _name_in(settings.tls_cert))]
    )


def _name_in(path: Path) -> str:
    certificate = x509.load_pem_x509_certificates(path.read_bytes())[0]
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        raise ValueError(f"{path} names no host") from None
    for name in names.get_values_for_type(x509.DNSName):
        return name.replace("*", "any")
    for address in names.get_values_for_type(x509.IPAddress):
        return str(address)
    raise ValueError(f"{path} names no host")


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line: exit code 0 if the service serves, 1 with a line that says why if not."""
    parser = argparse.ArgumentParser(description="Ask a service on this machine whether it serves.")
    parser.add_argument("service", help='the service, such as "scoring"')
    given = parser.parse_args(arguments)
    try:
        if is_serving(load_settings(settings_type_of(given.service))):
            return 0
        problem = "not serving"
    except (SettingsError, OSError, ValueError) as error:
        problem = str(error)
    sys.stderr.write(f"leadlight {given.service}: {problem}\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
