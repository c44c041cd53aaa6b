"""Automatic retraining (15 days, 95 % rule, 3 months rule), drift, and the daily refresh, on schedule."""

import threading
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from leadlight.scoring.v1 import model_pb2
from sqlalchemy import update
from sqlmodel import col

from services.common.db import utc_now
from services.common.records import RecordKind
from services.scoring.composition import run_operations
from services.scoring.model_store import TRAIN_MODEL, ModelVersion, publish
from services.scoring.models import ModelRow
from services.scoring.refreshing import REFRESH_SCORES
from services.scoring.schedule import upkeep_on_schedule
from services.scoring.serving import ServingModel
from services.scoring.settings import ScoringSettings
from services.scoring.shelf import ModelShelf
from services.scoring.training_job import TrainingJob
from services.scoring.training_order import AttributeOptions, TrainingOrder
from tests.contract.served import Client
from tests.integration.scoring.conftest import Scoring
from tests.integration.scoring.lines import TENANT, Suite, clear_ends, eventually, install, lead, where
from tests.integration.scoring.world import COLD, HOT, closed, leads, upsert

DRIFT = "ModelService.GetDriftReport"


def days_ago(days: float) -> datetime:
    return utc_now() - timedelta(days=days)


def store_closed(suite: Suite, *, clear: bool = False, **attributes: Any) -> None:
    """240 closed leads of the last 100 days; with clear ends, nearly all the referrals and no others qualify."""
    table = leads()
    won = clear_ends(table) if clear else np.array(table["qualified"].to_pylist()) == "Yes"
    changes = []
    for number, row in enumerate(table.to_pylist()):
        values = {name: row[name] for name in ("source", "budget", "member")}
        age = 100 - number / 4
        times = {"created_at": days_ago(age), "closed_at": days_ago(age - 5)}
        changes.append(lead(f"c{number}", values | attributes, is_positive=bool(won[number]), **times))
    suite.store(*changes)


def test_a_published_line_is_retrained_every_15_days(suite: Suite) -> None:
    store_closed(suite)
    line = install(suite.db, suite.files, trained_at=days_ago(14.9))
    assert suite.upkeep.retrain() == 0
    assert suite.upkeep.retrain(utc_now() + timedelta(days=0.2)) == 1
    assert suite.upkeep.retrain(utc_now() + timedelta(days=0.2)) == 0
    suite.work()
    assert (suite.line(line).published_version, suite.line(line).ready_version) == (2, 2)
    assert suite.upkeep.retrain(utc_now() + timedelta(days=0.3)) == 0
    assert suite.upkeep.retrain(utc_now() + timedelta(days=15.3)) == 1


def test_a_new_version_below_95_percent_is_kept_aside(suite: Suite) -> None:
    """The active model is right about nearly every record; the new one looks at one attribute alone."""
    store_closed(suite, clear=True)
    line = install(suite.db, suite.files, clear=True, trained_at=days_ago(20))
    keep_only(suite, line, "member")
    assert suite.upkeep.retrain() == 1
    suite.work()
    kept = suite.line(line)
    assert (kept.published_version, kept.ready_version, kept.state) == (1, 2, "published")
    with suite.db.write(TENANT) as session:
        suite.modelling.publish(session, line, 2)
    assert suite.line(line).published_version == 2


def test_a_version_of_over_3_months_is_replaced_all_the_same(suite: Suite) -> None:
    store_closed(suite, clear=True)
    line = install(suite.db, suite.files, clear=True, trained_at=days_ago(93))
    keep_only(suite, line, "member")
    assert suite.upkeep.retrain() == 1
    suite.work()
    assert suite.line(line).published_version == 2


def keep_only(suite: Suite, line: str, attribute: str) -> None:
    """Makes the line's retrainings use one attribute alone."""
    order = TrainingOrder(RecordKind.LEAD, line, attribute_options=AttributeOptions(hand_picked=(attribute,)))
    with suite.db.write(TENANT) as session:
        values = {"training_order": order.to_json()}
        session.change(update(ModelRow).where(col(ModelRow.model_id) == line).values(values))


class RevertingShelf(ModelShelf):
    """Somebody reverts to version 1 while the active version is compared with the new one."""

    def load(self, tenant: str, kind: RecordKind, version: ModelVersion) -> ServingModel:
        found = super().load(tenant, kind, version)
        with self.db.write(tenant) as session:
            publish(session, version.model_id, 1)
        return found


