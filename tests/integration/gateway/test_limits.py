"""What a tenant, and all of them together, may ask of the gateway; and what it refuses to start with."""

import ssl
from pathlib import Path
from typing import Any

import grpc
import httpx
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc
from leadlight.common.v1 import record_pb2 as common_pb2
from leadlight.gateway.v1 import insight_pb2
from leadlight.notes.v1 import note_pb2, settings_pb2
from leadlight.scoring.v1 import record_pb2
from pydantic import ValidationError

from services.gateway.settings import GatewaySettings
from tests.certificates import certificate
from tests.contract.served import served
from tests.integration.gateway.conftest import NOBODY, World
from tests.integration.gateway.double import Double, doubled
from tests.integration.gateway.test_forwarding import LIST_MODELS, raw, refused
from tests.integration.working import eventually

LIST_SCORED, GET_PIPELINE, GET_INSIGHTS = (
    f"/leadlight.gateway.v1.InsightService/{name}"
    for name in ("ListScoredRecords", "GetPipeline", "GetRecordInsights")
)
LEADS = insight_pb2.ListScoredRecordsRequest(
    scored=record_pb2.ListRecordsRequest(kind=common_pb2.RECORD_KIND_LEAD)
).SerializeToString()
GET_WORKLIST = "/leadlight.gateway.v1.WorklistService/GetWorklist"


def begin(running: Any, tenant: str, path: str = LIST_MODELS) -> Any:
    call = raw(running.channel, path)
    return call.future(
        LEADS if path == LIST_SCORED else b"", metadata=running.client(tenant).metadata, timeout=20
    )


def test_a_tenants_rate_is_its_own(scoring: Double, tmp_path: Path) -> None:
    with served(
        "gateway",
        tmp_path,
        scoring_address=scoring.address,
        tenant_calls_per_s=0.001,
        tenant_burst_calls=2,
    ) as running:
        assert [begin(running, "one").code() for _ in range(2)] == [grpc.StatusCode.OK] * 2
        seen = refused(begin(running, "one").result)
        assert (seen.code, seen.reason) == ("RESOURCE_EXHAUSTED", "TENANT_LIMIT_REACHED")
        assert seen.retry_after_s
        assert seen.retry_after_s > 100
        assert begin(running, "two").code() is grpc.StatusCode.OK
    assert scoring.calls == 3


@pytest.mark.parametrize(
    ("limit", "reason"),
    [({"tenant_calls_in_flight": 1}, "TENANT_LIMIT_REACHED"), ({"max_calls_in_flight": 1}, "OVERLOADED")],
    ids=["tenant", "all"],
)
def test_calls_at_a_time_are_bounded(
    scoring: Double, tmp_path: Path, limit: dict[str, int], reason: str
) -> None:
    scoring.waits = True
    with served("gateway", tmp_path, scoring_address=scoring.address, **limit) as running:
        first = begin(running, "one")
        assert scoring.arrived.wait(10)
        seen = refused(begin(running, "one").result)
        assert (seen.code, seen.reason) == ("RESOURCE_EXHAUSTED", reason)
        assert seen.retry_after_s
        scoring.waits = False
        scoring.left.set()
        assert first.code() is grpc.StatusCode.OK
        assert begin(running, "one").code() is grpc.StatusCode.OK


def test_composed_calls_at_a_time_are_bounded(tmp_path: Path) -> None:
    nobody = dict.fromkeys((f"{name}_address" for name in GatewaySettings().peer_addresses), NOBODY)
    with (
        doubled() as scoring,
        served(
            "gateway", tmp_path, **nobody | {"scoring_address": scoring.address}, max_composed_calls=2
        ) as running,
    ):
        scoring.waits = True
        held = [begin(running, "one", LIST_SCORED) for _ in range(2)]
        eventually(lambda: scoring.calls == 2)
        for path in (LIST_SCORED, GET_PIPELINE, GET_INSIGHTS, GET_WORKLIST):
            seen = refused(begin(running, "two", path).result)
            assert (seen.code, seen.reason) == ("RESOURCE_EXHAUSTED", "OVERLOADED")
            assert seen.retry_after_s
        health = health_pb2_grpc.HealthStub(running.channel)
        answer = health.Check(health_pb2.HealthCheckRequest(), timeout=20)
        assert answer.status == health_pb2.HealthCheckResponse.SERVING
        scoring.waits = False
        assert begin(running, "one").code() is grpc.StatusCode.OK  # what is passed on is not counted
        scoring.left.set()
        assert [each.code() for each in held] == [grpc.StatusCode.OK] * 2
        assert begin(running, "two", LIST_SCORED).code() is grpc.StatusCode.OK


def test_origins_that_are_named_may_call(tmp_path: Path) -> None:
    origin = "https://crm.example"
    with served("gateway", tmp_path, cors_origins=(origin,)) as running:
        answer = httpx.options(
            f"http://127.0.0.1:{running.http_port}{LIST_MODELS}",
            headers={
                "origin": origin,
                "access-control-request-method": "POST",
                "access-control-request-headers": "authorization,content-type,connect-protocol-version",
            },
        )
    assert answer.status_code == 200
    assert answer.headers["access-control-allow-origin"] == origin


def test_both_ports_speak_tls(scoring: Double, tmp_path: Path) -> None:
    authority = certificate("authority")
    pair = certificate("localhost", authority)
    files = {name: tmp_path / f"{name}.pem" for name in ("ca", "cert", "key")}
    files["ca"].write_bytes(authority.cert_pem)
    files["cert"].write_bytes(pair.cert_pem)
    files["key"].write_bytes(pair.key_pem)
    with served(
        "gateway",
        tmp_path,
        scoring_address=scoring.address,
        tls_cert=files["cert"],
        tls_key=files["key"],
    ) as running:
        headers = dict(running.client().metadata)
        answer = httpx.post(
            f"https://localhost:{running.http_port}{LIST_MODELS}",
            json={},
            headers=headers,
            verify=ssl.create_default_context(cafile=files["ca"]),
        )
        assert answer.status_code == 200
        credentials = grpc.ssl_channel_credentials(authority.cert_pem)
        port = running.address.rpartition(":")[2]
        with grpc.secure_channel(f"localhost:{port}", credentials) as channel:
            assert raw(channel, LIST_MODELS)(b"", metadata=running.client().metadata, timeout=10) == b""


@pytest.mark.parametrize(
    "unsafe",
    [
        {"http": "0.0.0.0:8080"},
        {"listen": "0.0.0.0:50050"},
        {"scoring_address": "10.0.0.5:50051"},
        {"http": "nowhere"},
    ],
    ids=str,
)
def test_what_is_not_safe_does_not_start(unsafe: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        GatewaySettings(**unsafe)


def test_what_cannot_be_audited_is_not_answered(
    world: World, tenant: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "no space left")

    monkeypatch.setattr("services.gateway.audit._RaisingFile.handle", full)
    caller = world.caller("notes", tenant)
    for name in ("notes", "notes/none"):
        request = note_pb2.GetNoteRequest(name=name)
        seen = caller.refused("NotesService.GetNote", request)
        assert (seen.code, seen.reason) == ("UNAVAILABLE", "STORAGE_UNAVAILABLE")
    assert caller.call("NotesService.GetOfferSettings", settings_pb2.GetOfferSettingsRequest())
