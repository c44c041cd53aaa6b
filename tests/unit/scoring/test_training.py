import json
from dataclasses import asdict

import numpy as np
import pyarrow as pa
import pytest

from services.common.errors import LeadlightError, Reason
from services.scoring.attributes import AttributeRules, AttributeUse
from services.scoring.encoding import Encoder
from services.scoring.ensemble import LEAF, AdditiveEnsemble
from services.scoring.metrics import area_under_curve
from services.scoring.recipes import AttributeSet
from services.scoring.report import AttributeReport, WarningKind
from services.scoring.table import TrainingTable
from services.scoring.training import TrainedModel, TrainingOptions, train

DAY_S = 86_400.0


def sigmoid(z: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-z))


def leads(rows: int, seed: int = 20) -> TrainingTable:
    """Leads with every kind of column; budget, source and their interaction carry the signal."""
    rng = np.random.default_rng(seed)
    budget = rng.lognormal(3, 1, rows)
    source = rng.choice(["web", "fair", "partner", "call"], rows, p=[0.5, 0.2, 0.2, 0.1])
    email = [f"p{i}@{'gmail.com' if i % 3 else 'acme.com'}" for i in range(rows)]
    logit = (
        np.log(budget)
        - 3
        + (source == "partner") * (budget > 20) * 1.5
        - (source == "web")
        + 0.7 * (np.arange(rows) % 3 == 0)
    )
    created = np.arange(rows) * 0.1 * DAY_S
    return TrainingTable(
        {
            "budget": pa.array(budget, mask=rng.random(rows) < 0.2),
            "source": pa.array(source),
            "email": pa.array(email),
            "active": pa.array(rng.random(rows) < 0.5),
            "noise": pa.array(rng.normal(size=rows)),
            "country": pa.array(["DE"] * rows),
            "lead_id": pa.array(np.arange(rows) + 7),
            "opened": pa.array(created.astype("datetime64[s]")),
        },
        rng.random(rows) < sigmoid(logit),
        created,
        created + rng.integers(1, 30, rows) * DAY_S,
    )


@pytest.fixture(scope="module")
def model() -> TrainedModel:
    return train(leads(3_000))


def by_name(model: TrainedModel) -> dict[str, AttributeReport]:
    return {attribute.attribute: attribute for attribute in model.report.attributes}


def test_learns_what_there_is_to_learn(model: TrainedModel) -> None:
    assert model.report.metrics.auc is not None
    assert model.report.metrics.auc > 0.72
    assert model.report.metrics.expected_calibration_error < 0.06
    assert [a.attribute for a in model.report.attributes[:2]] == ["budget", "source"]


def test_newest_20_percent_by_close_time_are_the_test_set(model: TrainedModel) -> None:
    table = leads(3_000)
    assert table.closed_at is not None
    closed = table.closed_at[model.test_rows]

    assert len(closed) == 600
    assert closed.min() >= np.delete(table.closed_at, model.test_rows).max()
    assert model.report.data.test_records == 600
    assert model.report.data.test_positive == int(table.outcome[model.test_rows].sum())


def test_metrics_are_of_the_model_that_never_saw_the_test_set(model: TrainedModel) -> None:
    table = leads(3_000)
    scores = log_odds(model.evaluated, table.take(model.test_rows))

    auc = area_under_curve(table.outcome[model.test_rows], scores)
    assert auc == pytest.approx(model.report.metrics.auc, abs=1e-9)


def log_odds(ensemble: AdditiveEnsemble, table: TrainingTable) -> np.ndarray:
    encoder = Encoder(ensemble.features)
    batch = pa.RecordBatch.from_pydict(dict(table.columns))
    return ensemble.log_odds(encoder.encode_columns(encoder.columns(batch), len(table)))


def test_every_attribute_is_reported_with_its_use(model: TrainedModel) -> None:
    uses = {name: attribute.use for name, attribute in by_name(model).items()}

    assert uses["budget"] is uses["source"] is uses["email"] is AttributeUse.USED
    assert uses["country"] is AttributeUse.CONSTANT
    assert uses["lead_id"] is AttributeUse.TOO_MANY_VALUES
    assert uses["opened"] is AttributeUse.DATE
    assert by_name(model)["email"].columns == ("email:business_domain",)
    assert all(attribute.explanation for attribute in by_name(model).values() if attribute.use != "used")


