"""What a tenant sets, and what its index was made with."""

from dataclasses import dataclass
from datetime import datetime

from services.dedupe.normal_forms.version import NORMAL_FORM_VERSION


@dataclass(frozen=True, slots=True)
class TenantSettings:
    """A tenant's settings.

    Attributes:
        default_region: ISO 3166 country of telephone numbers and dates that name none; empty for none.
        indexed_region: The region that all stored forms were made with, when that was last so.
        indexed_version: `NORMAL_FORM_VERSION` that they were made with.
        weights: Estimated weights as JSON; None for those that ship with the service.
        updated_at: When the settings were last changed; None while they are the defaults.
    """

    default_region: str = ""
    indexed_region: str = ""
    indexed_version: int = NORMAL_FORM_VERSION
    weights: str | None = None
    updated_at: datetime | None = None

    @property
    def region(self) -> str | None:
        """The region as normal forms take it."""
        return self.default_region or None

    @property
    def is_reindexing(self) -> bool:
        """Whether some stored forms may be of another region or version."""
        made_with = (self.indexed_region, self.indexed_version)
        return made_with != (self.default_region, NORMAL_FORM_VERSION)
