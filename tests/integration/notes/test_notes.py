"""Stored notes: kept, listed, edited, deleted, and what becomes of their suggestions."""

import uuid
from datetime import UTC, timedelta
from typing import Any

import pytest
from leadlight.common.v1 import record_pb2
from leadlight.notes.v1 import note_pb2, settings_pb2, suggestion_pb2

from tests.contract.served import Client
from tests.integration.notes.world import (
    CALL,
    MEETING,
    NOTHING,
    PROMISE,
    WRITTEN,
    ZONE,
    create,
    edit,
    ref,
    timestamp,
)

CREATE, UPDATE, GET = "NotesService.CreateNote", "NotesService.UpdateNote", "NotesService.GetNote"
KINDS = suggestion_pb2.SuggestionKind
ACCEPTED = suggestion_pb2.SUGGESTION_STATE_ACCEPTED
DISMISSED = suggestion_pb2.SUGGESTION_STATE_DISMISSED
OPEN = suggestion_pb2.SUGGESTION_STATE_OPEN


def told(note: note_pb2.Note) -> list[tuple[str, str, int]]:
    """Number, words and state of each suggestion."""
    return [
        (
            each.name.rpartition("/")[2],
            note.text[each.span_start : each.span_end],
            each.state,
        )
        for each in note.suggestions
    ]


def accept(client: Client, note: note_pb2.Note, number: int, **fields: Any) -> suggestion_pb2.Suggestion:
    request = suggestion_pb2.AcceptSuggestionRequest(name=f"{note.name}/suggestions/{number}", **fields)
    decided: suggestion_pb2.Suggestion = client.call("NotesService.AcceptSuggestion", request)
    return decided


def dismiss(client: Client, note: note_pb2.Note, number: int) -> suggestion_pb2.Suggestion:
    request = suggestion_pb2.DismissSuggestionRequest(name=f"{note.name}/suggestions/{number}")
    decided: suggestion_pb2.Suggestion = client.call("NotesService.DismissSuggestion", request)
    return decided


@pytest.mark.parametrize("kind", [kind for kind in record_pb2.RecordKind.values() if kind])
def test_a_note_on_any_record_is_kept_with_its_suggestions(
    client: Client, kind: record_pb2.RecordKind.ValueType
) -> None:
    created = client.call(CREATE, create(f"{MEETING} {PROMISE}", "n1", ref=ref("R", kind), author="u-7"))
    assert created.name == "notes/n1"
    assert created.ref == ref("R", kind)
    assert (created.author, created.time_zone, created.language) == ("u-7", ZONE, "en")
    assert [each.kind for each in created.suggestions] == [
        KINDS.SUGGESTION_KIND_APPOINTMENT,
        KINDS.SUGGESTION_KIND_TASK,
    ]
    assert [each.name for each in created.suggestions] == [
        "notes/n1/suggestions/1",
        "notes/n1/suggestions/2",
    ]
    assert {each.state for each in created.suggestions} == {OPEN}
    assert created.HasField("analyze_time")
    assert client.call(GET, note_pb2.GetNoteRequest(name="notes/n1")) == created


def test_the_service_names_a_note_and_takes_over_time_and_zone(client: Client) -> None:
    client.call(
        "NotesService.UpdateNotesSettings",
        settings_pb2.UpdateNotesSettingsRequest(settings=settings_pb2.NotesSettings(time_zone=ZONE)),
    )
    request = create(NOTHING, time_zone="")
    request.ClearField("note_id")
    request.note.ClearField("write_time")
    created = client.call(CREATE, request)
    assert created.name.startswith("notes/")
    assert created.time_zone == ZONE
    assert created.write_time == created.create_time
    assert not created.suggestions


def test_what_is_only_checked_is_not_stored(client: Client) -> None:
    checked = client.call(CREATE, create(MEETING, "n1", validate_only=True))
    assert len(checked.suggestions) == 1
    assert client.refused(GET, note_pb2.GetNoteRequest(name="notes/n1")).code == "NOT_FOUND"
    client.call(CREATE, create(MEETING, "n1"))
    edited = client.call(UPDATE, edit("notes/n1", NOTHING, validate_only=True))
    assert not edited.suggestions
    assert client.call(GET, note_pb2.GetNoteRequest(name="notes/n1")).text == MEETING


def test_notes_are_listed_the_last_written_first(client: Client) -> None:
    for number in range(5):
        written = timestamp(WRITTEN + timedelta(days=number % 3))
        client.call(CREATE, create(MEETING, f"n{number}", write_time=written, ref=ref(f"R{number % 2}")))
    request = note_pb2.ListNotesRequest(page_size=2)
    names = []
    while True:
        page = client.call("NotesService.ListNotes", request)
        names += [each.name for each in page.notes]
        assert not any(each.suggestions for each in page.notes)
        if not page.next_page_token:
            break
        request.page_token = page.next_page_token
    assert names == [f"notes/n{number}" for number in (2, 4, 1, 3, 0)]
    one = client.call("NotesService.ListNotes", note_pb2.ListNotesRequest(ref=ref("R1")))
    assert [each.name for each in one.notes] == ["notes/n1", "notes/n3"]


