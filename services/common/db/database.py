"""A service's database: transactions for one tenant, and a named door for work over all of them."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection

from services.common.db.engine import WRITES, empty_log, make_engine
from services.common.db.failures import storage_errors
from services.common.db.session import TenantReader, TenantSession


class Database:
    """Connections to one service's database. Make one per process, in that process.

    Args:
        url: `sqlite:///path` or `postgresql://…`.
        service: The service whose tables these are, such as "scoring".
        pool_size: Most connections this process holds.
        pool_timeout_s: Longest wait for a free connection.
        lock_timeout_s: Longest wait for another writer.
    """

    def __init__(
        self,
        url: str,
        *,
        service: str,
        pool_size: int = 8,
        pool_timeout_s: float = 10.0,
        lock_timeout_s: float = 30.0,
    ) -> None:
        self.service = service
        self._engine = make_engine(
            url,
            service=service,
            pool_size=pool_size,
            pool_timeout_s=pool_timeout_s,
            lock_timeout_s=lock_timeout_s,
        )
        # One snapshot per read transaction on PostgreSQL too, as SQLite has it.
        snapshot = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        postgresql = self._engine.dialect.name == "postgresql"
        self._reads = self._engine.execution_options(**(snapshot if postgresql else {}))
        self._writes = self._engine.execution_options(**{WRITES: True})

    @contextmanager
    def read(self, tenant: str) -> Iterator[TenantReader]:
        """A read transaction over one tenant's rows, from one snapshot.

        Raises:
            LeadlightError: UNAVAILABLE when the storage fails.
        """
        with storage_errors():
            reader = TenantReader(self._reads, tenant)
            try:
                yield reader
            finally:
                reader.close()

    @contextmanager
    def write(self, tenant: str) -> Iterator[TenantSession]:
        """A write transaction over one tenant's rows: committed at the end, undone by an exception.

        On SQLite it holds the write lock from its first statement. On PostgreSQL it reads what is
        committed: lock what a write depends on with `get(…, for_update=True)`.

        Raises:
            LeadlightError: UNAVAILABLE when the storage fails; nothing was written then, unless the
                connection broke during the commit itself.
        """
        with storage_errors(), _committed(TenantSession(self._writes, tenant)) as session:
            yield session

    def overwrite_deleted(self) -> None:
        """Empties SQLite's log, which holds what was deleted until it is written over; call it after an erasure.

        Readers that still look at the old state make it wait for the next time. PostgreSQL keeps deleted rows until
        its autovacuum has passed.
        """
        if self._engine.dialect.name == "sqlite":
            with storage_errors(), self._engine.connect() as connection:
                empty_log(connection)

    @contextmanager
    def write_on(self, connection: Connection, tenant: str) -> Iterator[TenantSession]:
        """A part of a transaction that is under way, for one tenant; its exception undoes it alone."""
        with _committed(TenantSession(connection, tenant)) as session:
            yield session

    @contextmanager
    def read_all_tenants(self) -> Iterator[Connection]:
        """A read transaction that is bound to no tenant: for housekeeping and schedules only."""
        with storage_errors(), self._reads.begin() as connection:
            yield connection

    @contextmanager
    def write_all_tenants(self) -> Iterator[Connection]:
        """A write transaction that is bound to no tenant: for the kit's own housekeeping only."""
        with storage_errors(), self._writes.begin() as connection:
            yield connection

    def close(self) -> None:
        """Closes every connection."""
        self._engine.dispose()


@contextmanager
def _committed(session: TenantSession) -> Iterator[TenantSession]:
    try:
        yield session
        session.commit()
    finally:
        session.close()
