"""Records and their scores over time: stored and scored in one call, changed in part, listed, left, deleted."""

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from google.type import money_pb2
from leadlight.scoring.v1 import grade_pb2, model_pb2, record_pb2, score_pb2, scoring_service_pb2
from sqlalchemy import update
from sqlmodel import col

from services.scoring.models import ScoreRow
from tests.contract.served import Client
from tests.integration.scoring.conftest import Scoring
from tests.integration.scoring.world import (
    COLD,
    HOT,
    LEAD,
    OPPORTUNITY,
    WARM,
    ago,
    closed,
    ref,
    struct,
    upsert,
)

UPSERT = "ScoringService.UpsertRecord"


def get(client: Client, name: str, **fields: Any) -> record_pb2.Record:
    found: record_pb2.Record = client.call(
        "ScoringService.GetRecord", record_pb2.GetRecordRequest(ref=ref(name), **fields)
    )
    return found


def attributes_of(found: record_pb2.Record) -> dict[str, Any]:
    return {name: found.attributes[name] for name in found.attributes}


def history(client: Client, name: str, **fields: Any) -> list[score_pb2.Score]:
    request = score_pb2.ListScoresRequest(ref=ref(name), **fields)
    return list(client.call("ScoringService.ListScores", request).scores)


def names(client: Client, **fields: Any) -> list[str]:
    request = record_pb2.ListRecordsRequest(**{"kind": LEAD} | fields)
    return [each.ref.id for each in client.call("ScoringService.ListRecords", request).records]


def test_a_record_is_scored_in_the_call_that_stores_it(acme: Client) -> None:
    stored = acme.call(UPSERT, upsert("a", HOT, create_time=ago(days=3)))
    assert stored.score.ref == ref("a")
    assert stored.score.cause == score_pb2.SCORE_CAUSE_RECORD_CHANGED
    assert stored.score.trend == score_pb2.TREND_NOT_ENOUGH_INFO
    assert stored.score.score_time == stored.update_time
    assert get(acme, "a") == stored


def test_trends_and_history_follow_each_change(acme: Client) -> None:
    scores = [acme.call(UPSERT, upsert("a", attributes)).score for attributes in (HOT, COLD, COLD, WARM)]
    assert [each.trend for each in scores] == [
        score_pb2.TREND_NOT_ENOUGH_INFO,
        score_pb2.TREND_DECLINING,
        score_pb2.TREND_STEADY,
        score_pb2.TREND_IMPROVING,
    ]
    past = history(acme, "a")
    assert [each.score for each in past] == [each.score for each in reversed(scores)]
    assert [each.trend for each in past] == [each.trend for each in reversed(scores)]
    assert {each.cause for each in past} == {score_pb2.SCORE_CAUSE_RECORD_CHANGED}
    assert [each.score_time.ToNanoseconds() for each in past] == sorted(
        (each.score_time.ToNanoseconds() for each in past), reverse=True
    )
    assert all(each.ref == ref("a") and not each.reasons for each in past)
    middle = past[1].score_time
    assert len(history(acme, "a", start_time=middle)) == 2
    assert len(history(acme, "a", end_time=middle)) == 2


def test_history_comes_in_pages(acme: Client) -> None:
    for budget in range(5):
        acme.call(UPSERT, upsert("a", HOT | {"budget": 1000.0 * budget}))
    whole = history(acme, "a")
    found: list[score_pb2.Score] = []
    token = ""
    while True:
        request = score_pb2.ListScoresRequest(ref=ref("a"), page_size=2, page_token=token)
        page = acme.call("ScoringService.ListScores", request)
        found += page.scores
        token = page.next_page_token
        if not token:
            break
    assert found == whole


def test_a_mask_changes_what_it_names_alone(acme: Client) -> None:
    acme.call(UPSERT, upsert("a", {"source": "web", "budget": 100.0}, create_time=ago(days=30)))
    before = get(acme, "a")
    changed = acme.call(UPSERT, upsert("a", {"budget": 9000.0, "source": "fair"}, mask=["attributes.budget"]))
    assert attributes_of(changed) == {"source": "web", "budget": 9000.0}
    assert changed.create_time == before.create_time
    assert changed.score.trend == score_pb2.TREND_IMPROVING
    gone = acme.call(UPSERT, upsert("a", {}, mask=["attributes.source"]))
    assert attributes_of(gone) == {"budget": 9000.0}
    moved = acme.call(UPSERT, upsert("a", {"source": "fair"}, create_time=ago(days=60), mask=["create_time"]))
    assert attributes_of(moved) == {"budget": 9000.0}
    assert moved.create_time.seconds < before.create_time.seconds
    replaced = acme.call(UPSERT, upsert("a", {"member": True}, mask=["attributes"]))
    assert attributes_of(replaced) == {"member": True}
    assert replaced.create_time == moved.create_time


