"""What passes through the gateway is what the service says, and what the caller said."""

import time
from datetime import timedelta
from typing import Any

import grpc
import jwt
import pytest
from google.longrunning import operations_pb2
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.json_format import ParseDict
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import ProtoReflectionDescriptorDatabase
from leadlight.dedupe.v1 import settings_pb2
from leadlight.notes.v1 import note_pb2, notes_service_pb2
from leadlight.relationship.v1 import tie_pb2

from services.common.caller import Role
from tests.contract.served import EVERY_ROLE, SECRET, Client
from tests.integration.gateway.conftest import World, forwarded
from tests.integration.gateway.double import Double
from tests.integration.notes.world import create, times
from tests.integration.relationship.world import NOON, activity, stream, timestamp
from tests.integration.server.clients import Failure, failure

LIST_MODELS = "/leadlight.scoring.v1.ModelService/ListModels"
TRAIN_MODEL = "/leadlight.scoring.v1.ModelService/TrainModel"
UPLOAD = "/leadlight.scoring.v1.ModelService/UploadDataset"
TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


def raw(channel: Any, path: str, shape: str = "unary_unary") -> Any:
    """A method whose messages are bytes."""
    return getattr(channel, shape)(path)


def call_scoring(world: World, path: str = LIST_MODELS, *more: tuple[str, str], timeout_s: float = 10) -> Any:
    metadata = (*world.gateway.client().metadata, *more)
    return raw(world.gateway.channel, path).with_call(b"", metadata=metadata, timeout=timeout_s)


def refused(call: Any) -> Failure:
    with pytest.raises(grpc.RpcError) as info:
        call()
    return failure(info.value)


# Answers


def test_a_unary_call_gets_the_services_answer(world: World, tenant: str) -> None:
    through, direct = world.caller("notes", tenant), world.notes.client(tenant)
    made = through.call("NotesService.CreateNote", create("Call Mia tomorrow at 10.", "n1"))
    assert direct.call("NotesService.GetNote", note_pb2.GetNoteRequest(name="notes/n1")) == made


def test_a_stream_of_both_gets_an_answer_for_each(world: World, tenant: str) -> None:
    requests = [
        notes_service_pb2.ResolveTimesStreamRequest(request=times(text, language=language))
        for text, language in (("tomorrow", "en"), ("i morgen", "xx"), ("i morgen", "da"))
    ]
    answers = world.caller("notes", tenant).call("NotesService.ResolveTimesStream", *requests)
    assert [each.index for each in answers] == [0, 1, 2]
    assert [each.status.code for each in answers] == [0, 3, 0]


def test_a_stream_of_answers_comes_whole(world: World, tenant: str) -> None:
    caller = world.caller("relationship", tenant)
    assert caller.call("ActivityService.ImportActivities", stream(activity(), activity(days=1)))
    request = tie_pb2.StreamTiesRequest(as_of_time=timestamp(NOON + timedelta(days=7)))
    through = caller.call("TieService.StreamTies", request)
    assert through
    assert through == world.relationship.client(tenant).call("TieService.StreamTies", request)


def test_a_stream_of_requests_gets_one_answer(world: World, scoring: Double) -> None:
    call = raw(world.gateway.channel, UPLOAD, "stream_unary")
    assert call(iter([b"", b""]), metadata=world.gateway.client().metadata, timeout=10) == b""
    assert scoring.calls == 1


# Failures


def test_a_services_error_is_passed_on_as_it_is(world: World, tenant: str) -> None:
    request = times("tomorrow", language="fr")
    through = world.caller("notes", tenant).refused("NotesService.ResolveTimes", request)
    direct = world.notes.client(tenant).refused("NotesService.ResolveTimes", request)
    assert through.domain == "leadlight.notes"
    for name in ("code", "reason", "domain", "message", "metadata", "fields", "retry_after_s"):
        assert getattr(through, name) == getattr(direct, name)
    assert through.request_id == through.trailer_request_id


def test_a_service_that_is_down_is_named(world: World, tenant: str) -> None:
    request = settings_pb2.GetDedupeSettingsRequest()
    seen = world.caller("dedupe", tenant).refused("DedupeService.GetDedupeSettings", request)
    assert (seen.code, seen.reason, seen.domain) == ("UNAVAILABLE", "PEER_UNAVAILABLE", "leadlight.gateway")
    assert seen.metadata == {"service": "dedupe"}
    assert seen.retry_after_s
    assert "127.0.0.1" not in seen.message


