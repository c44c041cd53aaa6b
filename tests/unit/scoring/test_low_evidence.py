"""Below 40 positive and 40 negative records: refused, unless low evidence is asked for; then shrunk and marked."""

import numpy as np
import pyarrow as pa
import pytest
from scipy import sparse
from scipy.special import expit

from services.common.errors import LeadlightError, Reason
from services.scoring.compile import compile_model
from services.scoring.encoding import Encoder
from services.scoring.model_quality import Verdict
from services.scoring.recipes import Family
from services.scoring.report import WarningKind
from services.scoring.runtime import LoadedModel
from services.scoring.shrunk import base_rate, solve_shrunk
from services.scoring.table import TrainingTable
from services.scoring.training import TrainedModel, TrainingOptions, train

LOW = TrainingOptions(low_evidence=True)


def leads(positive: int, negative: int, signal: float = 1.0) -> TrainingTable:
    rng = np.random.default_rng(40)
    outcome = rng.permutation(np.arange(positive + negative) < positive)
    size = rng.normal(size=len(outcome)) + signal * outcome
    source = np.where(rng.random(len(outcome)) < 0.5, "web", "fair")
    return TrainingTable({"size": pa.array(size), "source": pa.array(source)}, outcome)


def probabilities(model: TrainedModel, table: TrainingTable) -> np.ndarray:
    encoder = Encoder(model.ensemble.features)
    batch = pa.RecordBatch.from_pydict(dict(table.columns))
    return model.ensemble.probability(encoder.encode_columns(encoder.columns(batch), len(table)))


def test_39_positive_records_are_refused_without_the_flag_and_train_with_it() -> None:
    table = leads(39, 100)
    with pytest.raises(LeadlightError) as refused:
        train(table)

    assert refused.value.reason is Reason.TOO_FEW_CLOSED_RECORDS
    assert train(table, LOW).report.low_evidence


def test_40_and_40_records_train_as_ever_with_the_flag() -> None:
    report = train(leads(40, 40), LOW).report

    assert not report.low_evidence
    assert report.data.test_records == 16


def test_the_model_is_marked_and_never_ready() -> None:
    report = train(leads(15, 15, signal=5.0), LOW).report

    assert report.low_evidence
    assert report.verdict is Verdict.NOT_READY
    assert report.model.choice.recipe.family is Family.SHRUNK
    warning = report.warnings[0]
    assert warning.kind is WarningKind.LOW_EVIDENCE
    assert "15 positive and 15 negative" in warning.message


def test_there_is_no_pretence_of_a_test_set() -> None:
    model = train(leads(15, 25), LOW)

    assert len(model.test_rows) == 0
    assert model.report.data.test_records == 0
    assert model.report.metrics.count == 40


def test_scores_are_drawn_towards_the_base_rate_and_less_so_with_more_evidence() -> None:
    truth = expit(leads(400, 400).columns["size"].to_numpy() - 0.5)
    gaps = []
    for count in (4, 12, 39):
        model = train(leads(count, count), LOW)
        scores = probabilities(model, leads(400, 400))
        gaps.append(float(np.sqrt(((scores - truth) ** 2).mean())))
        assert scores.std() < 1.3 * truth.std()

    assert gaps[2] < gaps[0]


def test_attributes_that_tell_nothing_leave_nearly_the_base_rate() -> None:
    table = leads(10, 30, signal=0.0)
    scores = probabilities(train(table, LOW), table)

    assert np.abs(scores - 10.5 / 41).max() < 0.1


@pytest.mark.parametrize(("positive", "negative"), [(1, 1), (1, 19), (30, 1), (3, 300)])
def test_one_record_of_each_outcome_is_enough_for_a_file_that_scores(positive: int, negative: int) -> None:
    table = leads(positive, negative)
    columns = {"size": table.columns["size"]}
    model = train(TrainingTable(columns, table.outcome), LOW)
    loaded = LoadedModel(compile_model(model.ensemble, model.report.intervals))
    score = loaded.score({"size": 1.0})

    assert 0 < score.probability < 1
    assert loaded.intervals is not None
    interval = loaded.intervals.of(score.log_odds)
    assert interval.low <= score.probability <= interval.high


def test_one_outcome_alone_is_refused_even_then() -> None:
    with pytest.raises(LeadlightError) as refused:
        train(leads(0, 30), LOW)
    assert refused.value.reason is Reason.SINGLE_OUTCOME
    assert refused.value.metadata["minimum"] == "1"


def test_same_data_and_seed_give_the_same_model_bytes() -> None:
    first, again = train(leads(12, 20), LOW), train(leads(12, 20), LOW)

    assert compile_model(first.ensemble) == compile_model(again.ensemble)
    assert first.report == again.report


def test_the_base_rate_has_half_a_record_of_each_outcome_added() -> None:
    assert base_rate(np.array([True, False, False])) == pytest.approx(1.5 / 4)
    assert base_rate(np.array([True, True])) == pytest.approx(2.5 / 3)


def test_many_records_give_the_coefficients_they_were_drawn_with() -> None:
    rng = np.random.default_rng(41)
    x = rng.normal(size=(20_000, 3))
    outcome = rng.random(20_000) < expit(x @ [0.8, -0.4, 0.0] - 1)
    coefficients, intercept = solve_shrunk(sparse.csr_matrix(x), outcome)

    assert [*coefficients, intercept] == pytest.approx([0.8, -0.4, 0.0, -1.0], abs=0.06)
