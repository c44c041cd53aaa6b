"""The notes service's inside on one database, without a server."""

from dataclasses import dataclass, field
from datetime import datetime

from leadlight.notes.v1 import note_pb2
from sqlmodel import select

from services.common.db import Database, utc_now
from services.common.db.migrations import migrate
from services.common.operations import Handler
from services.common.records import RecordKind, RecordRef
from services.common.tables import OperationRow
from services.notes.history import ANALYZE_HISTORY, HistoryOrder, ask_for_history
from services.notes.history_job import HistoryJob
from services.notes.models import NoteRow
from services.notes.note import Note
from services.notes.preferences import PreferenceService
from services.notes.service import NotesService
from tests.integration.notes.world import WRITTEN, ZONE
from tests.integration.working import operations_of, work_off

TENANT = "acme"


@dataclass
class Inside:
    """The notes service's inside on one database, without a server."""

    url: str
    db: Database = field(init=False)

    def __post_init__(self) -> None:
        migrate(self.url, service="notes")
        self.db = Database(self.url, service="notes")
        self.service = NotesService(self.db, PreferenceService(self.db))

    def store(self, *texts: str, analyzed: bool = False) -> list[str]:
        """Stores notes n000, n001 …; gives their ids."""
        now = utc_now()
        notes = [
            Note(
                *(f"n{number:03}", RecordRef(RecordKind.LEAD, "L-1"), text),
                *(WRITTEN, ZONE, "en", "", now, now),
            )
            for number, text in enumerate(texts)
        ]
        for note in notes:
            prepared = self.service.prepare(TENANT, note) if analyzed else None
            with self.db.write(TENANT) as session:
                self.service.create_note(session, note, prepared)
        return [note.note_id for note in notes]

    def ask(self, *, only_unanalyzed: bool = False) -> str:
        with self.db.write(TENANT) as session:
            return ask_for_history(session, HistoryOrder(only_unanalyzed)).id

    def work(self, page_notes: int = 10, runners: int = 1) -> None:
        handlers: dict[str, Handler] = {ANALYZE_HISTORY: HistoryJob(self.db, self.service, page_notes)}
        work_off(self.db, TENANT, handlers, runners)

    def operations(self) -> list[OperationRow]:
        return operations_of(self.db, TENANT)

    def result(self) -> tuple[int, int]:
        """Notes and open suggestions that the last operation counted."""
        value = self.operations()[-1].result_value
        response = note_pb2.AnalyzeHistoryResponse.FromString(value)
        return response.note_count, response.open_suggestion_count

    def analyzed_at(self) -> dict[str, datetime]:
        """When each note that is analysed was."""
        with self.db.read(TENANT) as session:
            rows = session.exec(select(NoteRow)).all()
        return {row.note_id: row.analyzed_at for row in rows if row.analyzed_at}

    def suggestions(self, note_id: str) -> list[tuple[str, str]]:
        note = self.service.get_note(TENANT, note_id)
        return [(each.suggestion.kind.value, each.state.value) for each in note.suggestions]
