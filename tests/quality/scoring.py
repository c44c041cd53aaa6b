"""How well scoring ranks and calibrates on real data, against baselines on the same rows.

`python -m tests.quality.scoring` prints a table and writes build/quality-scoring.json; exit code 1 if a bar of
the spec is missed. Needs the data folder (LEADLIGHT_SHARED_DATA, default ../shared/data).

Two views of each set. "newest": fitted on the older 80 % of the rows alone, judged on the newest 20 %. "folds":
five stratified random folds. In both, leadlight's whole pipeline (choice of attributes, leakage, forward
chaining, calibration) runs inside the fitted rows and the model it would publish is judged.
"""

import argparse
import json
import os
import sys
import time
import warnings
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
from lightgbm import LGBMClassifier
from sklearn.base import ClassifierMixin
from sklearn.compose import make_column_selector, make_column_transformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from services.scoring.attributes import AttributeRules
from services.scoring.compile import compile_model
from services.scoring.encoding import Encoder
from services.scoring.ensemble import Float32Matrix
from services.scoring.metrics import measure
from services.scoring.model_quality import Metrics
from services.scoring.report import WarningKind
from services.scoring.runtime import LoadedModel
from services.scoring.table import TrainingTable
from services.scoring.training import TrainedModel, TrainingOptions, train
from services.scoring.window import oldest_share

REPOSITORY = Path(__file__).parents[2]
DATA = Path(os.environ.get("LEADLIGHT_SHARED_DATA", REPOSITORY.parent / "shared" / "data")) / "scoring"
RESULTS = REPOSITORY / "build" / "quality-scoring.json"
MOST_AUC_BELOW = 0.005
MOST_CALIBRATION_ERROR = 0.03
MOST_PROBABILITY_DIFFERENCE = 1e-5
MOST_CONTRIBUTION_DIFFERENCE = 1e-4
FOLDS = 5
LEADLIGHT = "leadlight"

Rows = npt.NDArray[np.intp]
Probabilities = npt.NDArray[np.float64]


@dataclass(frozen=True)
class DataSet:
    """A set in time order.

    Attributes:
        name: Its name in the table.
        attributes: The columns a model may see.
        outcome: bool [rows].
        left_out_of_baselines: Leaking attributes the baselines do not get.
        has_bars: Whether the spec's bars hold for it.
        hand_picked: Whether leadlight is told to use every attribute, leaks too, as the baselines do.
    """

    name: str
    attributes: pd.DataFrame
    outcome: npt.NDArray[np.bool_]
    left_out_of_baselines: tuple[str, ...] = ()
    has_bars: bool = True
    hand_picked: bool = False


@dataclass(frozen=True)
class Figure:
    """One model on one view of one set."""

    data: str
    view: str
    model: str
    auc: float
    log_loss: float
    brier: float
    calibration_error: float
    train_s: float
    choice: str = ""


def bank_marketing() -> DataSet:
    frame = pd.read_csv(DATA / "bank_marketing.csv", sep=";", keep_default_na=False)
    return DataSet("bank_marketing", frame.drop(columns="y"), (frame["y"] == "yes").to_numpy(), ("duration",))


def bank_marketing_with_duration() -> DataSet:
    leaky = bank_marketing()
    return replace(
        leaky, name="bank_with_duration", left_out_of_baselines=(), has_bars=False, hand_picked=True
    )


def online_shoppers() -> DataSet:
    frame = pd.read_csv(DATA / "online_shoppers.csv")
    return DataSet("online_shoppers", frame.drop(columns="Revenue"), frame["Revenue"].to_numpy(dtype=bool))


def sparklesquad_crm() -> DataSet:
    folder = DATA / "sparklesquad_crm"
    deals = pd.read_csv(folder / "sales-pipeline.csv")
    for name, key in (("accounts", "Account"), ("sales-teams", "Sales_Agent"), ("products", "Product")):
        deals = deals.merge(pd.read_csv(folder / f"{name}.csv"), on=key, how="left")
    closed = deals[deals["Deal_Stage"].isin(["Won", "Lost"])]
    closed = closed.sort_values("Close_Date", kind="stable").reset_index(drop=True)
    won = (closed["Deal_Stage"] == "Won").to_numpy()
    leaks = ("Account", "Revenue", "Employees", "Close_Value")
    attributes = closed.drop(columns=["Deal_Stage", "Opportunity_ID", "Close_Date", "Created_On"])
    return DataSet("sparklesquad_crm", attributes, won, leaks, has_bars=False)