def test_statistics_hold_the_counts_behind_the_sentences(model: TrainedModel) -> None:
    table = leads(3_000)
    partner = np.array(table.columns["source"].to_pylist()) == "partner"
    statistics = by_name(model)["source"].statistics
    assert statistics is not None
    counts = statistics.values["partner"]

    assert (counts.closed, counts.positive) == (partner.sum(), (partner & table.outcome).sum())
    assert counts.share == pytest.approx(partner.mean())
    assert counts.median_days_to_close is not None
    assert 1 <= counts.median_days_to_close <= 30
    budget = by_name(model)["budget"].statistics
    assert budget is not None
    assert budget.blank is not None
    assert sum(one.closed for one in budget.ranges) + budget.blank.closed == 3_000


def test_every_path_uses_at_most_two_columns_and_background_is_small(model: TrainedModel) -> None:
    for tree in model.ensemble.trees:
        assert len(tree.value) == len(tree.feature)
        assert _most_features(tree.feature, tree.left, tree.right) <= 2
    assert len(model.ensemble.background) == 2_000


def _most_features(
    feature: np.ndarray,
    left: np.ndarray,
    right: np.ndarray,
    node: int = 0,
    used: frozenset[int] = frozenset(),
) -> int:
    if feature[node] == LEAF:
        return len(used)
    used |= {int(feature[node])}
    return max(_most_features(feature, left, right, int(child), used) for child in (left[node], right[node]))


def test_report_is_plain_data(model: TrainedModel) -> None:
    report = json.loads(json.dumps(asdict(model.report), allow_nan=False))

    assert report["metrics"]["auc"] == model.report.metrics.auc
    assert report["model"]["choice"]["recipe"].keys() == {"family", "attribute_set"}
    assert set(report["library_versions"]) == {"python", "numpy", "scipy", "scikit-learn", "pyarrow"}


def test_same_data_and_seed_give_the_same_model(model: TrainedModel) -> None:
    again = train(leads(3_000))

    table = leads(500, seed=99)
    np.testing.assert_array_equal(log_odds(model.ensemble, table), log_odds(again.ensemble, table))
    assert asdict(model.report) == asdict(again.report)


def test_progress_rises_from_0_to_1() -> None:
    seen: list[float] = []
    train(leads(300), progress=lambda share, _stage: seen.append(share))

    assert seen == sorted(seen)
    assert (seen[0], seen[-1]) == (0.0, 1.0)


def test_40_and_40_train_and_39_do_not() -> None:
    rng = np.random.default_rng(21)
    outcome = rng.permutation(np.arange(80) < 40)
    table = TrainingTable({"size": pa.array(rng.normal(size=80) + outcome)}, outcome)

    assert train(table).report.data.positive == 40
    with pytest.raises(LeadlightError) as refused:
        train(table.take(np.flatnonzero(np.cumsum(outcome) > 1)))
    assert refused.value.reason is Reason.TOO_FEW_CLOSED_RECORDS


def test_without_a_usable_attribute_training_is_refused() -> None:
    table = TrainingTable({"country": pa.array(["DE"] * 200)}, np.arange(200) % 2 == 0)

    with pytest.raises(LeadlightError) as refused:
        train(table)
    assert refused.value.reason is Reason.NO_USABLE_ATTRIBUTE


def test_a_leaking_attribute_is_left_out_with_a_warning_and_used_if_picked_by_hand() -> None:
    rng = np.random.default_rng(22)
    outcome = rng.random(1_500) < 0.3
    columns = {
        "reason_lost": pa.array(np.where(outcome, None, rng.choice(["price", "time"], 1_500)).tolist()),
        "size": pa.array(rng.normal(size=1_500) + 0.7 * outcome),
    }

    automatic = train(TrainingTable(columns, outcome))
    picked = train(
        TrainingTable(columns, outcome), TrainingOptions(rules=AttributeRules(hand_picked=frozenset(columns)))
    )

    assert by_name(automatic)["reason_lost"].use is AttributeUse.LEAKS_OUTCOME
    assert {spec.attribute for spec in automatic.ensemble.features} == {"size"}
    assert by_name(picked)["reason_lost"].use is AttributeUse.USED
    for trained in (automatic, picked):
        leaks = [w for w in trained.report.warnings if w.kind is WarningKind.SUSPECTED_LEAKAGE]
        assert [warning.attributes for warning in leaks] == [("reason_lost",)]


