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

from scripts.train_notes_data import LICENCES, Case, cases, chatter, mail_sentences, requests
from services.notes.actions import confidence
from services.notes.actions.learned import INPUT, MODELS, WIDTH, matrix
from services.notes.actions.suggest import drafts_of
from services.notes.text import plain_text
from services.notes.times.conventions import TimeContext

SEED = 20260311
FOLDS = 5
ASKS_C = 15.0  # inverse strength of the penalty, from the folds
CHATTER_C = 5.0
CONFIDENCE_C = 1.0
CHATTER_WEIGHT = 0.03  # of a chatter sentence against a note: a seller writes few of them
CONTEXT = TimeContext(datetime.fromisoformat("2026-03-11T09:30"), ZoneInfo("Europe/Copenhagen"))
Judged = tuple[dict[str, float], bool, float]  # evidence, whether it is right, weight
Matrix = npt.NDArray[np.float64]
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
    rows = _judged_notes("develop")
    for text in chatter(held_out=True):
        rows += _judged(Case("", text, ()), "en", CHATTER_WEIGHT)
    names = sorted({name for evidence, _, _ in rows for name in evidence})
    x, y, weight = _table(rows, names)
    model = LogisticRegression(C=CONFIDENCE_C, max_iter=3000, random_state=SEED)
    model.fit(x, y, sample_weight=weight)
    weights = {name: round(float(value), 6) for name, value in zip(names, model.coef_[0], strict=True)}
    weights["bias"] = round(float(model.intercept_[0]), 6)
    metrics: dict[str, float] = {"suggestions": len(rows), "taken": int(y.sum())}
    x, y, weight = _table(_judged_notes("held_out"), names)
    probability = model.predict_proba(x)[:, 1]
    metrics |= {
        "held_out_suggestions": len(y),
        "held_out_taken": int(y.sum()),
        "held_out_log_loss": log_loss(y, probability, labels=[False, True]),
        "held_out_expected_calibration_error": _calibration_error(probability, y, weight),
    }
    data = ["own notes, developing half", "clinc150", "hwu64"]
    card = _card("How likely is a suggestion to be taken?", metrics, data) | {"weights": weights}
    _write_json("confidence", card)


def _judged_notes(split: str) -> list[Judged]:
    return [
        judged
        for language in LANGUAGES
        for case in cases(language, split)
        for judged in _judged(case, language, 1.0)
    ]


def _judged(case: Case, language: str, weight: float) -> list[Judged]:
    """What the rules find in a note, each with whether the note's author expects its kind."""
    left = [kind for kind, _ in case.expected]
    text = plain_text(case.text).text
    rows = []
    for draft in drafts_of(text, language, CONTEXT):
        if draft.suggestion.owed_by_customer:
            continue
        taken = draft.suggestion.kind.value in left
        if taken:
            left.remove(draft.suggestion.kind.value)
        rows.append((confidence.evidence_of(draft, text), taken, weight))
    return rows


def _table(rows: Sequence[Judged], names: Sequence[str]) -> tuple[Matrix, npt.NDArray[np.bool_], Matrix]:
    x = np.array([[evidence.get(name, 0.0) for name in names] for evidence, _, _ in rows])
    return x, np.array([taken for _, taken, _ in rows]), np.array([each for _, _, each in rows])


def _calibration_error(probability: Matrix, taken: npt.NDArray[np.bool_], weight: Matrix) -> float:
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
    """Trains all of it, each on what the ones before it say."""
    train_asks()
    train_chatter()
    fit_confidence()
    return 0


if __name__ == "__main__":
    sys.exit(main())
