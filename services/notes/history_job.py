"""The operation that analyses stored notes: page by page, each note once.

A page is analysed outside of a transaction, so that nobody waits for it, and stored in one together with the
checkpoint: an operation that dies goes on after the last whole page, and no note is analysed twice for that. A note
that a caller changes in between is analysed anew inside, as it is then.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from pydantic import TypeAdapter

from services.common.db import Database
from services.common.operations import OperationContext, TypedBytes
from services.notes import preference_store, store
from services.notes.convert_history import history_response
from services.notes.history import ORDER, HistoryOrder
from services.notes.note import State
from services.notes.service import NotesService, Prepared, analyzed, keep

PAGE_NOTES = 100
_STAGE = "analysing the stored notes"


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an analysis is, as its checkpoint keeps it.

    Attributes:
        total: Notes to analyse, as counted when it began.
        after: The last id of the last whole page.
        notes: Notes analysed.
        open_suggestions: Suggestions that are open in them.
        whole: Every page is done.
    """

    total: int
    after: str = ""
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
        return TypedBytes.of(history_response(done.notes, done.open_suggestions))

    def _page(self, context: OperationContext, order: HistoryOrder, done: Progress) -> Progress:
        with self._db.read(context.tenant) as session:
            ids = store.next_ids(
                session, after=done.after, limit=self._page_notes, only_unanalyzed=order.only_unanalyzed
            )
            notes = store.read_notes(session, ids)
        prepared: dict[str, Prepared] = {}
        for note_id, note in notes.items():
            context.raise_if_cancelled()
            prepared[note_id] = self._service.prepare(context.tenant, note)
        return self._store_page(context, ids[-1] if ids else done.after, prepared, done)

    def _store_page(
        self, context: OperationContext, after: str, prepared: Mapping[str, Prepared], done: Progress
    ) -> Progress:
        open_suggestions = 0
        with self._db.write(context.tenant) as session:
            notes = store.read_notes(session, sorted(prepared), for_update=True)
            preferences = preference_store.preferences(session)
            for note_id, note in notes.items():
                now = analyzed(note, note.text, prepared[note_id], preferences)
                keep(session, now)
                open_suggestions += sum(each.state is State.OPEN for each in now.suggestions)
            done = replace(
                done,
                after=after,
                notes=done.notes + len(notes),
                open_suggestions=done.open_suggestions + open_suggestions,
                whole=len(prepared) < self._page_notes,
            )
            context.save_checkpoint(session, _PROGRESS.dump_json(done))
        return done


def _share(done: Progress) -> float:
    return min(1.0, done.notes / max(1, done.total))
