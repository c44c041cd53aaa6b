"""Models per stage of the business process, over the wire: trained, shown, used, refreshed, refused."""

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from leadlight.scoring.v1 import dataset_pb2, model_pb2, record_pb2, score_pb2, scoring_service_pb2
from sqlalchemy import update
from sqlmodel import col

from services.common.db import utc_now
from services.common.records import RecordKind, RecordRef
from services.scoring.models import RecordRow
from services.scoring.records import RecordChange
from services.scoring.refreshing import ask_for_refresh
from services.scoring.stages import StageEntry, StageOptions
from services.scoring.training_order import AttributeOptions, TrainingOrder
from tests.contract.served import Client
from tests.integration.scoring.conftest import Scoring
from tests.integration.scoring.lines import TENANT, Suite
from tests.integration.scoring.test_models import TRAIN
from tests.integration.scoring.test_several_models import train
from tests.integration.scoring.world import OPPORTUNITY, ago, ipc, record, ref, struct

PROCESS = ("Qualify", "Propose", "Close")
DEALS = 160
LOST_BEFORE_CLOSE = sum(number % 16 >= 7 and number % 3 == 0 for number in range(DEALS))
NORTH = {"region": "north", "account.size": 103.0}


def entered(*days_ago: float, names: tuple[str, ...] = PROCESS) -> list[record_pb2.StageEntry]:
    """Stages entered so many days ago."""
    return [
        record_pb2.StageEntry(name=name, enter_time=ago(days=days))
        for name, days in zip(names, days_ago, strict=False)
    ]


def deal(record_id: str, won: bool | None, number: int, **fields: Any) -> record_pb2.Record:
    """A deal: the north wins, the won ones are quick in Close; every third lost one never came there."""
    exception = number % 5 == 0
    region = "north" if (won is not False) != exception else "south"
    in_close = 4.0 + number % 4 if won else 20.0 + number % 10
    ended = 30.0 - number / 10
    closes = won is not False or number % 3
    stages = entered(ended + in_close + 20, ended + in_close + 10, *([ended + in_close] if closes else []))
    made = record(record_id, {"region": region}, kind=OPPORTUNITY, stages=stages, **fields)
    made.account.update({"size": float(100 + number % 7)})
    made.create_time.CopyFrom(ago(days=ended + 60))
    if won is not None:
        made.outcome = record_pb2.OUTCOME_POSITIVE if won else record_pb2.OUTCOME_NEGATIVE
        made.close_time.CopyFrom(ago(days=ended))
    return made


def is_won(number: int) -> bool:
    """70 of 160."""
    return number % 16 < 7


def store_deals(client: Client) -> None:
    requests = [
        record_pb2.UpsertRecordRequest(record=deal(f"d{number}", is_won(number), number))
        for number in range(DEALS)
    ]
    client.call("ScoringService.BatchUpsertRecords", record_pb2.BatchUpsertRecordsRequest(requests=requests))


def per_stage(client: Client, **order: Any) -> model_pb2.Model:
    options = order.pop("stage_options", model_pb2.StageOptions(stages=PROCESS))
    return train(client, kind=OPPORTUNITY, stage_options=options, publish=True, **order)


def score(client: Client, *days_ago: float, names: tuple[str, ...] = PROCESS) -> score_pb2.Score:
    request = scoring_service_pb2.ScoreRequest(
        kind=OPPORTUNITY,
        attributes=struct(NORTH),
        stages=entered(*days_ago, names=names),
        create_time=ago(days=100),
        reason_detail=score_pb2.REASON_DETAIL_ALL,
    )
    answer = client.call("ScoringService.Score", request)
    assert isinstance(answer, score_pb2.Score)
    return answer


def adds_up(answer: score_pb2.Score) -> bool:
    total = answer.base_points + sum(reason.points for reason in answer.reasons)
    return total == pytest.approx(100 * answer.probability, abs=1e-3)


