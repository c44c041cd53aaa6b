"""What `make compose-check` asks of containers, asked of a suite without them."""

from pathlib import Path

import pytest
from leadlight_client import connect

from scripts.check_compose import CheckFailedError, ask
from tests.contract.served import EVERY_ROLE, token
from tests.integration.composed.suite import Suite, gateway_without


def test_every_service_has_its_part_and_something_to_say(whole: Suite, tenant: str) -> None:
    with connect(whole.gateway.address, token=token(tenant, EVERY_ROLE)) as leadlight:
        assert ask(leadlight).startswith("6 services stored their parts")


def test_a_service_that_is_down_fails_the_check(whole: Suite, tenant: str, tmp_path: Path) -> None:
    with gateway_without(whole, tmp_path, "notes") as gateway:  # noqa: SIM117 - the gateway first
        with connect(gateway.address, token=token(tenant, EVERY_ROLE)) as leadlight:
            with pytest.raises(CheckFailedError, match="item 2"):
                ask(leadlight)
