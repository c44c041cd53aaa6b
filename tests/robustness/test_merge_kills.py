"""Random merges and unmerges with kill -9 in between leave the tables equal to a plain model of them."""

import random
from pathlib import Path

import pytest

from services.common.db import Database
from tests.robustness.merge_history import History
from tests.robustness.processes import running

pytestmark = pytest.mark.timeout(300)

CALLS = 1500
KILLS = 8


def test_merges_with_kills_in_between_leave_what_a_plain_model_says(tmp_path: Path, sqlite_url: str) -> None:
    with running(tmp_path, sqlite_url, service="dedupe") as service:
        db = Database(sqlite_url, service="dedupe")
        history = History(service, db, random.Random(5))  # noqa: S311 - the same history each time
        try:
            history.run(CALLS, KILLS)
        finally:
            db.close()
        assert len(service.events("process_died")) == KILLS
    done = ("MergeRecords", "UnmergeRecords", "DetachRecord")
    assert min(history.counts[f"MergeService.{each}"] for each in done) > CALLS / 40
    refusals = ("RECORD_MERGED", "MERGE_NOT_REVERSIBLE", "MERGE_CHANGED_SINCE", "RESOURCE_NOT_FOUND")
    assert min(history.counts[each] for each in refusals) > 0
