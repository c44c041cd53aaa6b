"""Blanks that say nothing: exactly nothing in the score, nothing learnt from them, said in the reasons."""

import numpy as np
import pyarrow as pa
import pytest

from services.common.records import RecordKind
from services.scoring.attributes import AttributeRules, AttributeUse
from services.scoring.compile import compile_model
from services.scoring.encoding import Encoder, Value
from services.scoring.metrics import area_under_curve
from services.scoring.reasons import ReasonTexts, top_reasons
from services.scoring.runtime import LoadedModel
from services.scoring.table import TrainingTable
from services.scoring.training import TrainedModel, TrainingOptions, train

IGNORED = frozenset({"budget", "source", "email"})


def leads(rows: int = 2_000) -> TrainingTable:
    """Budget and source carry signal, alone, together and by being blank; correlated with each other."""
    rng = np.random.default_rng(30)
    budget = rng.normal(0, 1, rows)
    source = np.where(budget + rng.normal(0, 1, rows) > 0, "partner", rng.choice(["web", "fair"], rows))
    blank = {name: rng.random(rows) < 0.3 for name in ("budget", "source", "email")}
    size = rng.normal(0, 1, rows)
    logit = budget + (source == "partner") * size + 0.5 * size - 2.0 * blank["budget"] - 1.5 * blank["source"]
    email = [f"p{i}@{'gmail.com' if i % 3 else 'acme.com'}" for i in range(rows)]
    return TrainingTable(
        {
            "budget": pa.array(budget, mask=blank["budget"]),
            "source": pa.array(source, mask=blank["source"]),
            "email": pa.array(email, mask=blank["email"]),
            "size": pa.array(size),
        },
        rng.random(rows) < 1 / (1 + np.exp(-logit)),
    )


@pytest.fixture(scope="module")
def told() -> TrainedModel:
    return train(leads(), TrainingOptions(rules=AttributeRules(ignore_blank=IGNORED)))


@pytest.fixture(scope="module")
def loaded(told: TrainedModel) -> LoadedModel:
    return LoadedModel(compile_model(told.ensemble, told.report.intervals))


def matrix(model: TrainedModel, table: TrainingTable) -> np.ndarray:
    encoder = Encoder(model.ensemble.features)
    batch = pa.RecordBatch.from_pydict(dict(table.columns))
    return encoder.encode_columns(encoder.columns(batch), len(table))


@pytest.mark.parametrize("attribute", sorted(IGNORED))
def test_a_blank_adds_exactly_nothing_whatever_the_other_values(loaded: LoadedModel, attribute: str) -> None:
    records: list[dict[str, Value]] = [
        {"budget": 1.5, "source": "partner", "email": "a@acme.com", "size": 2.0},
        {"budget": -2.0, "source": "web", "size": -1.0},
        {"size": 0.0},
    ]
    for values in records:
        score = loaded.score({name: value for name, value in values.items() if name != attribute})
        assert score.contributions[loaded.attributes.index(attribute)] == 0.0


def test_filled_values_still_count(loaded: LoadedModel) -> None:
    score = loaded.score({"budget": 2.0, "source": "partner", "email": "a@acme.com", "size": 1.0})

    assert all(
        score.contributions[loaded.attributes.index(name)] != 0.0 for name in ("budget", "source", "size")
    )


def test_contributions_and_base_add_up_to_the_log_odds_of_the_trained_model(
    told: TrainedModel, loaded: LoadedModel
) -> None:
    x = matrix(told, leads())
    scores = loaded.score_matrix(x)
    added = scores.contributions.sum(axis=1, dtype=np.float64) + loaded.base_log_odds

    assert np.isnan(x).any(axis=0).sum() == 3
    np.testing.assert_allclose(added, told.ensemble.log_odds(x), atol=1e-4)
    np.testing.assert_allclose(scores.probability, told.ensemble.probability(x), atol=1e-5)


def test_nothing_is_learnt_from_blanks_and_by_default_they_count(told: TrainedModel) -> None:
    table = leads()
    blank_budget = {
        "budget": pa.nulls(1, pa.float64()),
        **{name: pa.array([0.0 if name == "size" else None]) for name in ("source", "email", "size")},
    }
    filled = {**blank_budget, "budget": pa.array([0.0])}
    outcome = np.array([True])
    by_default = train(table)

    def gap(model: TrainedModel) -> float:
        scores = [
            model.ensemble.log_odds(matrix(model, TrainingTable(columns, outcome)))[0]
            for columns in (filled, blank_budget)
        ]
        return float(scores[0] - scores[1])

    # In the data a blank budget costs 2 in log-odds.
    assert gap(by_default) > 1.0
    assert abs(gap(told)) < 0.5


def test_the_metrics_are_of_scores_as_they_are_given(told: TrainedModel) -> None:
    table = leads().take(told.test_rows)
    auc = area_under_curve(table.outcome, told.evaluated.log_odds(matrix(told, table)))

    assert auc == pytest.approx(told.report.metrics.auc, abs=1e-9)


def test_the_reasons_say_that_blanks_were_left_out(told: TrainedModel, loaded: LoadedModel) -> None:
    assert set(told.report.ignore_blank) == IGNORED
    texts = ReasonTexts(
        [each.statistics for each in told.report.attributes if each.statistics],
        RecordKind.LEAD,
        ignore_blank=told.report.ignore_blank,
    )
    values: dict[str, Value] = {"source": "partner", "size": 1.0, "email": " "}
    score = loaded.score(values)
    reasons = {
        each.said.attribute: each
        for each in top_reasons(
            loaded.attributes, score.contributions, score.points_per_log_odds, values, texts
        )
    }

    for name in ("budget", "email"):
        assert reasons[name].said.sentence == "blank; left out of the score as the model was told"
        assert reasons[name].points == 0.0
    assert "partner" in reasons["source"].said.sentence


def test_the_file_says_whose_blanks_are_left_out(loaded: LoadedModel) -> None:
    ignored = {spec.attribute for spec in loaded.encoder.features if spec.ignore_blank}

    assert ignored == IGNORED


def test_an_attribute_known_by_its_presence_alone_is_left_out() -> None:
    rng = np.random.default_rng(31)
    outcome = rng.random(400) < 0.4
    note = [f"note {i}" if rng.random() < 0.5 else None for i in range(400)]
    table = TrainingTable({"note": pa.array(note), "size": pa.array(rng.normal(size=400) + outcome)}, outcome)
    model = train(table, TrainingOptions(rules=AttributeRules(ignore_blank=frozenset({"note"}))))
    note_report = next(each for each in model.report.attributes if each.attribute == "note")

    assert note_report.use is AttributeUse.NOT_HELPFUL
    assert note_report.explanation == "known only by whether it is filled, and its blanks are to say nothing"


def test_same_data_and_seed_give_the_same_model_bytes(told: TrainedModel) -> None:
    again = train(leads(), TrainingOptions(rules=AttributeRules(ignore_blank=IGNORED)))

    assert compile_model(again.ensemble) == compile_model(told.ensemble)
