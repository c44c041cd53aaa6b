"""Trains the learned parts of note suggestions and writes them, with their cards, to services/notes/onnx_models.

python scripts/train_notes.py

Deterministic: the same data, seed and library versions give the same files. It needs the shared sets
(LEADLIGHT_SHARED_DATA) and the `dev` extra.
"""

import importlib.metadata
import json
import sys
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix, vstack
from skl2onnx import to_onnx
from skl2onnx.common.data_types import FloatTensorType
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score, log_loss
from sklearn.model_selection import StratifiedKFold, cross_val_predict

from scripts.train_notes_data import LICENCES, cases, chatter, mail_sentences, requests
from services.notes.actions import confidence
from services.notes.actions.learned import INPUT, MODELS, WIDTH, matrix
from services.notes.actions.suggest import drafts_of
from services.notes.times.conventions import TimeContext

SEED = 20260311
FOLDS = 5
ASKS_C = 15.0  # inverse strength of the penalty, from the folds
CHATTER_C = 5.0
CONFIDENCE_C = 1.0
CHATTER_WEIGHT = 0.05  # of a chatter sentence against a note: a seller writes few of them
CONTEXT = TimeContext(datetime(2026, 3, 11, 9, 30), ZoneInfo("Europe/Copenhagen"))
LANGUAGES = ("en", "da", "nb", "sv", "zh")
LIBRARIES = ("scikit-learn", "skl2onnx", "onnx", "numpy", "scipy")


def train_asks() -> None:
    """The model of real mail sentences, with its F1 by cross-validation."""
    texts, labels = mail_sentences()
    x, y = _sparse(texts), np.array(labels)
    model = LogisticRegression(C=ASKS_C, max_iter=3000, random_state=SEED)
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=SEED)
    probability = cross_val_predict(model, x, y, cv=folds, method="predict_proba")[:, 1]
    metrics = {
        "f1_at_half": f1_score(y, probability > 0.5),
        "log_loss": log_loss(y, probability),
        "folds": FOLDS,
        "sentences": len(texts),
    }
    _write(
        "asks", model.fit(x, y), metrics, ["parakweet_train"], "Does an English sentence ask for an action?"
    )


def train_chatter() -> None:
    """The model of talk to an assistant, with its accuracy on the sets' held-out parts."""
    mail, _ = mail_sentences()
    talk, other = chatter(held_out=False), [*requests(held_out=False), *mail]
    model = LogisticRegression(C=CHATTER_C, max_iter=3000, random_state=SEED, class_weight="balanced")
    model.fit(_sparse([*talk, *other]), np.arange(len(talk) + len(other)) < len(talk))
    talk, other = chatter(held_out=True), requests(held_out=True)
    metrics = {
        "chatter_sentences": len(talk),
        "chatter_found": float(model.predict(_sparse(talk)).mean()),
        "request_sentences": len(other),
        "requests_taken_for_chatter": float(model.predict(_sparse(other)).mean()),
    }
    data = ["clinc150", "hwu64", "bitext_train", "parakweet_train"]
    _write("chatter", model, metrics, data, "Is an English sentence talk to an assistant, and no note?")


def fit_confidence() -> None:
    """The confidence of a suggestion, on own notes and on chatter that the models did not see."""
    rows: list[tuple[dict[str, float], bool, float]] = []
    for language in LANGUAGES:
        for row in cases(language, "develop"):
            rows += _judged(
                str(row["text"]), language, [expected["kind"] for expected in row["expected"]], 1.0
            )  # type: ignore[attr-defined]
    for text in chatter(held_out=True):
        rows += _judged(text, "en", [], CHATTER_WEIGHT)
    names = sorted({name for evidence, _, _ in rows for name in evidence})
    x = np.array([[evidence.get(name, 0.0) for name in names] for evidence, _, _ in rows])
    y = np.array([taken for _, taken, _ in rows])
    weight = np.array([each for _, _, each in rows])
    model = LogisticRegression(C=CONFIDENCE_C, max_iter=3000, random_state=SEED)
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=SEED)
    probability = cross_val_predict(
        model, x, y, cv=folds, method="predict_proba", params={"sample_weight": weight}
    )[:, 1]
    model.fit(x, y, sample_weight=weight)
    weights = {name: round(float(value), 6) for name, value in zip(names, model.coef_[0], strict=True)}
    weights["bias"] = round(float(model.intercept_[0]), 6)
    metrics = {
        "suggestions": len(rows),
        "taken": int(y.sum()),
        "log_loss": log_loss(y, probability, sample_weight=weight),
        "expected_calibration_error": _calibration_error(probability, y, weight),
    }
    data = ["own notes, developing half", "clinc150", "hwu64"]
    card = _card("How likely is a suggestion to be taken?", metrics, data) | {"weights": weights}
    _write_json("confidence", card)


def _judged(
    text: str, language: str, expected: list[str], weight: float
) -> list[tuple[dict[str, float], bool, float]]:
    left = list(expected)
    rows = []
    for draft in drafts_of(text, language, CONTEXT):
        if draft.suggestion.owed_by_customer:
            continue
        taken = draft.suggestion.kind.value in left
        if taken:
            left.remove(draft.suggestion.kind.value)
        rows.append((confidence.evidence_of(draft, text), taken, weight))
    return rows


def _calibration_error(
    probability: npt.NDArray[np.float64], taken: npt.NDArray[np.bool_], weight: npt.NDArray[np.float64]
) -> float:
    """Mean distance of stated and seen share over ten equal bins, weighted by their suggestions."""
    bins = np.minimum((probability * 10).astype(int), 9)
    error = 0.0
    for each in range(10):
        inside = bins == each
        if inside.any():
            share = float(np.average(taken[inside], weights=weight[inside]))
            stated = float(np.average(probability[inside], weights=weight[inside]))
            error += float(weight[inside].sum()) * abs(share - stated)
    return error / float(weight.sum())


def _sparse(texts: Sequence[str]) -> csr_matrix:
    steps = range(0, len(texts), 1000)
    return vstack([csr_matrix(matrix(texts[step : step + 1000])) for step in steps]).tocsr()


def _write(name: str, model: LogisticRegression, metrics: dict[str, Any], data: list[str], task: str) -> None:
    model.coef_ = model.coef_.astype(np.float32)
    model.intercept_ = model.intercept_.astype(np.float32)
    onnx = to_onnx(
        model,
        initial_types=[(INPUT, FloatTensorType([None, WIDTH]))],
        options={"zipmap": False},
        target_opset={"": 18, "ai.onnx.ml": 3},
    )
    MODELS.mkdir(exist_ok=True)
    (MODELS / f"{name}.onnx").write_bytes(onnx.SerializeToString())
    _write_json(name, _card(task, metrics, data))


def _card(task: str, metrics: dict[str, Any], data: list[str]) -> dict[str, Any]:
    return {
        "task": task,
        "data": {name: LICENCES[name] for name in data},
        "seed": SEED,
        "metrics": {key: round(float(value), 4) for key, value in metrics.items()},
        "libraries": {name: importlib.metadata.version(name) for name in LIBRARIES},
        "made_by": "scripts/train_notes.py",
    }


def _write_json(name: str, card: dict[str, Any]) -> None:
    text = json.dumps(card, indent=2, sort_keys=True)
    (MODELS / f"{name}.json").write_text(text + "\n", encoding="utf-8")
    print(text)


def main() -> int:
    train_asks()
    train_chatter()
    fit_confidence()
    return 0


if __name__ == "__main__":
    sys.exit(main())
