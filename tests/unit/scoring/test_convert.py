"""Between protobuf and the service's own types: what is taken, and what is refused under which path."""

from datetime import UTC, datetime
from typing import Any

import pytest
from google.protobuf.struct_pb2 import Struct
from google.protobuf.timestamp_pb2 import Timestamp
from leadlight.common.v1 import record_pb2 as common_record_pb2
from leadlight.scoring.v1 import grade_pb2, model_pb2, record_pb2, score_pb2

from services.common.errors import LeadlightError
from services.common.records import RecordKind, RecordRef
from services.common.server import wire
from services.scoring import convert, convert_models, convert_records, convert_training
from services.scoring.eligibility import NotScoredReason
from services.scoring.grades import Grade, GradeRanges
from services.scoring.records import ReasonDetail, Record, Score, ScoreCause
from services.scoring.trend import Trend
from services.scoring.value_statistics import AttributeStatistics, ValueStatistics

NOON = datetime(2026, 3, 31, 12, tzinfo=UTC)


def struct(attributes: dict[str, Any]) -> Struct:
    message = Struct()
    message.update(attributes)
    return message


def at(moment: datetime) -> Timestamp:
    return wire.timestamp(moment)


def message(**fields: Any) -> record_pb2.Record:
    ref = common_record_pb2.RecordRef(kind=common_record_pb2.RECORD_KIND_LEAD, id="a")
    return record_pb2.Record(**{"ref": ref} | fields)


def fields_at_fault(call: Any, *arguments: Any) -> list[str]:
    with pytest.raises(LeadlightError) as info:
        call(*arguments)
    assert info.value.code == "INVALID_ARGUMENT"
    return [violation.field for violation in info.value.violations]


def test_attributes_are_numbers_texts_booleans_and_blanks() -> None:
    given = {"number": 1.5, "text": " a ", "flag": True, "blank": None, "empty": ""}
    assert convert.attributes(struct(given), "attributes") == given


def test_limits_of_attributes_hold_at_their_edge() -> None:
    fine = {f"a{number}": 1.0 for number in range(499)} | {"n" * 200: "x" * 10_000}
    assert convert.attributes(struct(fine), "attributes") == fine


def test_every_attribute_at_fault_is_named_without_its_value() -> None:
    given = struct(
        {"fine": 1.0, "nan": float("nan"), "list": ["Ida"], "long": "Ida" * 4000, "object": {"a": "Ida"}}
    )
    with pytest.raises(LeadlightError) as info:
        convert.attributes(given, "record.attributes")
    found = {violation.field: violation.description for violation in info.value.violations}
    assert sorted(found) == [f"record.attributes.{name}" for name in ("list", "long", "nan", "object")]
    assert not any("Ida" in text for text in found.values())


def test_a_value_without_a_kind_is_blank() -> None:
    message_ = Struct()
    message_.fields["odd"].SetInParent()
    assert convert.attributes(message_, "attributes") == {"odd": None}


def test_times_keep_microseconds_and_their_bounds() -> None:
    request = score_pb2.ListScoresRequest(start_time=at(NOON.replace(microsecond=123456)))
    assert wire.optional_moment(request, "start_time", "x") == NOON.replace(microsecond=123456)
    assert wire.optional_moment(request, "end_time", "x") is None
    for bad in (Timestamp(seconds=10**12), Timestamp(seconds=-(10**12)), Timestamp(nanos=-1)):
        request = score_pb2.ListScoresRequest(start_time=bad)
        assert fields_at_fault(wire.optional_moment, request, "start_time", "path") == ["path"]


@pytest.mark.parametrize(
    ("fields", "mask", "fault"),
    [
        ({}, None, None),
        ({"outcome": 1, "close_time": at(NOON)}, None, None),
        ({"outcome": 2, "close_time": at(NOON), "create_time": at(NOON)}, None, None),
        ({"outcome": 1}, None, "record.close_time"),
        ({"close_time": at(NOON)}, None, "record.close_time"),
        (
            {"outcome": 1, "close_time": at(NOON), "create_time": at(NOON.replace(hour=13))},
            None,
            "record.close_time",
        ),
        ({}, ["attributes", "attributes.a.b", "create_time"], None),
        ({}, ["outcome", "close_time"], None),
        ({}, ["outcome"], "mask.paths"),
        ({}, ["close_time", "attributes"], "mask.paths"),
        ({}, ["attributes."], "mask.paths[0]"),
        ({}, ["create_time", "ref"], "mask.paths[1]"),
        ({}, ["*"], "mask.paths[0]"),
    ],
)
def test_what_a_change_may_say(fields: dict[str, Any], mask: list[str] | None, fault: str | None) -> None:
    arguments = (message(**fields), mask, "record", "mask")
    if fault is None:
        change = convert_records.record_change(*arguments)
        assert change.mask == (frozenset(mask) if mask else None)
    else:
        assert fields_at_fault(convert_records.record_change, *arguments) == [fault]


def test_an_empty_mask_is_none() -> None:
    assert convert_records.record_change(message(), [], "record", "mask").mask is None