@pytest.fixture(scope="module")
def staged(scoring: Scoring) -> Client:
    """A tenant with a published model per stage, for tests that train no other and store open deals of their own."""
    client = scoring.client(f"staged-{uuid.uuid4().hex[:8]}")
    store_deals(client)
    per_stage(client)
    return client


def test_a_model_per_stage_shows_what_it_found_in_each_stage(empty: Client) -> None:
    store_deals(empty)
    made = per_stage(
        empty,
        stage_options=model_pb2.StageOptions(
            stages=PROCESS,
            applicable_stages=[model_pb2.ApplicableStages(attribute="account.size", stages=["Close"])],
        ),
    )
    shown = empty.call("ModelService.GetModel", model_pb2.GetModelRequest(name=made.name))
    assert list(shown.stage_options.stages) == list(PROCESS)
    assert [stage.stage for stage in shown.stages] == list(PROCESS)
    assert [stage.closed_count for stage in shown.stages] == [160, 160, 160 - LOST_BEFORE_CLOSE]
    assert [stage.won_count for stage in shown.stages] == [70, 70, 70]
    assert [stage.closed_in_stage_count for stage in shown.stages] == [
        0,
        LOST_BEFORE_CLOSE,
        160 - LOST_BEFORE_CLOSE,
    ]
    assert all(stage.trained and stage.metrics.HasField("auc") for stage in shown.stages)
    close = shown.stages[2]
    assert close.median_days_won < 8
    assert close.median_days_lost >= 20
    assert {"region", "days_in_stage"} <= {each.attribute for each in close.attributes[:5]}
    uses = {each.attribute: each.use for each in shown.stages[0].attributes}
    assert uses["account.size"] == model_pb2.ATTRIBUTE_USE_EXCLUDED
    time = next(each for each in close.attributes if each.attribute == "days_in_stage")
    assert [time.values[0].value, time.values[0].closed_count] == ["any time", close.closed_count]


def test_the_present_stage_scores_and_the_time_in_it_is_a_reason_that_adds_up(staged: Client) -> None:
    fresh, late = score(staged, 30, 20, 0), score(staged, 70, 60, 41)
    assert (fresh.stage, fresh.stage_model_use) == ("Close", score_pb2.STAGE_MODEL_USE_STAGE)
    reasons = {each.attribute: each for each in late.reasons}
    time = reasons["days_in_stage"]
    assert time.value == "41"
    assert time.sentence == "open 41 days in Close; half of the won deals left it within 5 days"
    assert time.points < -10
    assert 0 < time.evidence.closed_count < 160 - LOST_BEFORE_CLOSE
    assert time.evidence.positive_count == 0
    assert {each.attribute: each.points for each in fresh.reasons}["days_in_stage"] == 0
    assert late.score < fresh.score
    assert adds_up(fresh)
    assert adds_up(late)
    assert "account.size" not in late.ignored_attributes


def test_a_stage_that_is_entered_later_is_not_the_present_one(staged: Client) -> None:
    assert score(staged, 30, 20, -5).stage == "Propose"


@pytest.mark.parametrize(
    ("days_ago", "names", "stage", "use"),
    [
        ((), PROCESS, "", score_pb2.STAGE_MODEL_USE_NO_STAGE),
        ((3,), ("Legal",), "Legal", score_pb2.STAGE_MODEL_USE_UNKNOWN_STAGE),
    ],
)
def test_without_a_stage_of_the_process_the_model_of_all_stages_scores_and_says_so(
    staged: Client,
    days_ago: tuple[float, ...],
    names: tuple[str, ...],
    stage: str,
    use: score_pb2.StageModelUse.ValueType,
) -> None:
    answer = score(staged, *days_ago, names=names)
    assert (answer.stage, answer.stage_model_use) == (stage, use)
    assert "days_in_stage" not in [each.attribute for each in answer.reasons]
    assert adds_up(answer)


