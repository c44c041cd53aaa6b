"""The ONNX file gives what the ensemble gives, with contributions that add up."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import onnxruntime
import pyarrow as pa
import pyarrow.csv
import pytest

from services.scoring import compile as compiling
from services.scoring.boosting import BoostingSettings, fit_boosting
from services.scoring.compile import compile_model
from services.scoring.encoding import Encoder, Value
from services.scoring.ensemble import AdditiveEnsemble, FeatureSpec, Float32Matrix
from services.scoring.metadata import ModelMetadata

if TYPE_CHECKING:
    from tests.unit.scoring.conftest import Fitted

NAN = float("nan")


def run(content: bytes, x: Float32Matrix) -> tuple[Float32Matrix, Float32Matrix, Float32Matrix]:
    session = onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"])
    contributions, log_odds, probability = session.run(None, {"features": x})
    return contributions, log_odds, probability


def base_of(content: bytes) -> float:
    session = onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"])
    return ModelMetadata.from_properties(session.get_modelmeta().custom_metadata_map).base_log_odds


def assert_same(ensemble: AdditiveEnsemble, x: Float32Matrix) -> None:
    content = compile_model(ensemble)
    contributions, log_odds, probability = run(content, x)
    assert np.abs(probability[:, 0] - ensemble.probability(x)).max() < 1e-5
    total = contributions.astype(np.float64).sum(axis=1) + base_of(content)
    assert np.abs(total - ensemble.log_odds(x)).max() < 1e-4
    assert np.abs(total - log_odds[:, 0]).max() < 1e-5


def with_linear_part(ensemble: AdditiveEnsemble) -> AdditiveEnsemble:
    x = ensemble.background
    width = x.shape[1]
    weight = np.linspace(-1, 1, width) / (1 + np.nanstd(x, axis=0))
    weight[::3] = 0
    low, high = np.nanpercentile(x, [5, 95], axis=0)
    return replace(ensemble, weight=weight, fill=np.nanmean(x, axis=0).astype(float), low=low, high=high)


@pytest.mark.parametrize("variant", [lambda ensemble: ensemble, with_linear_part])
def test_onnx_equals_the_ensemble_on_every_row(
    fitted: "Fitted", variant: Callable[[AdditiveEnsemble], AdditiveEnsemble]
) -> None:
    assert_same(variant(fitted.ensemble), fitted.x)


def test_onnx_equals_the_ensemble_on_thresholds_and_far_outside(fitted: "Fitted") -> None:
    ensemble = fitted.ensemble
    rng = np.random.default_rng(1)
    columns = []
    for column in range(len(ensemble.features)):
        edges = [tree.threshold[tree.feature == column] for tree in ensemble.trees]
        edge = np.unique(np.concatenate([*edges, np.array([0], np.float32)]))
        around = [edge, np.nextafter(edge, np.float32(np.inf)), np.nextafter(edge, np.float32(-np.inf))]
        extreme = np.array([np.nan, 3.4e38, -3.4e38], np.float32)
        columns.append(rng.choice(np.concatenate([*around, extreme]), 2_000))
    assert_same(ensemble, np.stack(columns, axis=1).astype(np.float32))


@pytest.mark.parametrize(
    ("name", "delimiter", "label", "positive"),
    [("bank_marketing.csv", ";", "y", "yes"), ("online_shoppers.csv", ",", "Revenue", "TRUE")],
)
def test_onnx_equals_the_ensemble_on_real_data(
    shared_data: Path, name: str, delimiter: str, label: str, positive: str
) -> None:
    text = pa.csv.read_csv(
        shared_data / "scoring" / name,
        parse_options=pa.csv.ParseOptions(delimiter=delimiter),
        convert_options=pa.csv.ConvertOptions(column_types={label: pa.string()}),
    )
    outcome = np.array(text.column(label).to_pylist()) == positive
    batch = text.drop_columns([label]).combine_chunks().to_batches()[0]
    features = []
    for column in batch.schema.names:
        if pa.types.is_string(batch.schema.field(column).type):
            values = sorted(set(batch.column(column).to_pylist()))
            codes = {value: float(code) for code, value in enumerate(values)}
            features.append(FeatureSpec(column, column, "category", codes, -1.0, -1.0))
        elif not pa.types.is_boolean(batch.schema.field(column).type):
            features.append(FeatureSpec(column, column, "numeric"))
    encoder = Encoder(features)
    x = encoder.encode_columns(encoder.columns(batch), batch.num_rows)
    terms = fit_boosting(x, outcome, seed=0, settings=BoostingSettings(steps=60, leaves=31))
    assert_same(terms.ensemble(tuple(features), x[:2_000]), x)


def test_the_same_model_gives_the_same_bytes(fitted: "Fitted") -> None:
    assert compile_model(fitted.ensemble) == compile_model(fitted.ensemble)


def test_a_model_without_terms_knows_its_base_value(fitted: "Fitted") -> None:
    bare = replace(fitted.ensemble, trees=())
    x = np.array([[NAN, 1, 2, 3, 4, 5, 6, 7], [0, np.inf, 0, 0, 0, 0, 0, 0]], np.float32)
    contributions, log_odds, _ = run(compile_model(bare), x)
    assert not contributions.any()
    assert log_odds[:, 0] == pytest.approx([bare.base, bare.base], abs=1e-6)


def test_a_model_beyond_exact_indices_is_refused(fitted: "Fitted", monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiling, "_MOST_CELLS", 50)
    with pytest.raises(ValueError, match="train it with fewer bins"):
        compile_model(fitted.ensemble)


def test_the_file_alone_is_enough_to_score(fitted: "Fitted") -> None:
    """As someone without this suite would: onnxruntime and json."""
    session = onnxruntime.InferenceSession(compile_model(fitted.ensemble), providers=["CPUExecutionProvider"])
    properties = session.get_modelmeta().custom_metadata_map
    features = json.loads(properties["leadlight.features"])
    attributes = json.loads(properties["leadlight.attributes"])
    assert attributes == ["budget", "age", "job", "rating", "member", "email"]
    record: dict[str, Value] = {"budget": 2500, "age": 44, "job": "manager", "rating": "2", "member": "true"}
    derived: dict[str, Value] = {"email:business_domain": 1, "email:present": 1, "budget:present": 1}
    row = []
    for column in features:
        if column["kind"] == "category":
            row.append(column["categories"].get(record[column["name"]], column["unseen_code"]))
        else:
            row.append((record | derived)[column["name"]])
    (probability,) = session.run(["probability"], {"features": np.array([row], np.float32)})
    own = fitted.model.score(record | {"member": True, "email": "jo@acme.com"})
    assert probability[0, 0] == pytest.approx(own.probability, abs=1e-6)


def test_metadata_survive_the_file(fitted: "Fitted") -> None:
    metadata = ModelMetadata(fitted.ensemble.features, ("budget",), -1.25)
    again = ModelMetadata.from_properties(metadata.to_properties())
    assert again.attributes == ("budget",)
    assert again.base_log_odds == -1.25
    assert repr(again.features) == repr(fitted.ensemble.features)  # repr: NaN equals no NaN


@pytest.mark.parametrize(
    ("properties", "complaint"),
    [({}, "format None"), ({"leadlight.format": "9"}, "format '9'"), ({"leadlight.format": "1"}, "lack")],
)
def test_metadata_of_another_kind_are_refused(properties: dict[str, str], complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        ModelMetadata.from_properties(properties)
