"""One record, a batch, a stream, a table, an import: the same scores, and reasons that add up to them."""

import math
import uuid
from queue import SimpleQueue
from typing import Any

import grpc
import numpy as np
import pyarrow as pa
import pytest
from leadlight.common.v1 import record_pb2 as common_record_pb2
from leadlight.scoring.v1 import grade_pb2, record_pb2, score_pb2, scoring_service_pb2

from services.scoring.reasons import SHOWN_PER_SIGN
from tests.contract.served import Client, rpc
from tests.integration.scoring.conftest import Scoring
from tests.integration.scoring.world import (
    COLD,
    HOT,
    LEAD,
    OPPORTUNITY,
    WARM,
    ago,
    ipc,
    leads,
    record,
    struct,
    upsert,
)


def score_request(attributes: dict[str, Any], **fields: Any) -> scoring_service_pb2.ScoreRequest:
    return scoring_service_pb2.ScoreRequest(kind=LEAD, attributes=struct(attributes), **fields)


def score_table(client: Client, *tables: pa.Table, **options: Any) -> list[pa.Table]:
    first = scoring_service_pb2.ScoreTableRequest(
        options=scoring_service_pb2.ScoreTableOptions(**{"kind": LEAD} | options)
    )
    pieces = [scoring_service_pb2.ScoreTableRequest(arrow_ipc_stream=ipc(table)) for table in tables]
    answers = client.call("ScoringService.ScoreTable", first, *pieces)
    return [pa.ipc.open_stream(answer.arrow_ipc_stream).read_all() for answer in answers]


def rows(count: int = 40) -> list[dict[str, Any]]:
    """Leads as they come in, blanks included."""
    table = leads(count, seed=11).select(["source", "budget", "member"])
    return [{name: value for name, value in row.items() if value is not None} for row in table.to_pylist()]


def test_a_score_has_everything_that_it_is_made_of(acme: Client) -> None:
    score = acme.call("ScoringService.Score", score_request(HOT))
    assert score.score == math.floor(100 * score.probability + 0.5)
    assert (score.model_version, score.model[:7]) == (1, "models/")
    assert not score.HasField("ref")
    assert (score.trend, score.cause, score.stale) == (0, 0, False)
    assert score.grade == grade_pb2.GRADE_A
    source = next(reason for reason in score.reasons if reason.attribute == "source")
    assert (source.value, source.points > 0, source.log_odds > 0) == ("referral", True, True)
    rate = source.evidence.positive_count / source.evidence.closed_count
    assert source.sentence.startswith(f"{100 * rate:.0f} % of leads")


@pytest.mark.parametrize("attributes", [HOT, WARM, COLD, {}, {"source": "unheard of"}, {"budget": 1e9}])
def test_all_reasons_and_the_base_add_up_to_the_score(acme: Client, attributes: dict[str, Any]) -> None:
    request = score_request(attributes, reason_detail=score_pb2.REASON_DETAIL_ALL)
    score = acme.call("ScoringService.Score", request)
    assert {reason.attribute for reason in score.reasons} == {"source", "budget", "member"}
    total = score.base_points + sum(reason.points for reason in score.reasons)
    assert total == pytest.approx(100 * score.probability, abs=1e-4)


def test_reasons_come_as_asked(acme: Client) -> None:
    top = acme.call("ScoringService.Score", score_request(COLD)).reasons
    assert len(top) <= 2 * SHOWN_PER_SIGN
    none = acme.call("ScoringService.Score", score_request(COLD, reason_detail=score_pb2.REASON_DETAIL_NONE))
    assert not none.reasons
    signs = [reason.points > 0 for reason in top]
    assert signs == sorted(signs, reverse=True)


def test_unknown_attributes_are_ignored_and_blank_ones_are_listed(acme: Client) -> None:
    score = acme.call(
        "ScoringService.Score",
        score_request({"source": "  ", "budget": None, "shoe_size": 44.0, "zodiac": "fish"}),
    )
    assert list(score.ignored_attributes) == ["shoe_size", "zodiac"]
    assert sorted(score.blank_attributes) == ["budget", "member", "source"]
    assert score.probability == acme.call("ScoringService.Score", score_request({})).probability


