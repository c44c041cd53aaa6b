"""What the relationship service knows of a period: deals, revenue by seller, own time. Money is in billionths."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from services.conversation.home.estimates import Share

Sums = Mapping[str, int]
"""Billionths of a unit by currency (ISO 4217)."""


class TimeKind(StrEnum):
    """What own time is spent on."""

    EMAIL = "email"
    CALL = "call"
    MEETING = "meeting"


@dataclass(frozen=True, slots=True)
class DealFacts:
    """What a period brought.

    Attributes:
        won: Deals won in it.
        lost: Deals lost in it.
        won_revenue: Actual revenue of the won ones.
        open_revenue: Estimated revenue of open ones that may close in it.
        mean_deal: Mean actual revenue of the won ones.
        sellers: Actual revenue by seller; of deals without an owner under "".
    """

    won: int
    lost: int
    won_revenue: Sums = field(default_factory=dict)
    open_revenue: Sums = field(default_factory=dict)
    mean_deal: Sums = field(default_factory=dict)
    sellers: Mapping[str, Sums] = field(default_factory=dict)

    @property
    def win_rate(self) -> Share:
        """Won of won and lost."""
        return Share(self.won, self.won + self.lost)


OwnTime = Mapping[str, Mapping[TimeKind, int]]
"""Milliseconds by kind, by seller."""


@dataclass(frozen=True, slots=True)
class Missing:
    """A part that could not be had.

    Attributes:
        part: Such as "basic".
        service: Which service did not give it.
        reason: Why, as the error's reason.
    """

    part: str
    service: str
    reason: str
