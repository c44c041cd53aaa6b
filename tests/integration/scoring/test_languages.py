"""Reasons and what-if in the language that each request asks for, whatever was asked before."""

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from leadlight.scoring.v1 import record_pb2, scoring_service_pb2

from tests.contract.served import Client
from tests.integration.scoring.world import HOT, LEAD, ref, struct, upsert

WORDS = {
    "": "leads with",
    "da": "af leads med",
    "nb-NO": "av leads med",
    "sv": "av leads med",
    "zh": "的线索中",
}


def request(language: str) -> scoring_service_pb2.ScoreRequest:
    return scoring_service_pb2.ScoreRequest(kind=LEAD, attributes=struct(HOT), language=language)


def said(score: Any) -> str:
    """What is said of the lead's source."""
    return next(str(each.sentence) for each in score.reasons if each.attribute == "source")


def one(client: Client, language: str) -> Any:
    return client.call("ScoringService.Score", request(language))


def batch(client: Client, language: str) -> Any:
    asked = scoring_service_pb2.BatchScoreRequest(requests=[request("en"), request(language)])
    return client.call("ScoringService.BatchScore", asked).scores[1]


def stream(client: Client, language: str) -> Any:
    asked = [scoring_service_pb2.StreamScoreRequest(request=request(each)) for each in ("en", language)]
    return client.call("ScoringService.StreamScore", *asked)[1]


def stored(client: Client, language: str) -> Any:
    answer = client.call("ScoringService.UpsertRecord", upsert("a", HOT, language=language))
    return answer.score


def stored_among_others(client: Client, language: str) -> Any:
    asked = record_pb2.BatchUpsertRecordsRequest(
        requests=[upsert("b", HOT), upsert("a", HOT, language=language)]
    )
    return client.call("ScoringService.BatchUpsertRecords", asked).records[1].score


def read(client: Client, language: str) -> Any:
    stored(client, "en")
    asked = record_pb2.GetRecordRequest(ref=ref("a"), language=language)
    return client.call("ScoringService.GetRecord", asked).score


def explained(client: Client, language: str) -> Any:
    asked = scoring_service_pb2.ExplainRequest(
        record=request(""), changes=struct({"budget": 1.0}), language=language
    )
    return client.call("ScoringService.Explain", asked).before


@pytest.mark.parametrize(
    "ask", [one, batch, stream, stored, stored_among_others, read, explained], ids=lambda ask: ask.__name__
)
def test_reasons_in_each_language(acme: Client, ask: Callable[[Client, str], Any]) -> None:
    for language, words in WORDS.items():
        assert words in said(ask(acme, language))


def test_what_if_in_danish(acme: Client) -> None:
    asked = scoring_service_pb2.ExplainRequest(
        record=request(""), changes=struct({"source": "web", "budget": None}), language="da-DK"
    )
    answer = acme.call("ScoringService.Explain", asked)
    assert answer.sentence == (
        f"med source »web« og uden budget: {answer.before.score} til {answer.after.score}"
    )


def test_the_first_answer_comes_again_in_its_language(acme: Client) -> None:
    asked = upsert("a", HOT, language="sv", request_id=str(uuid.uuid4()))
    first = acme.call("ScoringService.UpsertRecord", asked)
    assert acme.call("ScoringService.UpsertRecord", asked) == first
    asked.language = "da"
    assert acme.refused("ScoringService.UpsertRecord", asked).reason == "REQUEST_ID_REUSED"


def test_another_language_is_refused(acme: Client) -> None:
    assert acme.refused("ScoringService.Score", request("fr")).fields == ["language"]
