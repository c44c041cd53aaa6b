"""What a tenant's decisions do to what it is offered: a kind that is dismissed most of the time is offered less.

A confidence is the calibrated probability that sellers at large accept a suggestion. What a tenant did with a kind
says how far it differs from them: its share of dismissals, estimated as the mean of a beta distribution that begins
uniform, (dismissed + 1) / (accepted + dismissed + 2), against the share of acceptances that the confidences of those
same suggestions led to expect. By Bayes' rule in odds, a suggestion of confidence c has for this tenant the odds

    c / (1 - c)  x  (1 - rate) / rate  x  (1 - expected) / expected

of being accepted. From 20 decisions on, and where more than half were dismissed, a suggestion is offered while these
odds are even or better: its confidence must be at least the one at which they are even. At a rate of one half that is
the mean confidence of the kind, so that the less sure half goes; the more is dismissed, the surer the rest must be.
What is surer yet stays on offer and can win the kind back; a reset does so at once.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from services.notes.actions.suggestion import Suggestion, SuggestionKind

DECISIONS_NEEDED = 20
MOST_OF_THE_TIME = 0.5
HIGHEST_MINIMUM = 0.999


@dataclass(frozen=True, slots=True)
class Offer:
    """A tenant's decisions about one kind.

    Attributes:
        kind: The kind.
        accepted: Suggestions accepted since the last reset.
        dismissed: Suggestions dismissed since then.
        confidences: Sum of the confidences of both.
        reset_at: When the counts were last set to 0; None if never.
    """

    kind: SuggestionKind
    accepted: int = 0
    dismissed: int = 0
    confidences: float = 0.0
    reset_at: datetime | None = None

    @property
    def decisions(self) -> int:
        """Suggestions that were decided about."""
        return self.accepted + self.dismissed

    @property
    def dismissal_rate(self) -> float:
        """Estimated share of dismissals, above 0 and below 1."""
        return (self.dismissed + 1) / (self.decisions + 2)

    @property
    def mean_confidence(self) -> float | None:
        """Mean confidence of what was decided about, 0 to 1; None without decisions."""
        return min(max(self.confidences / self.decisions, 0.0), 1.0) if self.decisions else None

    @property
    def minimum_confidence(self) -> float:
        """The least confidence with which the kind is offered, 0 to 1."""
        rate, expected = self.dismissal_rate, self.mean_confidence
        if expected is None or self.decisions < DECISIONS_NEEDED or rate <= MOST_OF_THE_TIME:
            return 0.0
        even = expected * rate / (expected * rate + (1 - expected) * (1 - rate))
        return min(even, HIGHEST_MINIMUM)


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