def test_refs_are_leads_and_opportunities_with_storable_ids() -> None:
    ref = common_record_pb2.RecordRef(kind=common_record_pb2.RECORD_KIND_OPPORTUNITY, id="ü 1")
    assert convert.ref(ref, "ref") == RecordRef(RecordKind.OPPORTUNITY, "ü 1")
    assert wire.ref_message(convert.ref(ref, "ref")) == ref
    ref.kind = common_record_pb2.RECORD_KIND_CASE
    assert fields_at_fault(convert.ref, ref, "ref") == ["ref.kind"]
    ref.kind, ref.id = common_record_pb2.RECORD_KIND_LEAD, "a\x00"
    assert fields_at_fault(convert.ref, ref, "ref") == ["ref.id"]


def test_grade_ranges_go_both_ways_and_in_order() -> None:
    given = grade_pb2.GradeRanges(
        kind=common_record_pb2.RECORD_KIND_LEAD, a_minimum=51, b_minimum=30, c_minimum=1
    )
    ranges = convert.grade_ranges(given, "ranges")
    assert ranges.bounds(Grade.B) == (30, 50)
    assert convert.grade_ranges_message(RecordKind.LEAD, ranges) == given
    given.b_minimum = 51
    assert fields_at_fault(convert.grade_ranges, given, "ranges") == ["ranges.a_minimum"]


def test_each_enum_has_a_number() -> None:
    for number, detail in ((0, ReasonDetail.TOP), (2, ReasonDetail.ALL), (3, ReasonDetail.NONE)):
        assert convert.reason_detail(number) is detail  # type: ignore[arg-type]
    assert convert.grades([grade_pb2.GRADE_A, grade_pb2.GRADE_D]) == [Grade.A, Grade.D]
    assert [wire.kind_number(kind) for kind in (RecordKind.LEAD, RecordKind.OPPORTUNITY)] == [1, 2]


def record(**fields: Any) -> Record:
    given: dict[str, Any] = {
        "attributes": {},
        "is_positive": None,
        "created_at": NOON,
        "closed_at": None,
        "updated_at": NOON,
    }
    return Record(ref=RecordRef(RecordKind.LEAD, "a"), **given | fields)


def test_a_record_without_a_score_says_why_and_names_no_model() -> None:
    shown = convert_records.record_message(record(not_scored_reason=NotScoredReason.TOO_OLD))
    assert shown.score == score_pb2.Score(not_scored_reason=score_pb2.NOT_SCORED_REASON_TOO_OLD)


def test_a_record_shows_its_score_under_its_own_ref() -> None:
    score = Score(
        probability=0.451,
        score=45,
        grade=GradeRanges().grade(45),
        model_id="m",
        model_version=3,
        scored_at=NOON,
        trend=Trend.DECLINING,
        cause=ScoreCause.REFRESH,
        is_stale=True,
    )
    shown = convert_records.record_message(record(score=score, attributes={"a": 1.0}), with_attributes=False)
    assert not shown.HasField("attributes")
    assert (shown.score.ref, shown.score.model, shown.score.model_version) == (shown.ref, "models/m", 3)
    assert (shown.score.grade, shown.score.stale) == (grade_pb2.GRADE_C, True)
    assert (shown.score.trend, shown.score.cause) == (
        score_pb2.TREND_DECLINING,
        score_pb2.SCORE_CAUSE_REFRESH,
    )


def test_a_training_order_survives_its_operation() -> None:
    request = model_pb2.TrainModelRequest(
        kind=common_record_pb2.RECORD_KIND_LEAD,
        model="models/m-1",
        dataset="datasets/d-1",
        display_name="Größe",
        attribute_options=model_pb2.AttributeOptions(exclude=["a", "b"], ignore_blank=["c"]),
        publish=True,
        seed=7,
    )
    order = convert_training.training_order(request)
    assert (order.model_id, order.dataset_id, order.window_months) == ("m-1", "d-1", 24)
    assert type(order).from_bytes(order.to_bytes()) == order
    request.display_name = "\x00"
    assert fields_at_fault(convert_training.training_order, request) == ["display_name"]


@pytest.mark.parametrize(
    ("edges", "names"),
    [
        ((), ["any number"]),
        ((30.0,), ["up to 30", "above 30"]),
        ((1.0, 2.5), ["up to 1", "1 to 2.5", "above 2.5"]),
    ],
)
def test_ranges_have_names(edges: tuple[float, ...], names: list[str]) -> None:
    assert [convert_models.range_name(edges, index) for index in range(len(names))] == names


def test_an_attribute_shows_its_50_most_frequent_values() -> None:
    values = {f"v{number}": ValueStatistics(number, 0, 0.0, None) for number in range(80)}
    statistics = AttributeStatistics(
        "a", "category", values=values, blank=ValueStatistics(1000, 1, 0.5, None)
    )
    shown = convert_models.attribute_values(statistics)
    assert [value.value for value in shown[:2]] == ["", "v79"]
    assert len(shown) == convert_models.MOST_VALUES
