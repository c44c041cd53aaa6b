"""What callers do with texts and notes. Commitments have promises.py, settings and offers preferences.py."""

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from services.common.db import Database, TenantSession, utc_now
from services.common.errors import Code, LeadlightError, Reason, not_found
from services.common.paging import Page
from services.common.records import RecordRef
from services.notes import preference_store, store
from services.notes.actions.suggest import NoteAnalysis
from services.notes.actions.suggestion import SuggestionKind
from services.notes.analysis import Text, analyze, times_in
from services.notes.note import Note, NoteChange, State, StoredSuggestion
from services.notes.offers import Offered, offered
from services.notes.preferences import PreferenceService
from services.notes.promises import follow_notes
from services.notes.reanalysis import reconciled
from services.notes.tenant_settings import Preferences, TenantSettings
from services.notes.times.conventions import Conventions
from services.notes.times.values import TimeMention


@dataclass(frozen=True, slots=True)
class Prepared:
    """An analysis that was made outside of a transaction, where it holds nobody up.

    Attributes:
        text: The text with all that its meaning depended on.
        analysis: What was found.
    """

    text: Text
    analysis: NoteAnalysis


class NotesService:
    """Use cases around texts, notes and their suggestions.

    Args:
        db: The service's database.
        preferences: What tenants set.
    """

    def __init__(self, db: Database, preferences: PreferenceService) -> None:
        self._db = db
        self._preferences = preferences

    def text(
        self,
        tenant: str,
        text: str,
        *,
        language: str,
        written_at: datetime | None,
        time_zone: str,
        conventions: Conventions | None,
    ) -> Text:
        """A text that is not stored, with the tenant's settings where the caller says nothing."""
        settings = self._preferences.recent(tenant).settings
        return Text(
            text,
            language,
            written_at or utc_now(),
            time_zone or settings.time_zone,
            conventions or settings.conventions,
        )

    def resolve_times(self, text: Text) -> tuple[TimeMention, ...]:
        """Every expression of time in a text."""
        return times_in(text)

    def suggest_actions(self, tenant: str, text: Text) -> Offered:
        """What to create from a text, as far as the tenant is offered it."""
        return offered(analyze(text).suggestions, self._preferences.recent(tenant).minima)

    def prepare(self, tenant: str, note: Note) -> Prepared:
        """Analyses a note as it is to be."""
        text = _text(note, self._preferences.recent(tenant).settings)
        return Prepared(text, analyze(text))

    def prepare_change(self, tenant: str, note_id: str, change: NoteChange) -> Prepared:
        """Analyses a stored note as it is to be after a change.

        Raises:
            LeadlightError: NOT_FOUND.
        """
        with self._db.read(tenant) as session:
            note = store.read_note(session, note_id)
        if note is None:
            raise _no_note(note_id)
        return self.prepare(tenant, _changed(note, change, utc_now()))

    def create_note(
        self, session: TenantSession, note: Note, prepared: Prepared | None, *, store_it: bool = True
    ) -> Note:
        """Stores a new note with what is suggested from it.

        Args:
            session: The transaction.
            note: The note.
            prepared: Its analysis; None to leave it to AnalyzeHistory.
            store_it: False to check and analyse alone.

        Raises:
            LeadlightError: ALREADY_EXISTS for an id that is taken.
        """
        preferences = preference_store.preferences(session)
        if prepared is None:
            note = replace(note, time_zone=note.time_zone or preferences.settings.time_zone)
        else:
            note = analyzed(note, note.text, prepared, preferences)
        is_free = (
            store.add_note(session, note) if store_it else store.read_note(session, note.note_id) is None
        )
        if not is_free:
            raise _taken(note.note_id)
        if store_it:
            follow_notes(session, [note])
        return note

    def update_note(
        self,
        session: TenantSession,
        note_id: str,
        change: NoteChange,
        prepared: Prepared,
        *,
        store_it: bool = True,
    ) -> Note:
        """Changes a note and suggests anew.

        Args:
            session: The transaction.
            note_id: The note.
            change: What to change.
            prepared: An analysis of it as it is to be; made anew if it has changed since.
            store_it: False to check and analyse alone.

        Raises:
            LeadlightError: NOT_FOUND.
        """
        before = store.read_note(session, note_id, for_update=True)
        if before is None:
            raise _no_note(note_id)
        after = analyzed(
            _changed(before, change, utc_now()),
            before.text,
            prepared,
            preference_store.preferences(session),
        )
        if store_it:
            keep(session, [after])
        return after

    def get_note(self, tenant: str, note_id: str) -> Note:
        """A note with its suggestions.

        Raises:
            LeadlightError: NOT_FOUND.
        """
        with self._db.read(tenant) as session:
            note = store.read_note(session, note_id)
        if note is None:
            raise _no_note(note_id)
        return note

    def list_notes(
        self, tenant: str, ref: RecordRef | None, *, page_size: int, page_token: str
    ) -> Page[Note]:
        """Notes without their suggestions, the last written first.

        Raises:
            LeadlightError: INVALID_ARGUMENT for a bad page.
        """
        with self._db.read(tenant) as session:
            return store.list_notes(session, ref, page_size=page_size, page_token=page_token)

    def delete_note(self, session: TenantSession, note_id: str) -> None:
        """Deletes a note with its suggestions.

        Raises:
            LeadlightError: NOT_FOUND.
        """
        note = store.read_note(session, note_id, for_update=True)
        if note is None:
            raise _no_note(note_id)
        store.delete_note(session, note_id)
        follow_notes(session, [replace(note, suggestions=(), customer_promises=())])

    def list_suggestions(
        self,
        tenant: str,
        note_id: str | None,
        *,
        ref: RecordRef | None,
        states: Collection[State],
        kinds: Collection[SuggestionKind],
        page_size: int,
        page_token: str,
    ) -> Page[StoredSuggestion]:
        """Suggestions of one note, of a record's notes, or of all.

        Raises:
            LeadlightError: NOT_FOUND, INVALID_ARGUMENT for a bad page.
        """
        with self._db.read(tenant) as session:
            if note_id is not None and store.read_note(session, note_id) is None:
                raise _no_note(note_id)
            return store.list_suggestions(
                session,
                note_id,
                ref=ref,
                states=list(states),
                kinds=list(kinds),
                page_size=page_size,
                page_token=page_token,
            )

    def decide(
        self, session: TenantSession, note_id: str, number: int, state: State, created_record: str = ""
    ) -> StoredSuggestion:
        """Accepts or dismisses a suggestion; what is in that state already stays as it is.

        Args:
            session: The transaction.
            note_id: The suggestion's note.
            number: The suggestion.
            state: What becomes of it, accepted or dismissed.
            created_record: What was created from it.

        Raises:
            LeadlightError: NOT_FOUND.
        """
        note = store.read_note(session, note_id, for_update=True)
        before = next((each for each in note.suggestions if each.number == number), None) if note else None
        if note is None or before is None:
            raise not_found("suggestion", f"notes/{note_id}/suggestions/{number}")
        if before.state is state:
            return before
        after = replace(before, state=state, decided_at=utc_now(), created_record=created_record)
        store.write_decision(session, after, note.written_at)
        preference_store.count_decision(session, before, after)
        suggestions = [after if each is before else each for each in note.suggestions]
        follow_notes(session, [replace(note, suggestions=suggestions)])
        return after


