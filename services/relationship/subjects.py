"""A person in activities, offers, records and opt-outs: what is held on them, and how they are taken out.

Their addresses are those given, and those of the leads and contacts that are theirs.
"""

from collections.abc import Collection, Iterator
from dataclasses import replace
from typing import Any

from services.common.db import TenantReader, TenantSession
from services.common.records import RecordKind
from services.common.subjects import ErasedCounts, Subject, SubjectItem, SubjectRights
from services.relationship import (
    activity_store,
    engagement_store,
    intake,
    offer_store,
    record_store,
    records,
    settings_store,
)
from services.relationship.activities import ActivityService
from services.relationship.activity import Activity, normal_address, to_json
from services.relationship.membership import Record
from services.relationship.records import RecordService

_AT_ONCE = 500
_PEOPLE = frozenset({RecordKind.LEAD, RecordKind.CONTACT})


class RelationshipSubjects(SubjectRights):
    """A person's rights in the relationship service.

    Args:
        activities: The service's activities.
        records: Its records.
    """

    def __init__(self, activities: ActivityService, records: RecordService) -> None:
        self._activities = activities
        self._records = records

    def export(self, reader: TenantReader, subject: Subject) -> Iterator[SubjectItem]:
        """Activities and offers they took part in or that name them, records that are theirs or name them."""
        addresses = _addresses(reader, subject)
        for activity in _activities(reader):
            if _is_among(activity, addresses) or _names(activity, subject):
                yield SubjectItem("activity", activity.activity_id, to_json(activity))
        for owner, activity in offer_store.everything(reader):
            if subject.is_address(owner) or _is_among(activity, addresses) or _names(activity, subject):
                yield SubjectItem("offer", activity.activity_id, to_json(activity))
        for owner, address in offer_store.excluded_addresses(reader):
            if subject.is_address(owner) or address in addresses or subject.is_address(address):
                yield SubjectItem("capture_exclusion", address, {"address": address})
        for record in _records(reader):
            if record.ref in subject.records or _knows(record, addresses) or _speaks_of(record, subject):
                yield SubjectItem(
                    "record", f"{record.ref.kind}/{record.ref.id}", record_store.as_json(record)
                )

    def erase(self, session: TenantSession, subject: Subject) -> ErasedCounts:
        """Takes them out; every number follows in the same transaction."""
        counts = ErasedCounts()
        addresses = _addresses(session, subject)
        for address in sorted(addresses):
            erased = self._activities.erase(session, address)
            counts.deleted["activity"] += erased.deleted
            counts.masked["activity"] += erased.anonymised
            counts.masked["record"] += erased.records
            engagement_store.set_following(session, address, is_forbidden=False)
        for record in list(_records(session)):
            if record.ref in subject.records:
                self._records.delete(session, record.ref)
                counts.deleted["record"] += 1
            elif _speaks_of(record, subject):
                name, attributes = subject.masked(record.display_name), subject.masked(record.attributes)
                records.upsert(session, [replace(record, display_name=name, attributes=attributes)])
                counts.masked["record"] += 1
        masked_activities = {
            activity.activity_id: _without(activity, subject)
            for activity in _activities(session)
            if _names(activity, subject)
        }
        if masked_activities:
            intake.change(session, settings_store.locked(session), masked_activities)
            counts.masked["activity"] += len(masked_activities)
        engagement_store.forget_links(session, subject.is_in)
        _erase_offers(session, subject, addresses, counts)
        return counts


def _erase_offers(
    session: TenantSession, subject: Subject, addresses: Collection[str], counts: ErasedCounts
) -> None:
    """Forgets what counts for nothing yet, and the wish to be offered nothing with them."""
    offered = [
        activity.activity_id
        for owner, activity in offer_store.everything(session)
        if subject.is_address(owner) or _is_among(activity, addresses) or _names(activity, subject)
    ]
    offer_store.forget(session, offered)
    for owner, address in offer_store.excluded_addresses(session):
        if address in addresses or subject.is_address(address):
            offer_store.exclude(session, owner, ("address", address), is_excluded=False)
    offer_store.forget_owner(session, subject.is_address)
    counts.deleted["offer"] += len(offered)


def _addresses(reader: TenantReader, subject: Subject) -> set[str]:
    """Every address that is theirs, as activities have it."""
    own = record_store.read(reader, [ref for ref in subject.records if ref.kind in _PEOPLE])
    of_records = {address for record in own.values() for address in record.addresses}
    given = {normal_address(each) for each in subject.emails | subject.phones}
    known = activity_store.addresses(reader) | record_store.addresses(reader)
    return of_records | given | {each for each in known if subject.is_address(each)}


def _activities(reader: TenantReader) -> Iterator[Activity]:
    after = ""
    while ids := activity_store.next_ids(reader, after=after, limit=_AT_ONCE):
        after = ids[-1]
        for stored in activity_store.read(reader, ids).values():
            yield stored.activity


def _records(reader: TenantReader) -> Iterator[Record]:
    for kind in RecordKind:
        yield from record_store.of_kind(reader, kind)


def _is_among(activity: Activity, addresses: Collection[str]) -> bool:
    return any(each.address in addresses for each in activity.participants)


def _knows(record: Record, addresses: Collection[str]) -> bool:
    return any(each in addresses for each in (record.owner, *record.team, *record.addresses))


def _names(activity: Activity, subject: Subject) -> bool:
    return subject.is_in([activity.subject, activity.text, *(each.name for each in activity.participants)])


def _speaks_of(record: Record, subject: Subject) -> bool:
    return subject.is_in([record.display_name, record.attributes])


def _without(activity: Activity, subject: Subject) -> Activity:
    words: dict[str, Any] = subject.masked({"subject": activity.subject, "text": activity.text})
    people = tuple(replace(each, name=subject.masked(each.name)) for each in activity.participants)
    return replace(activity, participants=people, **words)
