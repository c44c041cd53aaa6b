"""Refresh every 24 hours, retraining every 15 days, the 95 % rule and the 3 months rule."""

from datetime import UTC, datetime, timedelta

import pytest

from services.scoring.retraining import (
    Verdict,
    drift_counts,
    judge,
    judge_first_guess,
    months_before,
    refresh_due,
    retraining_due,
)

NOW = datetime(2026, 6, 30, 12, tzinfo=UTC)
RECENT = NOW - timedelta(days=15)


@pytest.mark.parametrize(("hours", "due"), [(0, False), (23.99, False), (24, True), (100, True)])
def test_all_open_records_are_rescored_every_24_hours(hours: float, due: bool) -> None:
    assert refresh_due(now=NOW, last=NOW - timedelta(hours=hours), asked=None) is due


def test_a_refresh_that_failed_is_asked_for_again_after_an_hour() -> None:
    last = NOW - timedelta(hours=30)
    assert not refresh_due(now=NOW, last=last, asked=NOW - timedelta(minutes=59))
    assert refresh_due(now=NOW, last=last, asked=NOW - timedelta(minutes=60))


@pytest.mark.parametrize(("days", "due"), [(0, False), (14.99, False), (15, True), (40, True)])
def test_automatic_every_15_days(days: float, due: bool) -> None:
    long_ago = NOW - timedelta(days=200)
    assert retraining_due(now=NOW, trained=NOW - timedelta(days=days), asked=None) is due
    assert retraining_due(now=NOW, trained=long_ago, asked=NOW - timedelta(days=days)) is due
    assert retraining_due(now=NOW, trained=NOW - timedelta(days=days), asked=long_ago) is due


def test_drift_retrains_earlier_but_not_all_the_time() -> None:
    assert not drift_counts(now=NOW, trained=NOW - timedelta(hours=23), asked=None)
    assert drift_counts(now=NOW, trained=NOW - timedelta(hours=24), asked=None)
    assert not drift_counts(now=NOW, trained=NOW - timedelta(days=9), asked=NOW - timedelta(hours=1))


@pytest.mark.parametrize(
    ("new_right", "active_right", "verdict"),
    [
        (80, 80, Verdict.ACCURATE_ENOUGH),
        (90, 80, Verdict.ACCURATE_ENOUGH),
        (76, 80, Verdict.ACCURATE_ENOUGH),  # 95 % of 80 exactly
        (75, 80, Verdict.KEPT_ASIDE),
        (95, 100, Verdict.ACCURATE_ENOUGH),
        (94, 100, Verdict.KEPT_ASIDE),
        (950_000, 1_000_000, Verdict.ACCURATE_ENOUGH),
        (949_999, 1_000_000, Verdict.KEPT_ASIDE),
        (0, 0, Verdict.ACCURATE_ENOUGH),
    ],
)
def test_the_new_version_replaces_the_old_one_at_95_percent_of_its_accuracy(
    new_right: int, active_right: int, verdict: Verdict
) -> None:
    assert judge(new_right=new_right, active_right=active_right, active_trained=RECENT, now=NOW) is verdict
    assert verdict.replaces is (verdict is not Verdict.KEPT_ASIDE)


@pytest.mark.parametrize(
    ("trained", "verdict"),
    [
        (datetime(2026, 3, 30, 12, tzinfo=UTC), Verdict.KEPT_ASIDE),  # 3 months to the minute
        (datetime(2026, 3, 30, 11, 59, tzinfo=UTC), Verdict.ACTIVE_TOO_OLD),
        (datetime(2025, 6, 30, tzinfo=UTC), Verdict.ACTIVE_TOO_OLD),
    ],
)
def test_a_version_of_over_3_months_is_replaced_whatever_the_accuracy(
    trained: datetime, verdict: Verdict
) -> None:
    assert judge(new_right=10, active_right=100, active_trained=trained, now=NOW) is verdict


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        ((2026, 6, 30), (2026, 3, 30)),
        ((2026, 5, 31), (2026, 2, 28)),
        ((2028, 5, 31), (2028, 2, 29)),
        ((2026, 1, 5), (2025, 10, 5)),
    ],
)
def test_months_are_those_of_the_calendar(
    moment: tuple[int, int, int], expected: tuple[int, int, int]
) -> None:
    assert months_before(datetime(*moment, tzinfo=UTC), 3) == datetime(*expected, tzinfo=UTC)


@pytest.mark.parametrize(
    ("active_is_one", "days_old", "verdict"),
    [
        (True, 20, Verdict.NEWER_FIRST_GUESS),
        (False, 20, Verdict.KEPT_ASIDE),
        (False, 93, Verdict.ACTIVE_TOO_OLD),
    ],
)
def test_a_first_guess_replaces_another_one_or_what_is_too_old(
    active_is_one: bool, days_old: int, verdict: Verdict
) -> None:
    trained = NOW - timedelta(days=days_old)
    found = judge_first_guess(active_is_one=active_is_one, active_trained=trained, now=NOW)
    assert found is verdict
    assert found.replaces is (verdict is not Verdict.KEPT_ASIDE)
