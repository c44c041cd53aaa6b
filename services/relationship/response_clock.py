"""Time between a mail and its reply, as the tenant counts it: all hours, or business hours."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

from services.relationship.tenant_settings import BusinessHours, TenantSettings, zone

ElapsedMs = Callable[[datetime, datetime], int]


def clock(settings: TenantSettings) -> ElapsedMs:
    """How to count whole milliseconds between two moments."""
    hours = settings.business_hours
    if hours is None:
        return _elapsed_ms

    def open_ms(start: datetime, end: datetime) -> int:
        return _open_ms(hours, settings.time_zone, start, end)

    return open_ms


def _elapsed_ms(start: datetime, end: datetime) -> int:
    return (end - start) // timedelta(milliseconds=1)


def _open_ms(hours: BusinessHours, time_zone: str, start: datetime, end: datetime) -> int:
    local = zone(time_zone)
    first, last = (moment.astimezone(local).date() for moment in (start, end))
    total = 0
    for offset in range((last - first).days + 1):
        day = first + timedelta(days=offset)
        if day.isoweekday() in hours.weekdays:
            opens, closes = (
                _moment(day, minute, time_zone) for minute in (hours.start_minute, hours.end_minute)
            )
            total += max(0, _elapsed_ms(max(start, opens), min(end, closes)))
    return total


def _moment(day: date, minute: int, time_zone: str) -> datetime:
    """A wall time of a day; 1440 is midnight at its end."""
    if minute == 24 * 60:
        return _moment(day + timedelta(days=1), 0, time_zone)
    wall = datetime(day.year, day.month, day.day, minute // 60, minute % 60, tzinfo=zone(time_zone))
    # In UTC: Python subtracts two times of one zone by the clock on the wall.
    return wall.astimezone(UTC)
