"""Eligibility: which records are scored, and why the others are not.

A record that falls outside keeps its last score, marked stale; one that never had any has the reason alone.
"""

from datetime import datetime
from enum import StrEnum

OLDEST_YEARS = 2


class NotScoredReason(StrEnum):
    """Why a record has no fresh score."""

    CLOSED = "closed"
    TOO_OLD = "too_old"
    NO_PUBLISHED_MODEL = "no_published_model"
    NO_MATCHING_MODEL = "no_matching_model"


def not_scored_reason(
    *, is_open: bool, created_at: datetime, now: datetime, published_models: int, matching_models: int
) -> NotScoredReason | None:
    """Why a record is not scored, None if it is.

    The record's own state comes first: it does not change when a model is published.

    Args:
        is_open: Whether it has no outcome yet.
        created_at: When the CRM created it, with zone.
        now: The moment of scoring, with zone.
        published_models: Published models for the record's kind.
        matching_models: Those of them whose filter the record matches.
    """
    if not is_open:
        return NotScoredReason.CLOSED
    if created_at < oldest_creation(now):
        return NotScoredReason.TOO_OLD
    if not published_models:
        return NotScoredReason.NO_PUBLISHED_MODEL
    return None if matching_models else NotScoredReason.NO_MATCHING_MODEL


def oldest_creation(now: datetime) -> datetime:
    """The same day two years before; the 28th for the 29th of February."""
    try:
        return now.replace(year=now.year - OLDEST_YEARS)
    except ValueError:
        return now.replace(year=now.year - OLDEST_YEARS, day=28)
