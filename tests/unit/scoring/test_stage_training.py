"""Models per stage: what each learns from, what it needs, one file for all of them."""

import importlib.util
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnxruntime
import pytest

from services.common.errors import LeadlightError, Reason
from services.common.records import RecordKind
from services.scoring.attributes import AttributeRules, AttributeUse
from services.scoring.bundle import pack, prefix_of, unpack
from services.scoring.compile import compile_model
from services.scoring.reasons import ReasonTexts
from services.scoring.report import TrainingReport
from services.scoring.runtime import LoadedModel
from services.scoring.stage_training import TrainedStage, train_stages
from services.scoring.stages import DAYS_IN_STAGE, StageOptions
from services.scoring.table import TrainingTable
from services.scoring.training import TrainingOptions, train
from services.scoring.value_statistics import AttributeStatistics, ValueStatistics
from tests.unit.scoring.deals import OPTIONS, PROCESS, deals

EXAMPLE = Path(__file__).parents[3] / "docs" / "examples" / "score_exported.py"


@pytest.fixture(scope="module")
def table() -> TrainingTable:
    return deals()


@pytest.fixture(scope="module")
def stages(table: TrainingTable) -> tuple[TrainedStage, ...]:
    options = replace(OPTIONS, applicable=(("discount", ("Close",)),))
    return train_stages(table, options, TrainingOptions())


def report_of(stage: TrainedStage) -> TrainingReport:
    assert stage.report.report is not None
    return stage.report.report


def test_each_stage_learns_from_the_closed_deals_that_went_through_it(
    table: TrainingTable, stages: tuple[TrainedStage, ...]
) -> None:
    assert table.stays is not None
    for name, stage in zip(PROCESS, stages, strict=True):
        went_through = ~np.isnan(table.stays.days[name])
        assert stage.report.stage == name
        assert stage.report.closed == went_through.sum() == report_of(stage).data.records
        assert stage.report.won == table.outcome[went_through].sum()
        assert stage.report.closed_here == (table.stays.last == name).sum()
    assert stages[0].report.closed_here == 0
    assert stages[2].report.closed < stages[1].report.closed


def test_an_attribute_is_used_where_it_applies(stages: tuple[TrainedStage, ...]) -> None:
    uses = [{each.attribute: each.use for each in report_of(stage).attributes} for stage in stages]
    assert [use["discount"] for use in uses] == [
        AttributeUse.EXCLUDED,
        AttributeUse.EXCLUDED,
        AttributeUse.USED,
    ]
    assert [use["account.employees"] for use in uses] == [AttributeUse.USED] * 3


def test_influence_of_each_stage_has_the_time_in_it_beside_the_attributes(
    stages: tuple[TrainedStage, ...],
) -> None:
    influence = {each.attribute: each for each in report_of(stages[2]).attributes}
    assert influence[DAYS_IN_STAGE].influence > 0.1
    assert sum(each.influence_share for each in influence.values()) == pytest.approx(1)
    falling = [each.influence for each in report_of(stages[2]).attributes]
    assert falling == sorted(falling, reverse=True)


def test_the_time_in_the_stage_of_won_and_lost_deals(
    table: TrainingTable, stages: tuple[TrainedStage, ...]
) -> None:
    assert table.stays is not None
    days = table.stays.days["Close"]
    report = stages[2].report
    assert report.median_days_won == pytest.approx(np.nanmedian(days[table.outcome]), abs=0.01)
    assert report.median_days_lost == pytest.approx(np.nanmedian(days[~table.outcome]), abs=0.01)
    assert (report.median_days_lost or 0) > (report.median_days_won or 0)


def closed_in_last(count: int) -> TrainingTable:
    """600 deals of which so many were closed in the last stage, the others in the one before."""
    table = deals(reach_close=1.0)
    assert table.stays is not None
    last = np.where(np.arange(len(table)) < count, "Close", "Develop")
    days = {**table.stays.days, "Close": np.where(last == "Close", table.stays.days["Close"], np.nan)}
    return replace(table, stays=replace(table.stays, days=days, last=last))


def test_39_closed_in_the_last_stage_are_refused_and_40_train() -> None:
    with pytest.raises(LeadlightError) as refusal:
        train_stages(closed_in_last(39), OPTIONS, TrainingOptions())
    assert refusal.value.reason is Reason.TOO_FEW_CLOSED_RECORDS
    stages = train_stages(closed_in_last(40), StageOptions(("Qualify", "Close")), TrainingOptions())
    assert stages[0].ensemble is not None
    assert stages[1].report.closed == 40
    # 40 closed are enough to train per stage; 40 won and 40 lost ones are needed for the stage's own model.
    assert stages[1].ensemble is None
    assert "40 of each are needed" in stages[1].report.explanation


