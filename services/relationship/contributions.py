"""What one activity adds to the daily numbers of records and of pairs of people.

Whole numbers only (counts, milliseconds, millionths of sentiment), and a pure function of what is stored with the
activity: whatever was added can be taken out again, and any order of activities gives the same bits.
"""

from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from services.relationship.activity import Kind, Role, Side, State, Stored

WRITE_MS = 5 * 60_000
READ_MS = 150_000
MICRO = 1_000_000
LARGEST_TIED_MEETING = 100
"""A meeting of more people ties its organiser to the others, and nobody else to anybody."""

LETTERS = {Kind.EMAIL: "e", Kind.MEETING: "m", Kind.PHONE_CALL: "p", Kind.TASK: "t", Kind.OTHER: "o"}
SIDE_LETTERS = {Side.OWN: "o", Side.CUSTOMER: "c", Side.UNKNOWN: "u"}
_TIES = frozenset({Kind.EMAIL, Kind.MEETING, Kind.PHONE_CALL})

Counts = dict[str, int]


class DirectedDay(NamedTuple):
    """Names a row of the daily numbers of pairs.

    Attributes:
        sender: Who sent, called or invited, or was there on that side.
        receiver: The other.
        sides: Letters of their sides, such as "oc".
        day: Ordinal.
    """

    sender: str
    receiver: str
    sides: str
    day: int


class PairCounts(NamedTuple):
    """What two people did on a day, in one direction.

    Attributes:
        mails, meetings, calls: How many.
        ms: How long meetings and calls took.
    """

    mails: int = 0
    meetings: int = 0
    calls: int = 0
    ms: int = 0

    def plus(self, other: "PairCounts", times: int = 1) -> "PairCounts":
        """The sum, or the difference for -1 times."""
        return PairCounts(
            self.mails + times * other.mails,
            self.meetings + times * other.meetings,
            self.calls + times * other.calls,
            self.ms + times * other.ms,
        )


def record_counts(stored: Stored) -> Counts:
    """What an activity adds to the day of each record that it counts for, by name.

    `es` and `er`: mails from us and from the customer. `eu` and `ec`: milliseconds of ours and of theirs. `ea` and
    `eb`: how many are mutual or the customer's, and how many are ours without reply; `ex` and `ey`: the sums of their
    sentiment. The other kinds have m, p, t, o in place of e. `qo`, `ao` and `so`: turns that wait for us, those we
    answered and the milliseconds it took; `ho:SECONDS`: those by time to three digits; c in place of o for the
    customer. `p:KIND:SIDE:ADDRESS`: activities of a person.
    """
    activity = stored.activity
    if activity.state is not State.COMPLETED:
        return {}
    letter = LETTERS[activity.kind]
    from_customer = stored.from_side is Side.CUSTOMER
    own_ms, customer_ms = _times(stored)
    is_mutual = from_customer or _is_answered(stored)
    counts: Counter[str] = Counter({f"{letter}{'r' if from_customer else 's'}": 1})
    counts[f"{letter}u"] += own_ms
    counts[f"{letter}c"] += customer_ms
    counts[f"{letter}{'a' if is_mutual else 'b'}"] += 1
    counts[f"{letter}{'x' if is_mutual else 'y'}"] += round(activity.sentiment * MICRO)
    _count_turn(stored, counts)
    for person, side in stored.people:
        counts[f"p:{letter}:{SIDE_LETTERS[side]}:{person.address}"] += 1
    return {name: count for name, count in counts.items() if count}


def pair_counts(stored: Stored) -> Iterator[tuple[DirectedDay, PairCounts]]:
    """What an activity adds to the days of pairs of people; own people among themselves are none."""
    activity = stored.activity
    if activity.state is not State.COMPLETED or activity.kind not in _TIES:
        return
    counts = PairCounts(
        mails=int(activity.kind is Kind.EMAIL),
        meetings=int(activity.kind is Kind.MEETING),
        calls=int(activity.kind is Kind.PHONE_CALL),
        ms=activity.duration_ms,
    )
    seen = set()
    for (sender, from_side), (receiver, to_side) in _pairs(stored):
        pair = (sender, receiver)
        if sender == receiver or pair in seen or from_side is to_side is Side.OWN:
            continue
        seen.add(pair)
        sides = SIDE_LETTERS[from_side] + SIDE_LETTERS[to_side]
        yield DirectedDay(sender, receiver, sides, stored.derived.day), counts


def _pairs(stored: Stored) -> Iterator[tuple[tuple[str, Side], tuple[str, Side]]]:
    people = [(person.address, side) for person, side in stored.people]
    sender = stored.activity.sender
    if sender is not None:
        origin = next(each for each in people if each[0] == sender.address)
        for receiver in people:
            yield origin, receiver
    if stored.activity.kind is Kind.EMAIL or len(people) > LARGEST_TIED_MEETING:
        return
    for own in (each for each in people if each[1] is Side.OWN):
        for customer in (each for each in people if each[1] is Side.CUSTOMER):
            yield (customer, own) if stored.from_side is Side.CUSTOMER else (own, customer)


def _times(stored: Stored) -> tuple[int, int]:
    """Milliseconds of our people, each one's added up, and of the customer's, counted once."""
    own = [person for person, side in stored.people if side is not Side.CUSTOMER]
    customers = [person for person, side in stored.people if side is Side.CUSTOMER]
    if stored.activity.kind is not Kind.EMAIL:
        lasted = stored.activity.duration_ms
        return lasted * len(own), lasted if customers else 0
    writers = sum(person.role is Role.FROM for person in own)
    own_ms = writers * WRITE_MS + (len(own) - writers) * READ_MS
    if not customers:
        return own_ms, 0
    return own_ms, WRITE_MS if stored.from_side is Side.CUSTOMER else READ_MS


def time_of(stored: Stored, address: str) -> int:
    """Milliseconds that an activity took one of our people."""
    if stored.activity.kind is not Kind.EMAIL:
        return stored.activity.duration_ms
    sender = stored.activity.sender
    return WRITE_MS if sender is not None and sender.address == address else READ_MS


def _is_answered(stored: Stored) -> bool:
    """Whether both sides took part: in person, or by a reply."""
    if stored.activity.kind is Kind.EMAIL:
        return stored.derived.answer_ms is not None
    if stored.activity.kind in (Kind.MEETING, Kind.PHONE_CALL):
        return Side.CUSTOMER in stored.derived.sides
    return False


def _count_turn(stored: Stored, counts: Counter[str]) -> None:
    derived = stored.derived
    if not derived.opens_turn:
        return
    by = SIDE_LETTERS[stored.from_side.other]
    counts[f"q{by}"] += 1
    if derived.answer_ms is not None:
        counts[f"a{by}"] += 1
        counts[f"s{by}"] += derived.answer_ms
        counts[f"h{by}:{rounded_s(derived.answer_ms)}"] += 1


def rounded_s(ms: int) -> int:
    """Whole seconds to three digits, half up: few enough values to count, near enough for a median."""
    seconds = (ms + 500) // 1000
    step: int = 10 ** max(0, len(str(seconds)) - 3)
    return (seconds + step // 2) // step * step
