"""What callers do with offers: mails and meetings of a mailbox or calendar that count for nothing until tracked.

An offer is its owner's alone: nobody else sees what is in a mailbox before its owner decided. All of it happens under
the tenant's lock, so that what is tracked at the same moment is not offered again.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace

from services.common.db import Database, TenantSession, utc_now
from services.common.errors import not_found
from services.common.paging import Page
from services.common.records import RecordRef
from services.relationship import activity_store, intake, offer_store, record_store, settings_store
from services.relationship.activity import Activity, AddressSet
from services.relationship.capturing import Captured, Known, Offer, Standing, Verdict, domains, verdict
from services.relationship.offer_store import Exclusion


class OfferService:
    """Use cases around offers.

    Args:
        db: The service's database.
    """

    def __init__(self, db: Database) -> None:
        self._db = db

    def offer(
        self, session: TenantSession, owner: str, captured: Sequence[Captured], *, store_them: bool = True
    ) -> list[Verdict]:
        """Offers what touches a known or likely contact; says of each what becomes of it.

        Args:
            session: The transaction.
            owner: Whose mailbox or calendar it was seen in.
            captured: What was seen, with different ids.
            store_them: False to say alone what would become of it.
        """
        settings = settings_store.locked(session)
        ids = [each.activity.activity_id for each in captured]
        stored = intake.derived(session, settings, [each.activity for each in captured])
        known = Known(
            tracked=activity_store.digests(session, ids),
            ignored=offer_store.ignored(session, owner, ids),
            excluded=offer_store.excluded(session, owner),
            accounts=record_store.accounts_of_domains(
                session, {domain for each in stored.values() for domain in domains(each)}
            ),
        )
        found = [verdict(each, stored[each.activity.activity_id], known) for each in captured]
        if store_them:
            now = utc_now()
            offered = [
                Offer(each.activity, given, now)
                for each, given in zip(captured, found, strict=True)
                if given.standing is Standing.OFFERED
            ]
            offer_store.forget(session, ids, owner=owner)
            offer_store.write(session, owner, offered)
        return found

    def track(
        self,
        session: TenantSession,
        owner: str,
        ids: Collection[str],
        *,
        regarding: Sequence[RecordRef] = (),
        whole_threads: bool = False,
        store_them: bool = True,
    ) -> list[str]:
        """Makes activities of offers; their ids.

        Args:
            session: The transaction.
            owner: Whose offers.
            ids: Of their activities.
            regarding: What they are about, instead of likely records.
            whole_threads: All of their threads that is offered as well.
            store_them: False to check alone.

        Raises:
            LeadlightError: NOT_FOUND for an id that is not offered.
        """
        settings_store.locked(session)
        found = _named(session, owner, ids, whole_threads=whole_threads)
        if store_them:
            intake.upsert(session, [_about(each, regarding) for each in found.values()])
        return sorted(found)

    def ignore(
        self,
        session: TenantSession,
        owner: str,
        ids: Collection[str],
        *,
        whole_threads: bool = False,
        store_them: bool = True,
    ) -> list[str]:
        """Forgets offers and does not make them again; their ids.

        Args:
            session: The transaction.
            owner: Whose offers.
            ids: Of their activities.
            whole_threads: All of their threads that is offered as well.
            store_them: False to check alone.

        Raises:
            LeadlightError: NOT_FOUND for an id that is not offered.
        """
        settings_store.locked(session)
        found = _named(session, owner, ids, whole_threads=whole_threads)
        if store_them:
            offer_store.ignore(session, owner, found)
            offer_store.forget(session, found, owner=owner)
        return sorted(found)

    def exclude(self, session: TenantSession, owner: str, exclusion: Exclusion, *, is_excluded: bool) -> int:
        """Offers nothing with an address or domain, or again; gives how many offers were forgotten."""
        settings_store.locked(session)
        offer_store.exclude(session, owner, exclusion, is_excluded=is_excluded)
        if not is_excluded:
            return 0
        kind, name = exclusion
        names = AddressSet(**{"domains" if kind == "domain" else "addresses": frozenset({name})})
        gone = [
            each.activity_id
            for each in offer_store.of_owner(session, owner)
            if any(names.has(person.address) for person in each.participants)
        ]
        offer_store.forget(session, gone, owner=owner)
        return len(gone)

    def list(
        self, tenant: str, owner: str, ref: RecordRef | None, *, page_size: int, page_token: str
    ) -> Page[Offer]:
        """An owner's offers, the newest activity first.

        Raises:
            LeadlightError: INVALID_ARGUMENT for a bad page.
        """
        with self._db.read(tenant) as session:
            return offer_store.list_page(session, owner, ref, page_size=page_size, page_token=page_token)

    def exclusions(self, tenant: str, owner: str, *, page_size: int, page_token: str) -> Page[Exclusion]:
        """What an owner is never offered.

        Raises:
            LeadlightError: INVALID_ARGUMENT for a bad page.
        """
        with self._db.read(tenant) as session:
            return offer_store.exclusions(session, owner, page_size=page_size, page_token=page_token)


def _named(
    session: TenantSession, owner: str, ids: Collection[str], *, whole_threads: bool
) -> dict[str, Offer]:
    found = offer_store.read(session, owner, ids)
    missing = next((each for each in ids if each not in found), None)
    if missing is not None:
        raise not_found("offer", missing)
    if whole_threads:
        found |= offer_store.read(
            session, owner, offer_store.of_same_threads(session, owner, ids) - found.keys()
        )
    return found


def _about(offer: Offer, regarding: Sequence[RecordRef]) -> Activity:
    """The activity of an offer: what it is about is added to what it was handed in with."""
    more = tuple(regarding) or (offer.verdict.records if offer.verdict.is_likely else ())
    return replace(offer.activity, regarding=tuple(dict.fromkeys((*offer.activity.regarding, *more))))
