"""When scores are refreshed and models retrained by themselves, and whether a new version takes over."""

from datetime import datetime, timedelta
from enum import StrEnum

REFRESH_EVERY = timedelta(hours=24)
REFRESH_AGAIN = timedelta(hours=1)
"""A refresh that failed is asked for again after this time."""
RETRAIN_EVERY = timedelta(days=15)
DRIFT_PAUSE = timedelta(days=1)
"""Drift makes a line train at most once in this time: data that moves on every day would make it train for ever."""
LEAST_PERCENT = 95
OLDEST_ACTIVE_MONTHS = 3


def refresh_due(*, now: datetime, last: datetime, asked: datetime | None) -> bool:
    """Whether a kind's open records are to be rescored.

    Args:
        now: This moment.
        last: When the last whole refresh began; before the first, when a model was published.
        asked: When one was last asked for, whatever became of it.
    """
    return now - last >= REFRESH_EVERY and (asked is None or now - asked >= REFRESH_AGAIN)


def retraining_due(*, now: datetime, trained: datetime, asked: datetime | None) -> bool:
    """Whether a published line is to be retrained for its age.

    Args:
        now: This moment.
        trained: When its newest version was trained.
        asked: When a retraining was last begun, whatever became of it.
    """
    return now - _latest(trained, asked) >= RETRAIN_EVERY


def drift_counts(*, now: datetime, trained: datetime, asked: datetime | None) -> bool:
    """Whether drift may make a line train before it is due; arguments as of `retraining_due`."""
    return now - _latest(trained, asked) >= DRIFT_PAUSE


def _latest(trained: datetime, asked: datetime | None) -> datetime:
    return trained if asked is None else max(trained, asked)


class Verdict(StrEnum):
    """What becomes of a version that was trained by itself."""

    ACCURATE_ENOUGH = "accurate_enough"
    ACTIVE_TOO_OLD = "active_too_old"
    NEWER_FIRST_GUESS = "newer_first_guess"
    KEPT_ASIDE = "kept_aside"

    @property
    def replaces(self) -> bool:
        """Whether it takes the active version's place."""
        return self is not Verdict.KEPT_ASIDE


def judge(*, new_right: int, active_right: int, active_trained: datetime, now: datetime) -> Verdict:
    """Whether a new version takes the active one's place.

    Args:
        new_right: Records of the newest test set that the new version gets right.
        active_right: Records of the same set that the active version gets right.
        active_trained: When the active version was trained.
        now: This moment.
    """
    # In whole numbers: 76 of 100 against 80 of 100 is 95 % exactly.
    if 100 * new_right >= LEAST_PERCENT * active_right:
        return Verdict.ACCURATE_ENOUGH
    if active_trained < months_before(now, OLDEST_ACTIVE_MONTHS):
        return Verdict.ACTIVE_TOO_OLD
    return Verdict.KEPT_ASIDE


def judge_first_guess(*, active_is_one: bool, active_trained: datetime, now: datetime) -> Verdict:
    """Whether a new version with low evidence takes the active one's place: there is no test set to compare them on.

    Another first guess it replaces, since it has seen more; a model that was measured only where that is too old.

    Args:
        active_is_one: The active version has low evidence too.
        active_trained: When the active version was trained.
        now: This moment.
    """
    if active_is_one:
        return Verdict.NEWER_FIRST_GUESS
    return judge(new_right=0, active_right=1, active_trained=active_trained, now=now)


def months_before(moment: datetime, months: int) -> datetime:
    """The same day so many months before; the last of the month where it has no such day."""
    year, month = divmod(moment.year * 12 + moment.month - 1 - months, 12)
    for day in range(moment.day, 27, -1):
        try:
            return moment.replace(year=year, month=month + 1, day=day)
        except ValueError:
            continue
    return moment.replace(year=year, month=month + 1)
