"""Offers between protobuf and the service's own types."""

import hashlib
from collections.abc import Mapping, Sequence

from leadlight.relationship.v1 import capture_pb2

from services.common.caller import Role
from services.common.context import current
from services.common.errors import Code, LeadlightError, Reason, invalid_argument
from services.common.server.wire import ref_message, storable, timestamp
from services.relationship.activity import Derived, Stored
from services.relationship.capturing import Captured, Offer, Standing, Verdict
from services.relationship.convert_activities import activity, activity_message, address
from services.relationship.offer_store import Exclusion

_LONGEST_OWNER = 200
_STANDINGS: Mapping[Standing, capture_pb2.CaptureStanding.ValueType] = {
    standing: capture_pb2.CaptureStanding.Value(f"CAPTURE_STANDING_{standing.name}") for standing in Standing
}
_KINDS = {
    capture_pb2.CAPTURE_EXCLUSION_KIND_ADDRESS: "address",
    capture_pb2.CAPTURE_EXCLUSION_KIND_DOMAIN: "domain",
}
_KIND_NUMBERS = {kind: number for number, kind in _KINDS.items()}


def captured(request: capture_pb2.OfferActivitiesRequest) -> list[Captured]:
    """What was seen.

    Raises:
        LeadlightError: INVALID_ARGUMENT that names the field at fault.
    """
    found = [
        Captured(activity(each.activity, f"captured[{place}].activity."), each.is_private)
        for place, each in enumerate(request.captured)
    ]
    seen = set()
    for place, each in enumerate(found):
        if each.activity.activity_id in seen:
            raise invalid_argument(f"captured[{place}].activity.id", "stands in the request twice")
        seen.add(each.activity.activity_id)
    return found


def caller_as_owner() -> str:
    """The caller as the owner of offers; a subject that cannot be stored stands as its hash."""
    subject = current().caller.subject
    if len(subject) > _LONGEST_OWNER or "\0" in subject:
        return hashlib.sha256(subject.encode()).hexdigest()
    return subject


def owner(request: capture_pb2.OfferActivitiesRequest) -> str:
    """Whose mailbox it was.

    Raises:
        LeadlightError: PERMISSION_DENIED for somebody else's, without the role for it.
    """
    named = storable(request.owner, "owner")
    if named in ("", caller_as_owner()):
        return caller_as_owner()
    if Role.SERVICE in current().caller.roles:
        return named
    raise LeadlightError(
        Code.PERMISSION_DENIED,
        Reason.ROLE_REQUIRED,
        "only services hand in for somebody else",
        metadata={"roles": Role.SERVICE},
    )


def ids(given: Sequence[str]) -> list[str]:
    """Ids of activities.

    Raises:
        LeadlightError: INVALID_ARGUMENT for one that cannot be stored.
    """
    return [storable(each, f"activity_ids[{place}]") for place, each in enumerate(given)]


def exclusion(message: capture_pb2.CaptureExclusion) -> Exclusion:
    """What is never offered.

    Raises:
        LeadlightError: INVALID_ARGUMENT for a name that is none.
    """
    kind = _KINDS[message.kind]
    name = address(message.name, "exclusion.name")
    if kind == "domain" and ("@" in name or "." not in name.strip(".")):
        raise invalid_argument("exclusion.name", "is no domain; write one such as example.com")
    return kind, name.strip(".") if kind == "domain" else name


def result_message(verdict: Verdict) -> capture_pb2.CaptureResult:
    """What became of something that was seen."""
    return capture_pb2.CaptureResult(
        standing=_STANDINGS[verdict.standing],
        records=[ref_message(each) for each in verdict.records],
        is_likely=verdict.is_likely,
    )


def offer_message(offer: Offer) -> capture_pb2.Offer:
    """An offer without its text."""
    given = offer.activity
    sides = tuple(each.side for each in given.participants)
    message = activity_message(Stored(given, Derived(sides, day=0)))
    message.ClearField("text")
    return capture_pb2.Offer(
        activity=message,
        records=[ref_message(each) for each in offer.verdict.records],
        is_likely=offer.verdict.is_likely,
        offer_time=timestamp(offer.offered_at),
    )


def exclusion_message(given: Exclusion) -> capture_pb2.CaptureExclusion:
    """An address or domain that is never offered."""
    kind, name = given
    return capture_pb2.CaptureExclusion(kind=_KIND_NUMBERS[kind], name=name)
