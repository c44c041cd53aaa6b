"""A loaded model: one record and many give the same, and points add up to the score."""

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from services.common.errors import Code, LeadlightError, Reason
from services.scoring.compile import compile_model
from services.scoring.runtime import LoadedModel

if TYPE_CHECKING:
    from tests.unit.scoring.conftest import Fitted


def test_one_record_gets_what_many_get(fitted: "Fitted") -> None:
    many = fitted.model.score_matrix(fitted.x[:50])
    for row, values in enumerate(fitted.records.slice(0, 50).to_pylist()):
        one = fitted.model.score(values)
        assert one.probability == pytest.approx(many.probability[row], abs=1e-6)
        assert one.contributions == pytest.approx(many.contributions[row].tolist(), abs=1e-6)
        assert one.points_per_log_odds == pytest.approx(many.points_per_log_odds[row], abs=1e-4)


def test_what_a_value_comes_to_does_not_depend_on_what_came_before(fitted: "Fitted") -> None:
    content = compile_model(fitted.ensemble)
    kept = LoadedModel(content)
    many = [{"email": f"lead{number}@acme.com", "budget": number / 7} for number in range(1_500)]
    few: list[dict[str, Any]] = [
        *fitted.records.slice(0, 5).to_pylist(),
        {"member": True, "rating": 1.0},
        {"member": 1.0},  # a dictionary takes 1 for True, the column refuses it
        {"rating": 1.0, "job": "x" * 10_000},
        {"rating": True},
        {"rating": 1, "job": " "},
        {"budget": "many", "age": "old"},
        many[0],
    ]
    for values in [*few, *many, *reversed(few)]:
        said(kept, values)
    for values in few:
        assert said(kept, values) == said(LoadedModel(content), values)


def said(model: LoadedModel, values: dict[str, Any]) -> object:
    """The score, or what is wrong with the values."""
    try:
        return model.score(values)
    except LeadlightError as error:
        return [(each.field, each.description) for each in error.violations]


def test_blanks_are_told(fitted: "Fitted") -> None:
    values = {"budget": 5.0, "age": None, "job": "  ", "rating": "1", "member": False}
    assert fitted.model.score(values).blank == ("age", "job", "email")
    assert fitted.model.score({**values, "age": 40.0}).blank == ("job", "email")


def test_points_of_all_attributes_and_the_base_add_up_to_the_score(fitted: "Fitted") -> None:
    model = fitted.model
    assert model.attributes == ("budget", "age", "job", "rating", "member", "email")
    for values in fitted.records.slice(0, 200).to_pylist():
        score = model.score(values)
        points = sum(score.contributions) * score.points_per_log_odds
        assert model.base_points + points == pytest.approx(100 * score.probability, abs=1e-4)


def test_probability_equals_the_ensemble_on_every_row(fitted: "Fitted") -> None:
    scores = fitted.model.score_matrix(fitted.x)
    assert np.abs(scores.probability - fitted.ensemble.probability(fitted.x)).max() < 1e-5


def test_threads_share_a_model(fitted: "Fitted") -> None:
    expected = fitted.model.score_matrix(fitted.x).probability
    with ThreadPoolExecutor(4) as pool:
        for scores in pool.map(fitted.model.score_matrix, [fitted.x] * 16):
            assert np.array_equal(scores.probability, expected)


def test_a_damaged_file_is_not_loaded(fitted: "Fitted") -> None:
    content = compile_model(fitted.ensemble)
    for damaged in (
        b"",
        b"no model",
        content[: len(content) // 2],
        content[:100] + b"\xff" * 8 + content[108:],
    ):
        with pytest.raises(LeadlightError) as refused:
            LoadedModel(damaged)
        assert (refused.value.code, refused.value.reason) == (Code.DATA_LOSS, Reason.MODEL_FILE_CORRUPT)


def test_a_model_of_another_suite_is_not_loaded() -> None:
    info = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [1]) for name in ("x", "y")]
    graph = helper.make_graph([helper.make_node("Identity", ["x"], ["y"])], "other", info[:1], info[1:])
    other = helper.make_model(graph, ir_version=8, opset_imports=[helper.make_opsetid("", 17)])
    onnx.checker.check_model(other)
    with pytest.raises(LeadlightError, match="no model of this suite"):
        LoadedModel(other.SerializeToString())
