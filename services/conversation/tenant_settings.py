"""What a tenant sets: how long words are kept, who sees them, what is analysed."""

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from zoneinfo import available_timezones

from services.common.errors import FieldViolation, invalid_arguments

DEFAULT_DAYS = 90
LONGEST_DAYS = 3_650
MOST_ORGANISATIONS = 10_000


@dataclass(frozen=True, slots=True)
class TenantSettings:
    """A tenant's settings.

    Attributes:
        transcript_days: How long what was said is kept, from the moment that the call was stored.
        highlight_days: How long sentences and summaries are; not shorter.
        insight_days: How long the rest of a call is; not shorter.
        without_consent: Calls without recorded consent are kept and analysed as if there was one.
        sellers_see_own: Sellers see the calls alone in which they sell.
        time_zone: IANA zone of the tenant's days.
        organisations: Names that count as organisations, beside those that the service knows.
        updated_at: When they were last changed; None while they are the defaults.
    """

    transcript_days: int = DEFAULT_DAYS
    highlight_days: int = DEFAULT_DAYS
    insight_days: int = DEFAULT_DAYS
    without_consent: bool = False
    sellers_see_own: bool = False
    time_zone: str = "UTC"
    organisations: tuple[str, ...] = ()
    updated_at: datetime | None = None


def check_settings(settings: TenantSettings) -> None:
    """Refuses what cannot be.

    Raises:
        LeadlightError: INVALID_ARGUMENT that names the fields.
    """
    wrong = []
    if settings.highlight_days < settings.transcript_days:
        wrong.append(FieldViolation("settings.highlight_days", "is less than transcript_days"))
    if settings.insight_days < settings.highlight_days:
        wrong.append(FieldViolation("settings.insight_days", "is less than highlight_days"))
    if settings.time_zone not in _zones():
        wrong.append(FieldViolation("settings.time_zone", "is no IANA time zone, such as Europe/Copenhagen"))
    if wrong:
        raise invalid_arguments(wrong)


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())
