"""Local wall times and moments, at the edges of the calendar too."""

from datetime import UTC, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo


@lru_cache(maxsize=1024)
def is_zone(name: str) -> bool:
    """Whether there is an IANA time zone of that name."""
    try:
        ZoneInfo(name)
    except (KeyError, OSError, ValueError):  # unknown; a folder of zones; a path that leads out of them
        return False
    return True


def moment_of(local: datetime, time_zone: str) -> datetime:
    """The moment in UTC of a wall time; the first one where clocks are set back.

    A wall time so near to the first or the last day of the calendar that UTC would be outside is taken as UTC.
    """
    try:
        return local.replace(tzinfo=ZoneInfo(time_zone)).astimezone(UTC)
    except OverflowError:
        return local.replace(tzinfo=UTC)
