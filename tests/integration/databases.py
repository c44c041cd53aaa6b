"""Databases that last as long as a service under test: longer than one test."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import make_url


@contextmanager
def service_database(service: str, kind: str, folder: Path, request: pytest.FixtureRequest) -> Iterator[str]:
    """URL of an empty database for one service.

    Args:
        service: Such as "scoring".
        kind: "sqlite" or "postgresql".
        folder: Where the SQLite file goes.
        request: Of the fixture that asks; knows the server.
    """
    if kind == "sqlite":
        yield f"sqlite:///{folder}/{service}.db"
        return
    server = make_url(request.getfixturevalue("postgresql_server_url"))
    name = f"test_{uuid.uuid4().hex}"
    admin_url = server.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(admin_url, autocommit=True) as admin:
        admin.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    yield server.set(database=name).render_as_string(hide_password=False)
    with psycopg.connect(admin_url, autocommit=True) as admin:
        admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
