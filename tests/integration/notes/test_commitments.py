"""Who owes what by when: from notes by themselves, from calls as they are handed in."""

from datetime import UTC, datetime, timedelta
from typing import Any

from leadlight.notes.v1 import commitment_pb2, note_pb2

from tests.contract.served import Client
from tests.integration.notes.test_notes import accept, dismiss
from tests.integration.notes.world import CALL, MEETING, PROMISE, ZONE, create, edit, ref, timestamp

CREATE, UPDATE = "NotesService.CreateNote", "NotesService.UpdateNote"
DUE, LATE, DONE = (
    commitment_pb2.COMMITMENT_STATE_DUE,
    commitment_pb2.COMMITMENT_STATE_LATE,
    commitment_pb2.COMMITMENT_STATE_DONE,
)
OURS, CUSTOMER = commitment_pb2.COMMITMENT_SIDE_OURS, commitment_pb2.COMMITMENT_SIDE_CUSTOMER


def listed(client: Client, **fields: Any) -> list[commitment_pb2.Commitment]:
    """Every commitment, by pages of two."""
    request = commitment_pb2.ListCommitmentsRequest(page_size=2, **fields)
    found: list[commitment_pb2.Commitment] = []
    while True:
        page = client.call("CommitmentService.ListCommitments", request)
        found += page.commitments
        if not page.next_page_token:
            return found
        request.page_token = page.next_page_token


def whats(client: Client, **fields: Any) -> list[str]:
    return [each.what for each in listed(client, **fields)]


def record(
    client: Client, *promises: commitment_pb2.NewCommitment, source: str = "calls/1", **fields: Any
) -> list[commitment_pb2.Commitment]:
    request = commitment_pb2.RecordCommitmentsRequest(
        ref=ref(), source=source, commitments=promises, **fields
    )
    return list(client.call("CommitmentService.RecordCommitments", request).commitments)


def promise(what: str, **fields: Any) -> commitment_pb2.NewCommitment:
    return commitment_pb2.NewCommitment(**{"owed_by": OURS, "what": what} | fields)


def change(client: Client, name: str, *paths: str, **fields: Any) -> commitment_pb2.Commitment:
    request = commitment_pb2.UpdateCommitmentRequest(
        commitment=commitment_pb2.Commitment(name=name, **fields)
    )
    request.update_mask.paths.extend(paths)
    after: commitment_pb2.Commitment = client.call("CommitmentService.UpdateCommitment", request)
    return after


def test_a_note_promises_what_it_says(client: Client) -> None:
    client.call(CREATE, create(f"{CALL} {PROMISE} {MEETING}", "n1"))
    call, task = listed(client)
    assert [each.source for each in (call, task)] == ["notes/n1"] * 2
    assert [each.owed_by for each in (call, task)] == [OURS, OURS]
    assert [each.ref for each in (call, task)] == [ref()] * 2
    assert (call.words, task.words) == (CALL.rstrip("."), PROMISE.rstrip("."))
    assert task.due_time.ToDatetime(tzinfo=UTC) == datetime(2026, 3, 5, 23, tzinfo=UTC)
    assert (task.date_only, task.time_zone) == (True, ZONE)
    # Written in March 2026: its time is over.
    assert {each.state for each in (call, task)} == {LATE if datetime.now(UTC).year >= 2026 else DUE}


def test_commitments_follow_the_note_and_its_decisions(client: Client) -> None:
    note = client.call(CREATE, create(f"{CALL} {PROMISE}", "n1"))
    first = listed(client)
    dismiss(client, note, 1)
    assert [each.name for each in listed(client)] == [first[1].name]
    accept(client, note, 1)
    assert len(listed(client)) == 2
    client.call(UPDATE, edit("notes/n1", f"Good talk today. {PROMISE}"))
    (kept,) = listed(client)
    assert kept.name == first[1].name
    client.call("NotesService.DeleteNote", note_pb2.DeleteNoteRequest(name="notes/n1"))
    assert listed(client) == []


def test_what_a_person_had_a_hand_in_outlives_the_notes_words(client: Client) -> None:
    client.call(CREATE, create(f"{CALL} {PROMISE}", "n1"))
    call, task = listed(client)
    done = change(client, call.name, "state", state=DONE)
    assert done.HasField("done_time")
    edited = change(client, task.name, "what", "owner", what="Prepare the contract", owner="John")
    client.call(UPDATE, edit("notes/n1", MEETING))
    assert listed(client) == [edited]
    assert listed(client, states=[DONE]) == [done]
    reopened = change(client, call.name, "state", state=DUE)
    assert not reopened.HasField("done_time")
    assert len(listed(client)) == 2


def test_a_call_hands_in_what_was_promised(client: Client) -> None:
    due = timestamp(datetime.now(UTC) + timedelta(days=3))
    yesterday = timestamp(datetime.now(UTC) - timedelta(days=2))
    first = record(
        client,
        promise("Send the price list", due_time=due, time_zone=ZONE, words="I'll send you the price list"),
        promise("Sign", owed_by=CUSTOMER, owner="Ann Berg", due_time=yesterday, date_only=True),
        promise("Think about it", owed_by=CUSTOMER),
    )
    assert [(each.what, each.owed_by, each.owner, each.state) for each in first] == [
        ("Send the price list", OURS, "", DUE),
        ("Sign", CUSTOMER, "Ann Berg", LATE),
        ("Think about it", CUSTOMER, "", DUE),
    ]
    assert [each.words for each in first] == ["I'll send you the price list", "Sign", "Think about it"]
    assert whats(client) == ["Sign", "Send the price list", "Think about it"]
    assert whats(client, owed_by=CUSTOMER) == ["Sign", "Think about it"]
    assert whats(client, states=[LATE]) == ["Sign"]
    assert whats(client, ref=ref("another")) == []
    change(client, first[1].name, "state", state=DONE)
    again = record(
        client,
        promise("Send the new price list", due_time=due, words="I'll send you the price list"),
        promise("Call back"),
    )
    # The same words are the same commitment; what is done stays; what is said no more goes.
    assert [each.what for each in again] == ["Send the new price list", "Call back", "Sign"]
    assert again[0].name == first[0].name
    assert whats(client) == ["Send the new price list", "Call back"]
    assert record(client, source="calls/2") == []
    assert len(listed(client)) == 2


def test_what_is_only_checked_is_not_stored(client: Client) -> None:
    assert [each.what for each in record(client, promise("Call back"), validate_only=True)] == ["Call back"]
    assert listed(client) == []


def test_a_changed_due_time_moves_the_state(client: Client) -> None:
    (made,) = record(client, promise("Call back", due_time=timestamp(datetime.now(UTC) - timedelta(days=2))))
    assert made.state == LATE
    later = timestamp(datetime.now(UTC) + timedelta(days=2))
    moved = change(client, made.name, "due_time", due_time=later, date_only=True, time_zone=ZONE)
    assert (moved.state, moved.date_only, moved.time_zone) == (DUE, True, ZONE)
    never = change(client, made.name, "due_time")
    assert not never.HasField("due_time")
    assert (never.state, never.time_zone) == (DUE, "")
    assert change(client, made.name, "owed_by", owed_by=CUSTOMER).owed_by == CUSTOMER


def test_what_the_customer_took_on_is_listed_and_not_suggested(client: Client) -> None:
    note = client.call(CREATE, create("The customer sends the contract on Monday.", "n1"))
    assert not note.suggestions
    (theirs,) = listed(client)
    assert (theirs.owed_by, theirs.source, theirs.date_only) == (CUSTOMER, "notes/n1", True)
