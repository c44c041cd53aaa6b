"""Mails and meetings out of mailboxes and calendars, without what is private or among own people alone."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Protocol
from zoneinfo import ZoneInfo

from leadlight.relationship.v1 import activity_pb2

PRIVATE, INTERNAL = "private", "among own people"


class Source(Protocol):
    """A file of activities.

    Attributes:
        zone: Of times that name none.
        naive: How many times named none, as far as the file was read; so are the others.
        bad: What is wrong with what was left out.
        left_out: How many were left out on purpose, by reason.
        addresses: Everybody who took part.
    """

    zone: ZoneInfo
    naive: int
    bad: list[str]
    left_out: Counter[str]
    addresses: set[str]

    def activities(self) -> Iterator[activity_pb2.Activity]:
        """Each activity once.

        Raises:
            CommandError: If the file cannot be read.
        """
        ...


@dataclass(frozen=True, slots=True)
class OwnNames:
    """Domains and addresses of own people, folded.

    Attributes:
        names: Subdomains of a domain count as well.
    """

    names: frozenset[str]

    def has(self, address: str) -> bool:
        """Whether somebody is one of ours."""
        folded = address.casefold()
        domain = folded.rpartition("@")[2]
        while domain:
            if domain in self.names:
                return True
            domain = domain.partition(".")[2]
        return folded in self.names


@dataclass
class Capture:
    """What was taken from a mailbox or calendar so far, and what was not; see `Source`."""

    zone: ZoneInfo
    own: OwnNames
    naive: int = 0
    bad: list[str] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)
    addresses: set[str] = field(default_factory=set)

    def offered(self, activity: activity_pb2.Activity, *, is_private: bool) -> bool:
        """Whether an activity may be taken; counts it."""
        addresses = [each.address for each in activity.participants]
        if is_private:
            self.left_out[PRIVATE] += 1
            return False
        if all(map(self.own.has, addresses)):
            self.left_out[INTERNAL] += 1
            return False
        self.addresses.update(addresses)
        return True


def add_person(
    activity: activity_pb2.Activity,
    address: str,
    name: str,
    role: activity_pb2.ParticipantRole.ValueType,
) -> None:
    """Adds somebody, once: who stands there already keeps the first role."""
    if address.casefold() not in {each.address.casefold() for each in activity.participants}:
        activity.participants.add(address=address, name=name[:200], role=role)
