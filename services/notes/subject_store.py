"""A person in notes, suggestions and commitments: what is held on them, and how they are taken out.

A note on one of their records is their own. In every other note they are masked letter by letter, so that the spans
of its suggestions stay right.
"""

from collections.abc import Iterator
from dataclasses import replace
from itertools import chain
from typing import Any

from sqlalchemy import delete
from sqlmodel import col, select

from services.common.db import TenantReader, TenantSession
from services.common.paging import in_portions
from services.common.records import RecordKind, RecordRef
from services.common.subjects import ErasedCounts, Subject, SubjectItem, SubjectRights, as_json
from services.notes import store
from services.notes.models import CommitmentRow, NoteRow, SuggestionRow


class NotesSubjects(SubjectRights):
    """A person's rights in the notes service."""

    def export(self, reader: TenantReader, subject: Subject) -> Iterator[SubjectItem]:
        """Notes, suggestions and commitments that are theirs or name them."""
        for note in _notes(reader):
            theirs = _is_own(note, subject)
            if theirs or _names(note, subject):
                yield SubjectItem("note", f"notes/{note.note_id}", as_json(note))
            for suggestion in _suggestions(reader, note.note_id):
                if theirs or subject.is_in_as(store.SUGGESTION, suggestion.content):
                    name = f"notes/{note.note_id}/suggestions/{suggestion.number}"
                    yield SubjectItem("suggestion", name, as_json(suggestion))
        for commitment in _commitments(reader):
            if _is_own(commitment, subject) or _owes(commitment, subject):
                yield SubjectItem(
                    "commitment", f"commitments/{commitment.commitment_id}", as_json(commitment)
                )

    def erase(self, session: TenantSession, subject: Subject) -> ErasedCounts:
        """Deletes their notes with what came of them, and masks them in the others."""
        counts = ErasedCounts()
        for note in _notes(session):
            suggestions = _suggestions(session, note.note_id)
            if _is_own(note, subject):
                session.change(delete(SuggestionRow).where(col(SuggestionRow.note_id) == note.note_id))
                session.change(delete(NoteRow).where(col(NoteRow.note_id) == note.note_id))
                counts.deleted["note"] += 1
                counts.deleted["suggestion"] += len(suggestions)
                continue
            if _names(note, subject):
                session.update_rows(
                    NoteRow,
                    [
                        {
                            "note_id": note.note_id,
                            "text": subject.masked(note.text),
                            "author": subject.masked(note.author),
                            "customer_promises": subject.masked_as(store.SUGGESTIONS, note.customer_promises),
                        }
                    ],
                )
                counts.masked["note"] += 1
            masked = [
                {"note_id": each.note_id, "number": each.number, "content": _without(each.content, subject)}
                for each in suggestions
            ]
            changed = [
                row for row, each in zip(masked, suggestions, strict=True) if row["content"] != each.content
            ]
            counts.masked["suggestion"] += session.update_rows(SuggestionRow, changed)
        for commitment in _commitments(session):
            key = {"commitment_id": commitment.commitment_id}
            if _is_own(commitment, subject):
                counts.deleted["commitment"] += session.delete_rows(CommitmentRow, [key])
            elif _owes(commitment, subject):
                words = {name: subject.masked(getattr(commitment, name)) for name in _SPOKEN}
                counts.masked["commitment"] += session.update_rows(CommitmentRow, [{**key, **words}])
        return counts


def _without(content: dict[str, Any], subject: Subject) -> dict[str, Any]:
    """A suggestion without them; people that were read out of an address may have half of a name."""
    if not subject.is_in(content):
        return content
    suggestion = store.SUGGESTION.validate_python(content)
    masked = subject.masked(suggestion)
    if masked == suggestion:
        return content
    halves = Subject(names=frozenset(half for name in subject.names for half in name.split()))
    without = replace(masked, people=halves.masked(masked.people))
    stored: dict[str, Any] = store.SUGGESTION.dump_python(without, mode="json")
    return stored


_SPOKEN = ("owner", "what", "words")


def _notes(reader: TenantReader) -> Iterator[NoteRow]:
    return chain.from_iterable(in_portions(reader, select(NoteRow), NoteRow.note_id))


def _suggestions(reader: TenantReader, note_id: str) -> list[SuggestionRow]:
    query = select(SuggestionRow).where(col(SuggestionRow.note_id) == note_id)
    return list(reader.exec(query.order_by(col(SuggestionRow.number))).all())


def _commitments(reader: TenantReader) -> Iterator[CommitmentRow]:
    return chain.from_iterable(in_portions(reader, select(CommitmentRow), CommitmentRow.commitment_id))


def _is_own(row: NoteRow | CommitmentRow, subject: Subject) -> bool:
    return RecordRef(RecordKind(row.kind), row.record_id) in subject.records


def _names(note: NoteRow, subject: Subject) -> bool:
    return subject.is_in([note.text, note.author]) or subject.is_in_as(
        store.SUGGESTIONS, note.customer_promises
    )


def _owes(commitment: CommitmentRow, subject: Subject) -> bool:
    return subject.is_in([getattr(commitment, name) for name in _SPOKEN])
