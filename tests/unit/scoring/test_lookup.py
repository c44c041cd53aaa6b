"""One record by lookup gives what a run of the ONNX graph gives."""

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import onnxruntime
import pytest

from services.scoring.compile import compile_model
from services.scoring.ensemble import AdditiveEnsemble, Float32Matrix
from services.scoring.lookup import TableLookup, contributions
from services.scoring.metadata import attributes_of

if TYPE_CHECKING:
    from tests.unit.scoring.conftest import Fitted


def by_lookup(content: bytes, ensemble: AdditiveEnsemble, x: Float32Matrix) -> list[list[float]]:
    attributes = attributes_of(ensemble.features)
    owners = [attributes.index(spec.attribute) for spec in ensemble.features]
    lookup = TableLookup(content, owners, len(attributes))
    columns = [x[:, np.array(owners) == attribute].tolist() for attribute in range(len(attributes))]
    return [
        contributions(lookup.part(attribute, numbers[row]) for attribute, numbers in enumerate(columns))
        for row in range(len(x))
    ]


def assert_same(ensemble: AdditiveEnsemble, x: Float32Matrix) -> None:
    content = compile_model(ensemble)
    session = onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"])
    (expected,) = session.run(["contributions"], {"features": x})
    found = np.array(by_lookup(content, ensemble, x))
    assert np.abs(found - expected).max() < 1e-5
    assert np.abs(found).max() > 0


def with_linear_part(ensemble: AdditiveEnsemble, *, only_every: int = 1) -> AdditiveEnsemble:
    x = ensemble.background
    weight = np.linspace(-1, 1, x.shape[1]) / (1 + np.nanstd(x, axis=0))
    weight[np.arange(x.shape[1]) % only_every > 0] = 0
    low, high = np.nanpercentile(x, [5, 95], axis=0)
    return replace(ensemble, weight=weight, fill=np.nanmean(x, axis=0).astype(float), low=low, high=high)


def around_the_edges(ensemble: AdditiveEnsemble) -> Float32Matrix:
    """Rows of values on, just below and just above the thresholds, of blanks and of extremes."""
    chance = np.random.default_rng(1)
    columns = []
    for column in range(len(ensemble.features)):
        edges = [tree.threshold[tree.feature == column] for tree in ensemble.trees]
        edge = np.unique(np.concatenate([*edges, np.array([0], np.float32)]))
        around = [edge, np.nextafter(edge, np.float32(np.inf)), np.nextafter(edge, np.float32(-np.inf))]
        extreme = np.array([np.nan, 3.4e38, -3.4e38], np.float32)
        columns.append(chance.choice(np.concatenate([*around, extreme]), 2_000))
    return np.stack(columns, axis=1).astype(np.float32)


def test_on_every_row(fitted: "Fitted") -> None:
    assert_same(fitted.ensemble, fitted.x)


def test_on_thresholds_and_far_outside(fitted: "Fitted") -> None:
    assert_same(fitted.ensemble, around_the_edges(fitted.ensemble))


@pytest.mark.parametrize("only_every", [1, 3])
def test_with_a_linear_part(fitted: "Fitted", only_every: int) -> None:
    ensemble = with_linear_part(fitted.ensemble, only_every=only_every)
    assert_same(ensemble, fitted.x)


def test_with_a_linear_part_alone(fitted: "Fitted") -> None:
    assert_same(replace(with_linear_part(fitted.ensemble), trees=()), fitted.x)


def test_a_model_that_knows_its_base_value_only(fitted: "Fitted") -> None:
    ensemble = replace(fitted.ensemble, trees=())
    assert by_lookup(compile_model(ensemble), ensemble, fitted.x[:1]) == [
        [0.0] * len(attributes_of(ensemble.features))
    ]