def test_without_a_mask_what_is_not_sent_is_gone_and_the_creation_time_stays(acme: Client) -> None:
    first = acme.call(UPSERT, upsert("a", HOT, create_time=ago(days=30)))
    second = acme.call(UPSERT, upsert("a", {"source": "web"}))
    assert attributes_of(second) == {"source": "web"}
    assert second.create_time == first.create_time


def test_a_mask_has_no_effect_on_a_record_that_is_new(acme: Client) -> None:
    stored = acme.call(UPSERT, upsert("a", HOT, mask=["attributes.budget"]))
    assert attributes_of(stored) == HOT


def test_a_mask_closes_and_opens_a_record(acme: Client) -> None:
    acme.call(UPSERT, upsert("a", HOT, create_time=ago(days=5)))
    mask = ["outcome", "close_time"]
    won = acme.call(
        UPSERT, upsert("a", {}, outcome=record_pb2.OUTCOME_POSITIVE, close_time=ago(days=1), mask=mask)
    )
    assert (attributes_of(won), won.score.stale) == (HOT, True)
    again = acme.call(UPSERT, upsert("a", {}, mask=mask))
    assert (again.outcome, again.score.stale) == (record_pb2.OUTCOME_UNSPECIFIED, False)
    assert not again.HasField("close_time")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        (
            upsert("a", {}, outcome=1, close_time=ago(days=30), mask=["outcome", "close_time"]),
            "record.close_time",
        ),
        (closed("b", HOT, create_time=None), "record.close_time"),
        (
            upsert(
                "a", {f"new {n}": 1.0 for n in range(499)}, mask=[f"attributes.new {n}" for n in range(499)]
            ),
            "record.attributes",
        ),
    ],
    ids=["closed before the stored creation", "closed before the first storing", "499 more attributes"],
)
def test_a_record_must_be_sound_after_the_change_too(
    acme: Client, change: record_pb2.UpsertRecordRequest, field: str
) -> None:
    acme.call(UPSERT, upsert("a", HOT, create_time=ago(days=5)))
    before = get(acme, "a")
    assert acme.refused(UPSERT, change).fields == [field]
    assert get(acme, "a") == before


def test_a_closed_record_keeps_its_last_score_marked_stale(acme: Client) -> None:
    open_one = acme.call(UPSERT, upsert("a", HOT, create_time=ago(days=9)))
    won = acme.call(UPSERT, closed("a", HOT | {"budget": "not even a number"}))
    for shown in (won, get(acme, "a")):
        assert (shown.score.score, shown.score.stale) == (open_one.score.score, True)
        assert shown.score.not_scored_reason == score_pb2.NOT_SCORED_REASON_CLOSED
        assert not shown.score.reasons
    assert len(history(acme, "a")) == 1


def test_records_that_are_not_scored_say_why(scoring: Scoring, empty: Client) -> None:
    unscored = empty.call(UPSERT, upsert("a", HOT))
    assert unscored.score.not_scored_reason == score_pb2.NOT_SCORED_REASON_NO_PUBLISHED_MODEL
    assert (unscored.score.model, unscored.score.grade) == ("", grade_pb2.GRADE_UNSPECIFIED)
    scoring.install(empty.tenant)
    fresh = empty.call(UPSERT, upsert("a", HOT))
    assert (fresh.score.not_scored_reason, fresh.score.stale) == (0, False)
    old = empty.call(UPSERT, upsert("a", HOT, create_time=ago(days=2 * 365 + 5)))
    assert (old.score.not_scored_reason, old.score.stale) == (score_pb2.NOT_SCORED_REASON_TOO_OLD, True)
    assert old.score.score == fresh.score.score
    young = empty.call(UPSERT, upsert("b", HOT, create_time=ago(days=2 * 365 - 5)))
    assert young.score.not_scored_reason == 0
    lost = empty.call(UPSERT, closed("c", HOT, won=False))
    assert (lost.score.not_scored_reason, lost.score.stale) == (score_pb2.NOT_SCORED_REASON_CLOSED, False)
    deal = empty.call(UPSERT, upsert("a", HOT, kind=OPPORTUNITY))
    assert deal.score.not_scored_reason == score_pb2.NOT_SCORED_REASON_NO_PUBLISHED_MODEL


