"""Whose activities count for a record: the spec's table, from records as the CRM sent them."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

from services.common.records import RecordKind, RecordRef
from services.relationship.activity import Side, Stored

_ANYONE = frozenset({RecordKind.ACCOUNT, RecordKind.CONTACT})
"""Kinds of records that anyone of ours may take part for."""


class RecordState(StrEnum):
    """Where a record stands."""

    OPEN = "open"
    WON = "won"
    LOST = "lost"
    QUALIFIED = "qualified"
    INACTIVE = "inactive"


@dataclass(frozen=True, slots=True)
class Amount:
    """Money.

    Attributes:
        currency: ISO 4217.
        nanos: Billionths of a unit of it.
    """

    currency: str
    nanos: int


@dataclass(frozen=True, slots=True)
class Record:
    """A record of the CRM; see RelationshipRecord in the protos. Addresses are in normal form."""

    ref: RecordRef
    display_name: str = ""
    owner: str = ""
    team: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
    account: str = ""
    primary_contact: str = ""
    contacts: tuple[str, ...] = ()
    stakeholders: tuple[str, ...] = ()
    state: RecordState = RecordState.OPEN
    stage: str = ""
    estimated_revenue: Amount | None = None
    actual_revenue: Amount | None = None
    estimated_close_at: datetime | None = None
    actual_close_at: datetime | None = None
    attributes: dict[str, Any] = field(default_factory=dict)
    expected_days: int = 0
    updated_at: datetime | None = None

    def references(self) -> frozenset[RecordRef]:
        """Other records that it names."""
        contact_ids = {self.primary_contact, *self.contacts, *self.stakeholders} - {""}
        named = {RecordRef(RecordKind.CONTACT, each) for each in contact_ids}
        if self.account:
            named.add(RecordRef(RecordKind.ACCOUNT, self.account))
        return frozenset(named - {self.ref})


@dataclass(frozen=True, slots=True)
class NamedPerson:
    """Somebody by name.

    Attributes:
        name: As a contact or a lead has it, whatever the case.
        company: As their account has it.
    """

    name: str
    company: str


def plain_name(text: str) -> str:
    """A name so that two writings of one are equal."""
    return " ".join(text.split()).casefold()


@dataclass(frozen=True, slots=True)
class People:
    """The people of a record.

    Attributes:
        own: Who must take part on our side; empty where anyone of ours will do.
        customers: Who may take part on the customer's.
        anyone: Anyone of ours will do.
    """

    own: frozenset[str]
    customers: frozenset[str]
    anyone: bool

    @classmethod
    def of(cls, ref: RecordRef, rows: Iterable[tuple[str, bool]]) -> "People":
        """The people of a record from rows: an address, and whether it is on our side."""
        rows = list(rows)
        return cls(
            frozenset(address for address, is_own in rows if is_own),
            frozenset(address for address, is_own in rows if not is_own),
            ref.kind in _ANYONE,
        )

    def took_part(self, sides: "Sides") -> bool:
        """Whether an activity with these sides is one between these people."""
        if self.customers.isdisjoint(sides.theirs):
            return False
        return bool(sides.ours - self.customers) if self.anyone else not self.own.isdisjoint(sides.ours)


class Sides(NamedTuple):
    """Who took part in an activity on either side; whose side is unknown is on both.

    Attributes:
        ours: Addresses on our side.
        theirs: Addresses on the customer's.
    """

    ours: set[str]
    theirs: set[str]

    @classmethod
    def of(cls, stored: Stored) -> "Sides":
        """The sides of an activity."""
        return cls(
            {person.address for person, side in stored.people if side is not Side.CUSTOMER},
            {person.address for person, side in stored.people if side is not Side.OWN},
        )


def people_of(record: Record, known: Mapping[RecordRef, Record], belonging: Iterable[Record]) -> People:
    """The people of a record.

    Args:
        record: The record.
        known: The records that it names, and its account's primary contact.
        belonging: Contacts that name it as their account.
    """

    def addresses(contact_ids: Iterable[str]) -> set[str]:
        contacts = (known.get(RecordRef(RecordKind.CONTACT, each)) for each in contact_ids if each)
        return {address for contact in contacts if contact for address in contact.addresses}

    customers = set(record.addresses)
    match record.ref.kind:
        case RecordKind.ACCOUNT:
            customers |= addresses([record.primary_contact, *record.contacts])
            customers |= {address for contact in belonging for address in contact.addresses}
        case RecordKind.OPPORTUNITY:
            account = known.get(RecordRef(RecordKind.ACCOUNT, record.account))
            primary = [account.primary_contact] if account else []
            customers |= addresses([record.primary_contact, *record.stakeholders, *primary])
        case RecordKind.LEAD:
            customers |= addresses(record.stakeholders)
        case _:
            pass
    anyone = record.ref.kind in _ANYONE
    own = frozenset() if anyone else frozenset({record.owner, *record.team} - {""})
    return People(own, frozenset(customers), anyone)


def counts_for(stored: Stored, candidates: Mapping[RecordRef, People]) -> Collection[RecordRef]:
    """The records that an activity counts for, in order."""
    sides = Sides.of(stored)
    found = set(stored.activity.regarding)
    found.update(ref for ref, people in candidates.items() if people.took_part(sides))
    return sorted(found)
