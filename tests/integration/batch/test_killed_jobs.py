"""Each job is killed half-way (as by `kill -9`), goes on, and ends with the same rows."""

import multiprocessing
import os
import signal
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from services.common.batch.run_folder import RunFolder
from tests.integration.batch.cases import CASES, Case, run

# One process loads the jobs; those that are killed are copies of it.
PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload([__name__, "tests.integration.batch.cases"])


@pytest.mark.parametrize("make", CASES, ids=lambda make: make.__name__.removesuffix("_case"))
def test_a_job_that_is_killed_half_way_ends_with_the_same_rows(
    make: Callable[[Path], Case], tmp_path: Path
) -> None:
    case = make(tmp_path)
    process = PROCESSES.Process(target=run_until_killed, args=(case, tmp_path / "killed"))
    process.start()
    process.join()
    assert process.exitcode == -signal.SIGKILL
    resumed, whole = run(case, tmp_path / "killed"), run(case, tmp_path / "whole")
    assert (resumed.resumed_stages, whole.resumed_stages) == (case.middle, 0)
    assert resumed.rows == whole.rows


def run_until_killed(case: Case, folder: Path) -> None:
    """Runs a job; its process dies once the middle stage's tables are written, before the stage counts as whole."""
    end_stage = RunFolder.end_stage

    def end_or_die(self: RunFolder, stage: int, tables: Mapping[str, int]) -> None:
        if stage == case.middle:
            os.kill(os.getpid(), signal.SIGKILL)
        end_stage(self, stage, tables)

    RunFolder.end_stage = end_or_die  # type: ignore[method-assign]
    run(case, folder)