def test_scores_of_a_retired_model_are_stale_unless_another_can_give_them(
    scoring: Scoring, empty: Client
) -> None:
    first, second = scoring.install(empty.tenant), scoring.install(empty.tenant)
    empty.call(UPSERT, upsert("a", HOT))
    empty.call(UPSERT, closed("b", HOT))
    empty.call("ModelService.RetireModel", model_pb2.RetireModelRequest(name=second))
    assert not get(empty, "a").score.stale
    assert empty.call(UPSERT, upsert("a", HOT)).score.model == first
    empty.call("ModelService.RetireModel", model_pb2.RetireModelRequest(name=first))
    left = get(empty, "a").score
    assert (left.stale, left.not_scored_reason) == (True, score_pb2.NOT_SCORED_REASON_NO_PUBLISHED_MODEL)
    assert left.score > 0
    assert get(empty, "b").score.not_scored_reason == score_pb2.NOT_SCORED_REASON_CLOSED
    empty.call("ModelService.PublishModel", model_pb2.PublishModelRequest(name=first))
    again = empty.call(UPSERT, upsert("a", HOT)).score
    assert (again.stale, again.trend) == (False, score_pb2.TREND_STEADY)


def test_the_trend_compares_scores_of_one_model_line(scoring: Scoring, empty: Client) -> None:
    first = scoring.install(empty.tenant)
    hot = empty.call(UPSERT, upsert("a", HOT)).score
    second = scoring.install(empty.tenant)
    empty.call("ModelService.PublishModel", model_pb2.PublishModelRequest(name=second))
    assert empty.call(UPSERT, upsert("a", COLD)).score.model == second
    empty.call("ModelService.RetireModel", model_pb2.RetireModelRequest(name=second))
    assert empty.call(UPSERT, upsert("a", COLD)).score.model == first
    # What is published and retired has every record scored in the background: what comes first there is not fixed.
    past = list(reversed(history(empty, "a")))
    assert next(each for each in past if each.model == second).trend == score_pb2.TREND_NOT_ENOUGH_INFO
    fallen = next(each for each in past if each.model == first and each.score < hot.score)
    assert fallen.trend == score_pb2.TREND_DECLINING


def test_lists_go_from_the_highest_score_to_records_without_one(acme: Client) -> None:
    for name, attributes in (("a", COLD), ("b", HOT), ("d", WARM), ("c", WARM), ("e", HOT)):
        acme.call(UPSERT, upsert(name, attributes))
    acme.call(UPSERT, upsert("z", HOT, create_time=ago(days=1000)))
    acme.call(UPSERT, closed("y", HOT))
    assert names(acme) == ["b", "e", "c", "d", "a", "z"]
    assert names(acme, include_closed=True) == ["b", "e", "c", "d", "a", "y", "z"]
    assert names(acme, kind=OPPORTUNITY) == []
    assert names(acme, grades=[grade_pb2.GRADE_A]) == ["b", "e"]
    assert names(acme, grades=[grade_pb2.GRADE_D, grade_pb2.GRADE_A]) == ["b", "e", "a"]
    found, token = [], ""
    for _ in range(3):
        request = record_pb2.ListRecordsRequest(kind=LEAD, page_size=2, page_token=token)
        page = acme.call("ScoringService.ListRecords", request)
        found += [each.ref.id for each in page.records]
        token = page.next_page_token
    assert (found, token) == (["b", "e", "c", "d", "a", "z"], "")


DESC, ASC = record_pb2.RECORD_ORDER_SCORE_DESC, record_pb2.RECORD_ORDER_SCORE_ASC


@pytest.mark.parametrize("page_size", [1, 2, 3, 50])
@pytest.mark.parametrize(
    ("order", "ids"),
    [
        (DESC, ["hot", "warm", "cold", "none-a", "none-b"]),
        (ASC, ["cold", "warm", "hot", "none-a", "none-b"]),
        (record_pb2.RECORD_ORDER_EXPECTED_VALUE_DESC, ["cold", "warm", "hot", "none-a", "none-b"]),
        (record_pb2.RECORD_ORDER_EXPECTED_VALUE_ASC, ["warm", "cold", "hot", "none-a", "none-b"]),
        (record_pb2.RECORD_ORDER_CREATE_TIME_DESC, ["cold", "warm", "hot", "none-b", "none-a"]),
        (record_pb2.RECORD_ORDER_CREATE_TIME_ASC, ["none-a", "none-b", "hot", "warm", "cold"]),
    ],
)
def test_lists_rise_and_fall_and_what_has_no_value_comes_last(
    acme: Client, order: record_pb2.RecordOrder.ValueType, ids: list[str], page_size: int
) -> None:
    """Two records without a score or an expected value: created over two years ago. `hot` has no amount."""
    old = {"none-a": ago(days=740), "none-b": ago(days=739)}
    for number, (record_id, attributes) in enumerate(
        {"hot": HOT, "warm": WARM, "cold": COLD, "none-a": HOT, "none-b": HOT}.items()
    ):
        fields: dict[str, Any] = {"create_time": old.get(record_id, ago(days=9 - number))}
        if record_id != "hot":
            units = 1_000_000 if record_id == "cold" else 1
            fields["amount"] = money_pb2.Money(currency_code="EUR", units=units)
        acme.call("ScoringService.UpsertRecord", upsert(record_id, attributes, **fields))
    found: list[str] = []
    request = record_pb2.ListRecordsRequest(kind=LEAD, order_by=order, page_size=page_size)
    for _ in range(6):
        page = acme.call("ScoringService.ListRecords", request)
        assert len(page.records) <= page_size
        found += [each.ref.id for each in page.records]
        request.page_token = page.next_page_token
        if not page.next_page_token:
            break
    assert found == ids


