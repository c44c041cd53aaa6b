"""Settings: where they come from, and what refuses to start."""

from pathlib import Path
from typing import ClassVar

import pytest
from pydantic_settings import SettingsConfigDict

from services.common.addresses import is_loopback, split_address
from services.common.settings import ServiceSettings, SettingsError, load_settings

SECRET = "s" * 32


class ThingSettings(ServiceSettings):
    model_config = SettingsConfigDict(env_prefix="LEADLIGHT_THING_")
    service: ClassVar[str] = "thing"
    listen: str = "127.0.0.1:50099"
    colour: str = "green"


def load(monkeypatch: pytest.MonkeyPatch, **variables: str) -> ThingSettings:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    return load_settings(ThingSettings)


def test_the_defaults_serve_one_machine_without_asking_for_anything(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = load(monkeypatch)
    assert settings.listen == "127.0.0.1:50099"
    assert settings.auth == "local"
    assert settings.workers >= 1
    assert settings.database_url == f"sqlite:///{settings.data_dir}/thing.db"
    assert settings.metrics is None


def test_a_services_own_variable_wins_over_the_suites(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = load(
        monkeypatch,
        LEADLIGHT_THREADS="2",
        LEADLIGHT_WORKERS="3",
        LEADLIGHT_THING_THREADS="8",
        LEADLIGHT_THING_COLOUR="blue",
    )
    assert (settings.threads, settings.workers, settings.colour) == (8, 3, "blue")


def test_the_database_file_stands_in_the_data_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    settings = load(monkeypatch, LEADLIGHT_DATA_DIR=str(tmp_path))
    assert settings.database_url == f"sqlite:///{tmp_path}/thing.db"


def test_every_field_says_what_it_is() -> None:
    undocumented = [name for name, field in ServiceSettings.model_fields.items() if not field.description]
    assert undocumented == []


GUARDED = {"tls_cert": Path("c"), "tls_key": Path("k")}
JWT = {"auth": "jwt", "jwt_secret": SECRET}


@pytest.mark.parametrize(
    ("given", "complaint"),
    [
        ({"listen": "0.0.0.0:1"}, "without TLS"),
        ({"listen": "[::]:1", **JWT}, "without TLS"),
        ({"listen": "crm.example.com:1", **JWT}, "without TLS"),
        ({"listen": "10.0.0.1:1", **GUARDED}, "auth=local lets everyone in"),
        ({"metrics": "0.0.0.0:1"}, "metrics=0.0.0.0:1 is reachable from other machines without TLS"),
        ({"auth": "jwt"}, "exactly one source of keys"),
        ({**JWT, "jwt_jwks": "keys.json"}, "exactly one source of keys"),
        ({"auth": "jwt", "jwt_secret": "s" * 31}, "jwt_secret has 31 bytes, at least 32 are needed"),
        ({"auth": "jwt", "jwt_jwks": "http://id.example.com/keys"}, "use https"),
        ({"tls_cert": Path("c")}, "tls_cert and tls_key come together"),
        ({"tls_client_ca": Path("c")}, "tls_client_ca needs TLS"),
        ({"listen": "50051"}, "is not host:port"),
        ({"listen": "127.0.0.1:70000"}, "is not host:port"),
        ({"workers": 0}, "greater than or equal to 1"),
        ({"access_log": "none"}, "Input should be 'all' or 'failed'"),
    ],
)
def test_what_is_unsafe_or_senseless_refuses_to_start(given: dict[str, object], complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        ThingSettings(**given)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "given",
    [
        {"listen": "0.0.0.0:1", **GUARDED, **JWT},
        {"listen": "localhost:1"},
        {"listen": "[::1]:1"},
        {"metrics": "0.0.0.0:9", **GUARDED},
        {"auth": "jwt", "jwt_jwks": "https://id.example.com/keys"},
        {"auth": "jwt", "jwt_jwks": "http://127.0.0.1:8080/keys"},
    ],
)
def test_what_is_safe_starts(given: dict[str, object]) -> None:
    ThingSettings(**given)  # type: ignore[arg-type]


def test_a_complaint_is_one_line_with_the_variable_and_without_the_secret(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with pytest.raises(SettingsError) as info:
        load(monkeypatch, LEADLIGHT_THING_JWT_SECRET="hunter2", LEADLIGHT_THING_THREADS="many")
    text = str(info.value)
    assert "LEADLIGHT_THING_THREADS" in text
    assert "hunter2" not in text
    assert "\n" not in text


def test_a_secret_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    assert SECRET not in repr(load(monkeypatch, LEADLIGHT_AUTH="jwt", LEADLIGHT_JWT_SECRET=SECRET))


@pytest.mark.parametrize(
    ("address", "host", "port", "loopback"),
    [
        ("127.0.0.1:50051", "127.0.0.1", 50051, True),
        ("127.8.8.8:1", "127.8.8.8", 1, True),
        ("[::1]:0", "::1", 0, True),
        ("localhost:1", "localhost", 1, True),
        ("localhost.example.com:1", "localhost.example.com", 1, False),
        ("10.0.0.1:1", "10.0.0.1", 1, False),
        ("[::]:1", "::", 1, False),
    ],
)
def test_addresses(address: str, host: str, port: int, loopback: bool) -> None:
    assert split_address(address) == (host, port)
    assert is_loopback(address) is loopback
