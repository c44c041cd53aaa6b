"""`scoring.rescore` of a table into the scoring service's store: the scores that a refresh gives the same records."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pyarrow import parquet

from services.common.batch.operation import RunJob
from services.common.batch.orders import RUN_JOB, InputOrder, JobOrder, ask_for_job
from services.common.operations import Handler, OperationContext, RunnerStoppingError, TypedBytes
from services.common.records import RecordKind
from services.common.tables import OperationRow
from services.scoring.job_results import RESCORE_JOB, JobResults
from services.scoring.model_store import read_version
from services.scoring.refreshing import ask_for_refresh
from services.scoring.settings import ScoringSettings
from services.scoring.shelf import ModelShelf
from tests.integration.scoring.lines import TENANT, Suite, install, lead, where
from tests.integration.scoring.world import leads
from tests.integration.working import operations_of, work_off

ROWS = 40
PAGE = 7


class Stored:
    """The scoring service's inside with stored leads, and a jobs folder with the same leads as a table."""

    def __init__(self, folder: Path) -> None:
        self.suite = Suite(f"sqlite:///{folder}/scoring.db", folder / "data")
        self.settings = ScoringSettings(data_dir=folder / "data", jobs_folder=folder / "jobs")
        self.place = folder / "jobs" / TENANT
        self.place.mkdir(parents=True)
        table = leads(ROWS).drop_columns(["qualified"])
        table = table.rename_columns(["id" if name == "lead" else name for name in table.column_names])
        parquet.write_table(table, self.place / "leads.parquet")
        self.records = table.to_pylist()

    def install(self, **fields: object) -> str:
        """A model of the service, as its export writes it."""
        model_id = install(self.suite.db, self.suite.files, **fields)  # type: ignore[arg-type]
        with self.suite.db.read(TENANT) as session:
            version = read_version(session, model_id, 1)
        assert version is not None
        (self.place / "model.onnx").write_bytes(self.suite.files.read_onnx(TENANT, version))
        (self.place / "card.json").write_bytes(self.suite.files.read_card(TENANT, version))
        return model_id

    def store(self, count: int = ROWS) -> None:
        for row in self.records[:count]:
            attributes = {name: value for name, value in row.items() if name != "id"}
            self.suite.store(lead(row["id"], attributes))

    def ask(self) -> None:
        order = JobOrder(
            RESCORE_JOB,
            store_kind=RecordKind.LEAD,
            inputs={"records": InputOrder("leads.parquet")},
            options={"model": "model.onnx", "card": "card.json"},
        )
        with self.suite.db.write(TENANT) as session:
            ask_for_job(session, order)

    def work(self, handler: Handler) -> OperationRow:
        work_off(self.suite.db, TENANT, {RUN_JOB: handler})
        return operations_of(self.suite.db, TENANT)[-1]

    def handler(self) -> RunJob:
        results = JobResults(self.suite.db, ModelShelf(self.suite.db, self.suite.files), PAGE)
        return RunJob(self.suite.db, self.settings, {RESCORE_JOB: results})

    def scores(self) -> dict[str, list[object]]:
        """What each record's newest entry of history says, without the moment."""
        found: dict[str, list[object]] = {}
        for name in self.suite.rows():
            newest = self.suite.changes(name)[-1].model_dump(exclude={"number", "scored_at"})
            found[name] = [value for _, value in sorted(newest.items())]
        return found


@pytest.fixture
def stored(tmp_path: Path) -> Iterator[Stored]:
    made = Stored(tmp_path)
    yield made
    made.suite.db.close()


def test_the_job_stores_what_a_refresh_stores(stored: Stored) -> None:
    stored.install()
    stored.store(ROWS - 5)
    stopped_once: list[str] = []

    def stopped(context: OperationContext) -> TypedBytes | None:
        progress = context.progress

        def stop(share: float, stage: str = "") -> None:
            progress(share, stage)
            # Two pages are stored.
            if context.checkpoint and stage and share > 0.85 and not stopped_once:
                stopped_once.append(stage)
                raise RunnerStoppingError

        context.progress = stop  # type: ignore[method-assign]
        return stored.handler()(context)

    stored.ask()
    operation = stored.work(stopped)
    assert stopped_once == ["scoring the open records"]
    by_job = stored.scores()
    assert stored.suite.history() == {name: ["record_changed", "refresh"] for name in by_job}
    with stored.suite.db.write(TENANT) as session:
        ask_for_refresh(session, RecordKind.LEAD)
    stored.suite.work()
    by_refresh = stored.scores()
    assert by_job.keys() == by_refresh.keys()
    for name, values in by_job.items():
        assert values == [
            pytest.approx(each, abs=1e-9) if isinstance(each, float) else each for each in by_refresh[name]
        ]
    assert operation.progress == 1.0


def test_records_of_another_model_keep_their_scores(stored: Stored) -> None:
    """The line of the job serves all but the records of one source, which have a line of their own."""
    model_id = stored.install()
    source = stored.records[0]["source"]
    other = install(
        stored.suite.db, stored.suite.files, name="Own", conditions=where(source=source), turned=True
    )
    stored.store()
    stored.ask()
    stored.work(stored.handler())
    causes = stored.suite.history()
    for row in stored.records:
        by = stored.suite.rows()[row["id"]].model_id
        assert by == (other if row["source"] == source else model_id)
        assert causes[row["id"]] == ["record_changed"] + ([] if row["source"] == source else ["refresh"])


def test_a_model_that_is_not_published_gives_no_scores(stored: Stored) -> None:
    stored.install(publish=None)
    stored.ask()
    with pytest.raises(AssertionError, match="MODEL_NOT_PUBLISHED"):
        stored.work(stored.handler())
