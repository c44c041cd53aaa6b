"""google.longrunning.Operations as its callers see it."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from google.longrunning import operations_pb2
from google.protobuf.duration_pb2 import Duration
from google.protobuf.wrappers_pb2 import DoubleValue, StringValue
from google.rpc import code_pb2, error_details_pb2

from services.common.caller import Caller, Role
from services.common.context import using
from services.common.db import Database
from services.common.errors import Code, LeadlightError, Reason, not_found
from services.common.operations import (
    Operation,
    OperationState,
    OperationStore,
    TypedBytes,
    create_operation,
)
from services.common.operations.leases import Claim, Leases
from services.common.operations.servicer import OperationsServicer

ACME = Caller("acme", "anna", frozenset({Role.SELLER}))
CONTEXT: Any = None  # the servicer asks nothing of gRPC's context


@pytest.fixture
def servicer(kit_db: Database) -> Iterator[OperationsServicer]:
    with using(ACME):
        yield OperationsServicer(
            OperationStore(kit_db),
            domain="leadlight.kit",
            metadata=lambda operation: DoubleValue(value=operation.progress),
        )


def create(db: Database, tenant: str = "acme") -> Operation:
    with db.write(tenant) as session:
        return create_operation(session, kind="Work", request=b"")


def claim(db: Database) -> tuple[Leases, Claim]:
    leases = Leases(db, "runner", lease_s=60, max_attempts=3)
    claimed = leases.claim(["Work"])
    assert claimed is not None
    return leases, claimed


def succeed(db: Database) -> None:
    leases, claimed = claim(db)
    with db.write(claimed.tenant) as session:
        leases.succeed(session, claimed, TypedBytes.of(StringValue(value="result")))


def get(servicer: OperationsServicer, name: str) -> operations_pb2.Operation:
    return servicer.GetOperation(operations_pb2.GetOperationRequest(name=name), CONTEXT)


def test_an_operation_under_way_shows_its_metadata(servicer: OperationsServicer, kit_db: Database) -> None:
    created = create(kit_db)
    leases, claimed = claim(kit_db)
    leases.progress(claimed, 0.5, "half")
    message = get(servicer, created.name)
    metadata = DoubleValue()
    assert message.metadata.Unpack(metadata)
    assert (message.name, message.done, metadata.value) == (created.name, False, 0.5)
    assert message.WhichOneof("result") is None


def test_a_result_comes_as_it_was_stored(servicer: OperationsServicer, kit_db: Database) -> None:
    created = create(kit_db)
    succeed(kit_db)
    message, result = get(servicer, created.name), StringValue()
    assert message.done
    assert message.response.Unpack(result)
    assert result.value == "result"


def test_an_error_has_its_reason(servicer: OperationsServicer, kit_db: Database) -> None:
    created = create(kit_db)
    leases, claimed = claim(kit_db)
    leases.fail(claimed, OperationState.FAILED, not_found("dataset", "d1"))
    message, info = get(servicer, created.name), error_details_pb2.ErrorInfo()
    assert message.done
    assert message.error.code == code_pb2.NOT_FOUND
    assert message.error.details[0].Unpack(info)
    assert (info.reason, info.domain, info.metadata["name"]) == ("RESOURCE_NOT_FOUND", "leadlight.kit", "d1")


def test_cancel_then_delete(servicer: OperationsServicer, kit_db: Database) -> None:
    created = create(kit_db)
    servicer.CancelOperation(operations_pb2.CancelOperationRequest(name=created.name), CONTEXT)
    message = get(servicer, created.name)
    assert (message.done, message.error.code) == (True, code_pb2.CANCELLED)
    servicer.DeleteOperation(operations_pb2.DeleteOperationRequest(name=created.name), CONTEXT)
    with pytest.raises(LeadlightError) as raised:
        get(servicer, created.name)
    assert raised.value.code is Code.NOT_FOUND


def test_the_list_is_the_callers_tenants(servicer: OperationsServicer, kit_db: Database) -> None:
    names = [create(kit_db).name for _ in range(3)]
    create(kit_db, tenant="bolt")
    first = servicer.ListOperations(operations_pb2.ListOperationsRequest(page_size=2), CONTEXT)
    rest = servicer.ListOperations(
        operations_pb2.ListOperationsRequest(
            name="operations", page_size=2, page_token=first.next_page_token
        ),
        CONTEXT,
    )
    assert [operation.name for operation in (*first.operations, *rest.operations)] == names[::-1]
    assert rest.next_page_token == ""


def in_a_call_of_acme(
    servicer: OperationsServicer, request: operations_pb2.WaitOperationRequest
) -> operations_pb2.Operation:
    """WaitOperation on another thread, which has a call of its own."""
    with using(ACME):
        return servicer.WaitOperation(request, CONTEXT)


def test_wait_answers_when_the_operation_is_done(servicer: OperationsServicer, kit_db: Database) -> None:
    created = create(kit_db)
    request = operations_pb2.WaitOperationRequest(name=created.name, timeout=Duration(seconds=15))
    with ThreadPoolExecutor(1) as pool:
        waited = pool.submit(in_a_call_of_acme, servicer, request)
        time.sleep(0.2)
        succeed(kit_db)
        assert waited.result(20).done


def test_only_one_call_waits_at_a_time(servicer: OperationsServicer, kit_db: Database) -> None:
    created = create(kit_db)
    request = operations_pb2.WaitOperationRequest(name=created.name, timeout=Duration(seconds=15))
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(in_a_call_of_acme, servicer, request)
        time.sleep(0.2)
        begun_s = time.monotonic()
        assert not servicer.WaitOperation(request, CONTEXT).done
        assert time.monotonic() - begun_s < 5
        succeed(kit_db)
        assert first.result(20).done


def test_wait_ends_before_the_calls_deadline(servicer: OperationsServicer, kit_db: Database) -> None:
    request = operations_pb2.WaitOperationRequest(name=create(kit_db).name)
    with using(ACME, deadline_s=time.monotonic() + 1.0):
        assert not servicer.WaitOperation(request, CONTEXT).done


BAD: list[tuple[str, Any, str]] = [
    ("GetOperation", operations_pb2.GetOperationRequest(name="models/x"), "name"),
    ("GetOperation", operations_pb2.GetOperationRequest(), "name"),
    ("WaitOperation", operations_pb2.WaitOperationRequest(name="operations/"), "name"),
    (
        "WaitOperation",
        operations_pb2.WaitOperationRequest(name="operations/x", timeout=Duration(seconds=-1)),
        "timeout",
    ),
    ("CancelOperation", operations_pb2.CancelOperationRequest(name="x"), "name"),
    ("DeleteOperation", operations_pb2.DeleteOperationRequest(name="operations/a b"), "name"),
    ("ListOperations", operations_pb2.ListOperationsRequest(name="models"), "name"),
    ("ListOperations", operations_pb2.ListOperationsRequest(filter="done=true"), "filter"),
    ("ListOperations", operations_pb2.ListOperationsRequest(page_size=-1), "page_size"),
    ("ListOperations", operations_pb2.ListOperationsRequest(page_token="x"), "page_token"),
]


@pytest.mark.parametrize(("method", "request_message", "field"), BAD)
def test_bad_input_names_its_field(
    servicer: OperationsServicer, method: str, request_message: Any, field: str
) -> None:
    with pytest.raises(LeadlightError) as raised:
        getattr(servicer, method)(request_message, CONTEXT)
    assert raised.value.code is Code.INVALID_ARGUMENT
    assert [violation.field for violation in raised.value.violations] == [field]
    expected = Reason.INVALID_PAGE_TOKEN if field == "page_token" else Reason.INVALID_FIELD
    assert raised.value.reason is expected
