"""TLS, mTLS and renewed certificates, with certificates made on the spot."""

import os
import time
from pathlib import Path
from typing import Any

import grpc
import pytest

from services.common.settings import SettingsError
from tests.certificates import Pair, certificate
from tests.integration.server.clients import Client, serving

CA = certificate("test root")
OTHER_CA = certificate("other root")


def files(folder: Path, pair: Pair) -> dict[str, Any]:
    cert, key = folder / "cert.pem", folder / "key.pem"
    key.write_bytes(pair.key_pem)
    cert.write_bytes(pair.cert_pem)
    return {"tls_cert": cert, "tls_key": key}


def trusting(ca: Pair, own: Pair | None = None) -> grpc.ChannelCredentials:
    return grpc.ssl_channel_credentials(
        ca.cert_pem, own.key_pem if own else None, own.cert_pem if own else None
    )


def refused(client: Client) -> grpc.StatusCode:
    with pytest.raises(grpc.RpcError) as info:
        client.act(timeout=5)
    code: grpc.StatusCode = info.value.code()
    return code


def test_tls_serves_who_trusts_its_root_and_nobody_else(tmp_path: Path) -> None:
    with serving(**files(tmp_path, certificate("localhost", CA))) as (address, _):
        assert Client(address, trusting(CA)).act()
        assert refused(Client(address, trusting(OTHER_CA))) is grpc.StatusCode.UNAVAILABLE
        assert refused(Client(address)) is grpc.StatusCode.UNAVAILABLE


def test_mtls_serves_only_clients_with_a_certificate_of_its_root(tmp_path: Path) -> None:
    roots = tmp_path / "roots.pem"
    roots.write_bytes(CA.cert_pem)
    with serving(tls_client_ca=roots, **files(tmp_path, certificate("localhost", CA))) as (address, _):
        assert Client(address, trusting(CA, certificate("crm", CA))).act()
        assert refused(Client(address, trusting(CA))) is grpc.StatusCode.UNAVAILABLE
        assert refused(Client(address, trusting(CA, certificate("crm", OTHER_CA)))) is (
            grpc.StatusCode.UNAVAILABLE
        )


def test_a_renewed_certificate_is_used_for_new_connections_without_restart(tmp_path: Path) -> None:
    with serving(**files(tmp_path, certificate("localhost", CA))) as (address, _):
        old = Client(address, trusting(CA))
        assert old.act()
        files(tmp_path, certificate("localhost", OTHER_CA))
        assert Client(address, trusting(OTHER_CA)).act()
        assert refused(Client(address, trusting(CA))) is grpc.StatusCode.UNAVAILABLE
        assert old.act(), "a connection that stands is left alone"


def test_a_half_written_renewal_leaves_the_old_certificate_in_force(tmp_path: Path) -> None:
    with serving(**files(tmp_path, certificate("localhost", CA))) as (address, _):
        (tmp_path / "key.pem").write_bytes(certificate("localhost", CA).key_pem)
        os.utime(tmp_path / "key.pem", (time.time() + 5, time.time() + 5))
        assert Client(address, trusting(CA)).act()


def test_a_key_that_does_not_fit_keeps_the_server_from_starting(tmp_path: Path) -> None:
    settings = files(tmp_path, certificate("localhost", CA))
    settings["tls_key"].write_bytes(certificate("localhost", CA).key_pem)
    with pytest.raises(SettingsError, match="tls_cert"), serving(**settings):
        pass
