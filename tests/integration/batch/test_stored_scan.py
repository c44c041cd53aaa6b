"""`dedupe.scan` of a file into the dedupe service's store: the scan that the service makes of the same records."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from leadlight.common.v1 import job_pb2
from leadlight.dedupe.v1 import duplicate_pb2, record_pb2, scan_pb2

from services.common.batch.operation import RunJob
from services.common.batch.orders import RUN_JOB
from services.common.db import Database
from services.common.operations import Handler, OperationContext, RunnerStoppingError, TypedBytes
from services.dedupe.fields import Field
from services.dedupe.job_results import JobResults
from services.dedupe.scan_job import ScanJob, ScanLimits
from services.dedupe.scan_store import SCAN_JOB
from services.dedupe.scanning import SCAN_DUPLICATES
from tests.contract.served import TENANT, Client, served
from tests.integration.dedupe.world import LEAD, import_all, record, ref
from tests.integration.working import work_off

SAMPLE = Path(__file__).parents[3] / "clients" / "cli" / "sample" / "duplicates.csv"
FIELDS = {field.value for field in Field}
UNKNOWN = "en-02"


@dataclass(frozen=True)
class World:
    """The dedupe service with the sample's records, all but one."""

    client: Client
    db: Database
    settings: Any

    def scanned(self) -> "Found":
        """What the service finds among its own records."""
        request = scan_pb2.ScanDuplicatesRequest()
        self.client.call("ScanService.ScanDuplicates", request)
        self.work(SCAN_DUPLICATES, ScanJob(self.db, self.settings.data_dir, ScanLimits()))
        return self.latest()

    def ran(self, run_id: str, handler: Handler | None = None) -> "Found":
        """What the job finds in a file."""
        request = job_pb2.RunJobRequest(
            name="jobs/dedupe.scan",
            inputs={"file": job_pb2.JobSource(file="people.csv")},
            store_kind=LEAD,
            run_id=run_id,
        )
        self.client.call("JobService.RunJob", request)
        self.work(RUN_JOB, handler or self.job())
        return self.latest()

    def job(self) -> RunJob:
        return RunJob(self.db, self.settings, {SCAN_JOB: JobResults(self.db)})

    def work(self, kind: str, handler: Handler) -> None:
        work_off(self.db, TENANT, {kind: handler})

    def latest(self) -> "Found":
        newest = scan_pb2.ListScansRequest(page_size=1)
        (scan,) = self.client.call("ScanService.ListScans", newest).scans
        pages = {"parent": "scans/-", "page_size": 1000}
        pairs = self.client.call("ScanService.ListPairs", scan_pb2.ListPairsRequest(**pages)).pairs
        clusters = self.client.call("ScanService.ListClusters", scan_pb2.ListClustersRequest(**pages))
        return Found(scan, list(pairs), [(list(each.records), each.bridges) for each in clusters.clusters])


@dataclass(frozen=True)
class Found:
    """A scan with its pairs and clusters."""

    scan: scan_pb2.Scan
    pairs: list[Any]
    clusters: list[Any]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    jobs = tmp_path_factory.mktemp("jobs")
    (jobs / TENANT).mkdir()
    with SAMPLE.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["id"] != UNKNOWN]
    with (jobs / TENANT / "people.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    with served("dedupe", tmp_path_factory.mktemp("data"), run_operations=False, jobs_folder=jobs) as running:
        client = running.client()
        known = [
            record(row["id"], **{name: row[name] for name in FIELDS & row.keys() if row[name]})
            for row in rows
        ]
        import_all(client, known)
        db = Database(running.settings.database_url, service="dedupe")
        yield World(client, db, running.settings)
        db.close()


def test_the_job_stores_the_scan_that_the_service_makes(world: World) -> None:
    own, stored = world.scanned(), world.ran("whole")
    assert stored.scan.name != own.scan.name
    assert len(own.pairs) > 20
    assert stored.pairs == own.pairs
    assert stored.clusters == own.clusters
    for scan in (own.scan, stored.scan):
        scan.ClearField("name")
        scan.ClearField("create_time")
    assert stored.scan == own.scan
    folder = world.settings.jobs_folder / TENANT / ".runs"
    assert not list(folder.iterdir()), "what is stored needs no file"


def test_storing_goes_on_where_it_was_left(world: World) -> None:
    whole = world.ran("not-stopped")
    stages: list[str] = []

    def stopped(context: OperationContext) -> TypedBytes | None:
        progress = context.progress

        def stop(share: float, stage: str = "") -> None:
            progress(share, stage)
            stages.append(stage)
            if stage == "storing clusters" and stages.count(stage) == 1:
                raise RunnerStoppingError

        context.progress = stop  # type: ignore[method-assign]
        return world.job()(context)

    again = world.ran("stopped", stopped)
    assert stages.count("storing pairs") == 1
    assert stages.count("storing clusters") == 2
    assert (again.pairs, again.clusters) == (whole.pairs, whole.clusters)


def test_what_is_rejected_or_not_known_here_is_left_out(world: World) -> None:
    before = world.ran("before")
    first, second = before.pairs[0], before.pairs[1]
    rejected = duplicate_pb2.PairDecision(
        left=first.left, right=first.right, verdict=duplicate_pb2.VERDICT_NOT_DUPLICATE
    )
    world.client.call("DedupeService.DecidePair", duplicate_pb2.DecidePairRequest(decision=rejected))
    gone = second.left.id
    world.client.call("DedupeService.DeleteRecord", record_pb2.DeleteRecordRequest(ref=ref(gone)))
    after = world.ran("after")
    kept = [
        each
        for each in before.pairs
        if (each.left, each.right) != (first.left, first.right) and gone not in {each.left.id, each.right.id}
    ]
    assert [(each.left, each.right, each.probability) for each in after.pairs] == [
        (each.left, each.right, each.probability) for each in kept
    ]
    assert not any(gone in {each.id for each in members} for members, _ in after.clusters)
