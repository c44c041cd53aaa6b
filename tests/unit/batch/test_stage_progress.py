"""How far a stage is: tables that take its time count alike, and it never goes back."""

import pytest

from services.common.batch.stage_progress import StageProgress


def test_tables_count_alike_and_what_is_done_of_one_counts() -> None:
    progress = StageProgress(("a", "b"))
    assert progress.share() == 0.0
    done = 0.0
    with progress.making("a", lambda: done):
        assert progress.share() == 0.0
        done = 0.5
        assert progress.share() == 0.25
    assert progress.share() == 0.5
    with progress.making("b"):
        assert progress.share() == 0.5
    assert progress.share() == 1.0


def test_what_is_made_on_the_way_or_left_out_moves_nothing_back() -> None:
    progress = StageProgress(("a", "b", "c", "d"))
    with progress.making("on the way", lambda: 1.0):
        assert progress.share() == 0.0
    with progress.making("b", lambda: 0.5):
        assert progress.share() == 1.5 / 4
    with progress.making("b", lambda: 0.0):
        assert progress.share() == 2 / 4
    with progress.making("a", lambda: 1.0):
        assert progress.share() == 2 / 4
    with progress.making("d", lambda: 7.0):
        assert progress.share() == 1.0


def test_what_fails_is_not_done() -> None:
    progress = StageProgress(("a",))

    def broken() -> None:
        with progress.making("a", lambda: 0.25):
            progress.share()
            raise KeyError

    with pytest.raises(KeyError):
        broken()
    assert progress.share() == 0.25
