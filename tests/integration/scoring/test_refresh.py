"""Refresh: all open records are rescored, once each, whatever happens; and history says what moved a score."""

import signal
import subprocess
import sys
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from google.longrunning import operations_pb2
from leadlight.scoring.v1 import model_pb2, record_pb2, score_pb2
from sqlalchemy import update
from sqlmodel import col, select

from services.common.db import utc_now
from services.common.records import RecordKind, RecordRef
from services.common.tables import OperationRow, OperationState
from services.scoring import model_store
from services.scoring.models import RecordRow
from services.scoring.records import ReasonDetail, WantedReasons
from services.scoring.refreshing import REFRESH_SCORES, ask_for_refresh
from tests.contract.served import Client
from tests.integration.scoring.conftest import Scoring
from tests.integration.scoring.lines import TENANT, Suite, eventually, install, lead, where
from tests.integration.scoring.world import COLD, HOT, LEAD, WARM, ref, upsert

PROGRAM = Path(__file__).parent / "programs" / "refresh_runner.py"
REFRESH = "ModelService.RefreshScores"


def ask(suite: Suite, *, models_changed: bool = False) -> str:
    with suite.db.write(TENANT) as session:
        return ask_for_refresh(session, RecordKind.LEAD, models_changed=models_changed).id


def result_of(suite: Suite) -> model_pb2.RefreshScoresResponse:
    return model_pb2.RefreshScoresResponse.FromString(suite.operations(REFRESH_SCORES)[-1].result_value)


def test_every_open_record_gets_one_entry_of_history(suite: Suite) -> None:
    install(suite.db, suite.files)
    suite.store(*(lead(f"r{number:03}", HOT if number % 2 else COLD) for number in range(57)))
    before = suite.rows()
    ask(suite)
    suite.work(suite.handlers(page_records=10))
    assert suite.history() == {name: ["record_changed", "refresh"] for name in before}
    assert (result_of(suite).scored_count, result_of(suite).stale_count) == (57, 0)
    for name, row in suite.rows().items():
        # One record is scored in double precision, a page of them by ONNX in single precision.
        assert row.probability == pytest.approx(before[name].probability, abs=1e-7)
        assert (row.trend, row.record_points, row.model_points) == ("steady", 0, 0)
        assert row.updated_at == before[name].updated_at
        assert row.scored_at is not None
        assert row.scored_at > row.updated_at


def test_a_refresh_that_is_under_way_is_answered_instead_of_a_second_one(suite: Suite) -> None:
    install(suite.db, suite.files)
    first = ask(suite)
    assert ask(suite) == first
    assert ask(suite, models_changed=True) == first
    suite.work()
    assert ask(suite) != first


def test_a_publication_during_a_refresh_makes_another_one(suite: Suite) -> None:
    """The one that has begun has scored some records by the models of before."""
    install(suite.db, suite.files)
    first = ask(suite)
    begun = {"state": OperationState.RUNNING, "started_at": utc_now()}
    with suite.db.write(TENANT) as session:
        session.change(update(OperationRow).values(begun))
    assert ask(suite) == first
    second = ask(suite, models_changed=True)
    assert second != first
    assert ask(suite) == second
    assert ask(suite, models_changed=True) == second


def test_a_refresh_killed_half_way_resumes_and_scores_every_record_exactly_once(suite: Suite) -> None:
    install(suite.db, suite.files)
    names = [f"r{number:03}" for number in range(120)]
    for start in range(0, 120, 40):
        suite.store(*(lead(name, HOT) for name in names[start : start + 40]))
    ask(suite)
    reached: list[int] = []
    for _ in range(2):
        before = reached[-1] if reached else 0
        with runner(suite, page_records=5, pause_s=0.3) as process:
            eventually(lambda: scored_so_far(suite) >= before + 15, timeout_s=60)  # noqa: B023 - called at once
            process.send_signal(signal.SIGKILL)
            process.wait()
        reached.append(scored_so_far(suite))
        assert not suite.operations()[0].finished_at
    assert 0 < reached[0] < reached[1] < 120
    suite.work(suite.handlers(page_records=5))
    assert suite.history() == {name: ["record_changed", "refresh"] for name in names}
    assert result_of(suite).scored_count == 120
    assert suite.operations()[0].attempts == 3


def scored_so_far(suite: Suite) -> int:
    return sum(causes[-1] == "refresh" for causes in suite.history().values())


