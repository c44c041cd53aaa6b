"""What a record's daily numbers add up to over some days."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from services.relationship.activity import Kind, Side
from services.relationship.contributions import LETTERS, SIDE_LETTERS, Counts

_KINDS = {letter: kind for kind, letter in LETTERS.items()}
_SIDES = {letter: side for side, letter in SIDE_LETTERS.items()}
MOST_PEOPLE = 3


@dataclass(frozen=True, slots=True)
class KindTotal:
    """Activities of one kind.

    Attributes:
        from_us, from_customer: How many each side sent, called or invited to.
        own_ms, customer_ms: Time of ours, each one's added up, and of the customer's, counted once.
    """

    kind: Kind
    from_us: int
    from_customer: int
    own_ms: int
    customer_ms: int


@dataclass(frozen=True, slots=True)
class Responses:
    """How fast and how often a side answers.

    Attributes:
        received: Turns of the other side.
        answered: Those that were answered.
        mean_ms: None without answers, as the next two.
        median_ms, p90_ms: To three digits.
    """

    received: int
    answered: int
    mean_ms: int | None
    median_ms: int | None
    p90_ms: int | None

    @property
    def rate(self) -> float | None:
        """Answered share; None ("no data") when nothing was received."""
        return self.answered / self.received if self.received else None


@dataclass(frozen=True, slots=True)
class PersonTotal:
    """Somebody's activities.

    Attributes:
        address: Theirs.
        kinds: How many of each kind.
    """

    address: str
    kinds: Mapping[Kind, int]

    @property
    def activities(self) -> int:
        """How many in all."""
        return sum(self.kinds.values())


def totals(days: Iterable[Counts]) -> Counter[str]:
    """The sum over days."""
    total: Counter[str] = Counter()
    for counts in days:
        total.update(counts)
    return total


def kind_totals(total: Counts) -> list[KindTotal]:
    """Activities by kind, without kinds that have none."""
    found = [
        KindTotal(kind, *(total.get(f"{letter}{part}", 0) for part in "sruc"))
        for kind, letter in LETTERS.items()
    ]
    return [each for each in found if each.from_us or each.from_customer]


def activities_in(counts: Counts) -> int:
    """How many activities some numbers count."""
    return sum(counts.get(f"{letter}{part}", 0) for letter in LETTERS.values() for part in "sr")


def ratio(ours: int, theirs: int) -> float | None:
    """Ours for each of theirs; None ("no data") when either side has none."""
    return ours / theirs if ours and theirs else None


def responses(total: Counts, side: Side) -> Responses:
    """How fast a side answers."""
    letter = SIDE_LETTERS[side]
    answered = total.get(f"a{letter}", 0)
    prefix = f"h{letter}:"
    times = sorted(
        (int(name.removeprefix(prefix)), n) for name, n in total.items() if name.startswith(prefix)
    )
    mean_ms = total.get(f"s{letter}", 0) // answered if answered else None
    return Responses(
        total.get(f"q{letter}", 0), answered, mean_ms, _quantile_ms(times, 50), _quantile_ms(times, 90)
    )


def people(total: Counts, side: Side) -> list[PersonTotal]:
    """Everybody of a side, those with the most activities first; equals by address."""
    found: dict[str, dict[Kind, int]] = {}
    for name, count in total.items():
        if name.startswith("p:"):
            _, letter, of, address = name.split(":", 3)
            if _SIDES[of] is side or (side is Side.OWN and _SIDES[of] is Side.UNKNOWN):
                found.setdefault(address, {})[_KINDS[letter]] = count
    ordered = [PersonTotal(address, kinds) for address, kinds in found.items()]
    return sorted(ordered, key=lambda each: (-each.activities, each.address))


def last_day_of(addresses: Collection[str], days: Mapping[int, Counts], first: int) -> dict[str, int]:
    """The last day that each of some people took part in anything, from a day on.

    Args:
        addresses: The people.
        days: A record's numbers by day, in order.
        first: Days before it are not looked at.
    """
    names = {
        f"p:{letter}:{side}:{address}": address
        for address in addresses
        for letter in LETTERS.values()
        for side in SIDE_LETTERS.values()
    }
    found: dict[str, int] = {}
    for day, counts in days.items():
        if day >= first:
            found.update((names[name], day) for name in counts if name in names)
    return found


def _quantile_ms(times_s: list[tuple[int, int]], percent: int) -> int | None:
    """The least time that so many percent of the answers keep within; the middle where that falls between two."""
    total = sum(count for _, count in times_s)
    if not total:
        return None
    at_least, remainder = divmod(total * percent, 100)
    below = _nth_s(times_s, at_least + 1 if remainder else at_least)
    if remainder:
        return below * 1000
    return (below + _nth_s(times_s, min(at_least + 1, total))) * 500


def _nth_s(times_s: list[tuple[int, int]], place: int) -> int:
    for seconds, count in times_s:
        place -= count
        if place <= 0:
            return seconds
    return times_s[-1][0]
