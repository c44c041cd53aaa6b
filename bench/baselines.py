"""The scikit-learn pipelines that Leadlight is measured against."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
from sklearn.compose import make_column_selector, make_column_transformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder

from tests.load.leads import SEED, Leads

ONE_HOT = "OneHotEncoder + HistGradientBoosting"
ORDINAL = "OrdinalEncoder + HistGradientBoosting"
_ENCODERS: dict[str, Callable[[], Any]] = {
    # Boosting takes no sparse matrices.
    ONE_HOT: lambda: OneHotEncoder(handle_unknown="ignore", sparse_output=False),
    ORDINAL: lambda: OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1),
}
PIPELINES = tuple(_ENCODERS)


def frame_of(path: Path, delimiter: str = ",") -> pd.DataFrame:
    """A CSV file as pandas reads it."""
    return pd.read_csv(path, sep=delimiter)


def attributes_of(frame: pd.DataFrame, leads: Leads) -> pd.DataFrame:
    """The columns a model may see."""
    roles = {leads.label, "id", *leads.not_attributes}
    return frame.drop(columns=[name for name in frame.columns if name in roles])


def fitted(name: str, leads: Leads) -> Any:
    """The pipeline of that name, fitted on all leads."""
    frame = frame_of(leads.path, leads.delimiter)
    outcome = frame[leads.label].astype(str) == leads.positive
    columns = make_column_transformer(
        (_ENCODERS[name](), make_column_selector(dtype_exclude="number")), remainder="passthrough"
    )
    pipeline = make_pipeline(columns, HistGradientBoostingClassifier(random_state=SEED))
    return pipeline.fit(attributes_of(frame, leads), outcome)


@dataclass(frozen=True)
class Prediction:
    """How long a pipeline took for one table.

    Attributes:
        read_s: `pandas.read_csv`.
        predict_s: `predict_proba` on the frame in memory.
    """

    read_s: float
    predict_s: float


def predict(pipeline: Any, path: Path, leads: Leads) -> Prediction:
    """Reads a table and predicts every row."""
    begun_s = time.perf_counter()
    frame = attributes_of(frame_of(path), leads)
    read_s = time.perf_counter() - begun_s
    begun_s = time.perf_counter()
    pipeline.predict_proba(frame)
    return Prediction(read_s, time.perf_counter() - begun_s)
