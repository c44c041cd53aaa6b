"""Who knows whom: the strongest direct ties to a contact with their evidence, and paths over a common contact."""

import heapq
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from services.relationship.pair_days import PairDays
from services.relationship.tie_strength import Band, TieModel, band_of, strengths

MOST_TIES = 5


@dataclass(frozen=True)
class Evidence:
    """What a strength rests on, up to the day it is of.

    Attributes:
        meetings: Meetings of both.
        sent: Messages from the colleague.
        received: Messages from the contact.
        days_ago: Whole days since the last contact, 0 or more.
    """

    meetings: int
    sent: int
    received: int
    days_ago: int


@dataclass(frozen=True)
class Tie:
    """A colleague's tie to a contact.

    Attributes:
        colleague: Our side.
        contact: The other side.
        strength: 0 to 100, not rounded.
        evidence: What it rests on.
    """

    colleague: str
    contact: str
    strength: float
    evidence: Evidence

    @property
    def band(self) -> Band:
        """Strong, medium or weak."""
        return band_of(self.strength)


@dataclass(frozen=True)
class Path:
    """Colleague - common contact - target.

    Attributes:
        colleague: Our side.
        via: Whom the colleague knows and who knows the target.
        target: Who is to be reached.
        strength: Product of both ties as shares of 100: 0 to 100.
        first: Strength of colleague and via.
        second: Strength of via and target.
    """

    colleague: str
    via: str
    target: str
    strength: float
    first: float
    second: float


def ties_of(days: PairDays, before_day: int, model: TieModel) -> list[Tie]:
    """Returns the tie of every pair that had contact before a day, in the order of `days.pairs`."""
    days = days.before(before_day)
    last = days.last_day()
    strength = strengths(days, before_day, model)
    meetings, sent, received = (days.total(column) for column in (days.meetings, days.sent, days.received))
    return [
        Tie(
            colleague,
            contact,
            float(strength[i]),
            Evidence(int(meetings[i]), int(sent[i]), int(received[i]), before_day - 1 - int(last[i])),
        )
        for i, (colleague, contact) in enumerate(days.pairs)
        if last[i] >= 0
    ]


def strongest(
    ties: Iterable[Tie], target: str, opted_out: Collection[str] = (), most: int = MOST_TIES
) -> list[Tie]:
    """Returns the colleagues with the strongest tie to a contact, strongest first; equals by name.

    Args:
        ties: Of any contacts.
        target: The contact.
        opted_out: Persons who may not appear, on either side.
        most: How many.
    """
    known = [
        tie
        for tie in ties
        if tie.contact == target and tie.colleague not in opted_out and tie.contact not in opted_out
    ]
    return heapq.nsmallest(most, known, key=lambda tie: (-tie.strength, tie.colleague))


def two_hop_paths(
    ties: Iterable[Tie],
    acquaintances: Iterable[tuple[str, str, float]],
    target: str,
    opted_out: Collection[str] = (),
    most: int = MOST_TIES,
) -> list[Path]:
    """Returns paths to someone whom no colleague knows, strongest first, one per colleague: the best.

    Args:
        ties: Colleagues' ties to contacts.
        acquaintances: (contact, contact, strength): who of the customers knows whom; either order.
        target: The contact to be reached.
        opted_out: Persons who may not appear anywhere on a path.
        most: How many.
    """
    if target in opted_out:
        return []
    known: defaultdict[str, float] = defaultdict(float)
    for one, other, strength in acquaintances:
        if target in (one, other) and one != other:
            via = other if one == target else one
            known[via] = max(known[via], strength)
    best: dict[str, Path] = {}
    for tie in ties:
        second = known.get(tie.contact, 0.0)
        if second <= 0 or tie.colleague == target or {tie.colleague, tie.contact} & set(opted_out):
            continue
        path = Path(tie.colleague, tie.contact, target, tie.strength * second / 100, tie.strength, second)
        found = best.get(tie.colleague)
        if found is None or (-path.strength, path.via) < (-found.strength, found.via):
            best[tie.colleague] = path
    return heapq.nsmallest(most, best.values(), key=lambda path: (-path.strength, path.colleague))
