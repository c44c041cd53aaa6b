"""`ExportModel`: a version's card and ONNX file, as they were stored."""

import hashlib
import json
from typing import Any

import pytest
from leadlight.scoring.v1 import model_pb2

from services.common.caller import Role
from tests.contract.served import Client
from tests.integration.scoring.conftest import Scoring


def export(client: Client, name: str, version: int = 0) -> list[Any]:
    answers: list[Any] = client.call(
        "ModelService.ExportModel", model_pb2.ExportModelRequest(name=name, version=version)
    )
    return answers


def content(answers: list[Any], part: str) -> bytes:
    return b"".join(getattr(each, part) for each in answers)


def test_the_card_comes_first_then_the_onnx_file(scoring: Scoring, empty: Client) -> None:
    name = scoring.install(empty.tenant)
    answers = export(empty, name)
    parts = [each.WhichOneof("part") for each in answers]
    assert parts == sorted(parts)
    assert max(each.ByteSize() for each in answers) <= 1024 * 1024 + 16
    card = json.loads(content(answers, "card"))
    assert card["onnx_sha256"] == hashlib.sha256(content(answers, "onnx")).hexdigest()
    assert (card["model_id"], card["version"]) == (name.removeprefix("models/"), 1)


def test_by_default_the_published_version_else_the_newest(scoring: Scoring, empty: Client) -> None:
    published = scoring.install(empty.tenant, versions=3, publish=2)
    ready = scoring.install(empty.tenant, versions=3, publish=None)
    for name, version, expected in ((published, 0, 2), (published, 1, 1), (ready, 0, 3)):
        card = json.loads(content(export(empty, name, version), "card"))
        assert card["version"] == expected


@pytest.mark.parametrize("suffix", ["onnx", "json"])
def test_a_file_that_was_changed_on_disk_is_not_sent(scoring: Scoring, empty: Client, suffix: str) -> None:
    name = scoring.install(empty.tenant)
    folder = scoring.folder / "scoring" / "models" / empty.tenant / name.removeprefix("models/")
    path = folder / f"1.{suffix}"
    path.write_bytes(path.read_bytes()[:-1] + b"?")
    error = empty.refused("ModelService.ExportModel", model_pb2.ExportModelRequest(name=name))
    assert (error.code, error.reason) == ("DATA_LOSS", "MODEL_FILE_CORRUPT")


def test_what_is_not_there(scoring: Scoring, empty: Client) -> None:
    unknown = model_pb2.ExportModelRequest(name="models/none")
    assert empty.refused("ModelService.ExportModel", unknown).code == "NOT_FOUND"
    name = scoring.install(empty.tenant)
    error = empty.refused("ModelService.ExportModel", model_pb2.ExportModelRequest(name=name, version=2))
    assert (error.code, error.reason) == ("FAILED_PRECONDITION", "MODEL_NOT_READY")
    untrained = scoring.install(empty.tenant, versions=0, publish=None)
    error = empty.refused("ModelService.ExportModel", model_pb2.ExportModelRequest(name=untrained))
    assert (error.code, error.reason) == ("FAILED_PRECONDITION", "MODEL_NOT_READY")


def test_other_tenants_and_sellers_get_nothing(scoring: Scoring, empty: Client) -> None:
    name = scoring.install(empty.tenant)
    request = model_pb2.ExportModelRequest(name=name)
    assert scoring.client(f"{empty.tenant}x").refused("ModelService.ExportModel", request).code == "NOT_FOUND"
    seller = scoring.served.client(empty.tenant, [Role.SELLER])
    assert seller.refused("ModelService.ExportModel", request).code == "PERMISSION_DENIED"
