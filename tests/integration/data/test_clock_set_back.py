"""What is the newest stays the newest when the clock is set back in between."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from services.common.db import Database, later_than
from services.common.db.migrations import migrate
from services.common.records import RecordKind
from services.dedupe import scan_store
from services.dedupe.scan_results import Counts, FinishedScan
from services.scoring import model_store
from services.scoring.files import ServiceFiles
from tests.integration.scoring.world import install

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
SCAN = FinishedScan("s", Counts(0, 0, 0, 0, 0, 0, 0), 0.5, "{}", NOON)


@pytest.fixture
def db(database_url: str, request: pytest.FixtureRequest) -> Iterator[Database]:
    migrate(database_url, service=request.param)
    found = Database(database_url, service=request.param)
    yield found
    found.close()


@pytest.mark.parametrize(
    ("last", "expected"),
    [
        (None, NOON),
        (NOON - timedelta(seconds=1), NOON),
        (NOON, NOON + timedelta(microseconds=1)),
        (NOON + timedelta(hours=1), NOON + timedelta(hours=1, microseconds=1)),
    ],
)
def test_a_moment_is_later_than_the_last(last: datetime | None, expected: datetime) -> None:
    assert later_than(last, NOON) == expected


@pytest.mark.parametrize("db", ["dedupe"], indirect=True)
def test_the_latest_scan_is_shown_and_kept(db: Database) -> None:
    with db.write("acme") as session:
        for number in range(scan_store.KEPT_SCANS):
            scan_store.write_scan(session, replace(SCAN, scan_id=f"s{number}"))
    with db.write("acme") as session:
        scan_store.write_scan(session, replace(SCAN, scan_id="after", created_at=NOON - timedelta(hours=1)))
    with db.read("acme") as session:
        found = scan_store.read_scan(session, "-")
        assert found is not None
        assert found.scan_id == "after"
        assert scan_store.read_scan(session, "s0") is None


@pytest.mark.parametrize("db", ["scoring"], indirect=True)
def test_the_model_that_was_published_last_comes_first(
    db: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = []
    for moment in (NOON, NOON + timedelta(days=1), NOON - timedelta(hours=1)):
        monkeypatch.setattr(model_store, "utc_now", lambda moment=moment: moment)
        made.append(install(db, ServiceFiles(tmp_path), "acme").removeprefix("models/"))
    with db.read("acme") as session:
        found = model_store.published_models(session, RecordKind.LEAD)
    assert [line.model_id for line in found] == made[::-1]
