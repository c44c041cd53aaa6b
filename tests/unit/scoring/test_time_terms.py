"""The age of the record as a derived field: trained where there are dates, exact, switched off with the others."""

import json
import math
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from services.common.records import RecordKind, RecordRef
from services.scoring.attributes import AttributeRules, AttributeUse
from services.scoring.batch import BatchOptions, score_batch
from services.scoring.card import ModelCard
from services.scoring.compile import compile_model
from services.scoring.grades import DEFAULT_RANGES
from services.scoring.records import ReasonDetail, Record, WantedReasons
from services.scoring.serving import ServingModel, serving_model
from services.scoring.table import TrainingTable
from services.scoring.table_rows import TimeColumns, score_rows
from services.scoring.time_terms import age_term
from services.scoring.training import TrainedModel, TrainingOptions, train
from tests.unit.scoring.deals import deals

NOW = datetime(2026, 7, 1, tzinfo=UTC)
VALUES: dict[str, Any] = {"region": "north", "discount": 12.0, "account.employees": 90.0}


@pytest.fixture(scope="module")
def trained() -> TrainedModel:
    return train(replace(deals(), stays=None))


@pytest.fixture(scope="module")
def model(trained: TrainedModel) -> ServingModel:
    content = compile_model(trained.ensemble, trained.report.intervals)
    card = ModelCard(RecordKind.LEAD, "m", 1, NOW, "tests", "", trained.report)
    return serving_model(RecordKind.LEAD, card, content)


def score(model: ServingModel, age_days: float) -> Any:
    return model.score(
        VALUES,
        created_at=NOW - timedelta(days=age_days),
        now=NOW,
        ranges=DEFAULT_RANGES,
        wanted=WantedReasons(ReasonDetail.ALL),
    )


def test_the_age_of_the_record_is_a_reason_that_adds_up(model: ServingModel) -> None:
    fresh, old = score(model, 0), score(model, 70.5)
    reasons = {each.said.attribute: each for each in old.reasons}
    age = reasons["record_age"]
    assert age.said.value == "70"
    assert age.points < -5
    assert age.said.sentence.startswith("open 70 days; half of the leads that qualify took ")
    assert age.said.evidence is not None
    assert age.said.evidence.closed < 600
    assert old.base_points + sum(each.points for each in old.reasons) == pytest.approx(100 * old.probability)
    assert {each.said.attribute: each.points for each in fresh.reasons}["record_age"] == 0
    assert old.probability < fresh.probability


def test_time_alone_moves_the_score_and_a_refresh_gives_the_same(model: ServingModel) -> None:
    ages = [0, 5, 20, 45, 70, 400]
    records = [
        Record(RecordRef(RecordKind.LEAD, str(age)), VALUES, None, NOW - timedelta(days=age), None, NOW)
        for age in ages
    ]
    many = [each.probability for each in model.score_many(records, now=NOW, ranges=DEFAULT_RANGES)]
    assert many == pytest.approx([score(model, age).probability for age in ages], abs=1e-6)
    assert many[-1] < many[0]


def test_a_table_without_ages_counts_as_new(model: ServingModel) -> None:
    columns = dict(deals(20).columns)
    scored = score_batch(pa.RecordBatch.from_pydict(columns), model.runtime, BatchOptions())
    first = {name: column[0].as_py() for name, column in columns.items()}
    expected = model.runtime.score(first, age_days=0.0).probability
    assert scored["probability"][0].as_py() == pytest.approx(expected, abs=1e-6)


def test_insights_show_it_with_its_influence(trained: TrainedModel) -> None:
    found = {each.attribute: each for each in trained.report.attributes}
    assert found["record_age"].use is AttributeUse.USED
    assert found["record_age"].influence > 0.1
    assert sum(each.influence_share for each in found.values()) == pytest.approx(1)


@pytest.mark.parametrize(
    "rules",
    [
        AttributeRules(engineered=False),
        AttributeRules(exclude=frozenset({"record_age"})),
        AttributeRules(hand_picked=frozenset({"region", "discount"})),
    ],
)
def test_it_is_switched_off_with_the_derived_fields_or_by_its_name(rules: AttributeRules) -> None:
    report = train(deals(300), TrainingOptions(rules=rules)).report
    assert "record_age" not in [each.attribute for each in report.attributes]


def test_hand_picked_by_its_name_it_is_used() -> None:
    rules = AttributeRules(hand_picked=frozenset({"region", "record_age"}))
    assert age_term(deals(300), rules) is not None


def _same_days(table: TrainingTable) -> TrainingTable:
    assert table.closed_at is not None
    return replace(table, created_at=table.closed_at - 5 * 86_400)


@pytest.mark.parametrize(
    "change",
    [
        lambda table: replace(table, created_at=None),
        lambda table: replace(table, closed_at=None),
        lambda table: replace(table, created_at=np.full(len(table), math.nan)),
        lambda table: replace(table, columns={**table.columns, "record_age": table.columns["discount"]}),
        _same_days,
    ],
)
def test_without_dates_that_tell_there_is_no_such_term(change: Any) -> None:
    assert age_term(change(deals(300)), AttributeRules()) is None


def test_a_table_with_times_of_creation_gets_what_its_records_get_one_by_one(model: ServingModel) -> None:
    ages = [0.2, 30.0, 70.5, None]
    created = [None if age is None else NOW - timedelta(days=age) for age in ages]
    columns = {name: pa.array([value] * len(ages)) for name, value in VALUES.items()}
    batch = pa.RecordBatch.from_pydict({**columns, "made": pa.array(created, pa.timestamp("us", tz="UTC"))})
    times = TimeColumns(create_time="made", now_s=NOW.timestamp())
    scored = score_rows(batch, [model.for_table()], times, BatchOptions(shown_per_sign=500))
    expected = [score(model, age or 0.0).probability for age in ages]
    assert scored["probability"].to_pylist() == pytest.approx(expected, abs=1e-6)
    shown = [
        next((each for each in json.loads(row) if each["attribute"] == "record_age"), None)
        for row in scored["reasons"].to_pylist()
    ]
    assert [each and each["value"] for each in shown] == [None, "30", "70", None]
