"""Whether a text is positive, neutral or negative, in five languages.

English has a learned model over a lexicon, Danish, Norwegian and Swedish have lexicons with rules, Chinese has a
model over characters. docs/conversation.md says how well each does, and for which nothing could be measured.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from services.conversation.sentiment import chinese, english, nordic
from services.conversation.spoken import base_language

_MOST_CHARACTERS = 400  # judged at once; what is longer is judged in parts
_PART = re.compile(
    rf".{{1,{_MOST_CHARACTERS}}}(?:[.!?\u3002\uff01\uff1f]+(?=\s|[\u3400-\u9fff]|$)|\s|$)|.{{1,{_MOST_CHARACTERS}}}",
    re.DOTALL,
)
_NEUTRAL_WEIGHT = (
    0.65  # of its probability: the training balanced the classes, of which neutral is the rarest
)


class Tone(StrEnum):
    """The three classes."""

    NEGATIVE = "negative"
    NEUTRAL = "neutral"
    POSITIVE = "positive"


@dataclass(frozen=True, slots=True)
class Sentiment:
    """A text's sentiment.

    Attributes:
        tone: The class.
        score: -1 (negative) to 1 (positive).
    """

    tone: Tone
    score: float


def judge(text: str, language: str) -> Sentiment:
    """The sentiment of a text; another language than the five is read as English."""
    parts = _parts(text)
    if not parts:
        return Sentiment(Tone.NEUTRAL, 0.0)
    lengths = [len(part) for part in parts]
    base = base_language(language)
    if base in ("da", "nb", "sv"):
        score = _mean([nordic.score(part, base) for part in parts], lengths)
        return _by_score(score, nordic.threshold())
    if base == "zh":
        return _by_score(_mean([chinese.score(part) for part in parts], lengths), chinese.threshold())
    found = [english.probabilities(part) for part in parts]
    negative, neutral, positive = (_mean([each[at] for each in found], lengths) for at in range(3))
    tones = {Tone.NEGATIVE: negative, Tone.NEUTRAL: neutral * _NEUTRAL_WEIGHT, Tone.POSITIVE: positive}
    return Sentiment(max(tones, key=tones.__getitem__), positive - negative)


def warm() -> None:
    """Loads every language's words, so that the first call does not wait for them."""
    for language, text in (("en", "fine"), ("da", "fint"), ("nb", "fint"), ("sv", "fint"), ("zh", "好")):
        judge(text, language)


def _parts(text: str) -> list[str]:
    text = text.strip()
    if len(text) <= _MOST_CHARACTERS:
        return [text] if text else []
    return [part for part in _PART.findall(text) if part.strip()]


def _mean(values: Sequence[float], weights: Sequence[int]) -> float:
    return sum(value * weight for value, weight in zip(values, weights, strict=True)) / sum(weights)


def _by_score(score: float, threshold: float) -> Sentiment:
    if abs(score) < threshold:
        return Sentiment(Tone.NEUTRAL, score)
    return Sentiment(Tone.POSITIVE if score > 0 else Tone.NEGATIVE, score)
