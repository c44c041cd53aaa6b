"""Several workers over one database and one folder: what one does, the others see."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import structlog.testing
from leadlight.scoring.v1 import model_pb2, record_pb2, score_pb2, scoring_service_pb2

from tests.contract.served import Client, served
from tests.integration.scoring.conftest import Scoring
from tests.integration.scoring.world import HOT, LEAD, closed, ref, struct, upsert

UPSERT = "ScoringService.UpsertRecord"
NOTICED_S = 1.5


@pytest.fixture
def second(scoring: Scoring, acme: Client) -> Iterator[Client]:
    """The same tenant's caller at another worker, which has loaded nothing yet."""
    url = scoring.served.settings.database_url
    with served("scoring", scoring.folder, database_url=url, run_operations=False) as other:
        yield other.client(acme.tenant)


def score(client: Client) -> score_pb2.Score:
    request = scoring_service_pb2.ScoreRequest(kind=LEAD, attributes=struct(HOT))
    found: score_pb2.Score = client.call("ScoringService.Score", request)
    return found


def soon(condition: Callable[[], bool]) -> bool:
    """Whether it holds within the time in which workers notice each other's publications."""
    end_s = time.monotonic() + NOTICED_S
    while time.monotonic() < end_s:
        if condition():
            return True
        time.sleep(0.05)
    return False


def damage(scoring: Scoring, tenant: str, model: str, file: str, content: bytes | None) -> None:
    path = scoring.folder / "scoring" / "models" / tenant / model.removeprefix("models/") / file
    if content is None:
        path.unlink()
    else:
        path.write_bytes(content)


def test_a_publication_is_noticed_by_the_other_worker(scoring: Scoring, acme: Client, second: Client) -> None:
    before = score(second).model
    name = scoring.install(acme.tenant, publish=None)
    acme.call("ModelService.PublishModel", model_pb2.PublishModelRequest(name=name))
    assert score(acme).model == name
    assert soon(lambda: score(second).model == name)
    acme.call("ModelService.RetireModel", model_pb2.RetireModelRequest(name=name))
    assert score(acme).model == before
    assert soon(lambda: score(second).model == before)


def test_grades_are_noticed_by_the_other_worker(acme: Client, second: Client) -> None:
    request = scoring_service_pb2.GetGradeRangesRequest(kind=LEAD)
    second.call("ScoringService.GetGradeRanges", request)
    score(second)
    ranges = acme.call("ScoringService.GetGradeRanges", request)
    ranges.a_minimum, ranges.b_minimum, ranges.c_minimum = 100, 99, 98
    acme.call(
        "ScoringService.UpdateGradeRanges", scoring_service_pb2.UpdateGradeRangesRequest(grade_ranges=ranges)
    )
    assert second.call("ScoringService.GetGradeRanges", request) == ranges
    assert soon(lambda: score(second).grade != 1)


@pytest.mark.parametrize(
    ("file", "content"),
    [("2.onnx", b"changed"), ("2.onnx", None), ("2.json", b"{}"), ("2.json", None)],
    ids=["ONNX file changed", "ONNX file gone", "card changed", "card gone"],
)
def test_a_damaged_version_is_not_loaded_and_the_one_before_serves(
    scoring: Scoring, acme: Client, second: Client, file: str, content: bytes | None
) -> None:
    name = scoring.install(acme.tenant, versions=2, publish=2)
    acme.call("ModelService.PublishModel", model_pb2.PublishModelRequest(name=name))
    stored = acme.call(UPSERT, upsert("a", HOT)).score
    assert (stored.model, stored.model_version) == (name, 2)
    damage(scoring, acme.tenant, name, file, content)
    with structlog.testing.capture_logs() as log:
        assert score(second).model_version == 1
    line = next(line for line in log if line["event"] == "model_not_loaded")
    assert (line["version"], line["reason"], line["log_level"]) == (2, "MODEL_FILE_CORRUPT", "error")
    # Who names the damaged model is told; what it scored before stays readable.
    request = scoring_service_pb2.ScoreRequest(kind=LEAD, attributes=struct(HOT), model=name)
    error = second.refused("ScoringService.Score", request)
    assert (error.code, error.reason) == ("DATA_LOSS", "MODEL_FILE_CORRUPT")
    kept = second.call("ScoringService.GetRecord", record_pb2.GetRecordRequest(ref=ref("a"))).score
    assert (kept.score, kept.model_version, len(kept.reasons)) == (stored.score, 2, 0)
    again = second.call(UPSERT, upsert("a", HOT)).score
    assert (again.model_version, again.score) == (1, stored.score)
    # A damaged card leaves the model visible, without what the card told.
    shown = second.call("ModelService.GetModel", model_pb2.GetModelRequest(name=name))
    assert shown.version == 2
    assert shown.HasField("metrics") == file.endswith(".onnx")


