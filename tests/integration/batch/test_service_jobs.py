"""Jobs that are asked for by RunJob: what they read and write, how they end, and go on after a killed runner."""

import fcntl
import json
import os
import shutil
import subprocess
import sys
import threading
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest
from google.longrunning import operations_pb2
from leadlight.common.v1 import job_pb2
from psycopg import sql
from pyarrow import parquet

from services.common.batch.operation import RunJob
from services.common.batch.orders import RUN_JOB
from services.common.batch.run_folder import RunFolder, remove_old_runs
from services.common.db import Database
from services.common.operations import Handler, OperationContext, TypedBytes, run
from services.dedupe.settings import DedupeSettings
from tests.contract.served import TENANT, Client, served
from tests.integration.batch import counted_job
from tests.integration.working import QUICK, eventually, work_off

ROOT = Path(__file__).parents[3]
SAMPLE = ROOT / "clients" / "cli" / "sample" / "duplicates.csv"
PROGRAM = Path(__file__).parent / "programs" / "killed_runner.py"
ENVIRONMENT = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}


@dataclass(frozen=True)
class World:
    """The dedupe service with a folder for jobs; the tests work off its operations."""

    client: Client
    db: Database
    settings: DedupeSettings
    folder: Path

    def ask(self, **fields: Any) -> operations_pb2.Operation:
        """Asks for a scan of the sample."""
        request = {"inputs": {"file": job_pb2.JobSource(file="crm/people.csv")}, "output": "found", **fields}
        asked = job_pb2.RunJobRequest(name="jobs/dedupe.scan", **request)
        answer: operations_pb2.Operation = self.client.call("JobService.RunJob", asked)
        return answer

    def work_off(self) -> None:
        work_off(self.db, TENANT, {RUN_JOB: RunJob(self.db, self.settings)})

    def ended(self, name: str, handler: Handler) -> operations_pb2.Operation:
        """An operation once a runner with this handler has ended it, in whatever way."""
        stop = threading.Event()
        thread = threading.Thread(target=run, args=(self.db, {RUN_JOB: handler}, stop, QUICK))
        thread.start()
        try:
            eventually(lambda: self.operation(name).done)
        finally:
            stop.set()
            thread.join()
        return self.operation(name)

    def operation(self, name: str) -> operations_pb2.Operation:
        answer: operations_pb2.Operation = self.client.call(
            "Operations.GetOperation", operations_pb2.GetOperationRequest(name=name)
        )
        return answer

    def response(self, name: str) -> job_pb2.RunJobResponse:
        operation = self.operation(name)
        assert operation.done
        response = job_pb2.RunJobResponse()
        assert operation.response.Unpack(response), operation.error
        return response


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory, postgresql_server_url: str) -> Iterator[World]:
    jobs, data = tmp_path_factory.mktemp("jobs"), tmp_path_factory.mktemp("data")
    folder = jobs / TENANT
    (folder / "crm").mkdir(parents=True)
    shutil.copy(SAMPLE, folder / "crm" / "people.csv")
    connections = {
        f"{TENANT}/crm": "postgresql://reader:secret@db.invalid/crm",
        f"{TENANT}/people": postgresql_server_url.replace("postgresql+psycopg", "postgresql"),
    }
    own = {"jobs_folder": jobs, "jobs_connections": connections}
    with served("dedupe", data, run_operations=False, **own) as running:
        db = Database(running.settings.database_url, service="dedupe")
        yield World(running.client(), db, running.settings, folder)
        db.close()


def metadata_of(operation: operations_pb2.Operation) -> job_pb2.RunJobMetadata:
    metadata = job_pb2.RunJobMetadata()
    assert operation.metadata.Unpack(metadata)
    return metadata


