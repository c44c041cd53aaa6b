"""Violations and their paths."""

import json

import pytest
from google.longrunning import operations_pb2
from protovalidate import FieldPathPb

from services.common.server.validation import _path, check_request, warm_up


@pytest.mark.parametrize(
    ("elements", "path"),
    [
        ([], ""),
        ([{"fieldName": "page_size"}], "page_size"),
        ([{"fieldName": "record"}, {"fieldName": "id"}], "record.id"),
        (
            [
                {"fieldName": "records", "index": "3"},
                {"fieldName": "attributes", "index": "0"},
                {"fieldName": "value"},
            ],
            "records[3].attributes[0].value",
        ),
        ([{"fieldName": "extra", "stringKey": "budget"}, {"fieldName": "value"}], 'extra["budget"].value'),
        ([{"fieldName": "by_number", "intKey": "-7"}], "by_number[-7]"),
        ([{"fieldName": "by_number", "uintKey": "7"}], "by_number[7]"),
        ([{"fieldName": "by_flag", "boolKey": True}], "by_flag[true]"),
    ],
)
def test_paths_are_written_as_protovalidate_specifies(elements: list[dict[str, object]], path: str) -> None:
    assert _path(FieldPathPb.from_json(json.dumps({"elements": elements}))) == path


def test_a_message_without_constraints_passes() -> None:
    warm_up(operations_pb2.GetOperationRequest)
    check_request(operations_pb2.GetOperationRequest(name="operations/1"))