def test_a_token_of_a_rising_list_is_none_of_a_falling_one(acme: Client) -> None:
    for name in ("a", "b", "c"):
        acme.call("ScoringService.UpsertRecord", upsert(name, HOT))
    rising = record_pb2.ListRecordsRequest(kind=LEAD, order_by=ASC, page_size=1)
    token = acme.call("ScoringService.ListRecords", rising).next_page_token
    for order, wrong in ((DESC, token), (ASC, "~" + token[:-2]), (ASC, "~nonsense")):
        request = record_pb2.ListRecordsRequest(kind=LEAD, order_by=order, page_size=1, page_token=wrong)
        assert acme.refused("ScoringService.ListRecords", request).reason == "INVALID_PAGE_TOKEN"


def test_grades_follow_the_tenants_ranges_at_once(scoring: Scoring, acme: Client) -> None:
    score = acme.call(UPSERT, upsert("a", WARM)).score
    ranges = {"a_minimum": 51, "b_minimum": 30, "c_minimum": 10}
    request = scoring_service_pb2.UpdateGradeRangesRequest(
        grade_ranges=grade_pb2.GradeRanges(kind=LEAD, **ranges)
    )
    acme.call("ScoringService.GetGradeRanges", scoring_service_pb2.GetGradeRangesRequest(kind=LEAD))
    acme.call("ScoringService.UpdateGradeRanges", request)
    shown = acme.call("ScoringService.GetGradeRanges", scoring_service_pb2.GetGradeRangesRequest(kind=LEAD))
    assert (shown.a_minimum, shown.b_minimum, shown.c_minimum) == (51, 30, 10)
    assert score.score >= 51
    assert get(acme, "a").score.grade == grade_pb2.GRADE_A
    assert history(acme, "a")[0].grade == grade_pb2.GRADE_A
    assert names(acme, grades=[grade_pb2.GRADE_A]) == ["a"]
    unstored = scoring_service_pb2.ScoreRequest(kind=LEAD, attributes=struct(WARM))
    assert acme.call("ScoringService.Score", unstored).grade == grade_pb2.GRADE_A
    other = scoring.client(f"t{uuid.uuid4().hex[:12]}")
    default = other.call(
        "ScoringService.GetGradeRanges", scoring_service_pb2.GetGradeRangesRequest(kind=LEAD)
    )
    assert (default.a_minimum, default.b_minimum, default.c_minimum) == (75, 50, 25)
    deals = acme.call(
        "ScoringService.GetGradeRanges", scoring_service_pb2.GetGradeRangesRequest(kind=OPPORTUNITY)
    )
    assert deals.a_minimum == 75


def test_a_deleted_record_is_gone_with_its_past(acme: Client) -> None:
    for attributes in (HOT, COLD):
        acme.call(UPSERT, upsert("a", attributes))
    acme.call("ScoringService.DeleteRecord", record_pb2.DeleteRecordRequest(ref=ref("a")))
    assert (
        acme.refused("ScoringService.GetRecord", record_pb2.GetRecordRequest(ref=ref("a"))).code
        == "NOT_FOUND"
    )
    assert (
        acme.refused("ScoringService.ListScores", score_pb2.ListScoresRequest(ref=ref("a"))).code
        == "NOT_FOUND"
    )
    request = record_pb2.DeleteRecordRequest(ref=ref("a"), allow_missing=True)
    acme.call("ScoringService.DeleteRecord", request)
    new = acme.call(UPSERT, upsert("a", COLD)).score
    assert new.trend == score_pb2.TREND_NOT_ENOUGH_INFO
    assert len(history(acme, "a")) == 1