def test_every_way_of_scoring_gives_the_same_numbers(acme: Client) -> None:
    given = rows()
    single = [acme.call("ScoringService.Score", score_request(row)) for row in given]
    batch = acme.call(
        "ScoringService.BatchScore",
        scoring_service_pb2.BatchScoreRequest(requests=[score_request(row) for row in given]),
    ).scores
    streamed = acme.call(
        "ScoringService.StreamScore",
        *(scoring_service_pb2.StreamScoreRequest(request=score_request(row)) for row in given),
    )
    for one, of_batch, of_stream in zip(single, batch, streamed, strict=True):
        for other in (of_batch, of_stream):
            other.score_time.CopyFrom(one.score_time)
            assert other == one
    table = pa.Table.from_pylist(given, schema=leads(1).select(["source", "budget", "member"]).schema)
    scored = pa.concat_tables(score_table(acme, table.slice(0, 25), table.slice(25)))
    np.testing.assert_allclose(
        scored["probability"], [each.probability for each in single], atol=1e-7, rtol=0
    )
    assert scored["score"].to_pylist() == [each.score for each in single]
    assert scored["id"].to_pylist() == [str(number) for number in range(1, len(given) + 1)]


def test_every_way_of_storing_gives_the_same_scores(acme: Client) -> None:
    given = dict(zip([f"r{number}" for number in range(30)], rows(30), strict=True))
    one_by_one = {
        name: acme.call("ScoringService.UpsertRecord", upsert(name, row)).score.probability
        for name, row in given.items()
    }
    batch = acme.call(
        "ScoringService.BatchUpsertRecords",
        record_pb2.BatchUpsertRecordsRequest(requests=[upsert(name, row) for name, row in given.items()]),
    ).records
    imported = acme.call(
        "ScoringService.ImportRecords",
        *(record_pb2.ImportRecordsRequest(record=record(name, row)) for name, row in given.items()),
    )
    assert {each.ref.id: each.score.probability for each in batch} == one_by_one
    assert {each.record.ref.id: each.record.score.probability for each in imported} == one_by_one
    assert [each.index for each in imported] == list(range(30))
    assert not any(each.record.HasField("attributes") for each in imported)


def test_a_table_keeps_its_ids_and_says_its_reasons(acme: Client) -> None:
    table = leads(30, seed=3)
    scored = score_table(acme, table, id_column="lead")[0]
    assert scored["id"].to_pylist() == table["lead"].to_pylist()
    assert scored.schema.names == ["id", "probability", "score", "grade", "reasons"]
    without = score_table(acme, table, reason_detail=score_pb2.REASON_DETAIL_NONE)[0]
    assert set(without["reasons"].to_pylist()) == {"[]"}
    assert without["probability"].equals(scored["probability"])


@pytest.mark.parametrize(
    "compression",
    [scoring_service_pb2.ARROW_COMPRESSION_LZ4_FRAME, scoring_service_pb2.ARROW_COMPRESSION_ZSTD],
    ids=["lz4", "zstd"],
)
def test_compressed_answers_are_shorter_and_the_same(acme: Client, compression: int) -> None:
    piece = scoring_service_pb2.ScoreTableRequest(arrow_ipc_stream=ipc(leads(500, seed=3)))
    plain, packed = (
        acme.call(
            "ScoringService.ScoreTable",
            scoring_service_pb2.ScoreTableRequest(
                options=scoring_service_pb2.ScoreTableOptions(kind=LEAD, compression=each)
            ),
            piece,
        )[0].arrow_ipc_stream
        for each in (scoring_service_pb2.ARROW_COMPRESSION_UNSPECIFIED, compression)
    )
    assert len(packed) < len(plain) / 2
    with pa.ipc.open_stream(plain) as one, pa.ipc.open_stream(packed) as other:
        assert other.read_all().equals(one.read_all())


def test_a_table_may_come_with_empty_pieces_and_dictionaries(acme: Client) -> None:
    table = leads(20, seed=3)
    packed = table.set_column(1, "source", table["source"].dictionary_encode())
    empty, plain, same = score_table(acme, table.slice(0, 0), table, packed)
    assert empty.num_rows == 0
    assert plain["probability"].equals(same["probability"])


def test_a_caller_who_waits_for_each_answer_gets_it(acme: Client) -> None:
    """Pieces are scored as they come: no answer waits for further pieces."""
    to_send: SimpleQueue[Any] = SimpleQueue()
    call = acme.begin(rpc("ScoringService.ScoreTable"), iter(to_send.get, None), timeout_s=15)
    options = scoring_service_pb2.ScoreTableOptions(kind=LEAD)
    to_send.put(scoring_service_pb2.ScoreTableRequest(options=options))
    for _ in range(4):
        to_send.put(scoring_service_pb2.ScoreTableRequest(arrow_ipc_stream=ipc(leads(10))))
        assert next(call).arrow_ipc_stream
    to_send.put(None)
    assert list(call) == []


