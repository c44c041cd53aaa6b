"""SQLAlchemy engines for the two databases, set up so that both behave alike.

Make an engine in the process that uses it: connections must not cross a fork.
"""

import json
import re
import sqlite3
from typing import Any, cast

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.pool import ConnectionPoolEntry

from services.common.errors import Code, LeadlightError, Reason

_READER_CACHE_KIB = 2 * 1024
_WRITER_CACHE_KIB = 32 * 1024
_CACHE_IS_WIDE = "leadlight_cache_is_wide"
_LOG_PAGES = 16 * 1024
_LOG_BYTES = _LOG_PAGES * 4096
WRITES = "leadlight_writes"
"""Execution option of a connection whose transactions write."""

_VALUES = re.compile(r"IN \(VALUES ((?:\([?, ]+\)(?:, )?)+)\)")
_LOG_PATIENCE_MS = 2000


def normalised_url(url: str) -> URL:
    """The URL with its driver.

    Args:
        url: `sqlite:///path`, `postgresql://…`, `postgres://…` or `postgresql+psycopg://…`.

    Raises:
        ValueError: For any other database, and for SQLite in memory, which no second process sees.
    """
    parsed = make_url(url)
    match parsed.drivername:
        case "sqlite" | "sqlite+pysqlite":
            if parsed.database in (None, "", ":memory:"):
                raise ValueError("SQLite needs a file: sqlite:///path")
            return parsed.set(drivername="sqlite+pysqlite")
        case "postgresql" | "postgres" | "postgresql+psycopg":
            return parsed.set(drivername="postgresql+psycopg")
        case other:
            raise ValueError(f"database {other!r} is not supported: use sqlite:/// or postgresql://")


def schema_name(service: str) -> str:
    """The PostgreSQL schema that holds one service's tables."""
    return f"leadlight_{service}"


def make_engine(
    url: str, *, service: str, pool_size: int, pool_timeout_s: float, lock_timeout_s: float
) -> Engine:
    """An engine for a service's database.

    Args:
        url: See `normalised_url`. Services may share one PostgreSQL database: each has its schema.
        service: Name of the service, such as "scoring".
        pool_size: Most connections this process holds.
        pool_timeout_s: Longest wait for a free connection.
        lock_timeout_s: Longest wait for another writer.
    """
    parsed = normalised_url(url)
    # The connection that was used last comes first: few hold pages in memory while little is asked.
    pool: dict[str, Any] = {
        "pool_size": pool_size,
        "pool_use_lifo": True,
        "max_overflow": 0,
        "pool_timeout": pool_timeout_s,
        "json_serializer": _to_json,
    }
    if parsed.get_backend_name() == "sqlite":
        # isolation_level=None: the driver begins no transactions of its own, `_begin` does.
        arguments = {"timeout": lock_timeout_s, "isolation_level": None, "check_same_thread": False}
        engine = create_engine(parsed, connect_args=arguments, **pool)
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "checkin", _narrow_cache)
        event.listen(engine, "before_cursor_execute", _reach_index, retval=True)
        event.listen(engine, "begin", _begin_sqlite)
        event.listen(engine, "commit", _check_sqlite_transaction)
        return engine
    options = (
        f"-csearch_path={schema_name(service)} -clock_timeout={int(lock_timeout_s * 1000)} -ctimezone=UTC"
    )
    given = parsed.query.get("options")
    if given is not None:
        options = f"{given} {options}"
    # The pre-ping replaces connections that a restart of the server or a firewall has cut.
    return create_engine(
        parsed,
        connect_args={"options": options, "connect_timeout": 10, "application_name": f"leadlight.{service}"},
        pool_pre_ping=True,
        pool_recycle=1800,
        **pool,
    )


# Made once: `json.dumps` makes one for every value. allow_nan: NaN is no JSON; PostgreSQL refuses it, and so must
# SQLite.
_to_json = json.JSONEncoder(allow_nan=False, ensure_ascii=False, separators=(",", ":")).encode


def _prepare_sqlite(connection: sqlite3.Connection, _entry: ConnectionPoolEntry) -> None:
    # WAL: readers never wait for the writer. synchronous=FULL: an acknowledged commit outlives
    # power loss; NORMAL would keep it through kill -9 (the pages are the kernel's by then), but
    # syncs the log only at checkpoints. Group commit pays the fsync once for many callers.
    # secure_delete: what is erased is overwritten, not only forgotten; some builds of SQLite have it off.
    # An index of hashes is written all over: with the default log (4 MB) each of its pages goes to the file once
    # per transaction instead of once per 64 MB. What a larger transaction needed of the log is given back.
    for pragma in (
        "journal_mode = WAL",
        "synchronous = FULL",
        "foreign_keys = ON",
        "secure_delete = ON",
        f"cache_size = -{_READER_CACHE_KIB}",
        f"wal_autocheckpoint = {_LOG_PAGES}",
        f"journal_size_limit = {_LOG_BYTES}",
    ):
        connection.execute(f"PRAGMA {pragma}").close()


def _reach_index(
    _connection: Connection, _cursor: Any, statement: str, parameters: Any, _context: Any, _many: bool
) -> tuple[str, Any]:
    # SQLite looks several columns up in an index by IN only where the right side is a select; for a bare list of
    # values it reads all of a tenant's rows.
    if "IN (VALUES " in statement:
        statement = _VALUES.sub(r"IN (SELECT * FROM (VALUES \1))", statement)
    return statement, parameters


def empty_log(connection: Connection) -> None:
    """Writes SQLite's log into its file and cuts it to nothing, unless somebody reads an older state for long."""
    driver = cast("sqlite3.Connection", connection.connection.driver_connection)
    (patience_ms,) = driver.execute("PRAGMA busy_timeout").fetchone()
    driver.execute(f"PRAGMA busy_timeout = {_LOG_PATIENCE_MS}")
    try:
        # On the driver's own connection: SQLAlchemy would begin a transaction, in which there is no checkpoint.
        driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    finally:
        driver.execute(f"PRAGMA busy_timeout = {patience_ms}")


def _begin_sqlite(connection: Connection) -> None:
    # A deferred transaction that reads first and writes later fails at once with "database is
    # locked" when another one wrote in between: writers take the lock at the start and wait for it.
    writes = connection.get_execution_options().get(WRITES, False)
    if writes:
        _widen_cache(connection)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _widen_cache(connection: Connection) -> None:
    # Pages of a large transaction that find no room leave the cache before they are finished. A reader needs less:
    # its cache is void as soon as anybody writes, and each connection of each process holds one.
    if not connection.info.get(_CACHE_IS_WIDE):
        connection.exec_driver_sql(f"PRAGMA cache_size = -{_WRITER_CACHE_KIB}")
        connection.info[_CACHE_IS_WIDE] = True


def _narrow_cache(connection: sqlite3.Connection | None, entry: ConnectionPoolEntry) -> None:
    if connection is not None and entry.info.pop(_CACHE_IS_WIDE, False):
        connection.execute(f"PRAGMA cache_size = -{_READER_CACHE_KIB}").close()


def _check_sqlite_transaction(connection: Connection) -> None:
    # A full disk or an input/output error makes SQLite undo the whole transaction by itself. A
    # caller that swallowed that error would then commit nothing and be told that it is stored.
    driver = cast("sqlite3.Connection", connection.connection.driver_connection)
    if not driver.in_transaction:
        raise LeadlightError(
            Code.UNAVAILABLE,
            Reason.STORAGE_UNAVAILABLE,
            "the database undid the transaction; try again",
            retry_after_s=2.0,
        )