def test_a_version_that_was_published_in_the_meantime_stays(suite: Suite) -> None:
    store_closed(suite)
    line = install(suite.db, suite.files, versions=2, publish=2, trained_at=days_ago(20))
    assert suite.upkeep.retrain() == 1
    shelf = RevertingShelf(suite.db, suite.files)
    job = TrainingJob(suite.db, suite.files, suite.modelling, shelf)
    suite.work(suite.handlers() | {TRAIN_MODEL: job})
    assert (suite.line(line).ready_version, suite.line(line).published_version) == (3, 1)


def store_few(suite: Suite, numbers: range) -> None:
    """Some of the 240 closed leads."""
    rows = leads().to_pylist()
    changes = []
    for number in numbers:
        values = {name: rows[number][name] for name in ("source", "budget", "member")}
        times = {"created_at": days_ago(50), "closed_at": days_ago(40 - number / 10)}
        changes.append(lead(f"f{number}", values, is_positive=rows[number]["qualified"] == "Yes", **times))
    suite.store(*changes)


def test_a_low_evidence_line_retrains_by_itself_and_its_newer_first_guess_takes_over(suite: Suite) -> None:
    """There is no test set to compare the two on; the newer one has seen more."""
    store_few(suite, range(30))
    order = TrainingOrder(RecordKind.LEAD, low_evidence=True, publish=True)
    with suite.db.write(TENANT) as session:
        target = suite.modelling.train(session, order).target
    suite.work()
    line = target.removeprefix("models/")
    store_few(suite, range(30, 44))
    assert suite.upkeep.retrain(utc_now() + timedelta(days=15.1)) == 1
    suite.work()
    assert (suite.line(line).published_version, suite.line(line).ready_version) == (2, 2)


def test_a_first_guess_does_not_replace_a_model_that_was_measured(suite: Suite) -> None:
    store_few(suite, range(30))
    line = install(suite.db, suite.files, trained_at=days_ago(20))
    values = {"training_order": TrainingOrder(RecordKind.LEAD, line, low_evidence=True).to_json()}
    with suite.db.write(TENANT) as session:
        session.change(update(ModelRow).where(col(ModelRow.model_id) == line).values(values))
    assert suite.upkeep.retrain() == 1
    suite.work()
    assert (suite.line(line).published_version, suite.line(line).ready_version) == (1, 2)


def test_only_published_lines_with_automatic_retraining_on_are_retrained(suite: Suite) -> None:
    store_closed(suite)
    old = days_ago(40)
    install(suite.db, suite.files, publish=None, trained_at=old)
    off = install(suite.db, suite.files, trained_at=old)
    with suite.db.write(TENANT) as session:
        suite.modelling.update(session, off, auto_retrain=False)
    assert suite.upkeep.retrain() == 0


def test_too_few_records_end_nothing_and_are_looked_at_again_when_due(suite: Suite) -> None:
    line = install(suite.db, suite.files, trained_at=days_ago(40))
    assert suite.upkeep.retrain() == 0
    assert suite.upkeep.retrain(utc_now() + timedelta(days=1)) == 0
    store_closed(suite)
    assert suite.upkeep.retrain(utc_now() + timedelta(days=15)) == 1
    assert suite.line(line).state == "published"


def test_the_retraining_keeps_the_line_s_filter(suite: Suite) -> None:
    store_closed(suite, country="DE")
    suite.store(
        lead(
            "other", HOT | {"country": "FR"}, is_positive=True, created_at=days_ago(3), closed_at=days_ago(1)
        )
    )
    line = install(suite.db, suite.files, conditions=where(country="DE"), trained_at=days_ago(20))
    assert suite.upkeep.retrain() == 1
    suite.work()
    model = model_pb2.Model.FromString(suite.operations(TRAIN_MODEL)[0].result_value)
    assert model.training_data.record_count == 240
    assert suite.line(line).filter == where(country="DE")


def test_drift_retrains_before_15_days_are_over(suite: Suite) -> None:
    store_closed(suite)
    line = install(suite.db, suite.files, trained_at=days_ago(2))
    suite.store(*(lead(f"n{number}", HOT | {"source": "fax"}) for number in range(300)))
    with suite.db.read(TENANT) as session:
        # Open records show that values moved; what they mean now is only known once enough of them closed.
        assert not suite.drift.advises_retraining(session, suite.line(line))
    late = {"created_at": days_ago(3), "closed_at": days_ago(1)}
    suite.store(
        *(
            lead(
                f"c{number}",
                (COLD, HOT)[number % 2] | {"source": "fax"},
                is_positive=(number % 2 == 1) != (number % 5 == 0),
                **late,
            )
            for number in range(300)
        )
    )
    with suite.db.read(TENANT) as session:
        assert suite.drift.advises_retraining(session, suite.line(line))
    assert suite.upkeep.retrain(utc_now() - timedelta(days=1.5)) == 0
    assert suite.upkeep.retrain() == 1
    suite.work()
    assert suite.upkeep.retrain() == 0