def test_a_bad_piece_ends_a_table_and_names_itself(acme: Client) -> None:
    error = acme.refused(
        "ScoringService.ScoreTable",
        scoring_service_pb2.ScoreTableRequest(options=scoring_service_pb2.ScoreTableOptions(kind=LEAD)),
        scoring_service_pb2.ScoreTableRequest(arrow_ipc_stream=ipc(leads(10))),
        scoring_service_pb2.ScoreTableRequest(arrow_ipc_stream=b"no table at all"),
    )
    assert (error.code, error.fields) == ("INVALID_ARGUMENT", ["parts[1].arrow_ipc_stream"])


def test_without_a_published_model_nothing_is_scored(empty: Client) -> None:
    error = empty.refused("ScoringService.Score", score_request(HOT))
    assert (error.code, error.reason) == ("FAILED_PRECONDITION", "MODEL_NOT_PUBLISHED")


def test_a_model_can_be_tried_before_it_is_published(scoring: Scoring, empty: Client) -> None:
    name = scoring.install(empty.tenant, publish=None)
    assert empty.call("ScoringService.Score", score_request(HOT, model=name)).model == name
    request = scoring_service_pb2.ScoreRequest(kind=OPPORTUNITY, model=name)
    assert empty.refused("ScoringService.Score", request).code == "FAILED_PRECONDITION"


def test_an_import_answers_for_each_record_and_goes_on(acme: Client) -> None:
    bad_type = record("bad", {"budget": "a lot"})
    contact = record_pb2.Record()
    contact.ref.kind, contact.ref.id = common_record_pb2.RECORD_KIND_CONTACT, "c1"
    requests = [
        record_pb2.ImportRecordsRequest(record=record("good-1", HOT)),
        record_pb2.ImportRecordsRequest(record=bad_type),
        record_pb2.ImportRecordsRequest(),
        record_pb2.ImportRecordsRequest(record=contact),
        record_pb2.ImportRecordsRequest(record=record("good-2", COLD)),
    ]
    answers = acme.call("ScoringService.ImportRecords", *requests)
    assert [answer.status.code for answer in answers] == [0, 3, 3, 3, 0]
    assert [answer.HasField("record") for answer in answers] == [True, False, False, False, True]
    listed = acme.call("ScoringService.ListRecords", record_pb2.ListRecordsRequest(kind=LEAD)).records
    assert {each.ref.id for each in listed} == {"good-1", "good-2"}


def test_wrong_types_name_every_attribute_at_fault(acme: Client) -> None:
    error = acme.refused(
        "ScoringService.Score", score_request({"budget": "a lot", "member": 3.0, "source": 1.0})
    )
    assert error.code == "INVALID_ARGUMENT"
    assert sorted(error.fields) == ["attributes.budget", "attributes.member", "attributes.source"]
    batch = scoring_service_pb2.BatchScoreRequest(
        requests=[score_request(HOT), score_request({"budget": "x"})]
    )
    assert acme.refused("ScoringService.BatchScore", batch).fields == ["requests[1].attributes.budget"]


def test_a_stream_ends_at_a_bad_record_with_its_index(acme: Client) -> None:
    good = scoring_service_pb2.StreamScoreRequest(request=score_request(HOT))
    bad = scoring_service_pb2.StreamScoreRequest(request=score_request({"budget": "x"}))
    call = acme.begin(rpc("ScoringService.StreamScore"), [good, bad, good])
    assert next(call).score > 50
    with pytest.raises(grpc.RpcError):
        next(call)


def test_the_creation_time_may_lie_anywhere(acme: Client) -> None:
    for moment in (ago(days=0), ago(days=5000), ago(days=-5000)):
        assert acme.call("ScoringService.Score", score_request(HOT, create_time=moment)).score > 50


def test_tenants_do_not_see_each_other(scoring: Scoring, acme: Client) -> None:
    other = scoring.client(f"t{uuid.uuid4().hex[:12]}")
    acme.call("ScoringService.UpsertRecord", upsert("mine", HOT))
    assert not other.call("ScoringService.ListRecords", record_pb2.ListRecordsRequest(kind=LEAD)).records
