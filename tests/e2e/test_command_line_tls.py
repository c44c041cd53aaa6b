"""The `leadlight` command against a service beyond loopback's rules: TLS, client certificates, tokens."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import jwt
import pytest

from tests.certificates import certificate
from tests.load.service import free_port

ROOT = Path(__file__).resolve().parents[2]
SECRET = "a secret of more than thirty-two bytes"

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]


@dataclass(frozen=True)
class Secured:
    """A scoring service that wants TLS, a client certificate and a token."""

    folder: Path
    address: str

    def run(self, *options: object, token: str = "") -> subprocess.CompletedProcess[str]:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("LEADLIGHT_")}
        return subprocess.run(
            [sys.executable, "-m", "clients.cli", *map(str, options), "scoring", "models", "--kind", "lead"],
            cwd=ROOT,
            env=environment | {"LEADLIGHT_ADDRESS": self.address, "LEADLIGHT_TOKEN": token, "NO_COLOR": "1"},
            capture_output=True,
            text=True,
            check=False,
        )

    @property
    def mtls(self) -> tuple[object, ...]:
        return (
            *("--ca", self.folder / "ca.pem"),
            *("--cert", self.folder / "client.pem", "--key", self.folder / "client.key"),
        )


def token(secret: str = SECRET) -> str:
    claims = {"sub": "ann", "tenant": "acme", "roles": ["manager"], "exp": int(time.time()) + 600}
    return jwt.encode(claims, secret, "HS256")


@pytest.fixture(scope="module")
def secured(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Secured]:
    folder = tmp_path_factory.mktemp("secured")
    ca, other = certificate("test root"), certificate("other root")
    (folder / "ca.pem").write_bytes(ca.cert_pem)
    (folder / "other.pem").write_bytes(other.cert_pem)
    for name in ("server", "client"):
        pair = certificate("localhost", ca)
        (folder / f"{name}.pem").write_bytes(pair.cert_pem)
        (folder / f"{name}.key").write_bytes(pair.key_pem)
    port = free_port()
    settings = {
        "DATA_DIR": folder / "data",
        "SCORING_LISTEN": f"127.0.0.1:{port}",
        "SCORING_WORKERS": 1,
        "TLS_CERT": folder / "server.pem",
        "TLS_KEY": folder / "server.key",
        "TLS_CLIENT_CA": folder / "ca.pem",
        "AUTH": "jwt",
        "JWT_SECRET": SECRET,
    }
    environment = os.environ | {f"LEADLIGHT_{name}": str(value) for name, value in settings.items()}
    with subprocess.Popen([sys.executable, "-m", "services.scoring"], cwd=ROOT, env=environment) as process:
        service = Secured(folder, f"localhost:{port}")
        try:
            deadline_s = time.monotonic() + 90
            while service.run(*service.mtls, token=token()).returncode:
                assert process.poll() is None
                assert time.monotonic() < deadline_s
                time.sleep(0.5)
            yield service
        finally:
            process.terminate()


def test_with_everything_it_wants(secured: Secured) -> None:
    done = secured.run(*secured.mtls, token=token())
    assert done.returncode == 0, done.stderr


def test_without_a_client_certificate(secured: Secured) -> None:
    done = secured.run("--ca", secured.folder / "ca.pem", token=token())
    assert done.returncode == 1
    assert len(done.stderr.strip().splitlines()) == 1


def test_with_roots_that_the_server_is_not_of(secured: Secured) -> None:
    done = secured.run("--ca", secured.folder / "other.pem", token=token())
    assert done.returncode == 1
    assert len(done.stderr.strip().splitlines()) == 1


def test_without_a_token_or_with_a_forged_one(secured: Secured) -> None:
    for given, said in (("", "token"), (token("another secret of more than 32 bytes!"), "token")):
        done = secured.run(*secured.mtls, token=given)
        assert done.returncode == 1
        assert said in done.stderr


def test_a_certificate_without_its_key_is_wrong_usage(secured: Secured) -> None:
    done = secured.run("--cert", secured.folder / "client.pem")
    assert done.returncode == 2
    assert "--cert and --key come together" in done.stderr
