"""The service config beside each proto: every unary RPC has a timeout, and only what may be repeated is retried."""

import json
from typing import Any

import pytest
from google.protobuf.descriptor_pb2 import MethodOptions
from leadlight_client.configs import service_configs

from tests.contract.served import rpcs

SERVICES = sorted({rpc.service for rpc in rpcs()})
FOREIGN = "google.longrunning.Operations"


def methods_of(service: str) -> dict[str, dict[str, Any]]:
    """What a service's config says of each method, by full name."""
    config = json.loads(service_configs()[service].read_text(encoding="utf-8"))
    assert config["loadBalancingConfig"] == [{"round_robin": {}}]
    found = [
        (f"{name['service']}.{name['method']}", entry)
        for entry in config["methodConfig"]
        for name in entry["name"]
    ]
    assert len(dict(found)) == len(found), "a method stands in two entries"
    return dict(found)


@pytest.mark.parametrize("service", SERVICES)
def test_every_unary_rpc_has_a_timeout(service: str) -> None:
    unary = {
        rpc.method.full_name
        for rpc in rpcs()
        if rpc.service == service
        and not rpc.method.client_streaming
        and not rpc.method.server_streaming
        and rpc.method.containing_service.full_name != FOREIGN
    }
    methods = methods_of(service)
    assert methods.keys() == unary
    assert all(entry["timeout"].endswith("s") for entry in methods.values())


@pytest.mark.parametrize("service", SERVICES)
def test_only_what_may_be_repeated_is_retried(service: str) -> None:
    repeatable = {
        rpc.method.full_name
        for rpc in rpcs()
        if rpc.method.GetOptions().idempotency_level != MethodOptions.IDEMPOTENCY_UNKNOWN
    }
    retried = {name for name, entry in methods_of(service).items() if "retryPolicy" in entry}
    assert retried
    assert retried <= repeatable