def test_what_no_service_has_is_not_served(world: World) -> None:
    seen = refused(lambda: call_scoring(world, "/leadlight.scoring.v1.ModelService/Guess"))
    assert (seen.code, seen.reason) == ("UNIMPLEMENTED", "NOT_SERVED")


def test_an_error_without_details_gets_the_gateways(world: World, scoring: Double) -> None:
    scoring.fails = [(grpc.StatusCode.DATA_LOSS, "/srv/secret/path")]
    seen = refused(lambda: call_scoring(world))
    assert (seen.code, seen.reason, seen.domain) == ("DATA_LOSS", "PEER_REFUSED", "leadlight.gateway")
    assert "secret" not in seen.message


def test_a_stream_that_is_ended_while_it_is_sent_ends_as_the_service_said(
    world: World, scoring: Double
) -> None:
    """Of 30 such calls grpc.aio itself would forget the status of several (grpc/grpc issue 36066)."""
    call = raw(world.gateway.channel, UPLOAD, "stream_unary")
    for _ in range(30):
        scoring.fails = [(grpc.StatusCode.DATA_LOSS, "no more")]
        messages = iter([bytes(50_000)] * 30)
        seen = refused(lambda: call(messages, metadata=world.gateway.client().metadata, timeout=30))  # noqa: B023
        assert (seen.code, seen.reason) == ("DATA_LOSS", "PEER_REFUSED")


# What travels with a call


def test_the_token_the_request_id_and_the_trace_are_passed_on(world: World, scoring: Double) -> None:
    sent = (("x-request-id", "my-call-1"), ("traceparent", TRACE), ("tracestate", "a=b"), ("x-other", "no"))
    _, call = call_scoring(world, LIST_MODELS, *sent)
    assert dict(call.trailing_metadata())["x-request-id"] == "my-call-1"
    seen = scoring.metadata
    assert seen["authorization"] == dict(world.gateway.client().metadata)["authorization"]
    assert (seen["x-request-id"], seen["traceparent"], seen["tracestate"]) == ("my-call-1", TRACE, "a=b")
    assert "x-other" not in seen


def test_the_deadline_is_passed_on_with_a_margin(world: World, scoring: Double) -> None:
    call_scoring(world, timeout_s=10)
    assert 5 < scoring.time_s < 10.2  # gRPC rounds it up on the way
    call_scoring(world, timeout_s=1000)
    assert 40 < scoring.time_s < 60  # the gateway's own longest time


def test_a_service_that_is_too_slow_is_told_in_time(world: World, scoring: Double) -> None:
    scoring.waits = True
    seen = refused(lambda: call_scoring(world, timeout_s=1))
    # Details can only come from the gateway: it answered before gRPC gave up on the caller's side.
    assert (seen.code, seen.reason, seen.domain) == (
        "DEADLINE_EXCEEDED",
        "DEADLINE_PASSED",
        "leadlight.gateway",
    )
    assert scoring.left.wait(10)


def test_a_caller_that_leaves_ends_the_services_work(world: World, scoring: Double) -> None:
    scoring.waits = True
    call = raw(world.gateway.channel, LIST_MODELS)
    future = call.future(b"", metadata=world.gateway.client().metadata, timeout=30)
    assert scoring.arrived.wait(10)
    future.cancel()
    assert scoring.left.wait(10)


def test_a_call_that_may_be_repeated_is(world: World, scoring: Double) -> None:
    scoring.fails = [(grpc.StatusCode.UNAVAILABLE, "restarting")]
    call_scoring(world, LIST_MODELS)
    assert scoring.calls == 2


@pytest.mark.parametrize(
    ("path", "code"),
    [(TRAIN_MODEL, grpc.StatusCode.UNAVAILABLE), (LIST_MODELS, grpc.StatusCode.ABORTED)],
    ids=["a write", "another code"],
)
def test_nothing_else_is_repeated(world: World, scoring: Double, path: str, code: grpc.StatusCode) -> None:
    scoring.fails = [(code, "no")] * 2
    refused(lambda: call_scoring(world, path))
    assert scoring.calls == 1


# Who calls