@contextmanager
def runner(suite: Suite, *, page_records: int, pause_s: float) -> Iterator["subprocess.Popen[str]"]:
    command = [sys.executable, str(PROGRAM), suite.url, str(suite.folder), str(page_records), str(pause_s)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
            yield process
        finally:
            process.kill()


def test_of_two_runners_one_does_the_work(suite: Suite) -> None:
    install(suite.db, suite.files)
    suite.store(*(lead(f"r{number:03}", HOT) for number in range(60)))
    asked: list[str] = []
    callers = [threading.Thread(target=lambda: asked.append(ask(suite))) for _ in range(4)]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()
    assert len(asked) == 4
    assert len(set(asked)) == 1
    suite.work(suite.handlers(page_records=7), runners=2)
    assert [row.attempts for row in suite.operations()] == [1]
    assert set(map(len, suite.history().values())) == {2}


def test_a_record_that_is_being_changed_comes_last(postgresql_url: str, tmp_path: Path) -> None:
    """PostgreSQL: a page does not wait for one record while it holds the others."""
    suite = Suite(postgresql_url, tmp_path)
    install(suite.db, suite.files)
    suite.store(*(lead(f"r{number}", HOT) for number in range(9)))
    ask(suite)
    held = suite.db.write(TENANT)
    with held as session:
        session.exec(select(RecordRow).where(RecordRow.record_id == "r4").with_for_update()).one()
        worker = threading.Thread(target=suite.work, args=(suite.handlers(page_records=4),))
        worker.start()
        eventually(lambda: scored_so_far(suite) == 8)
    worker.join()
    assert set(map(len, suite.history().values())) == {2}
    assert result_of(suite).scored_count == 9
    suite.db.close()


def test_records_that_are_no_longer_eligible_keep_their_score_marked_stale(suite: Suite) -> None:
    model = install(suite.db, suite.files, conditions=where(country="DE"))
    german, french = HOT | {"country": "DE"}, HOT | {"country": "FR"}
    suite.store(lead("fresh", german), lead("old", german), lead("elsewhere", french))
    with suite.db.write(TENANT) as session:
        long_ago = utc_now() - timedelta(days=2 * 366)
        session.change(update(RecordRow).where(col(RecordRow.record_id) == "old").values(created_at=long_ago))
    before = suite.rows()
    ask(suite)
    suite.work()
    rows = suite.rows()
    assert (rows["old"].is_stale, rows["old"].not_scored_reason) == (True, "too_old")
    assert rows["old"].score == before["old"].score
    assert (rows["elsewhere"].score, rows["elsewhere"].not_scored_reason) == (None, "no_matching_model")
    assert (rows["fresh"].is_stale, rows["fresh"].not_scored_reason) == (False, None)
    assert suite.history() == {"fresh": ["record_changed", "refresh"], "old": ["record_changed"]}
    assert (result_of(suite).scored_count, result_of(suite).stale_count) == (1, 2)
    with suite.db.write(TENANT) as session:
        model_store.retire(session, model)
    ask(suite)
    suite.work()
    rows = suite.rows()
    assert (rows["fresh"].is_stale, rows["fresh"].not_scored_reason) == (True, "no_published_model")
    assert rows["old"].not_scored_reason == "too_old"


def test_closed_records_are_left_alone(suite: Suite) -> None:
    install(suite.db, suite.files)
    now = utc_now()
    won = {"is_positive": True, "created_at": now - timedelta(days=9), "closed_at": now - timedelta(days=1)}
    suite.store(lead("open", HOT), lead("closed", HOT, **won))
    before = suite.rows()["closed"]
    ask(suite)
    suite.work()
    assert suite.rows()["closed"] == before
    assert result_of(suite).scored_count + result_of(suite).stale_count == 1


def test_history_tells_the_lead_changed_from_the_model_changed(suite: Suite) -> None:
    """A second model, published with a change of the record: each part on its own, together the difference."""
    first = install(suite.db, suite.files)
    suite.store(lead("moved", COLD), lead("same", HOT))
    cold, hot = suite.rows()["moved"].score, suite.rows()["same"].score
    assert cold is not None
    assert hot is not None
    install(suite.db, suite.files, turned=True)
    suite.shelf.forget(TENANT, RecordKind.LEAD)
    suite.store(lead("moved", HOT))
    ask(suite)
    suite.work()
    rows = suite.rows()
    moved = suite.changes("moved")[1]
    assert (moved.cause, moved.record_points) == ("record_changed", hot - cold)
    assert moved.model_points is not None
    assert moved.model_points == moved.score - hot
    assert hot - cold > 20
    assert moved.model_points < -20
    same = rows["same"]
    assert same.score is not None
    assert (same.cause, same.record_points, same.model_points) == ("model_changed", 0, same.score - hot)
    assert (rows["moved"].cause, rows["moved"].record_points, rows["moved"].model_points) == ("refresh", 0, 0)
    assert suite.changes("same")[0].record_points is None
    assert same.trend == "not_enough_info"
    assert first != same.model_id


def test_values_that_a_later_model_cannot_take_count_as_blank(suite: Suite) -> None:
    """A record is stored before a model is published that knows its attribute as a number."""
    suite.store(lead("text", HOT | {"budget": "a lot"}), lead("blank", HOT | {"budget": None}))
    install(suite.db, suite.files)
    ask(suite)
    suite.work()
    rows = suite.rows()
    assert rows["text"].probability == rows["blank"].probability
    record = suite.scoring.get_record(
        TENANT, RecordRef(RecordKind.LEAD, "text"), WantedReasons(ReasonDetail.ALL)
    )
    assert record.score is not None
    assert record.score.reasons


def test_a_refresh_gives_the_numbers_that_an_upsert_gives(suite: Suite) -> None:
    values: list[dict[str, Any]] = [
        HOT,
        COLD,
        WARM,
        {},
        {"source": "unheard of"},
        {"budget": 1e9, "member": None},
    ]
    suite.store(*(lead(f"r{number}", each) for number, each in enumerate(values)))
    install(suite.db, suite.files)
    ask(suite)
    suite.work()
    refreshed = {name: row.probability for name, row in suite.rows().items()}
    again = suite.store(*(lead(f"r{number}", each) for number, each in enumerate(values)))
    for record in again:
        assert record.score is not None
        assert record.score.probability == pytest.approx(refreshed[record.ref.id], abs=1e-7)


def test_a_publication_and_a_retirement_rescore_by_themselves(scoring: Scoring, empty: Client) -> None:
    name = scoring.install(empty.tenant, publish=None)
    empty.call("ScoringService.UpsertRecord", upsert("r1", HOT))
    empty.call("ModelService.PublishModel", model_pb2.PublishModelRequest(name=name))

    def latest() -> score_pb2.Score:
        score: score_pb2.Score = empty.call(
            "ScoringService.GetRecord", record_pb2.GetRecordRequest(ref=ref("r1"))
        ).score
        return score

    eventually(lambda: latest().model == name)
    assert (latest().cause, latest().HasField("change")) == (score_pb2.SCORE_CAUSE_REFRESH, False)
    empty.call("ModelService.RetireModel", model_pb2.RetireModelRequest(name=name))
    assert latest().stale
    assert latest().not_scored_reason == score_pb2.NOT_SCORED_REASON_NO_PUBLISHED_MODEL


def test_refresh_on_request_with_progress_and_request_id(acme: Client) -> None:
    acme.call("ScoringService.UpsertRecord", upsert("r1", HOT))
    request = model_pb2.RefreshScoresRequest(kind=LEAD, request_id=str(uuid.uuid4()))
    name = acme.call(REFRESH, request).name
    assert acme.call(REFRESH, request).name == name
    done = acme.call("Operations.WaitOperation", operations_pb2.WaitOperationRequest(name=name))
    response, metadata = model_pb2.RefreshScoresResponse(), model_pb2.RefreshScoresMetadata()
    assert done.response.Unpack(response)
    assert done.metadata.Unpack(metadata)
    assert (response.scored_count, response.stale_count) == (1, 0)
    assert (metadata.progress, metadata.restart_count) == (1.0, 0)
    assert metadata.HasField("start_time")
    scores = acme.call("ScoringService.ListScores", score_pb2.ListScoresRequest(ref=ref("r1"))).scores
    assert [score.cause for score in scores] == [
        score_pb2.SCORE_CAUSE_REFRESH,
        score_pb2.SCORE_CAUSE_RECORD_CHANGED,
    ]
    assert [score.HasField("change") for score in scores] == [True, False]
    assert (scores[0].change.record_points, scores[0].change.model_points) == (0, 0)
