"""Wall times and moments, where clocks change and where the calendar ends."""

from datetime import UTC, datetime

import pytest

from services.notes.wall_time import is_zone, moment_of

ZONE = "Europe/Copenhagen"


def wall(text: str) -> datetime:
    """A wall time."""
    return datetime.fromisoformat(text)


@pytest.mark.parametrize(
    ("local", "zone", "moment"),
    [
        (wall("2026-01-15T12:00"), ZONE, wall("2026-01-15T11:00")),
        (wall("2026-07-15T12:00"), ZONE, wall("2026-07-15T10:00")),
        (wall("2026-10-25T02:30"), ZONE, wall("2026-10-25T00:30")),  # twice: the first one
        (wall("9999-12-31T23:00"), "America/New_York", wall("9999-12-31T23:00")),
        (wall("0001-01-01"), "Asia/Shanghai", wall("0001-01-01")),
    ],
)
def test_moments(local: datetime, zone: str, moment: datetime) -> None:
    assert moment_of(local, zone) == moment.replace(tzinfo=UTC)


@pytest.mark.parametrize("name", ["Europe/Copenhagen", "UTC", "Etc/GMT+2", "Asia/Shanghai"])
def test_zones(name: str) -> None:
    assert is_zone(name)


@pytest.mark.parametrize(
    "name", ["", "Mars/Olympus", "Europe", "../../etc/passwd", "/etc/passwd", "a\x00b", "é"]
)
def test_no_zones(name: str) -> None:
    assert not is_zone(name)
