"""What a failing database means to a caller: try again, or our bug."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from sqlalchemy import exc

from services.common.errors import Code, LeadlightError, Reason

# SQLite raises OperationalError for "no such table" too, so its result code decides. Primary codes
# (the low byte) of https://www.sqlite.org/rescode.html that say "the storage, not the statement".
_SQLITE_STORAGE_CODES = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_NOMEM,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_PROTOCOL,
    }
)
_RETRY_CONFLICT_S = 0.1
_RETRY_STORAGE_S = 2.0


@contextmanager
def storage_errors() -> Iterator[None]:
    """Turns errors of the storage into `LeadlightError`; all others (bugs, constraints) pass.

    Raises:
        LeadlightError: UNAVAILABLE (STORAGE_UNAVAILABLE) when the database is locked, gone, full or
            has no connection to spare; ABORTED (CONCURRENT_CHANGE) when PostgreSQL broke a deadlock.
    """
    try:
        yield
    except (exc.DBAPIError, exc.TimeoutError) as error:
        public = _public_error(error)
        if public is None:
            raise
        raise public from error


def _public_error(error: exc.DBAPIError | exc.TimeoutError) -> LeadlightError | None:
    if isinstance(error, exc.TimeoutError):
        return _unavailable("every database connection is in use")
    cause = error.orig
    if isinstance(cause, (psycopg.errors.DeadlockDetected, psycopg.errors.SerializationFailure)):
        return LeadlightError(
            Code.ABORTED,
            Reason.CONCURRENT_CHANGE,
            "another call changed the same data; try again",
            retry_after_s=_RETRY_CONFLICT_S,
        )
    # InterfaceError: psycopg's word for a connection that is closed already.
    if isinstance(cause, (psycopg.OperationalError, psycopg.InterfaceError)):
        return _unavailable("the database is not available")
    if isinstance(cause, sqlite3.Error):
        code = getattr(cause, "sqlite_errorcode", None)
        # On a full disk SQLite undoes the whole transaction, savepoints and all; going back to one
        # then fails with an error that hides the reason.
        if "no such savepoint" in str(cause) or (code is not None and code & 0xFF in _SQLITE_STORAGE_CODES):
            return _unavailable("the database is busy or cannot be written")
    return None


def _unavailable(message: str) -> LeadlightError:
    return LeadlightError(
        Code.UNAVAILABLE,
        Reason.STORAGE_UNAVAILABLE,
        f"{message}; try again",
        retry_after_s=_RETRY_STORAGE_S,
    )
