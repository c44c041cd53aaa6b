"""Who owes what by when: when something is late, what a note promises, what a source's new reading does."""

from datetime import UTC, datetime, timedelta

import pytest

from services.common.records import RecordKind, RecordRef
from services.notes.actions.suggestion import Suggestion, SuggestionKind
from services.notes.commitments import (
    NEVER,
    Commitment,
    CommitmentState,
    Due,
    Promise,
    Side,
    due_at,
    due_of,
    promised_in,
    settled,
)
from services.notes.note import Note, State, StoredSuggestion
from services.notes.times.values import Grain, Reading

ZONE = "Europe/Copenhagen"
REF = RecordRef(RecordKind.ACCOUNT, "A-1")
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)


def wall(text: str) -> datetime:
    """A wall time."""
    return datetime.fromisoformat(text)


def reading(
    start: datetime | None, end: datetime | None, grain: Grain, *, has_date: bool = True, has_time: bool
) -> Reading:
    return Reading(start, end, grain, has_date, has_time, is_past=False, probability=1.0)


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc]


@pytest.mark.parametrize(
    ("of", "at", "late_from", "date_only"),
    [
        # "by Friday": the day is named, and late once it is over.
        (
            reading(None, wall("2026-03-06"), Grain.DAY, has_time=False),
            utc(2026, 3, 5, 23),
            utc(2026, 3, 6, 23),
            True,
        ),
        # "on Friday"
        (
            reading(wall("2026-03-06"), wall("2026-03-07"), Grain.DAY, has_time=False),
            utc(2026, 3, 5, 23),
            utc(2026, 3, 6, 23),
            True,
        ),
        # "by Friday at 12"
        (
            reading(None, wall("2026-03-06T12:00"), Grain.HOUR, has_time=True),
            utc(2026, 3, 6, 11),
            utc(2026, 3, 6, 11),
            False,
        ),
        # "in week 11": late after its Sunday.
        (
            reading(wall("2026-03-09"), wall("2026-03-16"), Grain.WEEK, has_time=False),
            utc(2026, 3, 8, 23),
            utc(2026, 3, 15, 23),
            True,
        ),
        # The day on which clocks go forward has 23 hours.
        (
            reading(None, wall("2026-03-29"), Grain.DAY, has_time=False),
            utc(2026, 3, 28, 23),
            utc(2026, 3, 29, 22),
            True,
        ),
    ],
)
def test_when_a_reading_is_due(of: Reading, at: datetime, late_from: datetime, date_only: bool) -> None:
    assert due_of(of, ZONE) == Due(at, date_only, ZONE, late_from)


def test_a_time_without_a_date_and_a_length_are_no_due_time() -> None:
    assert (
        due_of(reading(wall("2026-03-02T15:00"), None, Grain.HOUR, has_date=False, has_time=True), ZONE)
        is None
    )
    assert due_of(reading(None, None, Grain.HOUR, has_time=False), ZONE) is None


def test_a_day_that_is_handed_in_begins_at_its_local_midnight() -> None:
    assert due_at(utc(2026, 3, 6, 15), date_only=True, time_zone=ZONE) == Due(
        utc(2026, 3, 5, 23), True, ZONE, utc(2026, 3, 6, 23)
    )
    assert due_at(utc(2026, 3, 6, 15), date_only=False, time_zone=ZONE).late_from == utc(2026, 3, 6, 15)


def promise(words: str, what: str = "", due: Due | None = None, owed_by: Side = Side.OURS) -> Promise:
    return Promise(REF, owed_by, "", what or words, due, words)


def commitment(
    number: int, words: str, *, done: bool = False, edited: bool = False, what: str = ""
) -> Commitment:
    return Commitment(f"c{number}", "calls/1", promise(words, what), NOW if done else None, edited, NOW, NOW)


@pytest.mark.parametrize(
    ("done", "due", "state"),
    [
        (False, None, CommitmentState.DUE),
        (False, Due(NOW, False, ZONE, NOW), CommitmentState.LATE),
        (False, Due(NOW, True, ZONE, LATER), CommitmentState.DUE),
        (True, Due(NOW, False, ZONE, NOW), CommitmentState.DONE),
    ],
)
def test_state(done: bool, due: Due | None, state: CommitmentState) -> None:
    held = Commitment("c", "calls/1", promise("x", due=due), NOW if done else None, False, NOW, NOW)
    assert held.state(NOW) is state
    assert held.late_from == (due.late_from if due else NEVER)