def test_a_run_writes_what_the_command_writes_and_is_repeated_by_no_one(world: World) -> None:
    request_id = str(uuid.uuid4())
    asked = world.ask(request_id=request_id, run_id="nightly")
    assert world.ask(request_id=request_id, run_id="nightly").name == asked.name
    assert metadata_of(asked).run_id == "nightly"
    again = world.ask(run_id="nightly")
    world.work_off()
    first, second = world.response(asked.name), world.response(again.name)
    assert (first.name, first.run_id, first.resumed_stage_count) == ("jobs/dedupe.scan", "nightly", 0)
    assert (second.rows, second.resumed_stage_count) == (first.rows, 5)
    pairs = parquet.read_table(world.folder / "found" / "pairs.parquet")
    assert len(pairs) == first.rows["pairs"] > 0
    assert ("en-01", "en-01b") in zip(*(pairs[each].to_pylist() for each in ("left", "right")), strict=True)
    assert metadata_of(world.operation(asked.name)).progress == 1.0


def test_a_run_goes_on_after_its_runner_was_killed(world: World) -> None:
    asked = world.ask(output="resumed")
    command = [sys.executable, str(PROGRAM), world.settings.database_url, str(world.settings.data_dir)]
    killed = subprocess.run(
        [*command, str(world.settings.jobs_folder)], env=ENVIRONMENT, timeout=300, check=False
    )
    assert killed.returncode == -9
    assert not world.operation(asked.name).done
    world.work_off()
    # What its stage was had been begun; those before it were whole.
    assert world.response(asked.name).resumed_stage_count >= 2
    assert metadata_of(world.operation(asked.name)).restart_count == 1
    whole, resumed = (
        parquet.read_table(world.folder / each / "pairs.parquet") for each in ("found", "resumed")
    )
    assert whole.equals(resumed)


