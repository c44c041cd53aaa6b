"""Migrations as an operator's own step: for every service, on both databases, and by a role that workers lack."""

from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url

from services.common.db import Database
from services.common.db.migrations import main, migrations_of
from services.common.records import RecordKind
from services.common.supervisor import SUITE
from services.scoring import store
from services.scoring.grades import GradeRanges

Run = Callable[..., str]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs the command on a database; gives what it says."""

    def once(command: str, service: str, *more: str, url: str, code: int = 0) -> str:
        monkeypatch.setenv("LEADLIGHT_DATA_DIR", str(tmp_path))
        monkeypatch.setenv("LEADLIGHT_DATABASE_URL", url)
        assert main([command, service, *more]) == code
        said = capsys.readouterr()
        return (said.err if code else said.out).strip()

    return once


@pytest.mark.parametrize("service", [each.name for each in SUITE])
def test_every_service_goes_up_down_and_up_again(run: Run, service: str, database_url: str) -> None:
    newest = f"{len(list(migrations_of(service).versions.glob('*.py'))):04d}"
    assert run("state", service, url=database_url) == f"{service}: at base, newest {newest}"
    assert run("up", service, "0001", url=database_url) == f"{service}: at 0001, newest {newest}"
    assert run("up", service, url=database_url) == f"{service}: at {newest}, newest {newest}"
    assert run("down", service, "base", url=database_url) == f"{service}: at base, newest {newest}"
    assert run("up", service, url=database_url) == f"{service}: at {newest}, newest {newest}"
    assert migrations_of(service).differences(database_url) == []


def test_what_is_wrong_is_said_in_a_line(run: Run, sqlite_url: str, tmp_path: Path) -> None:
    assert "no service 'nosuch'" in run("up", "nosuch", url=sqlite_url, code=1)
    assert "'0099'" in run("up", "scoring", "0099", url=sqlite_url, code=1)
    run("up", "scoring", url=sqlite_url)
    assert "'0099'" in run("down", "scoring", "0099", url=sqlite_url, code=1)
    assert "UNAVAILABLE" in run("state", "scoring", url=f"sqlite:///{tmp_path}", code=1)


def test_workers_need_no_right_to_change_tables(run: Run, postgresql_url: str) -> None:
    """The grants of docs/operations.md."""
    run("up", "scoring", url=postgresql_url)
    url = make_url(postgresql_url)
    role = f"worker_{url.database}"
    grants = f"""
        CREATE ROLE {role} LOGIN;
        GRANT USAGE ON SCHEMA leadlight_scoring TO {role};
        GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA leadlight_scoring TO {role};
        GRANT USAGE ON ALL SEQUENCES IN SCHEMA leadlight_scoring TO {role};
    """
    admin_url = url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(admin_url, autocommit=True) as admin:
        admin.execute(grants)
    try:
        worker_url = url.set(username=role).render_as_string(hide_password=False)
        run("up", "scoring", url=worker_url)  # as each worker does at its start
        db = Database(worker_url, service="scoring")
        with db.write("acme") as session:
            store.set_grade_ranges(session, RecordKind.LEAD, GradeRanges(51, 30, 10))
        with db.read("acme") as reader:
            assert store.grade_ranges(reader, RecordKind.LEAD) == GradeRanges(51, 30, 10)
        db.close()
        assert "must be owner" in run("down", "scoring", "base", url=worker_url, code=1)
    finally:
        with psycopg.connect(admin_url, autocommit=True) as admin:
            admin.execute(f"DROP OWNED BY {role}; DROP ROLE {role}")
