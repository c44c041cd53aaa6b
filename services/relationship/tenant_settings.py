"""What a tenant's relationships are measured by."""

from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from services.relationship.activity import Kind, OwnPeople


@dataclass(frozen=True, slots=True)
class BusinessHours:
    """The hours in which answers can be expected.

    Attributes:
        start_minute, end_minute: From local midnight.
        weekdays: ISO, 1 Monday to 7 Sunday.
    """

    start_minute: int
    end_minute: int
    weekdays: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class TenantSettings:
    """What a tenant's relationships are measured by; see RelationshipSettings in the protos."""

    own_domains: tuple[str, ...] = ()
    own_addresses: tuple[str, ...] = ()
    time_zone: str = "UTC"
    expected_days: int = 14
    good_from: int = 60
    fair_from: int = 40
    weights: dict[Kind, float] = field(
        default_factory=lambda: {
            Kind.EMAIL: 0.5,
            Kind.MEETING: 1.5,
            Kind.PHONE_CALL: 1.0,
            Kind.TASK: 0.5,
            Kind.OTHER: 0.5,
        }
    )
    half_life_days: int = 0
    business_hours: BusinessHours | None = None
    unanswered_hours: int = 48
    sensitive_talking_points: bool = False
    connections_for_managers_only: bool = False
    updated_at: datetime | None = None

    @property
    def own_people(self) -> OwnPeople:
        """How to tell own people from customers."""
        return OwnPeople(frozenset(self.own_domains), frozenset(self.own_addresses))

    def day_of(self, moment: datetime) -> int:
        """The tenant's local day of a moment, as an ordinal."""
        return moment.astimezone(zone(self.time_zone)).toordinal()

    def end_of(self, day: int) -> datetime:
        """The first moment after a local day."""
        return self.start_of(day + 1)

    def start_of(self, day: int) -> datetime:
        """The first moment of a local day."""
        first = date.fromordinal(day)
        return datetime(first.year, first.month, first.day, tzinfo=zone(self.time_zone))

    def shapes(self) -> tuple[object, ...]:
        """What the stored numbers depend on: a change of it has all activities read again."""
        return self.own_domains, self.own_addresses, self.time_zone, self.business_hours


@cache
def zone(name: str) -> ZoneInfo:
    """An IANA zone.

    Raises:
        ZoneInfoNotFoundError: There is none of that name.
    """
    return ZoneInfo(name)


def is_zone(name: str) -> bool:
    """Whether there is an IANA zone of a name."""
    try:
        zone(name)
    except (ZoneInfoNotFoundError, OSError, ValueError):
        return False
    return True
