"""Reads and writes notes with their suggestions."""

from collections.abc import Sequence
from datetime import datetime

from pydantic import TypeAdapter
from sqlalchemy import delete, func
from sqlmodel import col, select

from services.common.db import TenantReader, TenantSession
from services.common.paging import Page, SortKey, read_page
from services.common.records import RecordKind, RecordRef
from services.notes.actions.suggestion import Suggestion, SuggestionKind
from services.notes.models import NoteRow, SuggestionRow
from services.notes.note import Note, State, StoredSuggestion

SUGGESTION = TypeAdapter(Suggestion)
SUGGESTIONS = TypeAdapter(Sequence[Suggestion])


def read_note(session: TenantReader, note_id: str, *, for_update: bool = False) -> Note | None:
    """A note with its suggestions."""
    row = session.get(NoteRow, for_update=for_update, note_id=note_id)
    if row is None:
        return None
    return note_of(row, read_suggestions(session, [note_id]).get(note_id, ()))


def read_notes(
    session: TenantReader, ids: Sequence[str], *, for_update: bool = False, skip_locked: bool = False
) -> dict[str, Note]:
    """Those of some notes that are there, with their suggestions, by id.

    Args:
        session: The transaction.
        ids: Of the notes.
        for_update: Lock them until the transaction ends.
        skip_locked: Leave out those that another transaction holds.
    """
    query = select(NoteRow).where(col(NoteRow.note_id).in_(ids)).order_by(col(NoteRow.note_id))
    rows = session.exec(query.with_for_update(skip_locked=skip_locked) if for_update else query).all()
    suggestions = read_suggestions(session, [row.note_id for row in rows])
    return {row.note_id: note_of(row, suggestions.get(row.note_id, ())) for row in rows}


def read_suggestions(session: TenantReader, ids: Sequence[str]) -> dict[str, list[StoredSuggestion]]:
    """The suggestions of some notes, each note's in the order of its text."""
    found: dict[str, list[StoredSuggestion]] = {}
    if not ids:
        return found
    query = (
        select(SuggestionRow)
        .where(col(SuggestionRow.note_id).in_(ids))
        .order_by(col(SuggestionRow.span_start), col(SuggestionRow.number))
    )
    for row in session.exec(query):
        found.setdefault(row.note_id, []).append(suggestion_of(row))
    return found


def read_suggestion(
    session: TenantReader, note_id: str, number: int, *, for_update: bool = False
) -> StoredSuggestion | None:
    """One suggestion."""
    row = session.get(SuggestionRow, for_update=for_update, note_id=note_id, number=number)
    return None if row is None else suggestion_of(row)


def add_note(session: TenantSession, note: Note) -> bool:
    """Stores a new note; whether its id was free.

    It waits for another transaction that is adding a note of that id.
    """
    if session.upsert_rows(NoteRow, [_note_row(note)], update=[]) == 0:
        return False
    session.insert_rows(SuggestionRow, [_suggestion_row(each, note.written_at) for each in note.suggestions])
    return True


def write_notes(session: TenantSession, notes: Sequence[Note]) -> None:
    """Stores notes, new or changed; their suggestions take the place of those that were there."""
    if not notes:
        return
    session.upsert_rows(NoteRow, [_note_row(note) for note in notes])
    ids = [note.note_id for note in notes]
    session.change(delete(SuggestionRow).where(col(SuggestionRow.note_id).in_(ids)))
    session.insert_rows(
        SuggestionRow,
        [_suggestion_row(each, note.written_at) for note in notes for each in note.suggestions],
    )


def write_decision(session: TenantSession, decided: StoredSuggestion, written_at: datetime) -> None:
    """Stores what became of a suggestion."""
    session.upsert_rows(SuggestionRow, [_suggestion_row(decided, written_at)])


def delete_note(session: TenantSession, note_id: str) -> bool:
    """Deletes a note with its suggestions; whether it was there."""
    session.change(delete(SuggestionRow).where(col(SuggestionRow.note_id) == note_id))
    return session.change(delete(NoteRow).where(col(NoteRow.note_id) == note_id)) > 0


def list_notes(
    session: TenantReader, ref: RecordRef | None, *, page_size: int, page_token: str
) -> Page[Note]:
    """A page of notes without their suggestions, the last written first."""
    query = select(NoteRow)
    if ref is not None:
        query = query.where(NoteRow.kind == ref.kind, NoteRow.record_id == ref.id)
    page = read_page(
        session,
        query,
        [SortKey(NoteRow.written_at, descending=True), SortKey(NoteRow.note_id, descending=True)],
        page_size=page_size,
        page_token=page_token,
        scope=["notes", *((ref.kind, ref.id) if ref else ())],
    )
    return Page([note_of(row, ()) for row in page.rows], page.next_page_token)


