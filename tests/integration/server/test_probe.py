"""The health check of a container, and the certificates that an installation makes for itself."""

from pathlib import Path
from typing import Any

import pytest
from cryptography import x509

from services.common import private_ca
from services.common.private_ca import make_certificates
from services.common.server.probe import is_serving, main
from services.common.settings import SettingsError, settings_type_of
from services.common.supervisor import SUITE
from tests.integration.server.clients import serving
from tests.integration.server.probe import ProbeSettings


def tls(folder: Path, name: str) -> dict[str, Any]:
    own = folder / name
    return {"tls_cert": own / "tls.crt", "tls_key": own / "tls.key"}


@pytest.mark.parametrize("asks_for_certificates", [False, True])
def test_a_service_behind_tls_is_asked_by_its_own_certificate(
    tmp_path: Path, asks_for_certificates: bool
) -> None:
    make_certificates(tmp_path, {"scoring": [], "notes": []})
    given = tls(tmp_path, "scoring")
    if asks_for_certificates:
        given["tls_client_ca"] = tmp_path / "scoring" / "ca.pem"
    with serving(**given) as (address, _):
        assert is_serving(ProbeSettings(listen=address, **given))
        # Another service that answers on the port is not this one.
        assert not is_serving(ProbeSettings(listen=address, **tls(tmp_path, "notes")), timeout_s=2)
    assert not is_serving(ProbeSettings(listen=address, **given), timeout_s=1)


def test_the_command_answers_by_its_exit_code(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with serving() as (address, _):
        monkeypatch.setenv("LEADLIGHT_SCORING_LISTEN", address)
        assert main(["scoring"]) == 0
    assert main(["nosuch"]) == 1
    assert "no service 'nosuch'" in capsys.readouterr().err


def test_every_service_is_found_by_its_name() -> None:
    assert {settings_type_of(each.name).service for each in SUITE} == {each.name for each in SUITE}
    with pytest.raises(SettingsError, match="no service 'nosuch'"):
        settings_type_of("nosuch")


def test_certificates_are_kept_while_they_are_good_and_cover_the_names(tmp_path: Path) -> None:
    def hosts() -> list[str]:
        certificate = x509.load_pem_x509_certificate((tmp_path / "gateway" / "tls.crt").read_bytes())
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        certificate.verify_directly_issued_by(
            x509.load_pem_x509_certificate((tmp_path / "ca.pem").read_bytes())
        )
        return sorted(str(name.value) for name in names)

    assert make_certificates(tmp_path, {"gateway": []})
    assert hosts() == ["gateway", "localhost"]
    assert (tmp_path / "gateway" / "tls.key").stat().st_mode & 0o777 == 0o600
    root = (tmp_path / "ca.pem").read_bytes()
    assert not make_certificates(tmp_path, {"gateway": []})
    assert (tmp_path / "ca.pem").read_bytes() == root
    private_ca.main([str(tmp_path), "gateway", "--also", "gateway=crm.example", "--also", "gateway=10.0.0.7"])
    assert hosts() == ["10.0.0.7", "crm.example", "gateway", "localhost"]
    assert (tmp_path / "ca.pem").read_bytes() != root
