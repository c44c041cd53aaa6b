"""Callers at the same moment, at different workers: one of them wins, and the other is told or does no harm."""

from services.common.db import TenantSession, utc_now
from services.common.errors import Reason
from services.common.records import RecordKind, RecordRef
from services.notes import commitment_store, preference_store
from services.notes.actions.suggestion import SuggestionKind
from services.notes.commitments import Promise, Side
from services.notes.note import Note, NoteChange, State
from services.notes.promises import CommitmentService
from tests.integration.notes.inside import TENANT, Inside
from tests.integration.notes.world import CALL, MEETING, WRITTEN, ZONE
from tests.integration.working import Work, at_once

REF = RecordRef(RecordKind.LEAD, "L-1")


def note(text: str) -> Note:
    now = utc_now()
    return Note("n1", REF, text, WRITTEN, ZONE, "en", "", now, now)


def test_of_two_notes_of_one_name_one_is_refused(inside: Inside) -> None:
    def create(text: str) -> Work:
        prepared = inside.service.prepare(TENANT, note(text))
        return lambda session: inside.service.create_note(session, note(text), prepared)

    (refusal,) = at_once(inside.db, TENANT, create(CALL), create(MEETING))
    assert refusal.reason is Reason.RESOURCE_EXISTS
    assert inside.service.get_note(TENANT, "n1").text == CALL
    assert inside.suggestions("n1") == [("phone_call", "open")]


def test_a_decision_during_an_edit_is_kept(inside: Inside) -> None:
    inside.store(CALL, analyzed=True)
    change = NoteChange(text=f"Good talk today. {CALL}")
    prepared = inside.service.prepare_change(TENANT, "n000", change)
    refusals = at_once(
        inside.db,
        TENANT,
        lambda session: inside.service.decide(session, "n000", 1, State.DISMISSED),
        lambda session: inside.service.update_note(session, "n000", change, prepared),
    )
    assert refusals == []
    assert inside.suggestions("n000") == [("phone_call", "dismissed")]


def test_an_edit_after_another_one_is_analysed_as_it_is_then(inside: Inside) -> None:
    """The second edit was prepared against the text of before the first one."""
    inside.store(CALL, analyzed=True)
    moved = NoteChange(text=MEETING)
    renamed = NoteChange(author="u-8")
    prepared = [inside.service.prepare_change(TENANT, "n000", each) for each in (moved, renamed)]
    refusals = at_once(
        inside.db,
        TENANT,
        lambda session: inside.service.update_note(session, "n000", moved, prepared[0]),
        lambda session: inside.service.update_note(session, "n000", renamed, prepared[1]),
    )
    assert refusals == []
    kept = inside.service.get_note(TENANT, "n000")
    assert (kept.text, kept.author) == (MEETING, "u-8")
    assert inside.suggestions("n000") == [("appointment", "open")]


def test_one_call_handed_in_twice_at_once_makes_one_set_of_commitments(inside: Inside) -> None:
    service = CommitmentService(inside.db)
    promises = [
        Promise(REF, Side.OURS, "", what, None, what) for what in ("Call back", "Call back", "Send it")
    ]

    def record(session: TenantSession) -> object:
        return service.record(session, REF, "calls/1", promises)

    assert at_once(inside.db, TENANT, record, record) == []
    with inside.db.write(TENANT) as session:
        found = commitment_store.of_source(session, "calls/1", REF)
    assert [each.promise.what for each in found] == ["Call back", "Call back", "Send it"]
    assert len({each.commitment_id for each in found}) == 3


def test_decisions_at_once_are_both_counted(inside: Inside) -> None:
    inside.store(CALL, CALL, analyzed=True)
    refusals = at_once(
        inside.db,
        TENANT,
        lambda session: inside.service.decide(session, "n000", 1, State.DISMISSED),
        lambda session: inside.service.decide(session, "n001", 1, State.ACCEPTED),
    )
    assert refusals == []
    with inside.db.read(TENANT) as session:
        offers = {each.kind: each for each in preference_store.offers(session)}
    calls = offers[SuggestionKind.PHONE_CALL]
    assert (calls.accepted, calls.dismissed) == (1, 1)