def test_a_model_without_a_sound_version_is_not_published_and_passed_over(
    scoring: Scoring, acme: Client, second: Client
) -> None:
    sound = score(acme).model
    published, ready = scoring.install(acme.tenant), scoring.install(acme.tenant, publish=None)
    for model in (published, ready):
        damage(scoring, acme.tenant, model, "1.onnx", b"")
    error = second.refused("ModelService.PublishModel", model_pb2.PublishModelRequest(name=ready))
    assert (error.code, error.reason) == ("DATA_LOSS", "MODEL_FILE_CORRUPT")
    assert second.call(UPSERT, upsert("a", HOT)).score.model == sound


def test_changes_of_one_record_at_two_workers_are_all_kept(acme: Client, second: Client) -> None:
    """Each call sets an attribute of its own: whoever reads before another's commit would undo it."""
    acme.call(UPSERT, upsert("a", HOT))

    def change(number: int) -> Any:
        client = (acme, second)[number % 2]
        return client.call(UPSERT, upsert("a", {f"n{number}": 1.0}, mask=[f"attributes.n{number}"]))

    with ThreadPoolExecutor(4) as callers:
        list(callers.map(change, range(32)))
    found = acme.call("ScoringService.GetRecord", record_pb2.GetRecordRequest(ref=ref("a")))
    assert set(found.attributes) == {*HOT, *(f"n{number}" for number in range(32))}
    past = acme.call("ScoringService.ListScores", score_pb2.ListScoresRequest(ref=ref("a"))).scores
    assert len(past) == 33


def test_new_records_at_two_workers_do_not_get_in_each_others_way(acme: Client, second: Client) -> None:
    def store(number: int) -> Any:
        client = (acme, second)[number % 2]
        return client.call(UPSERT, upsert(f"r{number // 4}", HOT | {"budget": float(number)}))

    with ThreadPoolExecutor(4) as callers:
        stored = list(callers.map(store, range(48)))
    assert len(stored) == 48
    for number in range(12):
        past = acme.call(
            "ScoringService.ListScores", score_pb2.ListScoresRequest(ref=ref(f"r{number}"))
        ).scores
        assert len(past) == 4


def test_a_record_that_is_deleted_while_it_changes_leaves_no_past(acme: Client, second: Client) -> None:
    delete = record_pb2.DeleteRecordRequest(ref=ref("a"), allow_missing=True)

    def act(number: int) -> Any:
        if number % 2:
            return second.call("ScoringService.DeleteRecord", delete)
        return acme.call(UPSERT, upsert("a", HOT))

    with ThreadPoolExecutor(4) as callers:
        list(callers.map(act, range(40)))
    acme.call("ScoringService.DeleteRecord", delete)
    acme.call(UPSERT, closed("a", HOT))
    past = acme.call("ScoringService.ListScores", score_pb2.ListScoresRequest(ref=ref("a"))).scores
    assert list(past) == []