def test_a_stage_with_too_few_closed_deals_is_scored_by_the_model_of_all(empty: Client) -> None:
    store_deals(empty)
    made = per_stage(empty, stage_options=model_pb2.StageOptions(stages=[*PROCESS[:2], "Legal", "Close"]))
    legal = made.stages[2]
    assert (legal.trained, legal.closed_count) == (False, 0)
    assert legal.explanation == "no closed opportunity went through it"
    answer = score(empty, 3, names=("Legal",))
    assert (answer.stage, answer.stage_model_use) == ("Legal", score_pb2.STAGE_MODEL_USE_TOO_FEW_CLOSED)


def test_a_model_that_is_not_per_stage_says_nothing_of_stages(empty: Client) -> None:
    store_deals(empty)
    made = train(empty, kind=OPPORTUNITY, publish=True)
    assert not made.stages
    answer = score(empty, 30, 20, 1)
    assert (answer.stage, answer.stage_model_use) == ("", score_pb2.STAGE_MODEL_USE_UNSPECIFIED)


def test_a_further_version_keeps_the_stages_and_an_empty_choice_takes_them_away(empty: Client) -> None:
    store_deals(empty)
    name = per_stage(empty).name
    train(empty, kind=OPPORTUNITY, model=name)
    train(empty, kind=OPPORTUNITY, model=name, stage_options=model_pb2.StageOptions())
    train(empty, kind=OPPORTUNITY, model=name)
    found = empty.call("ModelService.ListModelVersions", model_pb2.ListModelVersionsRequest(name=name))
    assert [(each.version, len(each.stages)) for each in found.versions] == [(4, 0), (3, 0), (2, 3), (1, 3)]


@pytest.mark.parametrize(("closed_there", "passes"), [(39, False), (40, True)])
def test_40_closed_in_the_last_stage_are_needed(empty: Client, closed_there: int, passes: bool) -> None:
    """Of 160 closed deals so many were closed in the last stage."""
    requests = []
    for number in range(DEALS):
        made = deal(f"d{number}", is_won(number), number)
        if number >= 40:
            del made.stages[2:]
        elif len(made.stages) < 3:
            made.stages.add(name="Close", enter_time=made.stages[1].enter_time)
        if number == 39 and closed_there == 39:
            del made.stages[2:]
        requests.append(record_pb2.UpsertRecordRequest(record=made))
    empty.call("ScoringService.BatchUpsertRecords", record_pb2.BatchUpsertRecordsRequest(requests=requests))
    order = model_pb2.TrainModelRequest(
        kind=OPPORTUNITY, stage_options=model_pb2.StageOptions(stages=PROCESS), validate_only=True
    )
    if passes:
        empty.call(TRAIN, order)
        return
    refusal = empty.refused(TRAIN, order)
    assert refusal.reason == "TOO_FEW_CLOSED_RECORDS"
    assert refusal.metadata["closed_in_last_stage"] == "39"


def test_a_stored_deal_keeps_its_stages_its_account_and_the_stage_of_its_score(staged: Client) -> None:
    made = deal("open", None, 3)
    made.contact.update({"role": "buyer"})
    stored = staged.call("ScoringService.UpsertRecord", record_pb2.UpsertRecordRequest(record=made))
    read = staged.call(
        "ScoringService.GetRecord",
        record_pb2.GetRecordRequest(ref=ref("open", OPPORTUNITY), reason_detail=score_pb2.REASON_DETAIL_ALL),
    )
    assert read.stages == made.stages
    assert (dict(read.account), dict(read.contact)) == ({"size": 103.0}, {"role": "buyer"})
    assert set(read.attributes) == {"region"}
    assert read.score.stage == stored.score.stage == "Close"
    assert "days_in_stage" in [each.attribute for each in read.score.reasons]
    past = staged.call("ScoringService.ListScores", score_pb2.ListScoresRequest(ref=ref("open", OPPORTUNITY)))
    assert [each.stage for each in past.scores] == ["Close"]
    assert past.scores[0].stage_model_use == score_pb2.STAGE_MODEL_USE_STAGE


