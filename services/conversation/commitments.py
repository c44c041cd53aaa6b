"""What somebody promised in a call, as the notes service resolved it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Commitment:
    """One promise.

    Attributes:
        utterance: Place in the call.
        start: Offset of the first character of the words that promise.
        end: Offset behind the last.
        owner_id: Participant who owes it.
        what: What is owed, in a few words.
        due: By when, in ISO 8601 local time, or empty.
    """

    utterance: int
    start: int
    end: int
    owner_id: str
    what: str
    due: str = ""
