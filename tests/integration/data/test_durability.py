"""No acknowledged write is lost: by writers in each other's way, by kill -9, by a failing disk."""

import subprocess
from collections.abc import Callable

import pytest
from sqlalchemy import Connection
from sqlmodel import col, func, select

from services.common.db import Database, TenantSession
from services.common.errors import Code, LeadlightError, Reason
from services.common.tables import KIT_METADATA, IdempotentRequest

Start = Callable[..., "subprocess.Popen[str]"]


def request(request_id: str, response: bytes = b"") -> IdempotentRequest:
    return IdempotentRequest(method="count", request_id=request_id, request_hash=b"", response=response)


def test_four_processes_lose_no_transaction(
    kit_db: Database, database_url: str, start_program: Start
) -> None:
    with kit_db.write("acme") as session:
        session.add(request("1", b"0"))
    processes = [start_program("write_transactions.py", database_url, 300) for _ in range(4)]
    assert [process.wait(timeout=100) for process in processes] == [0, 0, 0, 0]
    with kit_db.read("acme") as reader:
        row = reader.get(IdempotentRequest, method="count", request_id="1")
    assert row is not None
    assert row.response == b"1200"


def test_kill_9_loses_no_acknowledged_write(
    kit_db: Database, database_url: str, start_program: Start
) -> None:
    writer = start_program("group_commit_writer.py", database_url)
    assert writer.stdout is not None
    acknowledged = [int(writer.stdout.readline()) for _ in range(1000)]
    writer.kill()
    rest = writer.stdout.read().splitlines(keepends=True)
    acknowledged += [int(line) for line in rest if line.endswith("\n")]
    with kit_db.read("acme") as reader:
        stored = {int(number) for number in reader.exec(select(IdempotentRequest.request_id))}
    assert len(acknowledged) >= 1000
    assert set(acknowledged) <= stored


def test_sqlite_settings_hold(sqlite_url: str) -> None:
    db = Database(sqlite_url, service="kit")
    with db.read_all_tenants() as connection:
        found = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    db.close()
    assert found == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 30_000}


def test_a_locked_database_is_unavailable(sqlite_url: str) -> None:
    db = Database(sqlite_url, service="kit")
    hasty = Database(sqlite_url, service="kit", lock_timeout_s=0.05)
    with db.write_all_tenants() as connection:
        KIT_METADATA.create_all(connection)
        with pytest.raises(LeadlightError) as raised, hasty.write("acme") as session:
            session.add(request("1"))
        assert raised.value.code is Code.UNAVAILABLE
        assert raised.value.reason is Reason.STORAGE_UNAVAILABLE
        assert raised.value.retry_after_s
    hasty.close()
    db.close()


def test_a_full_disk_is_unavailable_and_loses_the_whole_transaction(sqlite_url: str) -> None:
    db = Database(sqlite_url, service="kit", pool_size=1)
    with db.write_all_tenants() as connection:
        KIT_METADATA.create_all(connection)
    with db.read_all_tenants() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")

    def write_both(session: TenantSession) -> None:
        session.add(request("small"))
        session.flush()
        session.add(request("large", b"x" * 1_000_000))

    with pytest.raises(LeadlightError) as raised, db.write("acme") as session:
        write_both(session)
    assert raised.value.reason is Reason.STORAGE_UNAVAILABLE
    with db.read("acme") as reader:
        assert reader.exec(select(func.count()).select_from(IdempotentRequest)).one() == 0
    db.close()


def test_a_transaction_that_the_database_undid_is_not_acknowledged(sqlite_url: str) -> None:
    db = Database(sqlite_url, service="kit")

    def undo(session: TenantSession) -> None:
        session.add(request("1"))
        session.flush()
        # What SQLite does by itself when the disk is full and the caller swallows that error.
        session._session.connection().connection.driver_connection.execute("ROLLBACK")  # type: ignore[union-attr]

    with db.write_all_tenants() as connection:
        KIT_METADATA.create_all(connection)
    with pytest.raises(LeadlightError, match="undid"), db.write("acme") as session:
        undo(session)
    db.close()


def test_a_server_that_is_gone_is_unavailable() -> None:
    db = Database("postgresql://nobody@127.0.0.1:1/none", service="kit")
    with pytest.raises(LeadlightError) as raised, db.read("acme") as reader:
        reader.exec(select(col(IdempotentRequest.method)))
    assert raised.value.reason is Reason.STORAGE_UNAVAILABLE
    db.close()


def test_a_cut_connection_is_replaced(postgresql_url: str) -> None:
    db = Database(postgresql_url, service="kit")
    other = Database(postgresql_url, service="kit")

    def cut(connection: Connection) -> None:
        process = connection.exec_driver_sql("SELECT pg_backend_pid()").scalar()
        with other.write_all_tenants() as killer:
            killer.execute(select(func.pg_terminate_backend(process, 5000)))

    with pytest.raises(LeadlightError) as raised, db.write_all_tenants() as connection:
        cut(connection)
    assert raised.value.reason is Reason.STORAGE_UNAVAILABLE
    with db.read_all_tenants() as connection:
        assert connection.exec_driver_sql("SELECT 1").scalar() == 1
    db.close()
    other.close()


@pytest.mark.parametrize(
    "url", ["sqlite://", "sqlite:///:memory:", "mysql://host/name", "postgresql+psycopg2://host/name"]
)
def test_other_databases_are_refused(url: str) -> None:
    with pytest.raises(ValueError, match="sqlite"):
        Database(url, service="kit")