SETS: dict[str, Callable[[], DataSet]] = {
    "bank_marketing": bank_marketing,
    "online_shoppers": online_shoppers,
    "sparklesquad_crm": sparklesquad_crm,
    "bank_with_duration": bank_marketing_with_duration,
}


def logistic_regression() -> ClassifierMixin:
    numbers = make_pipeline(SimpleImputer(), StandardScaler())
    return make_pipeline(
        make_column_transformer(
            (OneHotEncoder(handle_unknown="ignore"), make_column_selector(dtype_include="category")),
            (numbers, make_column_selector(dtype_include="number")),
        ),
        LogisticRegression(max_iter=1000),
    )


BASELINES: dict[str, Callable[[], ClassifierMixin]] = {
    "logistic regression": logistic_regression,
    "unrestricted boosting": lambda: HistGradientBoostingClassifier(
        categorical_features="from_dtype", random_state=0
    ),
    "lightgbm": lambda: LGBMClassifier(random_state=0, n_jobs=1, verbose=-1),
}


def train_leadlight(data: DataSet, rows: Rows) -> TrainedModel:
    """The whole pipeline on some rows."""
    batch = batch_of(data, rows)
    table = TrainingTable(dict(zip(batch.schema.names, batch.columns, strict=True)), data.outcome[rows])
    picked = frozenset(data.attributes) if data.hand_picked else None
    return train(table, TrainingOptions(rules=AttributeRules(hand_picked=picked)))


def batch_of(data: DataSet, rows: Rows) -> pa.RecordBatch:
    return pa.RecordBatch.from_pandas(data.attributes.iloc[rows], preserve_index=False)


def matrix_of(model: TrainedModel, data: DataSet, rows: Rows) -> Float32Matrix:
    encoder = Encoder(model.ensemble.features)
    return encoder.encode_columns(encoder.columns(batch_of(data, rows)), len(rows))


def leadlight(data: DataSet, fitted: Rows, judged: Rows) -> tuple[Probabilities, str]:
    """Probabilities of the published model, and what the pipeline chose."""
    model = train_leadlight(data, fitted)
    recipe = model.report.model.choice.recipe
    return model.ensemble.probability(matrix_of(model, data, judged)), (
        f"{recipe.family}, {recipe.attribute_set}"
    )


def baseline(data: DataSet, name: str, fitted: Rows, judged: Rows) -> tuple[Probabilities, str]:
    frame = data.attributes.drop(columns=list(data.left_out_of_baselines))
    frame = frame.astype({column: "category" for column in frame if frame[column].dtype.kind not in "iuf"})
    model = BASELINES[name]()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model.fit(frame.iloc[fitted], data.outcome[fitted])
        return model.predict_proba(frame.iloc[judged])[:, 1], ""


def views(data: DataSet) -> Iterator[tuple[str, list[tuple[Rows, Rows]]]]:
    """Name and splits of both views."""
    rows = np.arange(len(data.outcome))
    older, newest = np.split(rows, [oldest_share(len(rows))])
    yield "newest", [(older, newest)]
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=0)
    yield "folds", list(folds.split(rows, data.outcome))


def figures(data: DataSet) -> Iterator[Figure]:
    """Every model on both views; on folds, the mean over the folds."""
    for view, splits in views(data):
        for name in (LEADLIGHT, *BASELINES):
            measured: list[Metrics] = []
            choices: dict[str, None] = {}
            started = time.process_time()
            for fitted, judged in splits:
                probabilities, choice = (
                    leadlight(data, fitted, judged)
                    if name == LEADLIGHT
                    else baseline(data, name, fitted, judged)
                )
                measured.append(measure(data.outcome[judged], probabilities))
                choices[choice] = None
            yield Figure(
                data.name,
                view,
                name,
                float(np.mean([metrics.auc for metrics in measured if metrics.auc is not None])),
                float(np.mean([metrics.log_loss for metrics in measured])),
                float(np.mean([metrics.brier for metrics in measured])),
                float(np.mean([metrics.expected_calibration_error for metrics in measured])),
                (time.process_time() - started) / len(splits),
                " | ".join(choices),
            )


def missed_bars(data: DataSet, all_figures: list[Figure]) -> list[str]:
    """The spec's bars that this set misses, in words."""
    missed = []
    for view, rivals in (
        ("newest", ("logistic regression", "unrestricted boosting")),
        ("folds", ("unrestricted boosting",)),
    ):
        auc = {f.model: f.auc for f in all_figures if f.view == view and f.data == data.name}
        least = max(auc[rival] for rival in rivals) - MOST_AUC_BELOW
        if auc[LEADLIGHT] < least:
            missed.append(f"{data.name}, {view}: AUC {auc[LEADLIGHT]:.4f}, bar {least:.4f}")
    return missed