@pytest.mark.parametrize(
    ("claims", "secret"),
    [({}, "x" * 32), ({"exp": time.time() - 3600}, SECRET), ({"tenant": ""}, SECRET)],
    ids=["forged", "expired", "no tenant"],
)
def test_a_bad_token_stops_at_the_gateway(
    world: World, scoring: Double, claims: dict[str, Any], secret: str
) -> None:
    good = {"tenant": "acme", "sub": "x", "roles": ["admin"], "exp": time.time() + 60}
    bearer = jwt.encode({**good, **claims}, secret, "HS256")
    call = raw(world.gateway.channel, LIST_MODELS)
    seen = refused(lambda: call(b"", metadata=(("authorization", f"Bearer {bearer}"),), timeout=10))
    assert (seen.code, seen.reason, seen.domain) == ("UNAUTHENTICATED", "INVALID_TOKEN", "leadlight.gateway")
    assert scoring.calls == 0


def test_a_role_that_may_not_stops_at_the_gateway(world: World, scoring: Double) -> None:
    caller = world.gateway.client(roles=[Role.SELLER])
    call = raw(world.gateway.channel, TRAIN_MODEL)
    seen = refused(lambda: call(b"", metadata=caller.metadata, timeout=10))
    assert (seen.code, seen.reason) == ("PERMISSION_DENIED", "ROLE_REQUIRED")
    assert scoring.calls == 0


# Operations of all services


def test_an_operation_is_found_whoever_runs_it(world: World, tenant: str) -> None:
    started = world.notes.client(tenant).call("NotesService.AnalyzeHistory", note_pb2.AnalyzeHistoryRequest())
    caller = world.caller("notes", tenant)
    # Not started through the gateway, and two services that could have it are down.
    seen = caller.call("Operations.GetOperation", operations_pb2.GetOperationRequest(name=started.name))
    assert seen.name == started.name
    through = caller.call("NotesService.AnalyzeHistory", note_pb2.AnalyzeHistoryRequest())
    wait = operations_pb2.WaitOperationRequest(name=through.name)
    wait.timeout.FromSeconds(20)
    assert caller.call("Operations.WaitOperation", wait).done
    other = world.caller("notes", f"{tenant}x")
    assert other.refused(
        "Operations.GetOperation", operations_pb2.GetOperationRequest(name=through.name)
    ).code in {"NOT_FOUND", "UNAVAILABLE"}


def test_operations_of_services_are_listed_one_after_the_other(world: World, tenant: str) -> None:
    world.notes.client(tenant).call("NotesService.AnalyzeHistory", note_pb2.AnalyzeHistoryRequest())
    caller = world.caller("notes", tenant)
    token = ""
    names: list[str] = []
    unreachable: list[str] = []
    for _ in range(10):
        page = caller.call(
            "Operations.ListOperations",
            ParseDict(
                {"pageToken": token, "returnPartialSuccess": True}, operations_pb2.ListOperationsRequest()
            ),
        )
        names += [each.name for each in page.operations]
        unreachable += page.unreachable
        token = page.next_page_token
        if not token:
            break
    assert len(names) == 1
    assert "dedupe" in unreachable
    seen = caller.refused(
        "Operations.ListOperations", operations_pb2.ListOperationsRequest(page_token="nonsense")
    )
    assert (seen.code, seen.reason, seen.fields) == (
        "INVALID_ARGUMENT",
        "INVALID_PAGE_TOKEN",
        ["page_token"],
    )


# Health and reflection


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("", "SERVING"),
        ("leadlight.notes.v1.NotesService", "SERVING"),
        ("leadlight.dedupe.v1.DedupeService", "NOT_SERVING"),
    ],
)
def test_health_is_asked_of_the_service(world: World, name: str, status: str) -> None:
    stub = health_pb2_grpc.HealthStub(world.gateway.channel)
    request = health_pb2.HealthCheckRequest(service=name)
    assert stub.Check(request, timeout=10).status == health_pb2.HealthCheckResponse.ServingStatus.Value(
        status
    )
    watched: Any = stub.Watch(request, timeout=10)
    assert next(watched).status == health_pb2.HealthCheckResponse.ServingStatus.Value(status)
    watched.cancel()


def test_reflection_shows_every_service(world: World) -> None:
    database = ProtoReflectionDescriptorDatabase(world.gateway.channel)
    served = set(database.get_services())
    assert {rpc.method.containing_service.full_name for rpc in forwarded()} <= served
    pool = DescriptorPool(database)
    assert pool.FindServiceByName("leadlight.notes.v1.NotesService").methods_by_name["CreateNote"]


def test_a_caller_of_many_roles_is_one(world: World, tenant: str) -> None:
    client = Client(world.gateway.channel, tenant, EVERY_ROLE, "notes")
    assert client.call("NotesService.ListNotes", note_pb2.ListNotesRequest()).notes == []
