"""The learned parts: does an English sentence ask for something, and is it talk to an assistant rather than a note.

Two linear models over hashed word n-grams, trained by scripts/train_notes.py and shipped as ONNX with a card each:
`asks` from real mail sentences, `chatter` from what people say to assistants. The features are made here, by the
same function in training and in use.
"""

import math
import re
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from services.common.inference import InferenceSession, open_session

MODELS = Path(__file__).resolve().parents[1] / "onnx_models"
WIDTH = 2**15  # of the hashed features
INPUT = "ngrams"
_TOKEN = re.compile(r"[^\W_]+(?:'[a-z]+)?|[?!.:,$@]")
_MOST_TOKENS = 120
_LONGEST_NGRAM = 3
_TOKENS_PER_STEP = 5  # of the sentence's length, which is a feature in steps
_LONGEST_STEP = 6
_WARNINGS_OFF = 3

Vector = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Learned:
    """What the models say of a sentence.

    Attributes:
        asks: Probability that it asks for or announces an action.
        chatter: Probability that it is said to an assistant ("check the weather") and is no note.
    """

    asks: float
    chatter: float


def features(sentence: str) -> Vector:
    """A sentence as float32 [WIDTH]: hashed word 1- to 3-grams, sublinear counts, length one."""
    counts: dict[int, int] = {}
    for ngram in _ngrams(sentence):
        place = zlib.crc32(ngram.encode()) % WIDTH
        counts[place] = counts.get(place, 0) + 1
    vector = np.zeros(WIDTH, dtype=np.float32)
    values = np.array([1 + math.log(count) for count in counts.values()], dtype=np.float32)
    vector[list(counts)] = values / np.linalg.norm(values)
    return vector


def _ngrams(sentence: str) -> Iterator[str]:
    found = _TOKEN.findall(sentence.lower().replace("\u2019", "'"))[:_MOST_TOKENS]
    tokens = ["^", *("#" if token.isdigit() else token for token in found), "$"]
    for length in range(1, _LONGEST_NGRAM + 1):
        for start in range(len(tokens) - length + 1):
            yield " ".join(tokens[start : start + length])
    yield f"length {min(_LONGEST_STEP, len(found) // _TOKENS_PER_STEP)}"


def matrix(sentences: Sequence[str]) -> Vector:
    """Sentences as float32 [sentences, WIDTH]."""
    return np.stack([features(sentence) for sentence in sentences])


def judge(sentence: str) -> Learned:
    """What the models say of one English sentence."""
    row = features(sentence)[None, :]
    return Learned(_probability("asks", row), _probability("chatter", row))


def _probability(name: str, row: Vector) -> float:
    return float(_session(name).run(["probabilities"], {INPUT: row})[0][0][1])


@cache
def _session(name: str) -> InferenceSession:
    return open_session((MODELS / f"{name}.onnx").read_bytes())
