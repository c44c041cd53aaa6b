"""TLS and mTLS from files that may be renewed while the service runs."""

import ssl
from pathlib import Path
from typing import Any

import grpc
import structlog

from services.common.settings import ServiceSettings, SettingsError

_log = structlog.get_logger()


def make_credentials(settings: ServiceSettings) -> grpc.ServerCredentials | None:
    """The listener's credentials, None for plaintext (loopback only, the settings see to that).

    Raises:
        SettingsError: If the files cannot be read or don't belong together.
    """
    if settings.tls_cert is None or settings.tls_key is None:
        return None
    files = _CertificateFiles(settings.tls_cert, settings.tls_key, settings.tls_client_ca)
    try:
        first = files.load()
    except (OSError, ssl.SSLError) as error:
        raise SettingsError(
            f"tls_cert, tls_key or tls_client_ca cannot be used: {error.strerror or type(error).__name__}"
        ) from None
    # The type stubs forget that the fetcher may answer None, "no change".
    renewed: Any = files.renewed
    return grpc.dynamic_ssl_server_credentials(
        first, renewed, require_client_authentication=settings.tls_client_ca is not None
    )


class _CertificateFiles:
    """The files of one listener; read again when one of them changes."""

    def __init__(self, cert: Path, key: Path, client_ca: Path | None) -> None:
        self._cert, self._key, self._client_ca = cert, key, client_ca
        self._seen = self._versions()

    def _versions(self) -> tuple[int, ...]:
        files = [self._cert, self._key, *([self._client_ca] if self._client_ca else [])]
        return tuple(path.stat().st_mtime_ns for path in files)

    def load(self) -> grpc.ServerCertificateConfiguration:
        """Reads the files; raises when the key does not fit the certificate."""
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(self._cert, self._key)
        return grpc.ssl_server_certificate_configuration(
            [(self._key.read_bytes(), self._cert.read_bytes())],
            root_certificates=self._client_ca.read_bytes() if self._client_ca else None,
        )

    def renewed(self) -> grpc.ServerCertificateConfiguration | None:
        """What gRPC asks before each handshake: the new configuration, None if nothing changed.

        Files caught half-written leave the old certificate in force until the next handshake.
        """
        try:
            versions = self._versions()
            if versions == self._seen:
                return None
            configuration = self.load()
        except (OSError, ssl.SSLError):
            _log.warning("certificate_not_renewed", exc_info=True)
            return None
        self._seen = versions
        _log.info("certificate_renewed")
        return configuration
