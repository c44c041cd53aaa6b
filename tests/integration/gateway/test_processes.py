"""The gateway as `leadlight up` starts it: two workers on two ports, after the services, with a metrics page."""

import json
import socket
from pathlib import Path

import httpx
from typer.testing import CliRunner

from clients.cli.main import app
from services.common.run_file import RunFile
from services.common.supervisor import SUITE, Ports, Supervisor
from tests.integration.gateway.conftest import NOBODY

SETTINGS = "/leadlight.relationship.v1.RelationshipService/GetRelationshipSettings"
UP = ("relationship", "gateway")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def test_the_suites_gateway(tmp_path: Path) -> None:
    out = tmp_path / "ties.csv"
    assert SUITE[-1].name == "gateway"
    metrics = f"127.0.0.1:{free_port()}"
    down = {f"LEADLIGHT_{each.name.upper()}_ADDRESS": NOBODY for each in SUITE if each.name not in UP}
    environment = {"LEADLIGHT_WORKERS": "2", "LEADLIGHT_GATEWAY_METRICS": metrics, **down}
    services = [each for each in SUITE if each.name in UP]
    with Supervisor(tmp_path, services=services, ports=Ports.FREE, environment=environment) as suite:
        running = RunFile(tmp_path).read()
        assert running is not None
        gateway = running.services["gateway"]
        assert suite.http_addresses == {"gateway": gateway.http_address}
        for _ in range(10):  # a connection each, so that both workers get some
            answer = httpx.post(f"http://{gateway.http_address}{SETTINGS}", json={})
            assert answer.status_code == 200, answer.text
        assert httpx.get(f"http://{gateway.http_address}/healthz").json() == {"status": "SERVING"}

        # The command line finds the gateway where it runs, and what is behind it where it is pointed at it.
        listed = CliRunner().invoke(
            app, ["relationship", "strengths", "-o", str(out), "--data-dir", str(tmp_path)]
        )
        assert listed.exit_code == 0, listed.output
        status = CliRunner().invoke(app, ["status", "--json", "--address", gateway.address])
        states = {each["name"]: each["status"] for each in json.loads(status.stdout)["services"]}
        assert states[""] == states["relationship"] == "SERVING"
        assert states["scoring"] == states["notes"] == "NOT_SERVING"
        assert status.exit_code == 1

        page = httpx.get(f"http://{metrics}/metrics").text

    # What gRPC is told of its poller is a name that another version of it may not know.
    assert "Unknown experiment" not in (tmp_path / "logs" / "gateway.log").read_text()

    def handled(method: str) -> list[str]:
        lines = [each for each in page.splitlines() if each.startswith("grpc_server_handled_total")]
        return [line.rpartition(" ")[2] for line in lines if f'"{method}"' in line]

    assert handled("GetRelationshipSettings") == ["10.0"]
    assert handled("StreamTies") == ["1.0"]
