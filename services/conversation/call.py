"""A sales call as its transcript has it: who took part, who said what, and when. Times are whole milliseconds."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from services.common.errors import FieldViolation, invalid_argument, invalid_arguments
from services.common.records import RecordRef

MOST_VIOLATIONS = 20  # of one transcript; more would not help to mend it
_LONGEST_MS = 7 * 24 * 3_600_000  # of a call: what is later is a wrong unit, not a long call


class Side(StrEnum):
    """On which side of the sale a participant is."""

    SELLER = "seller"
    CUSTOMER = "customer"


@dataclass(frozen=True, slots=True)
class Participant:
    """One who took part.

    Attributes:
        participant_id: Unique in the call.
        side: None when the transcript does not say and nobody told.
        name: As the transcript writes it; may be empty.
        address: Mail address in normal form, or empty.
        number: Phone number in normal form, or empty.
        record: The CRM's record of them, or None.
    """

    participant_id: str
    side: Side | None
    name: str = ""
    address: str = ""
    number: str = ""
    record: RecordRef | None = None

    @property
    def key(self) -> str:
        """What tells a person from others over all calls: the address, or the id where there is none."""
        return self.address or self.participant_id.casefold()


@dataclass(frozen=True, slots=True)
class Word:
    """A word with its times, if there are any.

    Attributes:
        text: With its punctuation.
        start_ms: From the start of the call.
        end_ms: Likewise.
    """

    text: str
    start_ms: int | None = None
    end_ms: int | None = None


@dataclass(frozen=True, slots=True)
class Utterance:
    """What one participant said in one go, as the transcript cuts it (its field is called `turns`).

    `services.conversation.turns` joins utterances to the turns that are measured.

    Attributes:
        participant_id: Who spoke.
        text: What was said; may be empty where only times are known.
        start_ms: From the start of the call; None if unknown.
        end_ms: Likewise.
        words: Words with times, where the transcript has them.
    """

    participant_id: str
    text: str
    start_ms: int | None = None
    end_ms: int | None = None
    words: tuple[Word, ...] = ()


@dataclass(frozen=True, slots=True)
class Call:
    """One call.

    Attributes:
        call_id: Given by the caller.
        participants: Each id once.
        utterances: In the transcript's order.
        language: BCP-47 as declared, or empty.
        started_at: With a time zone, or None.
        has_consent: Whether consent to the recording is on record.
        title: May be empty.
        duration_ms: Length of the recording, or None if unknown.
        regarding: The record that it is about, or None.
    """

    call_id: str
    participants: tuple[Participant, ...]
    utterances: tuple[Utterance, ...]
    language: str = ""
    started_at: datetime | None = None
    has_consent: bool = False
    title: str = ""
    duration_ms: int | None = None
    regarding: RecordRef | None = None

    @property
    def sides(self) -> dict[str, Side | None]:
        """Each participant's side."""
        return {each.participant_id: each.side for each in self.participants}

    @property
    def length_ms(self) -> int | None:
        """How long the call lasted: as declared, else until the last word that has a time."""
        if self.duration_ms is not None:
            return self.duration_ms
        ends = [each.end_ms for each in self.utterances if each.end_ms is not None]
        return max(ends, default=None)


def seller_keys(call: Call) -> tuple[str, ...]:
    """The keys of those who sell, each once."""
    return tuple(dict.fromkeys(each.key for each in call.participants if each.side is Side.SELLER))


def normal_address(text: str) -> str:
    """A mail address as it is compared."""
    return text.strip().casefold()


def normal_number(text: str) -> str:
    """A phone number as it is kept: its digits, behind a plus where it is international."""
    digits = "".join(each for each in text if each.isdecimal())
    if text.strip().startswith("+"):
        return f"+{digits}"
    return f"+{digits[2:]}" if digits.startswith("00") else digits


def check_call(call: Call) -> None:
    """Refuses what cannot be: unknown speakers, ends before starts, speech after the call's end.

    Speech of one participant that overlaps itself is no error: recognisers write it, and the measures count it once.

    Raises:
        LeadlightError: INVALID_ARGUMENT that names the fields, at most `MOST_VIOLATIONS`.
    """
    violations: list[FieldViolation] = []
    seen: set[str] = set()
    for index, participant in enumerate(call.participants):
        if not participant.participant_id:
            violations.append(FieldViolation(f"participants[{index}].id", "must not be empty"))
        elif participant.participant_id in seen:
            violations.append(
                FieldViolation(f"participants[{index}].id", "stands twice among the participants")
            )
        seen.add(participant.participant_id)
    for index, utterance in enumerate(call.utterances):
        if utterance.participant_id not in seen:
            violations.append(
                FieldViolation(f"turns[{index}].participant", "is none of the call's participants")
            )
        violations += _wrong_times(f"turns[{index}]", utterance.start_ms, utterance.end_ms, call.duration_ms)
        for at, word in enumerate(utterance.words):
            path = f"turns[{index}].words[{at}]"
            violations += _wrong_times(path, word.start_ms, word.end_ms, call.duration_ms)
        if len(violations) >= MOST_VIOLATIONS:
            break
    if violations:
        raise invalid_arguments(violations[:MOST_VIOLATIONS])


def milliseconds(seconds: float | None, path: str) -> int | None:
    """Seconds as whole milliseconds, rounded to the nearest.

    Raises:
        LeadlightError: INVALID_ARGUMENT when they are negative, no number or over a week.
    """
    if seconds is None:
        return None
    if not 0 <= seconds * 1000 <= _LONGEST_MS:  # also refuses what is no number
        raise invalid_argument(path, "must be seconds from the start of the call, 0 to 604800")
    return round(seconds * 1000)


def participants_of(speakers: Sequence[str], sellers: Sequence[str]) -> tuple[Participant, ...]:
    """Participants from the names that a transcript writes before what they say.

    Args:
        speakers: Names in order, repeated at will.
        sellers: Which of them sell; all others are customers then. With none, nobody's side is known.

    Raises:
        LeadlightError: INVALID_ARGUMENT for a seller who says nothing.
    """
    names = list(dict.fromkeys(speakers))
    missing = [each for each in sellers if each not in names]
    if missing:
        raise invalid_argument("sellers", f"{len(missing)} of them speak nowhere in the transcript")
    return tuple(Participant(name, _side_of(name, sellers), name) for name in names)


def _side_of(name: str, sellers: Sequence[str]) -> Side | None:
    if not sellers:
        return None
    return Side.SELLER if name in sellers else Side.CUSTOMER


def _wrong_times(
    path: str, start_ms: int | None, end_ms: int | None, duration_ms: int | None
) -> list[FieldViolation]:
    wrong = []
    if start_ms is not None and end_ms is not None and end_ms < start_ms:
        wrong.append(FieldViolation(f"{path}.end_s", "is before the start"))
    if duration_ms is not None and max(start_ms or 0, end_ms or 0) > duration_ms:
        wrong.append(FieldViolation(f"{path}.end_s", "is after the end of the call"))
    return wrong