def test_a_mask_moves_a_deal_into_its_next_stage_or_changes_its_account(staged: Client) -> None:
    made = deal("moved", None, 3)
    staged.call("ScoringService.UpsertRecord", record_pb2.UpsertRecordRequest(record=made))

    def change(mask: str, **fields: Any) -> record_pb2.Record:
        request = record_pb2.UpsertRecordRequest(record=record("moved", kind=OPPORTUNITY, **fields))
        request.update_mask.paths.append(mask)
        answer = staged.call("ScoringService.UpsertRecord", request)
        assert isinstance(answer, record_pb2.Record)
        return answer

    moved = change("stages", stages=entered(3, 2))
    assert (moved.score.stage, dict(moved.account)) == ("Propose", {"size": 103.0})
    grown = change("account.size", account=struct({"size": 900.0, "left": "out"}))
    assert (dict(grown.account), grown.score.stage) == ({"size": 900.0}, "Propose")
    assert dict(change("account").account) == {}
    assert dict(change("attributes").attributes) == {}


def test_what_if_asks_the_model_of_the_stage(staged: Client) -> None:
    made = deal("asked", None, 3)
    staged.call("ScoringService.UpsertRecord", record_pb2.UpsertRecordRequest(record=made))
    answer = staged.call(
        "ScoringService.Explain",
        scoring_service_pb2.ExplainRequest(
            ref=ref("asked", OPPORTUNITY), changes=struct({"region": "south", "account.size": 101.0})
        ),
    )
    assert (answer.before.stage, answer.after.stage) == ("Close", "Close")
    moved = sum(each.points for each in answer.changes)
    assert moved == pytest.approx(100 * (answer.after.probability - answer.before.probability), abs=1e-3)
    assert answer.sentence.startswith('with region "south"')


def table(days_ago: tuple[float, ...]) -> pa.Table:
    """One open deal a row, in Close for so many days; the first row in no stage."""
    now = datetime.now(UTC)
    times = [None, *(now - timedelta(days=each, minutes=1) for each in days_ago)]
    return pa.table(
        {
            "region": ["north"] * len(times),
            "account.size": [103.0] * len(times),
            "created": pa.array([now - timedelta(days=100)] * len(times), pa.timestamp("us", tz="UTC")),
            "closing_since": pa.array(times, pa.timestamp("us", tz="UTC")),
        }
    )


def test_a_table_is_scored_row_by_row_in_the_stage_of_each(staged: Client) -> None:
    options = scoring_service_pb2.ScoreTableOptions(
        kind=OPPORTUNITY,
        stages=[dataset_pb2.StageColumn(stage="Close", column="closing_since")],
        create_time="created",
    )
    sent = [
        scoring_service_pb2.ScoreTableRequest(options=options),
        scoring_service_pb2.ScoreTableRequest(arrow_ipc_stream=ipc(table((0, 41)))),
    ]
    answers = staged.call("ScoringService.ScoreTable", *sent)
    (answer,) = answers if isinstance(answers, list) else [answers]
    scored = pa.ipc.open_stream(answer.arrow_ipc_stream).read_all()
    one_by_one = [score(staged), score(staged, 0, names=("Close",)), score(staged, 41, names=("Close",))]
    assert scored["probability"].to_pylist() == pytest.approx(
        [each.probability for each in one_by_one], abs=1e-6
    )
    assert scored["score"].to_pylist()[1] > scored["score"].to_pylist()[2]


