"""What workers say of jobs is what the jobs' code says."""

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

from clients.cli.jobs import MODULES
from services.common.batch.catalog import JobCatalog
from services.common.batch.program import job_in
from services.gateway.server_jobs import SERVICES_WITH_JOBS

ROOT = Path(__file__).parents[3]
JOBS = [job for service in SERVICES_WITH_JOBS for job in JobCatalog(service).jobs]


def test_the_catalogs_are_current() -> None:
    command = [sys.executable, "scripts/gen_job_catalogs.py", "--check"]
    checked = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    assert (checked.returncode, checked.stderr) == (0, "")


def test_the_command_and_the_gateway_know_every_job() -> None:
    assert {job.name: job.module for job in JOBS} == MODULES
    services = sorted(path.parent.name for path in ROOT.glob("services/*/jobs"))
    assert tuple(services) == SERVICES_WITH_JOBS
    assert all(find_spec(f"services.{job.name.partition('.')[0]}.jobs") for job in JOBS)


def test_a_job_for_the_store_takes_what_the_job_takes() -> None:
    stored = [job for job in JOBS if job.stored_module]
    assert [job.name for job in stored] == ["dedupe.scan", "scoring.rescore"]
    for each in stored:
        own, other = job_in(each.module), job_in(each.stored_module)
        assert (other.name, other.inputs, other.options) == (own.name, own.inputs, own.options)
        # A folder of several tables, whatever the job: RunJob gives it one.
        assert len(other.outputs) > 1
