"""A record is scored if it is open, at most 2 years old, and matches a published model."""

from datetime import UTC, datetime, timedelta

import pytest

from services.scoring.eligibility import NotScoredReason, not_scored_reason, oldest_creation

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
TWO_YEARS_AGO = datetime(2024, 11, 22, 12, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("is_open", "created_at", "published", "matching", "reason"),
    [
        (True, NOW, 1, 1, None),
        (True, TWO_YEARS_AGO, 1, 1, None),
        (True, TWO_YEARS_AGO - SECOND, 1, 1, NotScoredReason.TOO_OLD),
        (False, NOW, 1, 1, NotScoredReason.CLOSED),
        (True, NOW, 0, 0, NotScoredReason.NO_PUBLISHED_MODEL),
        (True, NOW, 2, 0, NotScoredReason.NO_MATCHING_MODEL),
        (False, TWO_YEARS_AGO - SECOND, 0, 0, NotScoredReason.CLOSED),
        (True, TWO_YEARS_AGO - SECOND, 0, 0, NotScoredReason.TOO_OLD),
    ],
)
def test_why_a_record_is_not_scored(
    *, is_open: bool, created_at: datetime, published: int, matching: int, reason: NotScoredReason | None
) -> None:
    found = not_scored_reason(
        is_open=is_open,
        created_at=created_at,
        now=NOW,
        published_models=published,
        matching_models=matching,
    )
    assert found is reason


def test_two_years_before_a_leap_day_is_the_28th() -> None:
    assert oldest_creation(datetime(2028, 2, 29, tzinfo=UTC)) == datetime(2026, 2, 28, tzinfo=UTC)