def dataset(client: Client) -> str:
    """160 closed deals as a table with a column per stage."""
    deals = [deal(f"d{number}", is_won(number), number) for number in range(DEALS)]
    columns: dict[str, Any] = {
        "deal": [each.ref.id for each in deals],
        "region": [each.attributes["region"] for each in deals],
        "won": ["won" if each.outcome == record_pb2.OUTCOME_POSITIVE else "lost" for each in deals],
        "closed_on": [each.close_time.ToDatetime() for each in deals],
    }
    for place, name in enumerate(PROCESS):
        columns[f"{name}_on"] = [
            each.stages[place].enter_time.ToDatetime() if place < len(each.stages) else None for each in deals
        ]
    roles = dataset_pb2.DatasetColumns(
        id="deal",
        label="won",
        close_time="closed_on",
        stages=[dataset_pb2.StageColumn(stage=name, column=f"{name}_on") for name in PROCESS],
    )
    described = dataset_pb2.UploadDatasetRequest(dataset=dataset_pb2.Dataset(columns=roles))
    rows = dataset_pb2.UploadDatasetRequest(arrow_ipc_stream=ipc(pa.table(columns)))
    made = client.call("ModelService.UploadDataset", described, rows)
    assert list(made.attributes) == ["region"]
    assert made.columns.stages == roles.stages
    return str(made.name)


def test_an_upload_trains_per_stage_as_stored_records_do(empty: Client) -> None:
    name = dataset(empty)
    made = per_stage(empty, dataset=name)
    assert [stage.closed_count for stage in made.stages] == [160, 160, 160 - LOST_BEFORE_CLOSE]
    assert made.stages[2].trained
    refusal = empty.refused(
        TRAIN,
        model_pb2.TrainModelRequest(
            kind=OPPORTUNITY,
            dataset=name,
            stage_options=model_pb2.StageOptions(stages=["Qualify", "Legal", "Close"]),
        ),
    )
    assert refusal.fields == ["stage_options.stages"]


def stored(record_id: str, won: bool | None, number: int) -> RecordChange:
    """`deal` for the service's inside."""
    message = deal(record_id, won, number)

    def moment(timestamp: Timestamp) -> datetime:
        return timestamp.ToDatetime(tzinfo=UTC)

    return RecordChange(
        RecordRef(RecordKind.OPPORTUNITY, record_id),
        {"region": str(message.attributes["region"])},
        won,
        moment(message.create_time),
        moment(message.close_time) if won is not None else None,
        stages=tuple(StageEntry(each.name, moment(each.enter_time)) for each in message.stages),
    )


def test_a_refresh_sees_that_time_has_passed_and_history_says_it_was_the_record(suite: Suite) -> None:
    """The daily refresh, by another runner than the one that trained: all it knows comes from the files."""
    suite.store(*(stored(f"d{number}", is_won(number), number) for number in range(DEALS)))
    order = TrainingOrder(
        RecordKind.OPPORTUNITY,
        stage_options=StageOptions(PROCESS),
        attribute_options=AttributeOptions(),
        publish=True,
    )
    with suite.db.write(TENANT) as session:
        suite.modelling.train(session, order)
    suite.work()
    suite.shelf.forget(TENANT, RecordKind.OPPORTUNITY)
    now = utc_now()
    fresh = RecordChange(
        RecordRef(RecordKind.OPPORTUNITY, "open"),
        {"region": "north"},
        None,
        now - timedelta(days=60),
        None,
        stages=(StageEntry("Close", now),),
    )
    suite.store(fresh)
    first = suite.rows()["open"]
    assert (first.stage, first.stage_model_use) == ("Close", "stage")
    with suite.db.write(TENANT) as session:
        # 41 days pass.
        long_ago = [("Close", (now - timedelta(days=41)).isoformat())]
        session.change(update(RecordRow).where(col(RecordRow.record_id) == "open").values(stages=long_ago))
        ask_for_refresh(session, RecordKind.OPPORTUNITY)
    suite.work()
    second = suite.rows()["open"]
    assert second.score is not None
    assert first.score is not None
    assert second.score < first.score - 10
    assert (second.cause, second.trend) == ("refresh", "declining")
    assert (second.record_points, second.model_points) == (second.score - first.score, 0)
    assert [(row.stage, row.stage_model_use) for row in suite.changes("open")] == [("Close", "stage")] * 2
    model = suite.shelf.published(TENANT, RecordKind.OPPORTUNITY)[0].model
    assert model.by_stage is not None
    assert set(model.by_stage.models) == set(PROCESS)
    assert np.isfinite(second.probability or np.nan)
