"""Ensembles to compile and score with: one written by hand, one fitted on data with every kind of column."""

import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pytest

from services.scoring.boosting import BoostingSettings, fit_boosting
from services.scoring.compile import compile_model
from services.scoring.encoding import Encoder
from services.scoring.ensemble import AdditiveEnsemble, FeatureSpec, Float32Matrix
from services.scoring.runtime import LoadedModel

NAN = float("nan")


@dataclass(frozen=True)
class Fitted:
    """A fitted ensemble with the records it was fitted on."""

    ensemble: AdditiveEnsemble
    records: pa.RecordBatch
    x: Float32Matrix
    outcome: npt.NDArray[np.bool_]
    model: LoadedModel


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder with the real data sets."""
    default = Path(__file__).parents[3].parent / "shared" / "data"
    folder = Path(os.environ.get("LEADLIGHT_SHARED_DATA", default))
    if not (folder / "scoring").is_dir():
        pytest.skip(f"real data not found: LEADLIGHT_SHARED_DATA names no folder with scoring/ ({folder})")
    return folder


@pytest.fixture(scope="session")
def fitted() -> Fitted:
    """3,000 synthetic leads: numbers with blanks, categories, a boolean, e-mail addresses; an interaction."""
    rng = np.random.default_rng(7)
    rows = 3_000
    budget = np.where(rng.random(rows) < 0.15, np.nan, rng.gamma(2.0, 900.0, rows).round())
    age = rng.integers(18, 80, rows)
    job = rng.choice(["engineer", "manager", "student", "retired", ""], rows)
    rating = rng.choice(["1", "2", "3"], rows)
    member = rng.random(rows) < 0.4
    domain = rng.choice(["gmail.com", "firma.de", "acme.com"], rows)
    email = np.array([f"lead{number}@{name}" for number, name in enumerate(domain)])
    logit = (
        np.where(np.isnan(budget), -1.0, np.log1p(np.nan_to_num(budget)) - 7)
        + 0.8 * (job == "manager") * (age > 40)
        - 0.7 * (job == "student")
        + 0.5 * (rating == "3")
        + 0.6 * member
        + 0.9 * (domain != "gmail.com")
        - 1.0
    )
    outcome = rng.random(rows) < 1 / (1 + np.exp(-logit))
    records = pa.RecordBatch.from_pydict(
        {
            "budget": pa.array(budget, from_pandas=True),
            "age": pa.array(age),
            "job": pa.array([text or None for text in job]),
            "rating": pa.array(rating),
            "member": pa.array(member),
            "email": pa.array(email),
        }
    )
    codes = {"student": 0.0, "retired": 2.0, "engineer": 3.0, "manager": 4.0}
    features = (
        FeatureSpec("budget", "budget", "numeric"),
        FeatureSpec("age", "age", "numeric"),
        FeatureSpec("job", "job", "category", codes, unseen_code=1.0, blank_code=NAN),
        FeatureSpec("rating", "rating", "category", {"1": 0.0, "2": 1.0, "3": 2.0}, 0.0, 0.0),
        FeatureSpec("member", "member", "category", {"false": 0.0, "true": 1.0}, 0.0, 0.0),
        FeatureSpec("email:business_domain", "email", "numeric"),
        FeatureSpec("email:present", "email", "numeric"),
        FeatureSpec("budget:present", "budget", "numeric"),
    )
    encoder = Encoder(features)
    x = encoder.encode_columns(encoder.columns(records), rows)
    terms = fit_boosting(x, outcome, seed=0, settings=BoostingSettings(steps=60, leaves=12))
    ensemble = terms.ensemble(features, x[:500])
    return Fitted(ensemble, records, x, outcome, LoadedModel(compile_model(ensemble)))
