"""The use cases of calls that are kept: store and analyse, read, list, delete."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from pydantic import TypeAdapter

from services.common.db import Database, TenantReader, TenantSession, utc_now
from services.common.errors import Code, LeadlightError, Reason, failed_precondition, not_found
from services.common.paging import Page
from services.conversation import call_store, tracker_store
from services.conversation.analysis import Analysis, Context, analyze
from services.conversation.call import Call
from services.conversation.call_store import StoredCall
from services.conversation.masking import mask_cards
from services.conversation.trackers import Tracker, TrackerMatcher

_CALL = TypeAdapter(Call)


@dataclass(frozen=True, slots=True)
class Prepared:
    """A call that is ready to be stored.

    Attributes:
        stored: What is kept of it; without consent nothing that was said.
        analysis: What was found; None without consent, or for a call that is stored already.
        brands: Keys of all its brands.
    """

    stored: StoredCall
    analysis: Analysis | None = None
    brands: Sequence[str] = ()


class CallService:
    """Calls of all tenants.

    Args:
        db: The service's database.
    """

    def __init__(self, db: Database) -> None:
        self._db = db

    def prepare(self, tenant: str, call: Call, team: str) -> Prepared:
        """Analyses a call, outside of the transaction that stores it.

        Raises:
            LeadlightError: INVALID_ARGUMENT for a call that cannot be; ALREADY_EXISTS when another is stored under
                its id.
        """
        call = mask_cards(call)
        stored = StoredCall(call, team, _hash_of(call, team), utc_now())
        with self._db.read(tenant) as session:
            before = call_store.read_call(session, call.call_id)
            trackers = tracker_store.trackers_for(session, team)
        if before is not None:
            return Prepared(_same(before, stored))
        if not call.has_consent:
            return Prepared(replace(stored, call=replace(call, utterances=())))
        tracked = [phrase for each in trackers for phrase in each.phrases]
        analysis = analyze(call, Context(trackers=_matcher(trackers), tracked=tracked))
        brands = [each.key for each in analysis.brands]
        return Prepared(replace(stored, call=analysis.call), analysis, brands)

    def create(self, session: TenantSession, prepared: Prepared, *, store_it: bool = True) -> StoredCall:
        """Stores a call; one that is stored already stays as it is.

        Args:
            session: The transaction.
            prepared: The call.
            store_it: False to check alone.

        Raises:
            LeadlightError: ALREADY_EXISTS when another call is stored under its id.
        """
        stored = prepared.stored
        if not store_it:
            return stored
        if not call_store.add_call(session, stored):
            before = call_store.read_call(session, stored.call.call_id)
            return stored if before is None else _same(before, stored)
        if prepared.analysis is not None:
            heard = call_store.heard_brands(session, prepared.brands, except_in=stored.call.call_id)
            new = tuple(each for each in prepared.analysis.brands if each.key not in heard)
            call_store.add_analysis(session, replace(prepared.analysis, brands=new), prepared.brands)
        return stored

    def get(self, tenant: str, call_id: str) -> StoredCall:
        """One call with its utterances.

        Raises:
            LeadlightError: NOT_FOUND.
        """
        with self._db.read(tenant) as session:
            return _existing(session, call_id, with_utterances=True)

    def list(self, tenant: str, *, page_size: int, page_token: str) -> Page[StoredCall]:
        """A page of calls without their utterances, the last stored first.

        Raises:
            LeadlightError: INVALID_ARGUMENT for a page token of another list.
        """
        with self._db.read(tenant) as session:
            return call_store.list_calls(session, page_size=page_size, page_token=page_token)

    def analysis(self, tenant: str, call_id: str) -> Analysis:
        """What was found in a call when it was stored.

        Raises:
            LeadlightError: NOT_FOUND; FAILED_PRECONDITION (CONSENT_MISSING).
        """
        with self._db.read(tenant) as session:
            stored = _existing(session, call_id)
            found = call_store.read_analysis(session, stored.call)
        if found is None:
            raise failed_precondition(
                Reason.CONSENT_MISSING, "no consent to record this call is on record: it was not analysed"
            )
        return found

    def delete(self, session: TenantSession, call_id: str, *, allow_missing: bool) -> None:
        """Deletes a call with all that was said and found in it.

        Raises:
            LeadlightError: NOT_FOUND.
        """
        if not call_store.delete_call(session, call_id) and not allow_missing:
            raise not_found("call", call_id)


@lru_cache(maxsize=16)
def _matcher(trackers: tuple[Tracker, ...]) -> TrackerMatcher:
    """The matcher of some trackers: with thousands of phrases it takes longer to make than a call to read."""
    return TrackerMatcher(trackers)


def _hash_of(call: Call, team: str) -> str:
    return hashlib.sha256(_CALL.dump_json(call) + team.encode()).hexdigest()


def _same(before: StoredCall, sent: StoredCall) -> StoredCall:
    if before.content_hash == sent.content_hash:
        return before
    call_id = sent.call.call_id
    raise LeadlightError(
        Code.ALREADY_EXISTS,
        Reason.RESOURCE_EXISTS,
        f"another call is stored as {call_id!r}; delete it first, or send this one under an id of its own",
        metadata={"resource": "call", "name": call_id},
    )


def _existing(session: TenantReader, call_id: str, *, with_utterances: bool = False) -> StoredCall:
    stored = call_store.read_call(session, call_id, with_utterances=with_utterances)
    if stored is None:
        raise not_found("call", call_id)
    return stored
