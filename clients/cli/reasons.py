"""A score's reasons as a table: what raises it, what lowers it, and what the training data say."""

from leadlight.scoring.v1 import grade_pb2, score_pb2
from rich.bar import Bar
from rich.table import Table

from clients.cli import output

_BAR_WIDTH = 24


def reasons_table(title: str, score: score_pb2.Score) -> Table:
    """The score's reasons in their order, each with a bar from the middle: right raises, left lowers."""
    largest = max((abs(each.points) for each in score.reasons), default=0.0) or 1.0
    return output.table(
        title,
        ("attribute", "value", ">points", "", "what the training data say"),
        (
            (
                each.attribute,
                each.value or "(blank)",
                f"{each.points:+.1f}",
                _bar(each.points, largest),
                each.sentence,
            )
            for each in score.reasons
        ),
    )


def _bar(points: float, largest: float) -> Bar:
    return Bar(
        2 * largest,
        largest + min(points, 0.0),
        largest + max(points, 0.0),
        width=_BAR_WIDTH,
        color="green" if points > 0 else "red",
    )


def grade_word(score: score_pb2.Score) -> str:
    """`A` to `D`; empty for a record that has no score."""
    name = grade_pb2.Grade.Name(score.grade).removeprefix("GRADE_")
    return "" if name == "UNSPECIFIED" else name


def score_json(score: score_pb2.Score) -> dict[str, object]:
    """A score with its reasons for programs."""
    return {
        "score": score.score,
        "probability": score.probability,
        "grade": grade_word(score),
        "base_points": score.base_points,
        "stage": score.stage,
        "reasons": [
            {
                "attribute": each.attribute,
                "value": each.value,
                "points": each.points,
                "sentence": each.sentence,
            }
            for each in score.reasons
        ],
    }
