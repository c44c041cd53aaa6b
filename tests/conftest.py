"""Fixtures of every suite: a database per test, on SQLite and on PostgreSQL.

PostgreSQL is a throw-away server on a socket in a temporary folder, one for the session, from the
binaries found on PATH or in Debian's place. LEADLIGHT_TEST_POSTGRES_URL names a running one instead.
"""

import os
import shutil
import sys
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import psycopg
import pytest
from psycopg import sql
from sqlalchemy import make_url

# `tests.postgres_server` by its name.
sys.path.insert(0, str(Path(__file__).parents[1]))

from tests import postgres_server

# scikit-learn's threads spin while they wait for each other: on a busy machine two take ten times as long as one.
os.environ.setdefault("OMP_NUM_THREADS", "1")
# Some tests hold what onnxruntime itself says against the suite: without a word to its maker.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")

# Both look at the clock on the wall, and so at what else the machine does: drawing ten examples that cost
# 30 ms of processor time takes over a second on two cores with 25 processes that want them.
hypothesis.settings.register_profile(
    "busy", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("busy")


@pytest.fixture(scope="session")
def postgresql_server_url() -> Iterator[str]:
    """URL of a server on which databases may be made and dropped."""
    given = os.environ.get("LEADLIGHT_TEST_POSTGRES_URL")
    if given:
        yield given
        return
    binaries = postgres_server.binaries_folder()
    if binaries is None:
        reason = "no PostgreSQL: neither initdb nor LEADLIGHT_TEST_POSTGRES_URL was found"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    folder = Path(tempfile.mkdtemp(prefix="leadlight-pg-"))
    try:
        url = postgres_server.make(binaries, folder)
        postgres_server.start(binaries, folder, syncs=False)
        try:
            yield url
        finally:
            postgres_server.stop(binaries, folder)
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