def test_an_attribute_whose_meaning_changes_with_the_calendar_is_left_out() -> None:
    rng = np.random.default_rng(23)
    rows = 6_000
    # Each stretch of the forward chaining has the opposite effect of the one before.
    stretch = np.floor(np.log((np.arange(rows) + 1) / rows) / np.log(0.8))
    noise, stable = rng.normal(size=rows), rng.normal(size=rows)
    index = noise + 2 * np.arange(rows) / rows
    outcome = rng.random(rows) < sigmoid(stable - 1 + 3 * np.where(stretch % 2 == 0, 1, -1) * noise)
    model = train(TrainingTable({"stable": pa.array(stable), "index": pa.array(index)}, outcome))

    assert model.report.model.choice.recipe.attribute_set is AttributeSet.STABLE
    assert by_name(model)["index"].use is AttributeUse.DRIFTS
    drift = [warning for warning in model.report.warnings if warning.kind is WarningKind.DRIFT]
    assert drift[0].attributes == ("index",)
    assert "left out" in drift[0].message


def test_a_base_rate_that_moved_is_said() -> None:
    rng = np.random.default_rng(24)
    outcome = rng.random(2_000) < np.where(np.arange(2_000) < 1_600, 0.05, 0.15)
    model = train(TrainingTable({"size": pa.array(rng.normal(size=2_000) + outcome)}, outcome))

    moved = [w.message for w in model.report.warnings if w.kind is WarningKind.BASE_RATE_MOVED]
    assert len(moved) == 1
    assert "the newest 400" in moved[0]


def test_noise_is_called_not_ready() -> None:
    rng = np.random.default_rng(25)
    outcome = rng.random(600) < 0.4
    report = train(TrainingTable({"noise": pa.array(rng.normal(size=600))}, outcome)).report

    assert report.verdict == "not_ready"
    assert WarningKind.LOW_QUALITY in {warning.kind for warning in report.warnings}


def test_wide_and_mostly_blank_data_trains() -> None:
    rng = np.random.default_rng(26)
    rows = 600
    outcome = rng.random(rows) < 0.4
    columns = {
        f"a{i}": pa.array(rng.normal(size=rows) + (i == 0) * outcome, mask=rng.random(rows) < 0.7)
        if i % 2 == 0
        else pa.array(rng.choice(["x", "y", "z", None], rows, p=[0.1, 0.1, 0.1, 0.7]).tolist())
        for i in range(100)
    }
    model = train(TrainingTable(columns, outcome))

    assert model.report.attributes[0].attribute == "a0"
    assert np.isfinite(log_odds(model.ensemble, TrainingTable(columns, outcome))).all()


def test_many_categories_do_not_leak_into_their_codes() -> None:
    rng = np.random.default_rng(27)
    rows = 3_000
    outcome = rng.random(rows) < 0.3
    columns = {
        "agent": pa.array([f"agent {i}" for i in rng.integers(0, 150, rows)]),
        "size": pa.array(rng.normal(size=rows) + outcome),
    }
    model = train(TrainingTable(columns, outcome))

    assert model.report.metrics.auc is not None
    assert model.report.metrics.auc > 0.73
    assert model.report.attributes[0].attribute == "size"


def test_records_outside_the_window_are_counted_and_not_used() -> None:
    table = leads(3_000)
    report = train(table, TrainingOptions(window_months=3)).report

    assert report.data.records + report.data.outside_window == 3_000
    assert report.data.outside_window > 0
    assert report.data.window_start is not None
    assert report.data.oldest_created is not None
    assert report.data.oldest_created >= report.data.window_start


def test_only_the_attributes_picked_by_hand_are_used() -> None:
    rules = AttributeRules(hand_picked=frozenset({"source", "noise"}))
    model = train(leads(600), TrainingOptions(rules=rules))

    assert {spec.attribute for spec in model.ensemble.features} == {"source", "noise"}
    assert by_name(model)["budget"].use is AttributeUse.EXCLUDED


def test_without_engineered_fields_an_address_has_nothing_to_say() -> None:
    model = train(leads(600), TrainingOptions(rules=AttributeRules(engineered=False)))

    assert not any(":" in spec.name for spec in model.ensemble.features)
    assert by_name(model)["email"].use is AttributeUse.TOO_MANY_VALUES
