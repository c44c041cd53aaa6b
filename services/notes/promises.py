"""What callers do with commitments, and how they follow the notes that they come from."""

import hashlib
import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from itertools import count

from services.common.db import Database, TenantSession, utc_now
from services.common.errors import not_found
from services.common.paging import Page
from services.common.records import RecordRef
from services.notes import commitment_store as store
from services.notes.commitments import Commitment, CommitmentState, Due, Promise, Side, promised_in, settled
from services.notes.note import Note
from services.notes.reanalysis import words_of


@dataclass(frozen=True, slots=True)
class CommitmentChange:
    """What to change of a commitment; None leaves it.

    Attributes:
        is_done: Whether it is done.
        owed_by: Which side owes it.
        owner: Who owes it.
        what: What is owed.
        due: By when; in a tuple, so that "no time" can be told from "as it was".
    """

    is_done: bool | None = None
    owed_by: Side | None = None
    owner: str | None = None
    what: str | None = None
    due: tuple[Due | None] | None = None

    @property
    def is_edit(self) -> bool:
        """Whether it changes more than that the commitment is done."""
        return any(each is not None for each in (self.owed_by, self.owner, self.what, self.due))


class CommitmentService:
    """Use cases around commitments.

    Args:
        db: The service's database.
    """

    def __init__(self, db: Database) -> None:
        self._db = db

    def list_commitments(
        self,
        tenant: str,
        ref: RecordRef | None,
        *,
        states: Collection[CommitmentState],
        owed_by: Side | None,
        page_size: int,
        page_token: str,
    ) -> Page[Commitment]:
        """Commitments in the wanted states, the earliest due first.

        Raises:
            LeadlightError: INVALID_ARGUMENT for a bad page.
        """
        with self._db.read(tenant) as session:
            return store.list_commitments(
                session,
                ref,
                states=states or (CommitmentState.DUE, CommitmentState.LATE),
                owed_by=owed_by,
                now=utc_now(),
                page_size=page_size,
                page_token=page_token,
            )

    def update(self, session: TenantSession, commitment_id: str, change: CommitmentChange) -> Commitment:
        """Changes a commitment by hand.

        Raises:
            LeadlightError: NOT_FOUND.
        """
        before = store.read_commitment(session, commitment_id, for_update=True)
        if before is None:
            raise not_found("commitment", f"commitments/{commitment_id}")
        now = utc_now()
        promise = before.promise
        done_at = before.done_at
        if change.is_done is not None:
            done_at = (done_at or now) if change.is_done else None
        after = replace(
            before,
            promise=replace(
                promise,
                owed_by=change.owed_by or promise.owed_by,
                owner=promise.owner if change.owner is None else change.owner,
                what=change.what or promise.what,
                due=promise.due if change.due is None else change.due[0],
            ),
            done_at=done_at,
            is_edited=before.is_edited or change.is_edit,
        )
        if after == before:
            return before
        after = replace(after, updated_at=now)
        store.write_commitment(session, after)
        return after

    def record(
        self,
        session: TenantSession,
        ref: RecordRef,
        source: str,
        promises: Sequence[Promise],
        *,
        store_them: bool = True,
    ) -> list[Commitment]:
        """Takes what a source says for what it said before; returns what stands for it now."""
        before = store.of_source(session, source, ref)
        after, gone = _outcome(source, before, promises)
        if store_them and after != before:
            store.delete_commitments(session, gone)
            store.write_commitments(session, list(enumerate(after)))
        return after


def follow_notes(session: TenantSession, notes: Sequence[Note]) -> None:
    """Brings the commitments that come from notes up to date with their suggestions."""
    promises = {f"notes/{note.note_id}": promised_in(note) for note in notes}
    known = store.of_sources(session, promises)
    gone: list[Commitment] = []
    placed: list[tuple[int, Commitment]] = []
    for source, said in promises.items():
        before = known.get(source, [])
        after, no_more = _outcome(source, before, said)
        if after != before:
            gone += no_more
            placed += enumerate(after)
    store.delete_commitments(session, gone)
    store.write_commitments(session, placed)


def _outcome(
    source: str, before: Sequence[Commitment], promises: Sequence[Promise]
) -> tuple[list[Commitment], Sequence[Commitment]]:
    """What stands for a source once it says something, and what goes."""
    now = utc_now()
    met = settled(before, promises, now)
    taken = {each.commitment_id for each in before}
    standing = [
        kept or Commitment(_new_id(source, promise, taken), source, promise, None, False, now, now)
        for kept, promise in zip(met.kept, promises, strict=True)
    ]
    return [*standing, *met.staying], met.gone


def _new_id(source: str, promise: Promise, taken: set[str]) -> str:
    """An id that follows from what is promised: two calls that hand in the same at once make one commitment.

    Args:
        source: Where it comes from.
        promise: What is promised.
        taken: Ids that others have; the new one is added.
    """
    for number in count():
        said = [source, promise.ref.kind, promise.ref.id, words_of(promise.words), number]
        found = hashlib.sha256(json.dumps(said).encode()).hexdigest()[:32]
        if found not in taken:
            break
    taken.add(found)
    return found
