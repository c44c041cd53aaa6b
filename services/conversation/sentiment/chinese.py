"""Chinese: a linear model over characters and pairs of characters; chinese.json has its weights and card."""

import json
import math
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

WEIGHTS = Path(__file__).with_name("chinese.json")
_HAN = re.compile(r"[\u3400-\u9fff]+")
_LONGEST_NGRAM = 3


def features(text: str) -> dict[str, float]:
    """Runs of one to three Chinese characters, each counted once; together of length one."""
    found = {
        run[start : start + length]
        for run in _HAN.findall(text)
        for length in range(1, _LONGEST_NGRAM + 1)
        for start in range(len(run) - length + 1)
    }
    return dict.fromkeys(found, 1 / math.sqrt(len(found))) if found else {}


@cache
def _model() -> tuple[float, Mapping[str, float]]:
    read = json.loads(WEIGHTS.read_text(encoding="utf-8"))
    return read["intercept"], read["weights"]


def score(text: str) -> float:
    """How positive a text is, -1 to 1: twice the probability of positive, less one."""
    intercept, weights = _model()
    found = features(text)
    known = {each: value for each, value in found.items() if each in weights}
    if not known:
        return 0.0
    return math.tanh((intercept + sum(weights[each] * value for each, value in known.items())) / 2)


def threshold() -> float:
    """Below which a score is neutral: the model knows praise and complaint only, the doubtful middle is neither."""
    return 0.7
