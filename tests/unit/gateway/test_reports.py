"""Reports of erasures: one key for all workers, and signatures that anybody can check."""

import stat
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from services.common.settings import SettingsError
from services.gateway.reports import ReportKey, subject_digest
from services.gateway.store import Erasure

NOW = datetime(2026, 3, 2, tzinfo=UTC)
ERASURE = Erasure("e1", None, {"notes": {"erased": {}}}, "ada", "digest", NOW, NOW)


def test_workers_that_start_together_have_one_key(tmp_path: Path) -> None:
    path = tmp_path / "gateway" / "report_key.pem"
    with ThreadPoolExecutor(8) as pool:
        keys: Sequence[ReportKey] = list(pool.map(lambda _: ReportKey(path), range(16)))
    assert len({str(key.jwks()) for key in keys}) == 1
    assert [each.name for each in path.parent.iterdir()] == ["report_key.pem"]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_report_is_verified_with_the_published_key(tmp_path: Path) -> None:
    key = ReportKey(tmp_path / "key.pem")
    report = key.sign("acme", ERASURE)
    (public,) = key.jwks()["keys"]
    assert "d" not in public
    assert jwt.get_unverified_header(report)["kid"] == public["kid"]
    claims = jwt.decode(report, jwt.PyJWK(public), ["EdDSA"], issuer="leadlight.gateway")
    assert (claims["sub"], claims["tenant"], claims["services"]) == (
        "erasures/e1",
        "acme",
        {"notes": {"erased": {}}},
    )
    (other,) = ReportKey(tmp_path / "other.pem").jwks()["keys"]
    with pytest.raises(jwt.InvalidSignatureError):
        jwt.decode(report, jwt.PyJWK(other), ["EdDSA"])


@pytest.mark.parametrize("content", [b"no key", b""])
def test_a_file_that_is_no_key_stops_the_start(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "key.pem"
    path.write_bytes(content)
    with pytest.raises(SettingsError, match="not a readable PEM"):
        ReportKey(path)


def test_another_kind_of_key_stops_the_start(tmp_path: Path) -> None:
    path = tmp_path / "key.pem"
    key = ec.generate_private_key(ec.SECP256R1())
    path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    with pytest.raises(SettingsError, match="no Ed25519 key"):
        ReportKey(path)


def test_the_digest_is_of_the_person_and_the_erasure() -> None:
    person = {"emails": ["kim@customer.example"]}
    assert subject_digest("e1", person) == subject_digest("e1", dict(person))
    assert len({subject_digest("e1", person), subject_digest("e2", person), subject_digest("e1", {})}) == 3
