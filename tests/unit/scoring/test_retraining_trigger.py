from dataclasses import replace

import numpy as np
import pytest

from services.scoring.drift import rate_moved
from services.scoring.retraining_trigger import Since, is_due, rate_has_moved

QUIET = Since(
    trained=1_000, trained_positive=300, closed=500, closed_positive=150, compared=500, largest_index=0.1
)


def test_nothing_has_changed() -> None:
    assert not is_due(QUIET)


@pytest.mark.parametrize(("index", "due"), [(0.24, False), (0.25, True)])
def test_an_index_of_a_quarter_is_a_clear_shift(index: float, due: bool) -> None:
    assert is_due(replace(QUIET, largest_index=index)) is due


@pytest.mark.parametrize(("compared", "due"), [(199, False), (200, True)])
def test_the_index_counts_from_200_records(compared: int, due: bool) -> None:
    assert is_due(replace(QUIET, compared=compared, largest_index=1.0)) is due


@pytest.mark.parametrize(("closed", "due"), [(499, False), (500, True)])
def test_there_must_be_half_as_many_newly_closed_records(closed: int, due: bool) -> None:
    since = replace(QUIET, closed=closed, closed_positive=closed // 2, largest_index=1.0)

    assert is_due(since) is due


@pytest.mark.parametrize(("positive", "due"), [(180, False), (190, True), (90, True)])
def test_a_base_rate_that_moved_beyond_chance_is_enough(positive: int, due: bool) -> None:
    assert is_due(replace(QUIET, closed_positive=positive)) is due


@pytest.mark.parametrize(("old", "new"), [(300, 180), (300, 190), (300, 110), (20, 24), (5, 13)])
def test_counts_say_what_the_records_say(old: int, new: int) -> None:
    since = replace(QUIET, trained_positive=old, closed_positive=new)

    assert rate_has_moved(since) is rate_moved(np.arange(1_000) < old, np.arange(500) < new)
