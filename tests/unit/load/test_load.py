"""What a load run sends, and what it makes of its numbers."""

import sys
from collections import Counter
from pathlib import Path
from typing import Any, cast

# `tests.load.every` by its name.
sys.path.insert(0, str(Path(__file__).parents[3]))

import pytest
from google.protobuf.field_mask_pb2 import FieldMask
from leadlight.scoring.v1 import record_pb2

from tests.contract.served import rpc
from tests.integration.notes.world import edit
from tests.integration.scoring.world import record
from tests.load.every import THRESHOLDS, Result, thresholds
from tests.load.suite import configuration

BEFORE: dict[str, Any] = {"in_flight": 50, "default": 0.0005, "rpcs": {"a A.Old": 0.1, "a A.Get": 0.9}}


def result(name: str = "a A.Get", in_flight: int = 50, ratio: float = 0.3, **more: Any) -> Result:
    given: dict[str, Any] = {"errors": 0, "refused": 0, "refused_p99_ms": 0.0, "codes": Counter({"OK": 9})}
    given |= {"health_p50_ms": 20.0, "health_p99_ms": 300.0}
    return Result(name, in_flight, 10.0, 1.0, 2.0, 3.0, **given | more, ratio=ratio, rss_mib=90.0)


def test_half_of_what_was_measured_is_the_threshold_from_then_on() -> None:
    made = thresholds([result(ratio=0.3333), result("b B.List", ratio=0.000123)], BEFORE)
    assert made == {
        "in_flight": 50,
        "default": 0.0005,
        "rpcs": {"a A.Get": 0.17, "a A.Old": 0.1, "b B.List": 6.2e-05},
    }


def test_another_load_a_failure_and_nothing_at_all_set_none() -> None:
    others = [result(in_flight=200, ratio=0.01), result(errors=1, ratio=0.01), result(ratio=0.0)]
    assert thresholds(others, BEFORE) == BEFORE


def test_thresholds_errors_and_slow_refusals_are_missed() -> None:
    low = THRESHOLDS["default"] / 2
    assert result(ratio=1.0).missed() == []
    assert "bar" in result("none", ratio=low).missed()[0]
    assert result("none", in_flight=200, ratio=low).missed() == []
    assert "3 errors" in result(ratio=1.0, errors=3).missed()[0]
    assert result(in_flight=200, ratio=1.0, errors=3).missed() == []
    assert "60 ms" in result(ratio=1.0, refused=5, refused_p99_ms=60.0).missed()[0]


@pytest.mark.parametrize("slow", [{"health_p50_ms": 51.0}, {"health_p99_ms": 1100.0}], ids=str)
def test_health_that_waits_is_missed(slow: dict[str, float]) -> None:
    (missed,) = result(in_flight=200, ratio=1.0, **slow).missed()
    assert "Health/Check beside it took" in missed


def test_a_field_mask_is_sent_in_the_form_that_ghz_knows() -> None:
    asked = rpc("NotesService.UpdateNote", "notes")
    config = configuration(asked, [edit("notes/n", "Call me.")])
    (data,) = cast("list[dict[str, Any]]", config["data"])
    assert data["updateMask"] == {"paths": ["text"]}
    assert data["note"] == {"name": "notes/n", "text": "Call me."}


def test_so_is_one_within_a_batch() -> None:
    mask = FieldMask(paths=["attributes"])
    batch = record_pb2.BatchUpsertRecordsRequest(
        requests=[
            record_pb2.UpsertRecordRequest(record=record("L1", {"budget": 5.0}), update_mask=mask),
            record_pb2.UpsertRecordRequest(record=record("L2")),
        ]
    )
    (data,) = cast(
        "list[dict[str, Any]]", configuration(rpc("ScoringService.BatchUpsertRecords"), [batch])["data"]
    )
    assert data["requests"][0]["updateMask"] == {"paths": ["attributes"]}
    assert data["requests"][0]["record"]["attributes"] == {"budget": 5.0}
    assert "updateMask" not in data["requests"][1]