def test_checking_alone_stores_nothing(acme: Client) -> None:
    checked = acme.call(UPSERT, upsert("a", HOT, validate_only=True))
    assert checked.score.score > 50
    assert (
        acme.refused("ScoringService.GetRecord", record_pb2.GetRecordRequest(ref=ref("a"))).code
        == "NOT_FOUND"
    )
    request = record_pb2.BatchUpsertRecordsRequest(requests=[upsert("a", HOT)], validate_only=True)
    assert acme.call("ScoringService.BatchUpsertRecords", request).records[0].score.score > 50
    assert names(acme) == []


def test_a_batch_is_stored_whole_or_not_at_all(acme: Client) -> None:
    bad = record_pb2.BatchUpsertRecordsRequest(requests=[upsert("a", HOT), upsert("b", {"budget": "x"})])
    assert acme.refused("ScoringService.BatchUpsertRecords", bad).fields == [
        "requests[1].record.attributes.budget"
    ]
    assert names(acme) == []
    mixed = record_pb2.BatchUpsertRecordsRequest(
        requests=[upsert("a", HOT), upsert("a", HOT, kind=OPPORTUNITY), closed("b", COLD), upsert("c", WARM)]
    )
    records = acme.call("ScoringService.BatchUpsertRecords", mixed).records
    assert [(each.ref.id, each.ref.kind) for each in records] == [
        ("a", LEAD),
        ("a", OPPORTUNITY),
        ("b", LEAD),
        ("c", LEAD),
    ]
    assert names(acme) == ["a", "c"]


def test_a_thousand_records_in_one_call(acme: Client) -> None:
    requests = [upsert(f"r{number:04}", HOT | {"budget": float(number)}) for number in range(1000)]
    request = record_pb2.BatchUpsertRecordsRequest(requests=requests)
    records = acme.call("ScoringService.BatchUpsertRecords", request).records
    assert [each.ref.id for each in records] == [f"r{number:04}" for number in range(1000)]
    assert len(names(acme, page_size=5000)) == 1000


def test_reading_a_record_gives_the_reasons_of_its_score(acme: Client) -> None:
    acme.call(UPSERT, upsert("a", HOT | {"shoe_size": 44.0}))
    found = get(acme, "a", reason_detail=score_pb2.REASON_DETAIL_ALL)
    total = found.score.base_points + sum(reason.points for reason in found.score.reasons)
    assert total == pytest.approx(100 * found.score.probability, abs=1e-4)
    assert list(found.score.ignored_attributes) == ["shoe_size"]


@pytest.mark.parametrize(
    "attributes",
    [{"text": "a\x00b"}, {"x" * 200: 1.0}, {"ünïcödé 😀": "😀"}, {"big": 1.7e308}, {"text": "x" * 10_000}],
    ids=["NUL in a text", "long name", "not ASCII", "huge number", "long text"],
)
def test_what_is_stored_comes_back_as_it_was(acme: Client, attributes: dict[str, Any]) -> None:
    acme.call(UPSERT, upsert("a", attributes))
    assert attributes_of(get(acme, "a")) == attributes


def test_times_at_both_ends_of_the_calendar_are_kept(acme: Client) -> None:
    request = closed("a", HOT)
    request.record.create_time.FromDatetime(datetime(1, 1, 1, tzinfo=UTC))
    request.record.close_time.FromDatetime(datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC))
    acme.call(UPSERT, request)
    found = get(acme, "a")
    assert (found.create_time, found.close_time) == (request.record.create_time, request.record.close_time)


def test_a_repeated_request_has_one_effect(acme: Client) -> None:
    request = upsert("a", HOT, request_id=str(uuid.uuid4()))
    first = acme.call(UPSERT, request)
    acme.call(UPSERT, upsert("a", COLD))
    assert acme.call(UPSERT, request) == first
    assert attributes_of(get(acme, "a")) == COLD
    assert len(history(acme, "a")) == 2


def test_the_graph_shows_30_days_by_default_and_more_on_request(scoring: Scoring, acme: Client) -> None:
    for budget in (100.0, 200.0, 300.0):
        acme.call(UPSERT, upsert("a", HOT | {"budget": budget}))
    with scoring.db.write(acme.tenant) as session:
        for number, days in ((1, 30.1), (2, 29.9)):
            session.change(
                update(ScoreRow)
                .where(col(ScoreRow.number) == number)
                .values(scored_at=datetime.now(UTC) - timedelta(days=days))
            )
    assert len(history(acme, "a")) == 2
    assert len(history(acme, "a", start_time=ago(days=31))) == 3
