"""How many of a database's pages a connection may hold in memory."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection

from services.common.db import Database

_READERS, _WRITERS = -2 * 1024, -32 * 1024


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    db = Database(f"sqlite:///{tmp_path / 'cache.db'}", service="scoring")
    yield db
    db.close()


def _cache_kib(connection: Connection) -> int:
    return int(connection.exec_driver_sql("PRAGMA cache_size").scalar_one())


def test_a_transaction_that_writes_has_room_for_its_pages(db: Database) -> None:
    with db.write_all_tenants() as connection:
        assert _cache_kib(connection) == _WRITERS


def test_what_a_writer_held_is_given_back(db: Database) -> None:
    with db.write_all_tenants():
        pass
    with db.read_all_tenants() as connection:
        assert _cache_kib(connection) == _READERS


def test_also_when_it_failed(db: Database) -> None:
    with pytest.raises(ZeroDivisionError), db.write_all_tenants():
        raise ZeroDivisionError
    with db.read_all_tenants() as connection:
        assert _cache_kib(connection) == _READERS


def test_one_connection_serves_one_caller_after_the_other(db: Database) -> None:
    """Others stay unused, and hold no pages."""
    seen = set()
    for _ in range(3):
        with db.read_all_tenants() as connection:
            seen.add(id(connection.connection.driver_connection))
        with db.write_all_tenants() as connection:
            seen.add(id(connection.connection.driver_connection))
    assert len(seen) == 1