def parity(model: TrainedModel, data: DataSet) -> dict[str, float]:
    """Largest differences between the ONNX file and the trained model on the newest 20 %."""
    x = matrix_of(model, data, model.test_rows)
    loaded = LoadedModel(compile_model(model.ensemble))
    scores = loaded.score_matrix(x)
    log_odds = model.ensemble.log_odds(x)
    added = scores.contributions.sum(axis=1, dtype=np.float64) + loaded.base_log_odds
    return {
        "probability": float(np.abs(scores.probability - model.ensemble.probability(x)).max()),
        "contributions_sum": float(np.abs(added - log_odds).max()),
    }


def card_of(data: DataSet) -> tuple[dict[str, Any], list[str]]:
    """What the model card of the whole set says, and the bars it misses."""
    model = train_leadlight(data, np.arange(len(data.outcome)))
    report = model.report
    kinds = {warning.kind for warning in report.warnings}
    missed = []
    error = report.metrics.expected_calibration_error
    if error > MOST_CALIBRATION_ERROR and WarningKind.BASE_RATE_MOVED not in kinds:
        missed.append(f"{data.name}: calibration error {error:.3f}, and no warning that the base rate moved")
    differences = parity(model, data)
    if differences["probability"] > MOST_PROBABILITY_DIFFERENCE:
        missed.append(f"{data.name}: ONNX and model differ by {differences['probability']:.1e}")
    if differences["contributions_sum"] > MOST_CONTRIBUTION_DIFFERENCE:
        missed.append(
            f"{data.name}: contributions miss the log-odds by {differences['contributions_sum']:.1e}"
        )
    card = {
        "metrics": asdict(report.metrics),
        "verdict": report.verdict,
        "left_out": {a.attribute: [a.use, a.explanation] for a in report.attributes if a.use != "used"},
        "drifting": [a.attribute for a in report.attributes if a.drifts or a.turned],
        "warnings": [warning.message for warning in report.warnings],
        "recipe": asdict(report.model.choice.recipe),
        "parity": differences,
    }
    return card, missed


def run_on_sets(
    module: str, names: Iterable[str], run: Callable[[DataSet], tuple[dict[str, Any], list[str]]]
) -> int:
    """Runs a measurement on sets and writes build/quality-{module}.json; 1 if a bar is missed."""
    results: dict[str, dict[str, Any]] = {}
    missed: list[str] = []
    for name in names:
        results[name], missed_here = run(SETS[name]())
        missed += missed_here
    RESULTS.parent.mkdir(exist_ok=True)
    path = RESULTS.with_name(f"quality-{module}.json")
    path.write_text(json.dumps({"results": results, "missed": missed}, indent=2), encoding="utf-8")
    print("\n".join(f"MISSED {bar}" for bar in missed) or f"{module}: every bar is met")
    return 1 if missed else 0


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("sets", nargs="*", default=list(SETS), help=f"of {', '.join(SETS)}")
    all_figures: list[Figure] = []
    cards: dict[str, dict[str, Any]] = {}
    missed: list[str] = []
    heads = ("set", "view", "model", "AUC", "logloss", "Brier", "ECE", "CPU s")
    print("{:18} {:6} {:22} {:>7} {:>8} {:>7} {:>6} {:>6}  choice".format(*heads))
    for name in parser.parse_args().sets:
        data = SETS[name]()
        for figure in figures(data):
            all_figures.append(figure)
            print(
                f"{figure.data:18} {figure.view:6} {figure.model:22} {figure.auc:7.4f} {figure.log_loss:8.4f} "
                f"{figure.brier:7.4f} {figure.calibration_error:6.3f} {figure.train_s:6.1f}  {figure.choice}",
                flush=True,
            )
        cards[name], missed_by_card = card_of(data)
        missed += missed_by_card + (missed_bars(data, all_figures) if data.has_bars else [])
        print("  verdict", cards[name]["verdict"], "| ONNX against model", cards[name]["parity"])
        for warning in cards[name]["warnings"]:
            print("  !", warning)
    RESULTS.parent.mkdir(exist_ok=True)
    result = {"figures": [asdict(figure) for figure in all_figures], "cards": cards, "missed": missed}
    RESULTS.write_text(json.dumps(result, indent=2), encoding="utf-8")
    print("\n".join(f"MISSED {bar}" for bar in missed) or "every bar of the spec is met")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
