"""The parts of a call: introduction, needs, solution, price, closing, in this order, any of which may be missing."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from services.conversation.call import Utterance
from services.conversation.phrases import count_of

_OPENING_SHARE, _ENDING_SHARE = 0.1, 0.9  # of a call; an introduction or a closing elsewhere is unlikely
_OUT_OF_PLACE = -2.0
_CHANGE = 1.5  # what a new segment must be worth in words of its topic, so that one word does not make one
_MOST_COUNTED = 3  # words of a topic in one utterance


class Topic(StrEnum):
    """What a segment is about."""

    INTRODUCTION = "introduction"
    NEEDS = "needs"
    SOLUTION = "solution"
    PRICE = "price"
    CLOSING = "closing"


@dataclass(frozen=True, slots=True)
class Segment:
    """A run of utterances about one topic.

    Attributes:
        topic: The topic.
        first: Place of its first utterance.
        last: Place of its last.
        start_ms: Where it starts, if known.
        end_ms: Where it ends, if known.
    """

    topic: Topic
    first: int
    last: int
    start_ms: int | None
    end_ms: int | None


def segments_of(utterances: Sequence[Utterance], language: str) -> list[Segment]:
    """The segments of a call: the order of topics that the words speak for most (found by dynamic programming)."""
    if not utterances:
        return []
    topics = list(Topic)
    best = [0.0] * len(topics)
    came_from: list[list[int]] = []
    for place, utterance in enumerate(utterances):
        worths = [_worth(topic, utterance.text, language, place / len(utterances)) for topic in topics]
        came = [_before(best, at) if place else at for at in range(len(topics))]
        best = [
            best[before] - _CHANGE * (before != at) + worth
            for at, (before, worth) in enumerate(zip(came, worths, strict=True))
        ]
        came_from.append(came)
    at = max(range(len(topics)), key=best.__getitem__)
    path = [at]
    for came in reversed(came_from[1:]):
        at = came[at]
        path.append(at)
    return _runs([topics[each] for each in reversed(path)], utterances)


def _before(best: Sequence[float], at: int) -> int:
    """The topic from which another is best reached: itself, or an earlier one at the price of a change."""
    earlier = [(best[before] - _CHANGE, before) for before in range(at)]
    return max([*earlier, (best[at], at)])[1]


def _worth(topic: Topic, text: str, language: str, share: float) -> float:
    worth = float(min(count_of(topic.value, text, language), _MOST_COUNTED))
    if topic is Topic.INTRODUCTION and share > _OPENING_SHARE:
        worth += _OUT_OF_PLACE
    if topic is Topic.CLOSING and share < _ENDING_SHARE - _OPENING_SHARE:
        worth += _OUT_OF_PLACE
    return worth


def _runs(topics: Sequence[Topic], utterances: Sequence[Utterance]) -> list[Segment]:
    segments = []
    first = 0
    for place, topic in enumerate(topics):
        if place + 1 == len(topics) or topics[place + 1] is not topic:
            segments.append(
                Segment(topic, first, place, utterances[first].start_ms, utterances[place].end_ms)
            )
            first = place + 1
    return segments
