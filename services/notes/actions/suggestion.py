"""What is suggested from a note: the type that the analysis answers with."""

from dataclasses import dataclass, field
from enum import StrEnum

from services.common.codes import Code
from services.notes.times.values import Reading


class SuggestionKind(StrEnum):
    """What to create."""

    APPOINTMENT = "appointment"
    PHONE_CALL = "phone_call"
    EMAIL = "email"
    TASK = "task"
    CONTACT = "contact"
    CONTENT_REQUEST = "content_request"
    ISSUE = "issue"


class Missing(StrEnum):
    """What a suggestion would need and the note does not say."""

    DATE = "date"
    TIME = "time"
    PARTICIPANT = "participant"
    ADDRESS = "address"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody a note speaks of; each part empty when it is not said."""

    name: str = ""
    role: str = ""
    company: str = ""
    email: str = ""
    phone: str = ""  # E.164


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One thing to create, with the words that gave rise to it.

    Attributes:
        kind: What to create.
        span_start: Offset in the original note of the first character of the words.
        span_end: Offset behind the last one.
        title: A short title in the note's language, without its time.
        readings: When: the start of an appointment or call, the due time of the rest; the likeliest first. Empty
            when the note does not say.
        is_due: The readings are a deadline.
        is_log: It took place already: to be logged, not planned.
        place: Of an appointment.
        people: Whom it concerns: participants, whom to call or write to, the contact itself.
        assignee: Who does it: empty for the note's author; a name for another one ("John to confirm").
        owed_by_customer: The customer's side owes it.
        content: What material is requested.
        issue_severity: 1 (remark) to 3 (urgent) for an issue; 0 otherwise.
        confidence: Calibrated probability that a seller would accept it, 0 to 1.
        missing: What it lacks.
        language: BCP-47 tag of the sentence.
    """

    kind: SuggestionKind
    span_start: int
    span_end: int
    title: str
    readings: tuple[Reading, ...] = ()
    is_due: bool = False
    is_log: bool = False
    place: str = ""
    people: tuple[Person, ...] = ()
    assignee: str = ""
    owed_by_customer: bool = False
    content: str = ""
    issue_severity: int = 0
    confidence: float = 0.0
    missing: tuple[Missing, ...] = field(default=())
    language: Code = ""
