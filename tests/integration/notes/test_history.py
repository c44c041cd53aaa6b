"""The analysis of stored notes: each note once, whatever happens; and what was decided stays."""

import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from google.longrunning import operations_pb2
from leadlight.notes.v1 import note_pb2, suggestion_pb2
from sqlmodel import select

from services.notes import preference_store
from services.notes.actions.suggestion import SuggestionKind
from services.notes.models import NoteRow
from services.notes.note import State
from services.notes.offers import Offer
from tests.contract.served import Client
from tests.integration.notes.inside import TENANT, Inside
from tests.integration.notes.world import CALL, MEETING, NOTHING, create, edit
from tests.integration.working import eventually

PROGRAM = Path(__file__).parent / "programs" / "history_runner.py"


def test_every_stored_note_is_analysed(inside: Inside) -> None:
    ids = inside.store(*[CALL, NOTHING, MEETING] * 9)
    inside.ask()
    inside.work(page_notes=4)
    assert sorted(inside.analyzed_at()) == ids
    assert inside.result() == (27, 18)
    assert inside.suggestions("n000") == [("phone_call", "open")]
    assert inside.suggestions("n001") == []
    (operation,) = inside.operations()
    assert (operation.state, operation.attempts, operation.progress) == ("SUCCEEDED", 1, 1.0)


def test_what_was_decided_stays_and_a_note_is_not_analysed_twice_for_nothing(inside: Inside) -> None:
    inside.store(CALL, MEETING, analyzed=True)
    with inside.db.write(TENANT) as session:
        inside.service.decide(session, "n000", 1, State.DISMISSED)
    before = inside.analyzed_at()
    inside.ask(only_unanalyzed=True)
    inside.work()
    assert inside.result() == (0, 0)
    assert inside.analyzed_at() == before
    inside.ask()
    inside.work()
    assert inside.result() == (2, 1)
    assert inside.suggestions("n000") == [("phone_call", "dismissed")]
    assert all(at > before[note_id] for note_id, at in inside.analyzed_at().items())


def test_what_the_tenant_is_offered_less_of_is_withheld_from_history_too(inside: Inside) -> None:
    inside.store(CALL, MEETING)
    with inside.db.write(TENANT) as session:
        preference_store.write_offer(session, Offer(SuggestionKind.PHONE_CALL, 0, 500, 490.0))
    inside.ask()
    inside.work()
    assert inside.result() == (2, 1)
    assert inside.service.get_note(TENANT, "n000").withheld == 1


def test_an_analysis_that_is_under_way_is_answered_instead_of_a_second_one(inside: Inside) -> None:
    first = inside.ask()
    assert inside.ask() == first
    assert inside.ask(only_unanalyzed=True) != first
    inside.work()
    assert inside.ask() != first


def test_of_two_runners_one_does_the_work(inside: Inside) -> None:
    inside.store(*[CALL] * 40)
    asked: list[str] = []
    callers = [threading.Thread(target=lambda: asked.append(inside.ask())) for _ in range(4)]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()
    assert len(asked) == 4
    assert len(set(asked)) == 1
    inside.work(page_notes=7, runners=2)
    assert [row.attempts for row in inside.operations()] == [1]
    assert inside.result() == (40, 40)


@contextmanager
def runner(inside: Inside, *, page_notes: int, pause_s: float) -> Iterator["subprocess.Popen[str]"]:
    command = [sys.executable, str(PROGRAM), inside.url, str(page_notes), str(pause_s)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
            yield process
        finally:
            process.kill()


def test_an_analysis_killed_half_way_resumes_and_analyses_every_note_exactly_once(inside: Inside) -> None:
    ids = inside.store(*[CALL, MEETING] * 30)
    inside.ask()
    so_far: dict[str, datetime] = {}
    for notes in (10, 30):
        with runner(inside, page_notes=5, pause_s=0.01) as process:
            eventually(lambda: len(inside.analyzed_at()) >= notes, timeout_s=40)  # noqa: B023 - called at once
            process.send_signal(signal.SIGKILL)
            process.wait()
        reached = inside.analyzed_at()
        assert so_far.items() <= reached.items()
        assert len(so_far) < len(reached) < 60
        assert not inside.operations()[0].finished_at
        so_far = reached
    inside.work(page_notes=5)
    after = inside.analyzed_at()
    assert sorted(after) == ids
    assert so_far.items() <= after.items()
    assert inside.result() == (60, 60)
    assert inside.operations()[0].attempts == 3


def test_a_note_that_is_being_changed_comes_last(postgresql_url: str) -> None:
    """PostgreSQL: a page does not wait for one note while it holds the others."""
    inside = Inside(postgresql_url)
    inside.store(*[CALL] * 9)
    inside.ask()
    with inside.db.write(TENANT) as session:
        session.exec(select(NoteRow).where(NoteRow.note_id == "n004").with_for_update()).one()
        worker = threading.Thread(target=inside.work, args=(4,))
        worker.start()
        eventually(lambda: len(inside.analyzed_at()) == 8)
        assert not inside.operations()[0].finished_at
    worker.join()
    assert inside.result() == (9, 9)
    inside.db.close()


def test_callers_start_and_follow_it(client: Client) -> None:
    for number in range(3):
        stored = client.call("NotesService.CreateNote", create(CALL, f"n{number}", skip_analysis=True))
        assert not stored.suggestions
        assert not stored.HasField("analyze_time")
    operation = client.call("NotesService.AnalyzeHistory", note_pb2.AnalyzeHistoryRequest())
    wait = operations_pb2.WaitOperationRequest(name=operation.name)
    wait.timeout.FromSeconds(15)
    while not operation.done:
        operation = client.call("Operations.WaitOperation", wait)
    response, metadata = note_pb2.AnalyzeHistoryResponse(), note_pb2.AnalyzeHistoryMetadata()
    assert operation.response.Unpack(response)
    assert operation.metadata.Unpack(metadata)
    assert (response.note_count, response.open_suggestion_count) == (3, 3)
    assert (metadata.progress, metadata.restart_count) == (1.0, 0)
    assert metadata.HasField("start_time")
    every = suggestion_pb2.ListSuggestionsRequest(parent="notes/-")
    assert len(client.call("NotesService.ListSuggestions", every).suggestions) == 3


def test_an_edit_analyses_what_history_has_not(client: Client) -> None:
    client.call("NotesService.CreateNote", create(NOTHING, "n1", skip_analysis=True))
    assert len(client.call("NotesService.UpdateNote", edit("notes/n1", CALL)).suggestions) == 1
