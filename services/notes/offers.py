"""What a tenant's decisions do to what it is offered: a kind that is dismissed most of the time is offered less.

The share of dismissals is estimated as the mean of a beta distribution that begins uniform,
(dismissed + 1) / (accepted + dismissed + 2). From 20 decisions on, and above a share of one half, a suggestion of the
kind must be at least as sure as the share is high: with 80 % dismissed only what has a confidence of 0.8 or more is
offered. A confidence is a calibrated probability that a seller accepts, so this asks of each suggestion to make up
for what the tenant's habit says against its kind. It never rises above 0.95, or nothing could win the kind back.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from services.notes.actions.suggestion import Suggestion, SuggestionKind

DECISIONS_NEEDED = 20
MOST_OF_THE_TIME = 0.5
HIGHEST_MINIMUM = 0.95


@dataclass(frozen=True, slots=True)
class Offer:
    """A tenant's decisions about one kind.

    Attributes:
        kind: The kind.
        accepted: Suggestions accepted since the last reset.
        dismissed: Suggestions dismissed since then.
        reset_at: When the counts were last set to 0; None if never.
    """

    kind: SuggestionKind
    accepted: int = 0
    dismissed: int = 0
    reset_at: datetime | None = None

    @property
    def dismissal_rate(self) -> float:
        """Estimated share of dismissals, 0 to 1."""
        return (self.dismissed + 1) / (self.accepted + self.dismissed + 2)

    @property
    def minimum_confidence(self) -> float:
        """The least confidence with which the kind is offered, 0 to 1."""
        decisions = self.accepted + self.dismissed
        if decisions < DECISIONS_NEEDED or self.dismissal_rate <= MOST_OF_THE_TIME:
            return 0.0
        return min(self.dismissal_rate, HIGHEST_MINIMUM)


Minima = Mapping[SuggestionKind, float]
"""The least confidence of each kind; a kind that is not named has none."""


@dataclass(frozen=True, slots=True)
class Offered:
    """What is offered of what was found.

    Attributes:
        suggestions: Those that are offered.
        withheld: How many are not.
    """

    suggestions: tuple[Suggestion, ...]
    withheld: int = 0


def offered(found: Sequence[Suggestion], minima: Minima) -> Offered:
    """What is offered of what was found."""
    kept = tuple(each for each in found if each.confidence >= minima.get(each.kind, 0.0))
    return Offered(kept, len(found) - len(kept))
