"""The use cases of calls that are kept: store and analyse, read, list, delete."""

import hashlib
from dataclasses import dataclass, replace
from functools import lru_cache

from pydantic import TypeAdapter

from services.common.caller import Caller
from services.common.db import Database, TenantReader, TenantSession, utc_now
from services.common.errors import Code, LeadlightError, Reason, failed_precondition, not_found
from services.common.paging import Page
from services.common.records import RecordRef
from services.conversation import call_store, commitment_task_store, removal, settings_store, tracker_store
from services.conversation.analysis import Analysis, Context, MissingPart, analyze
from services.conversation.call import Call
from services.conversation.call_store import Removed, StoredCall, Wanted
from services.conversation.commitments import DueReader
from services.conversation.home.call_facts import CallFacts, facts_of
from services.conversation.home.cell_store import count_call
from services.conversation.masking import mask_cards
from services.conversation.trackers import Tracker, TrackerMatcher
from services.conversation.visibility import bound_to_seller, may_see

_CALL = TypeAdapter(Call)


@dataclass(frozen=True, slots=True)
class Found:
    """What was found in a call that is ready to be stored.

    Attributes:
        analysis: With all its brands.
        facts: What counts of it.
    """

    analysis: Analysis
    facts: CallFacts


@dataclass(frozen=True, slots=True)
class Prepared:
    """A call that is ready to be stored.

    Attributes:
        stored: What is kept of it; without consent nothing that was said.
        found: None without consent, or for a call that is stored already.
    """

    stored: StoredCall
    found: Found | None = None


class CallService:
    """Calls of all tenants.

    Args:
        db: The service's database.
        due_reader: Says by when promises are due; without it commitments are missing.
    """

    def __init__(self, db: Database, due_reader: DueReader | None = None) -> None:
        self._db = db
        self._due_reader = due_reader

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
            settings = settings_store.read(session)
        if before is not None:
            return Prepared(_same(before, stored))
        if not (call.has_consent or settings.without_consent):
            return Prepared(replace(stored, call=replace(call, utterances=())))
        context = Context(
            trackers=_matcher(trackers),
            tracked=[phrase for each in trackers for phrase in each.phrases],
            organisations=settings.organisations,
            without_consent=settings.without_consent,
            due_reader=self._due_reader,
        )
        analysis = analyze(call, context)
        facts = facts_of(
            analysis,
            team=team,
            stored_at=stored.created_at,
            time_zone=settings.time_zone,
        )
        return Prepared(replace(stored, call=analysis.call), Found(analysis, facts))

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
        if prepared.found is not None:
            _add_found(session, stored, prepared.found)
        return stored

    def get(self, caller: Caller, call_id: str) -> StoredCall:
        """One call with its utterances.

        Raises:
            LeadlightError: NOT_FOUND, also for a call that the caller may not see.
        """
        with self._db.read(caller.tenant) as session:
            return visible_call(session, caller, call_id, with_utterances=True)

    def list(
        self, caller: Caller, ref: RecordRef | None, seller: str, *, page_size: int, page_token: str
    ) -> Page[StoredCall]:
        """A page of calls without their utterances, the last stored first.

        Args:
            caller: Who asks.
            ref: Of whom or what the calls are; None for all.
            seller: Who sells in them; empty for all.
            page_size: Calls in it.
            page_token: Of the page before.

        Raises:
            LeadlightError: INVALID_ARGUMENT for a page token of another list.
        """
        with self._db.read(caller.tenant) as session:
            bound_to = bound_to_seller(caller, settings_store.read(session))
            sellers = tuple(each for each in (seller.casefold(), bound_to) if each)
            return call_store.list_calls(
                session, Wanted(ref, sellers), page_size=page_size, page_token=page_token
            )

    def analysis(self, caller: Caller, call_id: str) -> Analysis:
        """What was found in a call when it was stored.

        Raises:
            LeadlightError: NOT_FOUND; FAILED_PRECONDITION (CONSENT_MISSING, FINDINGS_REMOVED).
        """
        with self._db.read(caller.tenant) as session:
            stored = visible_call(session, caller, call_id)
            found = call_store.read_analysis(session, stored.call)
        if found is None and stored.removed is Removed.FINDINGS:
            raise failed_precondition(
                Reason.FINDINGS_REMOVED, "what was found in this call is gone: a participant was erased"
            )
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
        if not removal.delete_call(session, call_id) and not allow_missing:
            raise not_found("call", call_id)

    def forget(self) -> None:
        """Leaves nothing of what was deleted in the database's files: called once the transaction is through."""
        self._db.overwrite_deleted()


def visible_call(
    session: TenantReader, caller: Caller, call_id: str, *, with_utterances: bool = False
) -> StoredCall:
    """A call that the caller may see.

    Raises:
        LeadlightError: NOT_FOUND.
    """
    stored = call_store.read_call(session, call_id, with_utterances=with_utterances)
    bound_to = bound_to_seller(caller, settings_store.read(session))
    if stored is None or not may_see(stored.call, bound_to):
        raise not_found("call", call_id)
    return stored


def _add_found(session: TenantSession, stored: StoredCall, found: Found) -> None:
    call, analysis = stored.call, found.analysis
    keys = [each.key for each in analysis.brands]
    heard = call_store.heard_brands(session, keys, except_in=call.call_id)
    new = tuple(each for each in analysis.brands if each.key not in heard)
    call_store.add_analysis(session, replace(analysis, brands=new), keys)
    count_call(session, found.facts)
    if MissingPart.COMMITMENTS in analysis.missing or (call.regarding and analysis.commitments):
        commitment_task_store.put(session, call.call_id, call.regarding, stored.created_at)


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
