"""Backup and restore as docs/operations.md has them, with a writer at work: nothing acknowledged is missing."""

import os
import shutil
import subprocess
import sys
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import make_url, text

from services.common.db import Database
from services.common.db.backup import BackupError, copy_sqlite
from services.common.db.migrations import migrations_of
from services.common.records import RecordKind
from services.scoring import store
from services.scoring.grades import DEFAULT_RANGES, GradeRanges

ROOT = Path(__file__).parents[2]
BEFORE = 20
MOST = 200


def ranges(number: int) -> GradeRanges:
    return GradeRanges(91, 50, number % 40 + 1)


class Writer:
    """Writes the grades of one tenant after the other, each in a transaction of its own with two rows."""

    def __init__(self, url: str) -> None:
        self._db = Database(url, service="scoring")
        self.acknowledged = 0
        self._stop = threading.Event()
        self._has_some = threading.Event()

    def _run(self) -> None:
        while not self._stop.is_set() and self.acknowledged < MOST:
            number = self.acknowledged
            with self._db.write(f"t{number}") as session:
                for kind in (RecordKind.LEAD, RecordKind.OPPORTUNITY):
                    store.set_grade_ranges(session, kind, ranges(number))
            self.acknowledged += 1
            if self.acknowledged >= BEFORE:
                self._has_some.set()

    @contextmanager
    def at_work(self) -> Iterator[int]:
        """Writes meanwhile; gives how many tenants were acknowledged before."""
        thread = threading.Thread(target=self._run)
        thread.start()
        try:
            assert self._has_some.wait(60)
            yield self.acknowledged
        finally:
            self._stop.set()
            thread.join()
            self._db.close()


def assert_holds(url: str, at_least: int, at_most: int) -> None:
    """The restored database has the tables of this version, and the writes up to one moment, each of them whole."""
    migrations = migrations_of("scoring")
    assert migrations.differences(url) == []
    db = Database(url, service="scoring")
    with db.read_all_tenants() as connection:
        tenants = [row[0] for row in connection.execute(text("SELECT DISTINCT tenant FROM grade_ranges"))]
    assert set(tenants) == {f"t{number}" for number in range(len(tenants))}
    assert at_least <= len(tenants) <= at_most
    for number in range(len(tenants)):
        with db.read(f"t{number}") as reader:
            for kind in (RecordKind.LEAD, RecordKind.OPPORTUNITY):
                assert store.grade_ranges(reader, kind) == ranges(number)
    with db.write("after") as session:
        store.set_grade_ranges(session, RecordKind.LEAD, ranges(7))
    with db.read("after") as reader:
        assert store.grade_ranges(reader, RecordKind.LEAD) == ranges(7) != DEFAULT_RANGES
    db.close()


@pytest.mark.fault("backup and restore with a writer at work")
def test_a_sqlite_file_is_copied_while_it_is_written(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/scoring.db"
    migrations_of("scoring").upgrade(url)
    writer = Writer(url)
    copy = tmp_path / "backup" / "scoring.db"
    copy.parent.mkdir()
    with writer.at_work() as before:
        command = [sys.executable, "-m", "services.common.db.backup", "scoring", str(copy)]
        environment = {
            **os.environ,
            "PYTHONPATH": os.pathsep.join(sys.path),
            "LEADLIGHT_DATA_DIR": str(tmp_path),
        }
        done = subprocess.run(
            command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=100
        )
        assert done.returncode == 0, done.stderr
    assert [path.name for path in copy.parent.iterdir()] == ["scoring.db"]
    assert_holds(f"sqlite:///{copy}", before, writer.acknowledged)


def test_a_copy_that_cannot_be_made_says_why(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/scoring.db"
    with pytest.raises(BackupError, match="does not exist"):
        copy_sqlite(url, tmp_path / "copy.db")
    migrations_of("scoring").upgrade(url)
    (tmp_path / "copy.db").write_bytes(b"kept")
    with pytest.raises(BackupError, match="exists already"):
        copy_sqlite(url, tmp_path / "copy.db")
    assert (tmp_path / "copy.db").read_bytes() == b"kept"
    (tmp_path / "broken.db").write_bytes(b"no database" * 1000)
    with pytest.raises(BackupError, match="cannot be copied"):
        copy_sqlite(f"sqlite:///{tmp_path}/broken.db", tmp_path / "other.db")
    assert not (tmp_path / "other.db").exists()
    with pytest.raises(BackupError, match="pg_dump"):
        copy_sqlite("postgresql://host/leadlight", tmp_path / "other.db")


def program(name: str) -> str:
    """One of PostgreSQL's programs, the newest that is installed."""
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: int(path.parts[-3]))
    path = str(found[-1]) if found else shutil.which(name)
    if path is None:
        pytest.skip(f"{name} is not here")
    return path


@pytest.mark.fault("backup and restore with a writer at work")
def test_postgresql_is_dumped_while_it_is_written_and_restored_elsewhere(
    postgresql_url: str, postgresql_server_url: str, tmp_path: Path
) -> None:
    migrations_of("scoring").upgrade(postgresql_url)
    writer = Writer(postgresql_url)
    dump = tmp_path / "leadlight.dump"
    with writer.at_work() as before:
        subprocess.run(
            [program("pg_dump"), "--format=custom", f"--file={dump}", f"--dbname={postgresql_url}"],
            check=True,
            timeout=100,
        )
    server = make_url(postgresql_server_url)
    name = f"restored_{uuid.uuid4().hex}"
    admin_url = server.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(admin_url, autocommit=True) as admin:
        admin.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        restored = server.set(database=name).render_as_string(hide_password=False)
        try:
            restore = [
                program("pg_restore"),
                "--exit-on-error",
                "--single-transaction",
                f"--dbname={restored}",
            ]
            subprocess.run([*restore, str(dump)], check=True, timeout=100)
            assert_holds(restored, before, writer.acknowledged)
        finally:
            admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