def list_suggestions(
    session: TenantReader,
    note_id: str | None,
    *,
    ref: RecordRef | None = None,
    states: Sequence[State],
    kinds: Sequence[SuggestionKind],
    page_size: int,
    page_token: str,
) -> Page[StoredSuggestion]:
    """A page of suggestions: of one note in the order of its text, of several the note written last first."""
    query = select(SuggestionRow)
    if ref is not None:
        notes = select(NoteRow.note_id).where(NoteRow.kind == ref.kind, NoteRow.record_id == ref.id)
        query = query.where(col(SuggestionRow.note_id).in_(notes))
    if note_id is not None:
        query = query.where(SuggestionRow.note_id == note_id)
    if states:
        query = query.where(col(SuggestionRow.state).in_(states))
    if kinds:
        query = query.where(col(SuggestionRow.kind).in_(kinds))
    page = read_page(
        session,
        query,
        [
            SortKey(SuggestionRow.written_at, descending=True),
            SortKey(SuggestionRow.note_id, descending=True),
            SortKey(SuggestionRow.span_start),
            SortKey(SuggestionRow.number),
        ],
        page_size=page_size,
        page_token=page_token,
        scope=[
            "suggestions",
            note_id or "-",
            *((ref.kind, ref.id) if ref else ("", "")),
            *sorted(states),
            "",
            *sorted(kinds),
        ],
    )
    return Page([suggestion_of(row) for row in page.rows], page.next_page_token)


def next_ids(session: TenantReader, *, after: str, limit: int, only_unanalyzed: bool) -> list[str]:
    """The next ids of notes by rising id: an analysis of history goes through them page by page."""
    query = select(NoteRow.note_id).where(col(NoteRow.note_id) > after)
    if only_unanalyzed:
        query = query.where(col(NoteRow.analyzed_at).is_(None))
    return list(session.exec(query.order_by(col(NoteRow.note_id)).limit(limit)))


def count_notes(session: TenantReader, *, only_unanalyzed: bool) -> int:
    """How many notes there are, all or those that were not analysed since they changed."""
    query = select(func.count()).select_from(NoteRow)
    if only_unanalyzed:
        query = query.where(col(NoteRow.analyzed_at).is_(None))
    return session.exec(query).one()


def note_of(row: NoteRow, suggestions: Sequence[StoredSuggestion]) -> Note:
    """The note that a row holds."""
    return Note(
        note_id=row.note_id,
        ref=RecordRef(RecordKind(row.kind), row.record_id),
        text=row.text,
        written_at=row.written_at,
        time_zone=row.time_zone,
        language=row.language,
        author=row.author,
        created_at=row.created_at,
        updated_at=row.updated_at,
        analyzed_at=row.analyzed_at,
        withheld=row.withheld,
        last_number=row.last_number,
        suggestions=suggestions,
        customer_promises=SUGGESTIONS.validate_python(row.customer_promises),
    )


def suggestion_of(row: SuggestionRow) -> StoredSuggestion:
    """The suggestion that a row holds."""
    return StoredSuggestion(
        note_id=row.note_id,
        number=row.number,
        suggestion=SUGGESTION.validate_python(row.content),
        time_zone=row.time_zone,
        state=State(row.state),
        decided_at=row.decided_at,
        created_record=row.created_record,
    )


def _note_row(note: Note) -> dict[str, object]:
    return {
        "note_id": note.note_id,
        "kind": note.ref.kind,
        "record_id": note.ref.id,
        "text": note.text,
        "written_at": note.written_at,
        "time_zone": note.time_zone,
        "language": note.language,
        "author": note.author,
        "created_at": note.created_at,
        "updated_at": note.updated_at,
        "analyzed_at": note.analyzed_at,
        "withheld": note.withheld,
        "last_number": note.last_number,
        "customer_promises": SUGGESTIONS.dump_python(note.customer_promises, mode="json"),
    }


def _suggestion_row(stored: StoredSuggestion, written_at: datetime) -> dict[str, object]:
    return {
        "note_id": stored.note_id,
        "number": stored.number,
        "written_at": written_at,
        "kind": stored.suggestion.kind,
        "state": stored.state,
        "span_start": stored.suggestion.span_start,
        "content": SUGGESTION.dump_python(stored.suggestion, mode="json"),
        "time_zone": stored.time_zone,
        "decided_at": stored.decided_at,
        "created_record": stored.created_record,
    }
