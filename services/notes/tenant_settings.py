"""What a tenant sets, and all that an analysis needs to know of a tenant."""

from dataclasses import dataclass, field
from datetime import datetime

from services.notes.offers import Minima
from services.notes.times.conventions import Conventions


@dataclass(frozen=True, slots=True)
class TenantSettings:
    """What a tenant's words of time mean.

    Attributes:
        conventions: The readings of open words.
        time_zone: IANA zone of notes that name none.
        updated_at: When they were last changed; None while they are the defaults.
    """

    conventions: Conventions = field(default_factory=Conventions)
    time_zone: str = "UTC"
    updated_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Preferences:
    """All that an analysis needs to know of a tenant.

    Attributes:
        settings: What its words of time mean.
        minima: The least confidence of each kind that it is offered.
    """

    settings: TenantSettings
    minima: Minima
