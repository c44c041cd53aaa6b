"""Who owes what by when: what a note promises, and what becomes of commitments when their source comes anew."""

from collections import defaultdict, deque
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from services.common.records import RecordRef
from services.notes.actions.suggestion import Suggestion, SuggestionKind
from services.notes.note import Note, State
from services.notes.reanalysis import words_of
from services.notes.times.values import Reading
from services.notes.wall_time import moment_of

NEVER = datetime(9999, 12, 31, tzinfo=UTC)
"""When something without a time is late."""

PROMISING = frozenset(
    {SuggestionKind.TASK, SuggestionKind.EMAIL, SuggestionKind.PHONE_CALL, SuggestionKind.CONTENT_REQUEST}
)
"""Kinds of suggestions that somebody owes: an appointment takes place, an issue is felt, a contact is data."""

_MOST_WHAT = 1_000


class Side(StrEnum):
    """A side of the deal."""

    OURS = "ours"
    CUSTOMER = "customer"


class CommitmentState(StrEnum):
    """Where a commitment stands at a moment."""

    DUE = "due"
    LATE = "late"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Due:
    """By when.

    Attributes:
        at: The moment in UTC; for a day, its local midnight.
        date_only: It names a day, or a longer unit.
        time_zone: IANA zone of the day.
        late_from: From when on it is late: the moment itself, or the end of what is named.
    """

    at: datetime
    date_only: bool
    time_zone: str
    late_from: datetime


@dataclass(frozen=True, slots=True)
class Promise:
    """A commitment as a source says it.

    Attributes:
        ref: The record that it concerns.
        owed_by: Which side owes it.
        owner: Who owes it; empty for the author, or the side as a whole.
        what: What is owed.
        due: By when; None when nobody said.
        words: The words it was said in.
    """

    ref: RecordRef
    owed_by: Side
    owner: str
    what: str
    due: Due | None
    words: str


@dataclass(frozen=True, slots=True)
class Commitment:
    """A commitment as the service keeps it.

    Attributes:
        commitment_id: Unique within the tenant.
        source: `notes/{note}`, or what RecordCommitments was given.
        promise: What was promised.
        done_at: When it was done; None while it is not.
        is_edited: Somebody changed it by hand.
        created_at: When it was first stored here.
        updated_at: When it was last changed here.
    """

    commitment_id: str
    source: str
    promise: Promise
    done_at: datetime | None
    is_edited: bool
    created_at: datetime
    updated_at: datetime

    @property
    def late_from(self) -> datetime:
        """From when on it is late while it is not done."""
        return self.promise.due.late_from if self.promise.due else NEVER

    @property
    def is_settled(self) -> bool:
        """Whether a person had a hand in it, so that a source's new reading leaves it alone."""
        return self.is_edited or self.done_at is not None

    def state(self, now: datetime) -> CommitmentState:
        """Where it stands."""
        if self.done_at is not None:
            return CommitmentState.DONE
        return CommitmentState.LATE if self.late_from <= now else CommitmentState.DUE


@dataclass(frozen=True, slots=True)
class Settled:
    """What becomes of a source's commitments.

    Attributes:
        kept: For each promise the commitment that stands for it; None where a new one is to be made.
        staying: Commitments that no promise meets any more and that stay all the same.
        gone: Commitments that go.
    """

    kept: tuple[Commitment | None, ...]
    staying: tuple[Commitment, ...]
    gone: tuple[Commitment, ...]


def settled(before: Sequence[Commitment], promises: Sequence[Promise], now: datetime) -> Settled:
    """Meets a source's commitments with what the source says now.

    A promise in the same words (but for white space and case) is the same commitment, the first of several with the
    first. One that is done or was changed by hand stays as it is, met or not; another one takes what is said now, or
    goes.

    Args:
        before: The source's commitments, the oldest first.
        promises: What it says now.
        now: When those that change are updated.
    """
    waiting: dict[str, deque[Commitment]] = defaultdict(deque)
    for old in before:
        waiting[words_of(old.promise.words)].append(old)
    kept: list[Commitment | None] = []
    for promise in promises:
        same = waiting[words_of(promise.words)]
        kept.append(_met(same.popleft(), promise, now) if same else None)
    left = [old for group in waiting.values() for old in group]
    return Settled(
        tuple(kept),
        tuple(old for old in left if old.is_settled),
        tuple(old for old in left if not old.is_settled),
    )


def _met(old: Commitment, promise: Promise, now: datetime) -> Commitment:
    if old.is_settled or old.promise == promise:
        return old
    return replace(old, promise=promise, updated_at=now)


def promised_in(note: Note) -> list[Promise]:
    """What a note promises, in the order of its text.

    Ours are its suggestions of certain kinds that nobody dismissed and that lie ahead; the customer's were found with
    them.
    """
    ours = [
        (each.suggestion, each.time_zone)
        for each in note.suggestions
        if each.suggestion.kind in PROMISING
        and each.state is not State.DISMISSED
        and not each.suggestion.is_log
    ]
    theirs = [(each, note.time_zone) for each in note.customer_promises]
    promises = sorted([*ours, *theirs], key=lambda promise: promise[0].span_start)
    return [_promise(note, suggestion, time_zone) for suggestion, time_zone in promises]


def _promise(note: Note, suggestion: Suggestion, time_zone: str) -> Promise:
    words = note.text[suggestion.span_start : suggestion.span_end]
    return Promise(
        ref=note.ref,
        owed_by=Side.CUSTOMER if suggestion.owed_by_customer else Side.OURS,
        owner=suggestion.assignee,
        what=(suggestion.title or words)[:_MOST_WHAT],
        due=due_of(suggestion.readings[0], time_zone) if suggestion.readings else None,
        words=words,
    )


def due_of(reading: Reading, time_zone: str) -> Due | None:
    """By when a reading says that something is due; None when it says no day."""
    at = reading.start or reading.end
    if at is None or not reading.has_date:
        return None
    late_from = at if reading.has_time else max(reading.end or at, at + timedelta(days=1))
    return Due(
        moment_of(at, time_zone), not reading.has_time, time_zone, min(moment_of(late_from, time_zone), NEVER)
    )


def due_at(at: datetime, *, date_only: bool, time_zone: str) -> Due:
    """By when, from a moment: of a day the moment that it begins is kept.

    Args:
        at: A moment in UTC.
        date_only: Take the day in the zone, which is late once it is over.
        time_zone: IANA zone.
    """
    if not date_only:
        return Due(at, date_only, time_zone, at)
    day = at.astimezone(ZoneInfo(time_zone)).replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)
    return Due(moment_of(day, time_zone), date_only, time_zone, moment_of(day + timedelta(days=1), time_zone))