def test_the_same_words_are_the_same_commitment() -> None:
    before = [commitment(1, "send the offer", what="Send the offer")]
    outcome = settled(before, [promise("Send  the\noffer", "Send the offer tomorrow")], LATER)
    (kept,) = outcome.kept
    assert kept is not None
    assert (kept.commitment_id, kept.promise.what) == ("c1", "Send the offer tomorrow")
    assert (kept.created_at, kept.updated_at) == (NOW, LATER)
    assert outcome.staying == outcome.gone == ()


def test_what_did_not_change_was_not_updated() -> None:
    before = [commitment(1, "send the offer")]
    assert settled(before, [before[0].promise], LATER).kept == (before[0],)


@pytest.mark.parametrize("how", [{"done": True}, {"edited": True}])
def test_what_a_person_had_a_hand_in_is_left_alone(how: dict[str, bool]) -> None:
    before = [commitment(1, "send the offer", **how)]
    assert settled(before, [promise("send the offer", "another title")], LATER).kept == (before[0],)
    gone = settled(before, [promise("something else")], LATER)
    assert (gone.kept, gone.staying, gone.gone) == ((None,), (before[0],), ())


def test_what_is_said_no_more_goes_and_what_is_new_comes() -> None:
    before = [commitment(1, "send the offer"), commitment(2, "call back")]
    outcome = settled(before, [promise("call back"), promise("book a room")], LATER)
    assert [each and each.commitment_id for each in outcome.kept] == ["c2", None]
    assert [each.commitment_id for each in outcome.gone] == ["c1"]


def test_of_the_same_words_twice_the_first_meets_the_first() -> None:
    before = [commitment(1, "call back", done=True), commitment(2, "call back")]
    outcome = settled(before, [promise("call back"), promise("call back"), promise("call back")], LATER)
    assert [each and each.commitment_id for each in outcome.kept] == ["c1", "c2", None]


def note(*suggestions: StoredSuggestion, promises: tuple[Suggestion, ...] = ()) -> Note:
    text = "Call Ann. Send it. Meet Bo. They send the contract."
    return Note(
        *("n", REF, text, NOW, ZONE, "en", "", NOW, NOW, NOW),
        suggestions=suggestions,
        customer_promises=promises,
    )


def stored(
    number: int, kind: SuggestionKind, state: State = State.OPEN, **fields: object
) -> StoredSuggestion:
    spans = {1: (0, 8), 2: (10, 17), 3: (19, 26)}
    suggestion = Suggestion(kind, *spans[number], f"title {number}", **fields)  # type: ignore[arg-type]
    return StoredSuggestion("n", number, suggestion, ZONE, state, None if state is State.OPEN else NOW)


def test_a_note_promises_what_somebody_is_to_do() -> None:
    friday = reading(None, wall("2026-03-06"), Grain.DAY, has_time=False)
    theirs = Suggestion(SuggestionKind.TASK, 28, 51, "Send the contract", owed_by_customer=True)
    found = promised_in(
        note(
            stored(1, SuggestionKind.PHONE_CALL, assignee="John"),
            stored(2, SuggestionKind.TASK, State.ACCEPTED, readings=(friday,)),
            stored(3, SuggestionKind.APPOINTMENT),
            promises=(theirs,),
        )
    )
    assert [(each.owed_by, each.owner, each.what, each.words) for each in found] == [
        (Side.OURS, "John", "title 1", "Call Ann"),
        (Side.OURS, "", "title 2", "Send it"),
        (Side.CUSTOMER, "", "Send the contract", "They send the contract."),
    ]
    assert [each.due and each.due.at for each in found] == [None, utc(2026, 3, 5, 23), None]


@pytest.mark.parametrize(
    "suggestion",
    [
        stored(1, SuggestionKind.TASK, State.DISMISSED),
        stored(1, SuggestionKind.PHONE_CALL, is_log=True),
        stored(1, SuggestionKind.CONTACT),
        stored(1, SuggestionKind.ISSUE),
    ],
)
def test_what_was_dismissed_or_is_past_or_is_no_work_is_not_promised(suggestion: StoredSuggestion) -> None:
    assert promised_in(note(suggestion)) == []
