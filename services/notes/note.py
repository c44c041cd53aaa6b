"""Notes and their suggestions as the service keeps them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from services.common.records import RecordRef
from services.notes.actions.suggestion import Suggestion


class State(StrEnum):
    """What became of a suggestion."""

    OPEN = "open"
    ACCEPTED = "accepted"
    DISMISSED = "dismissed"


@dataclass(frozen=True, slots=True)
class StoredSuggestion:
    """A suggestion of a stored note.

    Attributes:
        note_id: Its note.
        number: Its number within the note, from 1; never given twice.
        suggestion: What is suggested; spans point into the note as it is now.
        time_zone: IANA zone of its wall times.
        state: What became of it.
        decided_at: When it was accepted or dismissed; None while it is open.
        created_record: What was created from it, as whoever accepted it says; empty otherwise.
    """

    note_id: str
    number: int
    suggestion: Suggestion
    time_zone: str
    state: State = State.OPEN
    decided_at: datetime | None = None
    created_record: str = ""

    @property
    def is_decided(self) -> bool:
        """Whether somebody accepted or dismissed it."""
        return self.state is not State.OPEN


@dataclass(frozen=True, slots=True)
class Note:
    """A note on a record.

    Attributes:
        note_id: Unique within the tenant.
        ref: The record that it was written on.
        text: As it was sent.
        written_at: The time that its words of time count from, in UTC.
        time_zone: IANA zone that they mean; empty for the tenant's, which a stored note has taken over.
        language: One of the five languages, or empty to find it out.
        author: The CRM's id of who wrote it.
        created_at: When it was first stored here.
        updated_at: When it was last changed here.
        analyzed_at: When it was last analysed; None if it was not since it changed.
        withheld: Suggestions of that analysis that were not offered.
        last_number: The highest number that one of its suggestions has had.
        suggestions: In the order of the text.
        customer_promises: What the customer's side took on, as the analysis found it: nothing to create.
    """

    note_id: str
    ref: RecordRef
    text: str
    written_at: datetime
    time_zone: str
    language: str
    author: str
    created_at: datetime
    updated_at: datetime
    analyzed_at: datetime | None = None
    withheld: int = 0
    last_number: int = 0
    suggestions: Sequence[StoredSuggestion] = ()
    customer_promises: Sequence[Suggestion] = ()


@dataclass(frozen=True, slots=True)
class NoteChange:
    """What to change of a note; None leaves it."""

    text: str | None = None
    written_at: datetime | None = None
    time_zone: str | None = None
    language: str | None = None
    author: str | None = None
