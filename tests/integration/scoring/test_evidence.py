"""How sure a score is, over the wire and stored: its interval, low evidence, blanks left out."""

import pyarrow as pa
from leadlight.scoring.v1 import model_pb2, record_pb2, score_pb2, scoring_service_pb2

from tests.contract.served import Client
from tests.integration.scoring.test_models import TRAIN, uploaded
from tests.integration.scoring.test_several_models import train
from tests.integration.scoring.world import HOT, LEAD, leads, ref, struct, upsert

LOW = model_pb2.ModelWarning.KIND_LOW_EVIDENCE


def few() -> pa.Table:
    """30 closed leads, fewer than 40 of either outcome."""
    return leads().slice(0, 30)


def score(client: Client, attributes: dict[str, object], **fields: object) -> score_pb2.Score:
    request = scoring_service_pb2.ScoreRequest(kind=LEAD, attributes=struct(attributes), **fields)
    answer = client.call("ScoringService.Score", request)
    assert isinstance(answer, score_pb2.Score)
    return answer


def test_a_score_has_an_interval_and_a_stored_one_keeps_it(acme: Client) -> None:
    fresh = score(acme, HOT)
    assert 0 <= fresh.interval.low <= fresh.probability <= fresh.interval.high <= 1
    assert fresh.interval.high - fresh.interval.low > 0.001
    stored = acme.call("ScoringService.UpsertRecord", upsert("sure", HOT)).score
    read = acme.call("ScoringService.GetRecord", record_pb2.GetRecordRequest(ref=ref("sure", LEAD))).score
    assert read.interval == stored.interval
    assert read.HasField("interval")
    assert not read.low_evidence


def test_few_records_are_refused_and_with_low_evidence_train_and_are_marked(empty: Client) -> None:
    dataset = uploaded(empty, few())
    model = train(empty, dataset=dataset, low_evidence=True, publish=True)
    assert model.low_evidence
    assert LOW in [warning.kind for warning in model.warnings]
    assert score(empty, HOT).low_evidence
    empty.call("ScoringService.UpsertRecord", upsert("unsure", HOT))
    read = empty.call("ScoringService.GetRecord", record_pb2.GetRecordRequest(ref=ref("unsure", LEAD))).score
    assert read.low_evidence
    assert read.HasField("interval")
    refused = empty.refused(TRAIN, model_pb2.TrainModelRequest(kind=LEAD, dataset=dataset))
    assert refused.reason == "TOO_FEW_CLOSED_RECORDS"


def test_a_blank_that_is_to_be_ignored_adds_nothing_and_the_reasons_say_so(empty: Client) -> None:
    options = model_pb2.AttributeOptions(ignore_blank=["budget"], hand_picked=["budget", "source"])
    train(empty, dataset=uploaded(empty), attribute_options=options, publish=True)
    reasons = {each.attribute: each for each in score(empty, {"source": "web"}).reasons}
    assert set(reasons) == {"budget", "source"}
    assert reasons["budget"].points == 0
    assert reasons["budget"].sentence == "blank; left out of the score as the model was told"
