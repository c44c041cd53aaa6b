"""What a tenant means by words that a language leaves open."""

from dataclasses import dataclass, field
from datetime import datetime, time
from enum import StrEnum
from zoneinfo import ZoneInfo


class DateOrder(StrEnum):
    """Order of day and month in a numeric date."""

    BY_LANGUAGE = "by_language"  # month first in English, day first in da, nb, sv; year first in zh
    DAY_FIRST = "day_first"
    MONTH_FIRST = "month_first"


@dataclass(frozen=True, slots=True)
class Conventions:
    """A tenant's readings of open words; the defaults are a business day's.

    Attributes:
        date_order: For numeric dates such as 5/4.
        country: ISO 3166 alpha-2 code whose public holidays are meant; empty for none beyond the common ones.
        morning: Day parts as local wall times, start inclusive, end exclusive.
        end_of_day: When a working day ends.
        workday_start: Bare clock times fall at or after it ("at 3" is 15:00).
        workday_end: And before it.
    """

    date_order: DateOrder = DateOrder.BY_LANGUAGE
    country: str = ""
    morning: tuple[time, time] = (time(8), time(12))
    afternoon: tuple[time, time] = (time(12), time(17))
    evening: tuple[time, time] = (time(17), time(21))
    night: tuple[time, time] = (time(21), time(0))
    workday_start: time = time(7)
    workday_end: time = time(19)
    end_of_day: time = time(17)


@dataclass(frozen=True, slots=True)
class TimeContext:
    """Where and when a text was written.

    Attributes:
        reference: Local wall time of writing, without an offset.
        zone: IANA zone of the wall time.
        conventions: The tenant's.
    """

    reference: datetime
    zone: ZoneInfo
    conventions: Conventions = field(default_factory=Conventions)
