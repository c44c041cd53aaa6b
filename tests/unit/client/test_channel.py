"""What `connect` refuses, and what it has for each service."""

import json
from pathlib import Path

import grpc
import pytest
from leadlight_client import Leadlight, connect, open_channel
from leadlight_client.channel import _service_config

from tests.contract.served import rpcs


@pytest.mark.parametrize(
    ("address", "options", "message"),
    [
        ("crm.example:443", {"token": "t", "tls": False}, "cross the network readable"),
        ("dns:///10.0.0.5:50050", {"token": "t", "tls": False}, "cross the network readable"),
        ("127.0.0.1:50050", {"cert": Path("cert.pem")}, "come together"),
        ("127.0.0.1:50050", {"key": Path("key.pem")}, "come together"),
    ],
    ids=["token", "token by dns", "cert alone", "key alone"],
)
def test_what_is_not_safe_or_does_not_fit_is_refused(
    address: str, options: dict[str, object], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        connect(address, **options)


@pytest.mark.parametrize(
    "address", ["127.0.0.1:50050", "localhost:1", "[::1]:1", "unix:/tmp/socket", "dns:///127.0.0.1:1"]
)
def test_a_token_may_stay_on_this_machine(address: str) -> None:
    connect(address, token="t", tls=False).close()


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        open_channel("crm.example:443", ca=tmp_path / "ca.pem")


def test_every_service_of_the_protos_has_a_stub() -> None:
    with grpc.insecure_channel("127.0.0.1:1") as channel:
        leadlight = Leadlight(channel)
        stubs = {name for name in dir(Leadlight) if not name.startswith("_")} - {"close"}
        made = {type(getattr(leadlight, name)).__name__.removesuffix("Stub") for name in stubs}
    # What a subject is known by is asked of each service at its own address, by the gateway alone.
    assert made == {rpc.method.containing_service.name for rpc in rpcs()} - {"SubjectService"}


def test_the_configs_are_one_and_name_each_method_once() -> None:
    text, deadlines_s = _service_config()
    config = json.loads(text)
    names = [
        f"/{name['service']}/{name['method']}"
        for methods in config["methodConfig"]
        for name in methods["name"]
    ]
    assert len(names) == len(set(names))
    assert deadlines_s["/leadlight.scoring.v1.ScoringService/Score"] == 10
    assert "/leadlight.notes.v1.NotesService/SuggestActions" in names
    assert deadlines_s.keys() <= set(names)
