"""`Explain`: what a score would be with other attributes."""

import uuid
from typing import Any

import pytest
from leadlight.scoring.v1 import record_pb2, score_pb2, scoring_service_pb2

from tests.contract.served import Client
from tests.integration.scoring.conftest import Scoring
from tests.integration.scoring.world import COLD, HOT, LEAD, ago, closed, ref, struct, upsert


def of_sent(attributes: dict[str, Any], changes: dict[str, Any], **fields: Any) -> Any:
    sent = scoring_service_pb2.ScoreRequest(kind=LEAD, attributes=struct(attributes))
    return scoring_service_pb2.ExplainRequest(record=sent, changes=struct(changes), **fields)


def of_stored(record_id: str, changes: dict[str, Any], **fields: Any) -> Any:
    return scoring_service_pb2.ExplainRequest(ref=ref(record_id), changes=struct(changes), **fields)


def scored(client: Client, attributes: dict[str, Any]) -> Any:
    request = scoring_service_pb2.ScoreRequest(
        kind=LEAD, attributes=struct(attributes), reason_detail=score_pb2.REASON_DETAIL_ALL
    )
    return client.call("ScoringService.Score", request)


def test_both_scores_are_those_that_score_gives(acme: Client) -> None:
    changes = {"source": "referral", "budget": 9_000.0}
    answer = acme.call("ScoringService.Explain", of_sent(COLD, changes))
    for got, attributes in ((answer.before, COLD), (answer.after, COLD | changes)):
        alone = scored(acme, attributes)
        got.score_time.CopyFrom(alone.score_time)
        assert got == alone
    assert answer.after.score > answer.before.score
    assert answer.sentence.endswith(f": {answer.before.score} to {answer.after.score}")
    moved = sum(each.points for each in answer.changes)
    gained = 100 * (answer.after.probability - answer.before.probability)
    assert moved == pytest.approx(gained, abs=1e-3)
    assert {each.attribute for each in answer.changes} >= {"source", "budget"}


def test_a_stored_record_is_explained_and_stays_as_it_is(acme: Client) -> None:
    acme.call("ScoringService.UpsertRecord", upsert("r1", HOT, create_time=ago(days=3)))
    before = acme.call("ScoringService.GetRecord", record_pb2.GetRecordRequest(ref=ref("r1")))
    answer = acme.call("ScoringService.Explain", of_stored("r1", {"source": "web", "budget": None}))
    assert answer.before.score == before.score.score
    assert answer.after.score < answer.before.score
    assert answer.before.ref == answer.after.ref == ref("r1")
    assert list(answer.after.blank_attributes) == ["budget"]
    said = f'with source "web" and without budget: {answer.before.score} to {answer.after.score}'
    assert answer.sentence == said
    after = acme.call("ScoringService.GetRecord", record_pb2.GetRecordRequest(ref=ref("r1")))
    assert after == before
    scores = acme.call("ScoringService.ListScores", score_pb2.ListScoresRequest(ref=ref("r1"))).scores
    assert len(scores) == 1


def test_a_closed_record_can_be_asked_about(acme: Client) -> None:
    acme.call("ScoringService.UpsertRecord", closed("r2", COLD, won=False))
    answer = acme.call("ScoringService.Explain", of_stored("r2", {"source": "referral"}))
    assert answer.after.score > answer.before.score


def test_an_unknown_attribute_moves_nothing_and_is_listed(acme: Client) -> None:
    answer = acme.call("ScoringService.Explain", of_sent(HOT, {"shoe_size": 44.0}))
    assert not answer.changes
    assert list(answer.after.ignored_attributes) == ["shoe_size"]
    assert answer.after.probability == answer.before.probability


def test_a_model_can_be_asked_before_it_is_published(scoring: Scoring, empty: Client) -> None:
    name = scoring.install(empty.tenant, publish=None)
    answer = empty.call("ScoringService.Explain", of_sent(HOT, {"source": "web"}, model=name))
    assert (answer.before.model, answer.after.model) == (name, name)
    error = empty.refused("ScoringService.Explain", of_sent(HOT, {"source": "web"}))
    assert (error.code, error.reason) == ("FAILED_PRECONDITION", "MODEL_NOT_PUBLISHED")


@pytest.mark.parametrize(
    ("request_", "fields"),
    [
        (of_sent(HOT, {}), ["changes"]),
        (of_sent(HOT, {f"a{number}": 1.0 for number in range(51)}), ["changes"]),
        (of_sent(HOT, {"budget": "a lot", "member": 3.0}), ["changes.budget", "changes.member"]),
        (of_sent(HOT, {"budget": [1.0]}), ["changes.budget"]),
        (of_sent(HOT, {"budget": float("inf")}), ["changes.budget"]),
        (of_sent(HOT, {"note": "x" * 10_001}), ["changes.note"]),
        (of_sent({"budget": "a lot"}, {"source": "web"}), ["record.attributes.budget"]),
    ],
    ids=["none", "51", "wrong types", "list", "infinity", "long text", "the record itself"],
)
def test_bad_changes_name_the_field(acme: Client, request_: Any, fields: list[str]) -> None:
    error = acme.refused("ScoringService.Explain", request_)
    assert error.code == "INVALID_ARGUMENT"
    assert sorted(error.fields) == fields


def test_the_model_goes_into_the_request(acme: Client) -> None:
    request = of_sent(HOT, {"source": "web"})
    request.record.model = "models/any"
    assert acme.refused("ScoringService.Explain", request).fields == ["record.model"]


def test_a_record_that_is_not_stored(acme: Client) -> None:
    error = acme.refused("ScoringService.Explain", of_stored(uuid.uuid4().hex, {"source": "web"}))
    assert error.code == "NOT_FOUND"