def test_a_program_ends_with_the_runner_that_started_it(tmp_path: Path) -> None:
    (tmp_path / "rows.csv").write_text("name,value\nx,1\n", encoding="utf-8")
    order = json.dumps(counted_job.order(tmp_path, waits="yes"))
    with subprocess.Popen(
        [sys.executable, "-m", "services.common.batch.program"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=ENVIRONMENT,
    ) as program:
        assert program.stdin is not None
        assert program.stdout is not None
        program.stdin.write(order.encode())
        program.stdin.close()
        while b"counting values" not in program.stdout.readline():
            assert program.poll() is None
        program.stdout.close()
        assert program.wait(120) == 1
    with RunFolder(tmp_path / "runs", "r1").held():
        assert RunFolder(tmp_path / "runs", "r1").is_done(0)


def test_a_run_that_is_cancelled_leaves_nothing(world: World) -> None:
    asked = world.ask(output="cancelled")

    def cancelled(context: OperationContext) -> TypedBytes | None:
        cancel = operations_pb2.CancelOperationRequest(name=asked.name)
        world.client.call("Operations.CancelOperation", cancel)
        eventually(context.cancelled.is_set)
        return RunJob(world.db, world.settings)(context)

    assert world.ended(asked.name, cancelled).error.message == "the operation was cancelled"
    assert not (world.folder / "cancelled").exists()
    assert not (world.folder / ".runs" / asked.name.removeprefix("operations/")).exists()


def test_no_name_leads_out_of_the_folder(world: World, tmp_path: Path) -> None:
    (tmp_path / "secret.csv").write_text("id\n1\n", encoding="utf-8")
    (world.folder / "link").symlink_to(tmp_path)
    other = world.folder.parent / "other"
    other.mkdir()
    shutil.copy(SAMPLE, other / "people.csv")
    source = job_pb2.JobSource
    names = ["../other/people.csv", "/etc/passwd", ".runs/x", "crm/../../other/people.csv", "crm/.hidden", ""]
    for name in names:
        refused(world, "inputs[file].file", inputs={"file": source(file=name)})
        refused(world, "output", output=name)
    refused(world, "inputs[file].file", inputs={"file": source(file="link/secret.csv")})
    refused(world, "output", output="link/out")


def refused(world: World, field: str, **fields: Any) -> None:
    request = {"inputs": {"file": job_pb2.JobSource(file="crm/people.csv")}, "output": "found", **fields}
    seen = world.client.refused(
        "JobService.RunJob", job_pb2.RunJobRequest(name="jobs/dedupe.scan", **request)
    )
    assert (seen.code, seen.reason) == ("INVALID_ARGUMENT", "INVALID_FIELD")
    assert [each.replace('"', "") for each in seen.fields] == [field]


def test_a_database_is_named_and_its_password_stays_here(world: World) -> None:
    table = job_pb2.JobTable(connection="none", table="people")
    request = job_pb2.RunJobRequest(
        name="jobs/dedupe.scan", inputs={"file": job_pb2.JobSource(table=table)}, output="found"
    )
    seen = world.client.refused("JobService.RunJob", request)
    assert (seen.code, seen.metadata["resource"]) == ("NOT_FOUND", "connection")
    request.inputs["file"].table.connection = "crm"
    asked = world.client.call("JobService.RunJob", request)
    failed = world.ended(asked.name, RunJob(world.db, world.settings))
    assert "inputs.file: PostgreSQL says" in failed.error.message
    assert "secret" not in str(failed)


def test_a_table_of_a_named_database_is_read(world: World) -> None:
    address = world.settings.jobs_connections[f"{TENANT}/people"].get_secret_value()
    columns = SAMPLE.read_text(encoding="utf-8").partition("\n")[0].replace(",", " text, ")
    # The server is the session's, and other tests' too.
    name = sql.Identifier(f"crm_{uuid.uuid4().hex}")
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE TABLE {} (" + columns + " text)").format(name))
        try:
            copying = sql.SQL("COPY {} FROM STDIN (FORMAT csv, HEADER)").format(name)
            with connection.cursor() as cursor, cursor.copy(copying) as rows:
                rows.write(SAMPLE.read_bytes())
            table = job_pb2.JobTable(connection="people", table=name.as_string().strip('"'))
            of_table = world.ask(inputs={"file": job_pb2.JobSource(table=table)}, output="of-table")
            of_file = world.ask(output="of-file")
            for asked in (of_table, of_file):
                world.ended(asked.name, RunJob(world.db, world.settings))
        finally:
            connection.execute(sql.SQL("DROP TABLE {}").format(name))
    assert world.response(of_table.name).rows["pairs"] == world.response(of_file.name).rows["pairs"] > 0
    pairs = [parquet.read_table(world.folder / each / "pairs.parquet") for each in ("of-table", "of-file")]
    assert pairs[0].equals(pairs[1])


def test_a_tenant_has_its_own_folder_and_only_an_admin_asks(world: World) -> None:
    request = job_pb2.RunJobRequest(
        name="jobs/dedupe.scan",
        inputs={"file": job_pb2.JobSource(file="crm/people.csv")},
        output="found",
        validate_only=True,
    )
    assert world.client.call("JobService.RunJob", request).done
    stranger = Client(world.client.channel, "stranger", service="dedupe")
    assert stranger.refused("JobService.RunJob", request).code == "NOT_FOUND"


def test_without_a_folder_jobs_are_listed_and_not_run(tmp_path: Path) -> None:
    with served("dedupe", tmp_path, run_operations=False) as running:
        client = running.client()
        (job,) = client.call("JobService.ListJobs", job_pb2.ListJobsRequest()).jobs
        assert [each.name for each in job.outputs] == ["pairs", "clusters"]
        request = job_pb2.RunJobRequest(
            name=job.name, inputs={"file": job_pb2.JobSource(file="people.csv")}, output="found"
        )
        seen = client.refused("JobService.RunJob", request)
    assert (seen.code, seen.reason) == ("FAILED_PRECONDITION", "JOBS_OFF")
    assert "LEADLIGHT_DEDUPE_JOBS_FOLDER" in seen.message


def test_runs_that_nobody_went_on_with_are_removed(tmp_path: Path) -> None:
    for name in ("old", "held", "new"):
        with RunFolder(tmp_path, name).held():
            pass
    for name in ("old", "held"):
        os.utime(tmp_path / name / "lock", (0, 0))
    with (tmp_path / "held" / "lock").open("r+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        remove_old_runs(tmp_path, before_s=1.0)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["held", "new"]