def test_without_drift_nothing_is_retrained_early(suite: Suite) -> None:
    store_closed(suite)
    install(suite.db, suite.files, trained_at=days_ago(9))
    assert suite.upkeep.retrain() == 0


def test_a_kind_is_refreshed_every_24_hours(suite: Suite) -> None:
    install(suite.db, suite.files, trained_at=days_ago(1.1))
    suite.store(lead("r1", HOT))
    assert suite.upkeep.refresh() == 1
    assert suite.upkeep.refresh() == 0
    suite.work()
    assert suite.upkeep.refresh(utc_now() + timedelta(hours=23.9)) == 0
    assert suite.upkeep.refresh(utc_now() + timedelta(hours=24)) == 1
    suite.work()
    assert suite.history() == {"r1": ["record_changed", "refresh", "refresh"]}


def test_a_kind_without_a_published_model_is_not_refreshed(suite: Suite) -> None:
    install(suite.db, suite.files, publish=None, trained_at=days_ago(10))
    assert suite.upkeep.refresh() == 0


def test_of_several_runners_that_look_at_once_one_asks(suite: Suite) -> None:
    store_closed(suite)
    install(suite.db, suite.files, trained_at=days_ago(30))
    asked: list[int] = []
    barrier = threading.Barrier(4)

    def look() -> None:
        barrier.wait()
        asked.append(suite.upkeep.retrain())
        asked.append(suite.upkeep.refresh())

    lookers = [threading.Thread(target=look) for _ in range(4)]
    for looker in lookers:
        looker.start()
    for looker in lookers:
        looker.join()
    assert (len(asked), sum(asked)) == (8, 2)
    assert sorted(row.kind for row in suite.operations()) == [REFRESH_SCORES, TRAIN_MODEL]


def test_the_schedule_looks_by_itself(suite: Suite) -> None:
    install(suite.db, suite.files, trained_at=days_ago(3))
    with upkeep_on_schedule(suite.upkeep):
        eventually(lambda: bool(suite.operations(REFRESH_SCORES)))


def test_two_runners_with_their_schedules_do_everything_once(suite: Suite) -> None:
    store_closed(suite)
    line = install(suite.db, suite.files, trained_at=days_ago(30))
    suite.store(*(lead(f"r{number}", HOT) for number in range(5)))
    settings = ScoringSettings(data_dir=suite.folder, database_url=suite.url)
    stop = threading.Event()
    runners = [threading.Thread(target=run_operations, args=(settings, stop)) for _ in range(2)]
    for runner in runners:
        runner.start()
    eventually(lambda: suite.line(line).published_version == 2 and not suite.unfinished(), timeout_s=60)
    stop.set()
    for runner in runners:
        runner.join()
    assert [row.attempts for row in suite.operations(TRAIN_MODEL)] == [1]


def test_a_drift_report_compares_the_records_since_the_training(scoring: Scoring, empty: Client) -> None:
    model = install(scoring.db, scoring.files, empty.tenant)
    name = f"models/{model}"
    request = model_pb2.GetDriftReportRequest(name=name)
    before = empty.call(DRIFT, request)
    assert (before.model, before.version, before.record_count, before.retraining_advised) == (
        name,
        1,
        0,
        False,
    )
    empty.call("ScoringService.UpsertRecord", upsert("open", HOT))
    empty.call("ScoringService.UpsertRecord", closed("closed", HOT | {"source": "fax"}))
    report = empty.call(DRIFT, request)
    assert report.record_count == 2
    assert {each.attribute for each in report.attributes} == {"source", "budget", "member"}
    indices = [each.stability_index for each in report.attributes]
    assert indices == sorted(indices, reverse=True)
    assert indices[0] > 0.25
    assert not report.retraining_advised
    assert empty.refused(DRIFT, model_pb2.GetDriftReportRequest(name="models/none")).code == "NOT_FOUND"
    untrained = scoring.install(empty.tenant, versions=0, publish=None)
    error = empty.refused(DRIFT, model_pb2.GetDriftReportRequest(name=untrained))
    assert (error.code, error.reason) == ("FAILED_PRECONDITION", "MODEL_NOT_READY")
