"""Score history that tells "the lead changed" from "the model changed"."""

import pytest

from services.scoring.score_change import score_change


@pytest.mark.parametrize(
    ("previous", "again", "current", "record", "model"),
    [
        (48, 63, 63, 15, 0),  # the record changed
        (63, 63, 48, 0, -15),  # the model changed
        (48, 63, 55, 15, -8),  # both
        (50, 50, 50, 0, 0),
    ],
)
def test_a_change_has_two_parts_that_add_up(
    previous: int, again: int, current: int, record: int, model: int
) -> None:
    change = score_change(previous, again, current)
    assert (change.record_points, change.model_points) == (record, model)
    assert change.record_points + change.model_points == current - previous