def test_an_edit_keeps_what_was_decided_and_offers_what_is_new(client: Client) -> None:
    note = client.call(CREATE, create(f"{CALL} {PROMISE} {MEETING}", "n1"))
    accepted = accept(client, note, 1, created_record="T-1")
    dismissed = dismiss(client, note, 2)
    edited = client.call(
        UPDATE, edit("notes/n1", f"Good talk today. {PROMISE} {CALL} Send him a mail with the minutes.")
    )
    assert [(number, state) for number, _, state in told(edited)] == [
        ("2", DISMISSED),
        ("1", ACCEPTED),
        ("4", OPEN),
    ]
    assert edited.text[edited.suggestions[1].span_start :].startswith("Call her")
    assert edited.suggestions[1].created_record == "T-1"
    assert edited.suggestions[1].decide_time == accepted.decide_time
    assert edited.suggestions[0].decide_time == dismissed.decide_time
    again = client.call(UPDATE, edit("notes/n1", f"{MEETING} Call her about pricing on Friday."))
    assert [(number, state) for number, _, state in told(again)] == [("5", OPEN), ("6", OPEN)]
    assert again == client.call(GET, note_pb2.GetNoteRequest(name="notes/n1"))


def test_the_mask_says_what_changes(client: Client) -> None:
    client.call(CREATE, create("Meet the customer tomorrow at 3 pm", "n1", author="u-7"))
    request = note_pb2.UpdateNoteRequest(note=note_pb2.Note(name="notes/n1"))
    request.note.write_time.CopyFrom(timestamp(WRITTEN + timedelta(days=7)))
    request.update_mask.paths.append("write_time")
    moved = client.call(UPDATE, request)
    assert (moved.text, moved.author) == ("Meet the customer tomorrow at 3 pm", "u-7")
    start = moved.suggestions[0].times[0].start.ToDatetime(tzinfo=UTC)
    assert f"{start:%m-%d %H:%M}" == "03-10 14:00"
    whole = client.call(UPDATE, note_pb2.UpdateNoteRequest(note=note_pb2.Note(name="notes/n1", text=CALL)))
    assert (whole.text, whole.author, whole.time_zone, whole.language) == (CALL, "", "UTC", "")
    assert whole.write_time == moved.write_time


def test_a_note_that_is_deleted_is_gone_with_its_suggestions(client: Client) -> None:
    client.call(CREATE, create(MEETING, "n1"))
    client.call("NotesService.DeleteNote", note_pb2.DeleteNoteRequest(name="notes/n1"))
    assert client.refused(GET, note_pb2.GetNoteRequest(name="notes/n1")).code == "NOT_FOUND"
    every = suggestion_pb2.ListSuggestionsRequest(parent="notes/-")
    assert not client.call("NotesService.ListSuggestions", every).suggestions
    assert client.call(CREATE, create(MEETING, "n1")).suggestions[0].name == "notes/n1/suggestions/1"


def test_a_repeated_creation_has_one_effect(client: Client) -> None:
    request = create(MEETING, request_id=str(uuid.uuid4()))
    request.ClearField("note_id")
    first = client.call(CREATE, request)
    assert client.call(CREATE, request) == first
    assert len(client.call("NotesService.ListNotes", note_pb2.ListNotesRequest()).notes) == 1


def test_suggestions_are_listed_by_note_state_and_kind(client: Client) -> None:
    first = client.call(CREATE, create(f"{CALL} {PROMISE}", "n1"))
    later = timestamp(WRITTEN + timedelta(days=1))
    client.call(CREATE, create(MEETING, "n2", write_time=later))
    dismiss(client, first, 2)

    def names(parent: str, **fields: Any) -> list[str]:
        request = suggestion_pb2.ListSuggestionsRequest(parent=parent, page_size=2, **fields)
        found: list[str] = []
        while True:
            page = client.call("NotesService.ListSuggestions", request)
            found += [each.name.replace("/suggestions", "") for each in page.suggestions]
            if not page.next_page_token:
                return found
            request.page_token = page.next_page_token

    assert names("notes/-") == ["notes/n2/1", "notes/n1/1", "notes/n1/2"]
    assert names("notes/n1") == ["notes/n1/1", "notes/n1/2"]
    assert names("notes/-", states=[OPEN]) == ["notes/n2/1", "notes/n1/1"]
    assert names("notes/-", kinds=[KINDS.SUGGESTION_KIND_TASK]) == ["notes/n1/2"]
    assert names("notes/n2", states=[ACCEPTED, DISMISSED]) == []


def test_a_decision_can_be_changed_and_repeated(client: Client) -> None:
    note = client.call(CREATE, create(CALL, "n1"))
    first = accept(client, note, 1, created_record="T-1")
    assert accept(client, note, 1, created_record="T-2") == first
    second = dismiss(client, note, 1)
    assert (second.state, second.created_record) == (DISMISSED, "")
    assert accept(client, note, 1, created_record="T-3").created_record == "T-3"
