"""What moved a score: the record's own change, or another model."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ScoreChange:
    """The difference between a score and the one before it, in points, in two parts that add up to it.

    Attributes:
        record_points: By the record's own change, its age included.
        model_points: By another model or version.
    """

    record_points: float
    model_points: float


def score_change(previous: int, again: int, current: int) -> ScoreChange:
    """Splits a difference of scores.

    Args:
        previous: The score before, 0-100.
        again: What the model that gave it says of the record as it is now; with the same model, `current`.
        current: The new score, 0-100.
    """
    return ScoreChange(float(again - previous), float(current - again))