def new_note_id() -> str:
    """An id for a note whose caller gave none."""
    return uuid.uuid4().hex


def analyzed(note: Note, text_before: str, prepared: Prepared, preferences: Preferences) -> Note:
    """A note with what is suggested from it.

    Args:
        note: The note as it is to be, with the suggestions that it had.
        text_before: The text that their spans point into.
        prepared: An analysis made before; made anew where it was of something else.
        preferences: The tenant's, as they hold in the transaction that stores the note.
    """
    text = _text(note, preferences.settings)
    analysis = prepared.analysis if prepared.text == text else analyze(text)
    offer = offered(analysis.suggestions, preferences.minima)
    suggestions, last_number = reconciled(
        note.suggestions,
        text_before,
        offer.suggestions,
        note.text,
        note_id=note.note_id,
        time_zone=text.time_zone,
        last_number=note.last_number,
    )
    return replace(
        note,
        time_zone=text.time_zone,
        suggestions=suggestions,
        customer_promises=analysis.customer_commitments,
        last_number=last_number,
        withheld=offer.withheld,
        analyzed_at=utc_now(),
    )


def keep(session: TenantSession, notes: Sequence[Note]) -> None:
    """Stores notes, and the commitments that follow from them."""
    store.write_notes(session, notes)
    follow_notes(session, notes)


def _text(note: Note, settings: TenantSettings) -> Text:
    return Text(
        note.text, note.language, note.written_at, note.time_zone or settings.time_zone, settings.conventions
    )


def _changed(note: Note, change: NoteChange, now: datetime) -> Note:
    return replace(
        note,
        text=note.text if change.text is None else change.text,
        written_at=change.written_at or note.written_at,
        time_zone=note.time_zone if change.time_zone is None else change.time_zone,
        language=note.language if change.language is None else change.language,
        author=note.author if change.author is None else change.author,
        updated_at=now,
        analyzed_at=None,
    )


def _no_note(note_id: str) -> LeadlightError:
    return not_found("note", f"notes/{note_id}")


def _taken(note_id: str) -> LeadlightError:
    return LeadlightError(
        Code.ALREADY_EXISTS,
        Reason.RESOURCE_EXISTS,
        f"note 'notes/{note_id}' exists already; change it with UpdateNote",
        metadata={"resource": "note", "name": f"notes/{note_id}"},
    )
