"""Errors as the status callers see."""

from typing import Any

import grpc
import pytest
from google.rpc import code_pb2, error_details_pb2, status_pb2

from services.common.errors import (
    Code,
    FieldViolation,
    LeadlightError,
    Reason,
    failed_precondition,
    invalid_argument,
    invalid_arguments,
)
from services.common.server.status import grpc_code, status_of

HTTP2_TRAILERS_BYTES = 8 * 1024


def status(error: LeadlightError) -> status_pb2.Status:
    return status_of(error, domain="leadlight.test", request_id="r1")


def detail(status: status_pb2.Status, kind: Any) -> Any:
    found = [kind() for packed in status.details if packed.Is(kind.DESCRIPTOR)]
    for message, packed in zip(found, (p for p in status.details if p.Is(kind.DESCRIPTOR)), strict=True):
        packed.Unpack(message)
    return found[0] if found else None


@pytest.mark.parametrize("code", list(Code))
def test_every_code_is_grpcs_of_the_same_name(code: Code) -> None:
    error = LeadlightError(code, Reason.INTERNAL_ERROR, "x")
    assert grpc_code(error).name == code.name
    assert status(error).code == grpc_code(error).value[0] == code_pb2.Code.Value(code.name)


@pytest.mark.parametrize("reason", list(Reason))
def test_error_info_carries_every_reason(reason: Reason) -> None:
    info = detail(status(failed_precondition(reason, "x", model="m1")), error_details_pb2.ErrorInfo)
    assert (info.reason, info.domain, dict(info.metadata)) == (reason.name, "leadlight.test", {"model": "m1"})


def test_the_details_are_those_that_apply() -> None:
    plain = status(failed_precondition(Reason.DATASET_EMPTY, "x"))
    assert [packed.TypeName() for packed in plain.details] == [
        "google.rpc.ErrorInfo",
        "google.rpc.RequestInfo",
    ]
    assert detail(plain, error_details_pb2.RequestInfo).request_id == "r1"
    busy = status(LeadlightError(Code.UNAVAILABLE, Reason.STORAGE_UNAVAILABLE, "x", retry_after_s=1.25))
    assert detail(busy, error_details_pb2.RetryInfo).retry_delay.ToMilliseconds() == 1250
    bad = detail(status(invalid_argument("records[3].value", "too small")), error_details_pb2.BadRequest)
    assert [(v.field, v.description) for v in bad.field_violations] == [("records[3].value", "too small")]


def test_a_status_fits_into_http2_trailers_whatever_the_request() -> None:
    error = invalid_arguments(
        [FieldViolation(f'records[{n}].attributes["{"x" * 64}"].value', "y" * 100) for n in range(1000)]
    )
    error.message = "m" * 5000
    made = status(error)
    assert len(made.SerializeToString()) + len(made.message) < HTTP2_TRAILERS_BYTES * 3 // 4
    shown = len(detail(made, error_details_pb2.BadRequest).field_violations)
    left_out = int(detail(made, error_details_pb2.ErrorInfo).metadata["violations_left_out"])
    assert shown > 0
    assert shown + left_out == 1000


def test_making_a_status_leaves_the_error_as_it_was() -> None:
    error = invalid_arguments([FieldViolation("a" * 4000, "x"), FieldViolation("b", "x")])
    status(error)
    assert error.metadata == {}
    assert grpc_code(error) is grpc.StatusCode.INVALID_ARGUMENT


def test_what_a_caller_sent_never_makes_the_answer_unreadable() -> None:
    endless = "é" * 20_000
    error = LeadlightError(
        Code.INVALID_ARGUMENT,
        Reason.INVALID_FIELD,
        endless,
        metadata={"resource": endless, "short": "kept"},
        violations=(FieldViolation(f'attributes["{endless}"]', endless),),
    )
    status = status_of(error, domain="leadlight.x", request_id="r")
    assert status.ByteSize() < 4096
    info, bad = error_details_pb2.ErrorInfo(), error_details_pb2.BadRequest()
    for detail in status.details:
        detail.Unpack(info)
        detail.Unpack(bad)
    assert info.metadata["short"] == "kept"
    assert info.metadata["resource"].endswith("é…")
    assert bad.field_violations[0].field.startswith('attributes["éé')
