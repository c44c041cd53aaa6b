"""The operation that analyses stored notes: page by page, each note once.

A page is analysed outside of a transaction, so that nobody waits for it, and stored in one together with the
checkpoint: an operation that dies goes on after the last whole page, and no note is analysed twice for that. A note
that a caller changes in between is analysed anew inside, as it is then. Notes that a caller is changing at that very
moment are left for the end, one transaction each: a transaction that waits for one note while it holds a page of
others could wait for ever.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from pydantic import TypeAdapter

from services.common.db import Database, TenantSession
from services.common.operations import OperationContext, TypedBytes
from services.notes import preference_store, store
from services.notes.convert_history import history_response
from services.notes.history import ORDER, HistoryOrder
from services.notes.note import Note, State
from services.notes.service import NotesService, Prepared, analyzed, keep

PAGE_NOTES = 100
_STAGE = "analysing the stored notes"


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an analysis is, as its checkpoint keeps it.

    Attributes:
        total: Notes to analyse, as counted when it began.
        after: The last id of the last whole page.
        held: Ids of notes that were held by other transactions; they come last.
        notes: Notes analysed.
        open_suggestions: Suggestions that are open in them.
        whole: Every page is done.
    """

    total: int
    after: str = ""
    held: tuple[str, ...] = ()
    notes: int = 0
    open_suggestions: int = 0
    whole: bool = False


_PROGRESS = TypeAdapter(Progress)


class HistoryJob:
    """Analyses the notes that an operation names.

    Args:
        db: The service's database.
        service: Analyses notes.
        page_notes: Notes to a transaction.
    """

    def __init__(self, db: Database, service: NotesService, page_notes: int = PAGE_NOTES) -> None:
        self._db = db
        self._service = service
        self._page_notes = page_notes

    def __call__(self, context: OperationContext) -> TypedBytes | None:
        """Runs one attempt, from the last checkpoint on."""
        order = ORDER.validate_json(context.request)
        if context.checkpoint:
            done = _PROGRESS.validate_json(context.checkpoint)
        else:
            with self._db.read(context.tenant) as session:
                done = Progress(store.count_notes(session, only_unanalyzed=order.only_unanalyzed))
        while not done.whole:
            context.progress(_share(done), _STAGE)
            done = self._page(context, order, done)
        while done.held:
            context.progress(_share(done), _STAGE)
            done = self._held(context, done)
        return TypedBytes.of(history_response(done.notes, done.open_suggestions))

    def _page(self, context: OperationContext, order: HistoryOrder, done: Progress) -> Progress:
        with self._db.read(context.tenant) as session:
            ids = store.next_ids(
                session, after=done.after, limit=self._page_notes, only_unanalyzed=order.only_unanalyzed
            )
        prepared = self._prepared(context, ids)
        with self._db.write(context.tenant) as session:
            notes = self._store(session, prepared, skip_locked=True)
            done = _counted(done, notes)
            done = replace(
                done,
                after=ids[-1] if ids else done.after,
                held=done.held + tuple(each for each in prepared if each not in notes),
                whole=len(ids) < self._page_notes,
            )
            context.save_checkpoint(session, _PROGRESS.dump_json(done))
        return done

    def _held(self, context: OperationContext, done: Progress) -> Progress:
        prepared = self._prepared(context, done.held[:1])
        with self._db.write(context.tenant) as session:
            notes = self._store(session, prepared, skip_locked=False)
            done = replace(_counted(done, notes), held=done.held[1:])
            context.save_checkpoint(session, _PROGRESS.dump_json(done))
        return done

    def _prepared(self, context: OperationContext, ids: Sequence[str]) -> dict[str, Prepared]:
        """The analyses of those notes that are still there."""
        with self._db.read(context.tenant) as session:
            notes = store.read_notes(session, ids)
        prepared = {}
        for note_id, note in notes.items():
            context.raise_if_cancelled()
            prepared[note_id] = self._service.prepare(context.tenant, note)
        return prepared

    def _store(
        self, session: TenantSession, prepared: Mapping[str, Prepared], *, skip_locked: bool
    ) -> dict[str, Note]:
        """Locks notes and stores them with their analyses; gives those that it got, as they are now."""
        preferences = preference_store.preferences(session)
        before = store.read_notes(session, sorted(prepared), for_update=True, skip_locked=skip_locked)
        after = {
            note_id: analyzed(note, note.text, prepared[note_id], preferences)
            for note_id, note in before.items()
        }
        keep(session, list(after.values()))
        return after


def _counted(done: Progress, notes: Mapping[str, Note]) -> Progress:
    suggestions = [each for note in notes.values() for each in note.suggestions]
    return replace(
        done,
        notes=done.notes + len(notes),
        open_suggestions=done.open_suggestions + sum(each.state is State.OPEN for each in suggestions),
    )


def _share(done: Progress) -> float:
    return min(1.0, done.notes / max(1, done.total))