def test_a_stage_that_nothing_went_through_has_no_model_and_says_so() -> None:
    stages = train_stages(
        deals(200), StageOptions(("Legal", "Close")), TrainingOptions(rules=AttributeRules())
    )
    assert stages[0].ensemble is None
    assert stages[0].report.explanation == "no closed opportunity went through it"


def test_an_attribute_named_as_the_time_in_the_stage_does_not_take_its_place() -> None:
    table = deals(300)
    named = replace(table, columns={**table.columns, DAYS_IN_STAGE: table.columns["discount"]})
    stage = train_stages(named, StageOptions(("Qualify", "Close")), TrainingOptions())[1]
    times = [each for each in report_of(stage).attributes if each.attribute == DAYS_IN_STAGE]
    assert len(times) == 1
    assert times[0].statistics is not None
    assert times[0].statistics.kind == "stay"


def packed(table: TrainingTable, stages: tuple[TrainedStage, ...]) -> tuple[bytes, list[bytes | None]]:
    whole = train(table)
    parts = [
        compile_model(each.ensemble, report_of(each).intervals) if each.ensemble else None for each in stages
    ]
    return compile_model(whole.ensemble, whole.report.intervals), parts


def test_one_file_holds_all_models_and_gives_each_back_as_it_was(
    table: TrainingTable, stages: tuple[TrainedStage, ...]
) -> None:
    whole, parts = packed(table, stages)
    parts[1] = None
    content = pack(whole, parts)
    assert unpack(content, 3) == (whole, parts)


def test_same_data_and_seed_give_the_same_file(table: TrainingTable) -> None:
    small = table.take(np.arange(250))
    options = StageOptions(("Qualify", "Close"))
    first, second = (
        pack(*packed(small, train_stages(small, options, TrainingOptions(seed=4)))) for _ in range(2)
    )
    assert first == second


def test_the_file_scores_with_onnxruntime_alone(
    table: TrainingTable, stages: tuple[TrainedStage, ...]
) -> None:
    whole, parts = packed(table, stages)
    session = onnxruntime.InferenceSession(pack(whole, parts))
    alone = onnxruntime.InferenceSession(parts[2])
    name = prefix_of(2) + "features"
    x = np.random.default_rng(1).normal(size=(5, alone.get_inputs()[0].shape[1])).astype(np.float32)
    feeds = {
        each.name: x if each.name == name else np.zeros((0, each.shape[1]), np.float32)
        for each in session.get_inputs()
    }
    together = session.run([prefix_of(2) + "probability"], feeds)[0]
    assert together.tolist() == alone.run(["probability"], {"features": x})[0].tolist()


@pytest.mark.parametrize("stage", [0, 1, 3])
def test_the_example_of_the_documentation_scores_by_the_model_of_a_stage(
    table: TrainingTable, stages: tuple[TrainedStage, ...], tmp_path: Path, stage: int
) -> None:
    specification = importlib.util.spec_from_file_location("score_exported", EXAMPLE)
    assert specification is not None
    assert specification.loader is not None
    example = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(example)
    whole, parts = packed(table, stages)
    file = tmp_path / "model.onnx"
    file.write_bytes(pack(whole, parts))
    record = {"region": "north", "discount": "12", "account.employees": "90", "days_in_stage": "41"}
    names, rows = example.score(str(file), [record], stage)
    content = parts[stage - 1] if stage else whole
    assert content is not None
    expected = LoadedModel(content).score(record)
    assert rows[0][0] == pytest.approx(expected.probability, abs=1e-6)
    assert ("points: days_in_stage" in names) is bool(stage)


def test_a_file_that_is_none_is_refused() -> None:
    with pytest.raises(LeadlightError) as refusal:
        unpack(b"no model", 2)
    assert refusal.value.reason is Reason.MODEL_FILE_CORRUPT


@pytest.mark.parametrize(
    ("days", "median", "sentence", "closed"),
    [
        (41.0, 17.2, "open 41 days in Propose; half of the won deals left it within 18 days", 20),
        (1.0, 0.3, "open 1 day in Propose; half of the won deals left it within 1 day", 80),
        (0.0, 17.2, "open 0 days in Propose; half of the won deals left it within 18 days", 80),
        (12.0, None, "open 12 days in Propose", 50),
    ],
)
def test_the_sentence_of_the_time_in_the_stage(
    days: float, median: float | None, sentence: str, closed: int
) -> None:
    counts = tuple(ValueStatistics(each, each // 4, each / 80) for each in (80, 50, 20))
    table = AttributeStatistics(
        DAYS_IN_STAGE, "stay", edges=(10.0, 30.0), ranges=counts, stage="Propose", median_days_won=median
    )
    texts = ReasonTexts([table], RecordKind.OPPORTUNITY)
    assert texts.find(DAYS_IN_STAGE, days) == (sentence, counts[(80, 50, 20).index(closed)])
