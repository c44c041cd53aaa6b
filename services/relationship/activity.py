"""Activities: what was sent in, and what follows from it alone."""

import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from pydantic import TypeAdapter

from services.common.records import RecordRef

_PHONE = re.compile(r"\+?[\d\s().\-/]+")
_FEWEST_DIGITS = 7


class Kind(StrEnum):
    """What an activity is."""

    EMAIL = "email"
    MEETING = "meeting"
    PHONE_CALL = "phone_call"
    TASK = "task"
    OTHER = "other"


class State(StrEnum):
    """Whether an activity took place."""

    COMPLETED = "completed"
    PLANNED = "planned"
    CANCELLED = "cancelled"


class Role(StrEnum):
    """What somebody was in an activity."""

    FROM = "from"
    TO = "to"
    CC = "cc"


class Side(StrEnum):
    """A side of the relationship; UNKNOWN while the tenant has not said who its own people are."""

    OWN = "own"
    CUSTOMER = "customer"
    UNKNOWN = "unknown"

    @property
    def other(self) -> "Side":
        """The side across the table."""
        return {Side.OWN: Side.CUSTOMER, Side.CUSTOMER: Side.OWN}.get(self, Side.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Participant:
    """Somebody who took part.

    Attributes:
        address: In normal form, see `normal_address`.
        role: What they were.
        side: What the caller said, or what the settings make of it.
        name: For people.
    """

    address: str
    role: Role = Role.TO
    side: Side = Side.UNKNOWN
    name: str = ""


@dataclass(frozen=True, slots=True)
class Activity:
    """An activity as it was sent.

    Attributes:
        activity_id: The caller's id.
        kind: What it is.
        state: Whether it took place.
        started_at: When it began or was sent.
        duration_ms: How long it took; 0 for mails.
        participants: Who took part; a side only where the caller named it.
        regarding: Records that it is about.
        subject: As it was sent.
        message_id, in_reply_to, references, thread_id: A mail's ids, without angle brackets.
        text: The words, for talking points.
        language: BCP-47; empty to find it out.
        sentiment: -1 to 1.
    """

    activity_id: str
    kind: Kind
    state: State
    started_at: datetime
    duration_ms: int
    participants: tuple[Participant, ...]
    regarding: tuple[RecordRef, ...] = ()
    subject: str = ""
    message_id: str = ""
    in_reply_to: str = ""
    references: tuple[str, ...] = ()
    thread_id: str = ""
    text: str = ""
    language: str = ""
    sentiment: float = 0.0

    @property
    def sender(self) -> Participant | None:
        """Who sent, called or invited; None where nobody is said to have."""
        return next((each for each in self.participants if each.role is Role.FROM), None)

    def digest(self) -> bytes:
        """Tells one content from another: `digest_of` what is kept, so that it is the same when read back."""
        return digest_of(to_json(self))


@dataclass(frozen=True, slots=True)
class Derived:
    """What follows from an activity, the settings and the other mails of its thread.

    It is stored beside the activity, so that what was added to the daily numbers can be taken out again.

    Attributes:
        sides: Of the participants, in their order.
        day: The local day it began, as a proleptic ordinal.
        thread: Id of its thread; empty for what is no mail or stands alone.
        opens_turn: It is the first mail of its side since the other side's last one.
        answer_ms: Time from it to the other side's reply, of a mail that opens a turn; None while there is none.
        records: Records that it counts for.
    """

    sides: tuple[Side, ...]
    day: int
    thread: str = ""
    opens_turn: bool = False
    answer_ms: int | None = None
    records: tuple[RecordRef, ...] = ()


@dataclass(frozen=True, slots=True)
class Stored:
    """An activity with what follows from it."""

    activity: Activity
    derived: Derived

    @property
    def people(self) -> list[tuple[Participant, Side]]:
        """Who took part, with their side."""
        return list(zip(self.activity.participants, self.derived.sides, strict=True))

    @property
    def from_side(self) -> Side:
        """The side that sent, called or invited; where nobody is said to have, the first one's."""
        # Asked several times of each activity in a rebuild, so no list is made for it.
        for place, person in enumerate(self.activity.participants):
            if person.role is Role.FROM:
                return self.derived.sides[place]
        return self.derived.sides[0]

    @property
    def awaits(self) -> Side | None:
        """Whose answer it waits for."""
        derived = self.derived
        waits = derived.opens_turn and derived.answer_ms is None
        return self.from_side.other if waits and self.from_side is not Side.UNKNOWN else None


@dataclass(frozen=True, slots=True)
class AddressSet:
    """Addresses, many of them named by their domain.

    Attributes:
        domains: Domains, folded; their subdomains count.
        addresses: Addresses in normal form.
    """

    domains: frozenset[str] = field(default_factory=frozenset)
    addresses: frozenset[str] = field(default_factory=frozenset)

    def has(self, address: str) -> bool:
        """Whether an address in normal form is one of them."""
        if address in self.addresses:
            return True
        domain = domain_of(address)
        while domain:
            if domain in self.domains:
                return True
            domain = domain.partition(".")[2]
        return False


@dataclass(frozen=True, slots=True)
class OwnPeople(AddressSet):
    """How to tell own people from customers."""

    def sides(self, participants: Sequence[Participant]) -> tuple[Side, ...]:
        """The side of each participant: as the caller said, else by address; unknown while nothing tells."""
        told = bool(self.domains or self.addresses) or any(each.side is Side.OWN for each in participants)
        return tuple(
            each.side if each.side is not Side.UNKNOWN else self.side(each.address) if told else Side.UNKNOWN
            for each in participants
        )

    def side(self, address: str) -> Side:
        """The side of an address, by the settings alone."""
        return Side.OWN if self.has(address) else Side.CUSTOMER


_ACTIVITY = TypeAdapter(Activity)


def to_json(activity: Activity) -> dict[str, object]:
    """An activity as JSON keeps it."""
    kept: dict[str, object] = _ACTIVITY.dump_python(activity, mode="json", exclude_defaults=True)
    return kept


def digest_of(kept: dict[str, object]) -> bytes:
    """Tells one content from another, of an activity as JSON keeps it."""
    return hashlib.sha256(json.dumps(kept, sort_keys=True).encode()).digest()


def from_json(kept: dict[str, object]) -> Activity:
    """The activity that JSON keeps."""
    return _ACTIVITY.validate_python(kept)


def dumped(activity: Activity) -> str:
    """An activity as text, on its way from one step of a job to the next."""
    return _ACTIVITY.dump_json(activity, exclude_defaults=True).decode()


def loaded(text: str) -> Activity:
    """The activity that `dumped` wrote."""
    return _ACTIVITY.validate_json(text)


def normal_address(text: str) -> str:
    """An address, number or id so that two writings of one are equal; empty where nothing is left of it."""
    bare = text.strip().strip("<>").removeprefix("mailto:").strip()
    digits = re.sub(r"\D", "", bare)
    if len(digits) >= _FEWEST_DIGITS and _PHONE.fullmatch(bare):
        if bare.startswith("+"):
            return f"+{digits}"
        return f"+{digits.removeprefix('00')}" if digits.startswith("00") else digits
    return bare.casefold()


def domain_of(address: str) -> str:
    """The domain of a mail address in normal form; empty for a number or an id."""
    return address.rpartition("@")[2] if "@" in address else ""
