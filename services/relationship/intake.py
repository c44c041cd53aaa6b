"""Takes activities in: each change and all that follows from it, in one transaction.

The order of arrival says nothing: sides follow from settings, threads from the set of mails, records from who took
part, and the daily numbers are sums of whole numbers. What a change touches is read as it is stored, taken out of the
numbers, worked out anew and added again; so a correction, a deletion, a late mail that joins two threads and a reply
that came before its question are all one case.
"""

from collections.abc import Collection, Mapping
from dataclasses import replace
from enum import StrEnum
from itertools import chain

from services.common.db import TenantReader, TenantSession
from services.common.records import RecordRef
from services.relationship import activity_store, daily_store, offer_store, record_store, settings_store
from services.relationship.activity import Activity, Derived, Stored
from services.relationship.daily_store import Deltas
from services.relationship.membership import counts_for
from services.relationship.response_clock import clock
from services.relationship.tenant_settings import TenantSettings
from services.relationship.threads import Mail, Place, placed, tokens

_NOWHERE = Place("", opens_turn=False, answer_ms=None)


class Outcome(StrEnum):
    """What storing an activity changed."""

    ADDED = "added"
    CORRECTED = "corrected"
    UNCHANGED = "unchanged"


def upsert(
    session: TenantSession, activities: Collection[Activity], *, store_them: bool = True
) -> dict[str, Outcome]:
    """Stores activities with different ids; says of each what it changed.

    Args:
        session: The transaction.
        activities: The activities.
        store_them: False to say alone what it would change.
    """
    settings = settings_store.locked(session)
    known = activity_store.digests(session, [each.activity_id for each in activities])
    outcomes = {
        each.activity_id: Outcome.ADDED
        if each.activity_id not in known
        else Outcome.UNCHANGED
        if known[each.activity_id] == each.digest()
        else Outcome.CORRECTED
        for each in activities
    }
    if store_them:
        offer_store.forget(session, list(outcomes))
        unknown = [each for each in activities if outcomes[each.activity_id] is not Outcome.UNCHANGED]
        change(session, settings, {each.activity_id: each for each in unknown})
    return outcomes


def remove(session: TenantSession, ids: Collection[str]) -> None:
    """Deletes activities that are there."""
    change(session, settings_store.locked(session), dict.fromkeys(ids))


def change(session: TenantSession, settings: TenantSettings, changes: Mapping[str, Activity | None]) -> None:
    """Stores activities or deletes them.

    Args:
        session: The transaction, with the tenant's lock.
        settings: The tenant's.
        changes: By id; None deletes.
    """
    if changes:
        _change(session, settings, activity_store.read(session, changes.keys()), changes)


def work_out_again(session: TenantSession, settings: TenantSettings, days: range) -> list[Stored]:
    """Works out anew what follows from activities that are there: settings and records may be other than then.

    Args:
        session: The transaction, with the tenant's lock.
        settings: The tenant's.
        days: Days of the activities, as they were worked out before.

    Returns:
        The activities as they are now: in another time zone they may be on other days.
    """
    stored = {each.activity.activity_id: each for each in activity_store.read_days(session, days)}
    after = _change(session, settings, stored, {each: found.activity for each, found in stored.items()})
    return [after[each] for each in stored]


def _change(
    session: TenantSession,
    settings: TenantSettings,
    replaced: Mapping[str, Stored],
    changes: Mapping[str, Activity | None],
) -> dict[str, Stored]:
    """Stores or deletes activities; gives those that are there now, with the other mails of their threads.

    Args:
        session: The transaction, with the tenant's lock.
        settings: The tenant's.
        replaced: Those of them that are there, as they are.
        changes: By id; None deletes.
    """
    after = derived(session, settings, [each for each in changes.values() if each is not None])
    before = dict(replaced)
    _place(session, settings, before, after)
    deltas = Deltas()
    for activity_id in before.keys() | after.keys():
        old, new = before.get(activity_id), after.get(activity_id)
        if old != new:
            if old is not None:
                deltas.add(old, -1)
            if new is not None:
                deltas.add(new)
    activity_store.write(
        session,
        [new for each, new in after.items() if each not in before],
        [new for each, new in after.items() if each in changes and new != before.get(each, new)],
        [new for each, new in after.items() if each not in changes and new != before[each]],
    )
    activity_store.remove(session, [each for each, activity in changes.items() if activity is None])
    daily_store.apply(session, deltas)
    return after


def derived(
    session: TenantReader, settings: TenantSettings, activities: Collection[Activity]
) -> dict[str, Stored]:
    """Activities with what follows from them alone and from the records: not yet from their threads."""
    addresses = {person.address for each in activities for person in each.participants}
    candidates = record_store.records_of(session, addresses)
    by_address: dict[str, list[RecordRef]] = {}
    for ref, people in candidates.items():
        for address in people.customers:
            by_address.setdefault(address, []).append(ref)
    own_people = settings.own_people
    found = {}
    for each in activities:
        sides = own_people.sides(each.participants)
        alone = Derived(sides, settings.day_of(each.started_at))
        stored = Stored(each, alone)
        near = {ref for person in each.participants for ref in by_address.get(person.address, ())}
        refs = counts_for(stored, {ref: candidates[ref] for ref in near})
        found[each.activity_id] = Stored(each, replace(alone, records=tuple(refs))) if refs else stored
    return found


def _place(
    session: TenantSession, settings: TenantSettings, before: dict[str, Stored], after: dict[str, Stored]
) -> None:
    """Works out the threads that a change touches; adds their other mails to `before` and `after`."""
    shared_tokens = {activity_id: tokens(stored.activity) for activity_id, stored in after.items()}
    threads = activity_store.threads_with(session, set(chain.from_iterable(shared_tokens.values())))
    threads |= {stored.derived.thread for stored in before.values()}
    others = activity_store.ids_of_threads(session, threads - {""}) - before.keys()
    for activity_id, stored in activity_store.read(session, others).items():
        before[activity_id] = after[activity_id] = stored
        shared_tokens[activity_id] = tokens(stored.activity)
    mails = (
        Mail(activity_id, after[activity_id].activity.started_at, after[activity_id].from_side, shared)
        for activity_id, shared in shared_tokens.items()
        if shared
    )
    places = placed(mails, elapsed_ms=clock(settings))
    for activity_id, stored in after.items():
        place = places.get(activity_id, _NOWHERE)
        was = stored.derived
        if (was.thread, was.opens_turn, was.answer_ms) != (place.thread, place.opens_turn, place.answer_ms):
            follows = replace(
                was, thread=place.thread, opens_turn=place.opens_turn, answer_ms=place.answer_ms
            )
            after[activity_id] = replace(stored, derived=follows)
