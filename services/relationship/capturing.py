"""What of a mailbox or calendar is offered to be tracked: the rules, without a database."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from services.common.records import RecordRef
from services.relationship.activity import Activity, AddressSet, Side, Stored, domain_of

MOST_RECORDS = 20
"""As many as an activity may be about."""


class Standing(StrEnum):
    """Whether something that was seen is offered, or why not."""

    OFFERED = "offered"
    PRIVATE = "private"
    TRACKED = "tracked"
    IGNORED = "ignored"
    INTERNAL = "internal"
    EXCLUDED = "excluded"
    NO_CONTACT = "no_contact"


@dataclass(frozen=True, slots=True)
class Captured:
    """A mail or meeting as it was seen.

    Attributes:
        activity: What was seen.
        is_private: It is marked so where it was seen.
    """

    activity: Activity
    is_private: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of something that was seen.

    Attributes:
        standing: Whether it is offered, or why not.
        records: Those that it would count for.
        is_likely: Nobody in it is known; the records are accounts whose domain somebody has.
    """

    standing: Standing
    records: tuple[RecordRef, ...] = ()
    is_likely: bool = False


@dataclass(frozen=True, slots=True)
class Offer:
    """A mail or meeting that its owner may track.

    Attributes:
        activity: What was seen.
        verdict: Why it is offered.
        offered_at: When it was last handed in.
    """

    activity: Activity
    verdict: Verdict
    offered_at: datetime


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of an owner's captures.

    Attributes:
        tracked: Ids of activities that are stored.
        ignored: Ids of activities that the owner ignored.
        excluded: Whom the owner wants to be offered nothing with.
        accounts: Accounts by the domains of their people.
    """

    tracked: Collection[str]
    ignored: Collection[str]
    excluded: AddressSet
    accounts: Mapping[str, Collection[RecordRef]]


def verdict(captured: Captured, stored: Stored, known: Known) -> Verdict:
    """What becomes of something that was seen.

    Args:
        captured: What was seen.
        stored: The same with its sides, and the records that it would count for.
        known: What is known of its owner's captures.
    """
    activity = captured.activity
    standing = None
    if captured.is_private:
        standing = Standing.PRIVATE
    elif activity.activity_id in known.tracked:
        standing = Standing.TRACKED
    elif activity.activity_id in known.ignored:
        standing = Standing.IGNORED
    elif all(side is Side.OWN for side in stored.derived.sides):
        standing = Standing.INTERNAL
    elif any(known.excluded.has(each.address) for each in activity.participants):
        standing = Standing.EXCLUDED
    if standing is not None:
        return Verdict(standing)
    if stored.derived.records:
        return Verdict(Standing.OFFERED, tuple(stored.derived.records)[:MOST_RECORDS])
    likely = {ref for domain in domains(stored) for ref in known.accounts.get(domain, ())}
    if likely and any(side is not Side.CUSTOMER for side in stored.derived.sides):
        return Verdict(Standing.OFFERED, tuple(sorted(likely))[:MOST_RECORDS], is_likely=True)
    return Verdict(Standing.NO_CONTACT)


def domains(stored: Stored) -> set[str]:
    """The domains of those who are not ours."""
    others = (person.address for person, side in stored.people if side is not Side.OWN)
    return set(map(domain_of, others)) - {""}
