"""Trend: where a record's score is heading, against its previous score by the same model line."""

from enum import StrEnum

DEAD_BAND_POINTS = 3
"""A change of up to this many points is steady."""


class Trend(StrEnum):
    """Where a score is heading."""

    IMPROVING = "improving"
    STEADY = "steady"
    DECLINING = "declining"
    NOT_ENOUGH_INFO = "not_enough_info"


def trend(previous: int | None, current: int) -> Trend:
    """The trend of a score after the previous one by the same model line, None if there is none."""
    if previous is None:
        return Trend.NOT_ENOUGH_INFO
    if abs(current - previous) <= DEAD_BAND_POINTS:
        return Trend.STEADY
    return Trend.IMPROVING if current > previous else Trend.DECLINING
