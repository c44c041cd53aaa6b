"""Fixtures of every suite: a database per test, on SQLite and on PostgreSQL.

PostgreSQL is a throw-away server on a socket in a temporary folder, one for the session, from the
binaries found on PATH or in Debian's place. LEADLIGHT_TEST_POSTGRES_URL names a running one instead.
"""

import os
import shutil
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import make_url

# scikit-learn's threads spin while they wait for each other: on a busy machine two take ten times as long as one.
os.environ.setdefault("OMP_NUM_THREADS", "1")


@pytest.fixture(scope="session")
def postgresql_server_url() -> Iterator[str]:
    """URL of a server on which databases may be made and dropped."""
    given = os.environ.get("LEADLIGHT_TEST_POSTGRES_URL")
    if given:
        yield given
        return
    binaries = _postgresql_binaries()
    if binaries is None:
        reason = "no PostgreSQL: neither initdb nor LEADLIGHT_TEST_POSTGRES_URL was found"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    folder = Path(tempfile.mkdtemp(prefix="leadlight-pg-"))
    try:
        if os.geteuid() == 0:
            shutil.chown(folder, "postgres", "postgres")
        _start_postgresql(binaries, folder)
        try:
            yield f"postgresql://postgres@/postgres?host={folder}"
        finally:
            _as_postgres([f"{binaries}/pg_ctl", "stop", "-D", f"{folder}/data", "-m", "immediate"], folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def postgresql_url(postgresql_server_url: str) -> Iterator[str]:
    """URL of an empty PostgreSQL database of the test's own."""
    name = f"test_{uuid.uuid4().hex}"
    server = make_url(postgresql_server_url)
    with _admin(postgresql_server_url) as admin:
        admin.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    yield server.set(database=name).render_as_string(hide_password=False)
    with _admin(postgresql_server_url) as admin:
        admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """URL of a SQLite file that does not exist yet."""
    return f"sqlite:///{tmp_path}/test.db"


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """URL of an empty database; each test that takes it runs on both."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


def _admin(url: str) -> psycopg.Connection:
    return psycopg.connect(
        make_url(url).set(drivername="postgresql").render_as_string(hide_password=False), autocommit=True
    )


def _postgresql_binaries() -> Path | None:
    on_path = shutil.which("initdb")
    if on_path and (Path(on_path).parent / "pg_ctl").exists():
        return Path(on_path).parent
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    return found[-1].parent if found else None


def _start_postgresql(binaries: Path, folder: Path) -> None:
    data = folder / "data"
    initdb = f"{binaries}/initdb -D {data} -U postgres -A trust -E UTF8 --locale=C --no-sync"
    _as_postgres(initdb.split(), folder)
    # On a socket only. The server itself is never killed here, so it need not sync.
    options = f"-k {folder} -c listen_addresses= -c fsync=off -c max_connections=100"
    _as_postgres(
        [f"{binaries}/pg_ctl", "start", "-w", "-D", str(data), "-l", f"{folder}/log", "-o", options], folder
    )


def _as_postgres(command: list[str], folder: Path) -> None:
    # PostgreSQL refuses to run as root.
    user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    done = subprocess.run([*user, *command], cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        pytest.fail(f"{command[0]} failed: {done.stdout}{done.stderr}")
