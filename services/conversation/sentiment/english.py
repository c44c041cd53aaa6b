"""English: VADER's lexicon and a small linear model over what it finds and over the words themselves.

The features are made here, by the same function in training (scripts/train_sentiment.py) and in use: VADER's scores
in steps, words and pairs of words with negation marked. english.json has the weights; its card
says what they were trained on.
"""

import json
import math
import re
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

WEIGHTS = Path(__file__).with_name("english.json")
CLASSES = ("negative", "neutral", "positive")

_TOKEN = re.compile(r"[a-z]+(?:'[a-z]+)*|[:;=8][-^']?[)(dp/|]|[!?]+|\d+")
_NEGATING = """
not no never none nothing nobody nor neither without hardly barely cannot can't don't doesn't didn't won't
wouldn't isn't aren't wasn't weren't couldn't shouldn't haven't hasn't hadn't ain't cant dont doesnt didnt
wont wouldnt isnt wasnt
"""
_NEGATIONS = frozenset(_NEGATING.split())
_TURNS = frozenset(("but", "however", "although", "though", "except"))
_NEGATED_WORDS = 4  # that a negation reaches, itself counted
_NEGATED = -0.7  # what a negation makes of a valence
_STEPS = {
    "compound": (-0.8, -0.6, -0.4, -0.2, -0.05, 0.05, 0.2, 0.4, 0.6, 0.8),
    "pos": (0.001, 0.15, 0.3),
    "neg": (0.001, 0.15, 0.3),
}


@cache
def vader() -> Any:
    """VADER's analyser, loaded once."""
    return SentimentIntensityAnalyzer()


def features(text: str) -> dict[str, float]:
    """What the model sees of a text: names of features with their values, those that are 0 left out."""
    scores: Mapping[str, float] = vader().polarity_scores(text)
    lexicon: Mapping[str, float] = vader().lexicon
    tokens = _TOKEN.findall(text.lower().replace("\u2019", "'"))
    found: dict[str, float] = {}
    listed: list[float] = []
    before, reach = "^", 0
    for token in tokens:
        if token in _NEGATIONS:
            reach = _NEGATED_WORDS
        is_negated = reach > 0 and token not in _NEGATIONS
        found[f"w {'not ' if is_negated else ''}{token}"] = 1.0
        found[f"p {before} {token}"] = 1.0
        if value := lexicon.get(token):
            listed.append(value * (_NEGATED if is_negated else 1))
        before, reach = token, 0 if token in _TURNS else reach - 1
    found.update(_of_scores(scores, listed))
    found["length"] = math.log1p(len(tokens))
    found["question"] = float("?" in text)
    found["exclamations"] = float(min(text.count("!"), 3))
    found["turn"] = float(not _TURNS.isdisjoint(tokens))
    return {name: value for name, value in found.items() if value}


def _of_scores(scores: Mapping[str, float], listed: Sequence[float]) -> dict[str, float]:
    compound = scores["compound"]
    dense = {
        "compound": compound,
        "compound cubed": compound**3,
        "pos": scores["pos"],
        "neg": scores["neg"],
        "neu": scores["neu"],
        "listed": math.tanh(sum(listed) / 4),
        "nothing listed": float(not listed),
        "last": listed[-1] if listed else 0.0,
    }
    if listed:
        dense["mean"] = sum(listed) / len(listed)
        dense["highest"] = max(0.0, *listed)
        dense["lowest"] = min(0.0, *listed)
    for name, steps in _STEPS.items():
        for step in steps:
            dense[f"{name} > {step}"] = float(dense[name] > step)
    return dense


@cache
def _model() -> tuple[list[float], Mapping[str, Sequence[float]]]:
    read = json.loads(WEIGHTS.read_text(encoding="utf-8"))
    return read["intercept"], read["weights"]


def probabilities(text: str) -> tuple[float, float, float]:
    """Probabilities of negative, neutral and positive."""
    intercept, weights = _model()
    negative, neutral, positive = intercept
    for name, value in features(text).items():
        if name in weights:
            weight = weights[name]
            negative += weight[0] * value
            neutral += weight[1] * value
            positive += weight[2] * value
    top = max(negative, neutral, positive)
    odds = (math.exp(negative - top), math.exp(neutral - top), math.exp(positive - top))
    total = sum(odds)
    return odds[0] / total, odds[1] / total, odds[2] / total
