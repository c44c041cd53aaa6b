"""Sessions that see one tenant's rows: the only way a service's store reaches its tables."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any, TypeVar, TypeVarTuple, cast, overload

from sqlalchemy import (
    ColumnElement,
    Connection,
    Delete,
    Engine,
    Table,
    Update,
    bindparam,
    event,
    insert,
)
from sqlalchemy.engine.result import ScalarResult, TupleResult
from sqlalchemy.orm import ORMExecuteState, UOWTransaction
from sqlmodel import Session, SQLModel, select
from sqlmodel.sql.expression import Select, SelectOfScalar

from services.common.db import bulk
from services.common.db.binding import TenantBindingError, bound_to
from services.common.db.prepared import PreparedSelect
from services.common.db.tables import GlobalRow, TenantRow
from services.common.db.upsert import upsert

_Row = TypeVar("_Row", bound=SQLModel)
_Scalar = TypeVar("_Scalar")
_Columns = TypeVarTuple("_Columns")


class _BoundSession(Session):
    """SQLModel's session with the tenant in `info`; the listeners below hold it to that tenant."""


@event.listens_for(_BoundSession, "do_orm_execute")
def _bind_statement(state: ORMExecuteState) -> None:
    # A column load completes a row that is in the session already.
    if not state.is_column_load:
        state.statement = bound_to(state.statement, state.session.info["tenant"])


@event.listens_for(_BoundSession, "before_flush")
def _bind_rows(session: Session, _context: UOWTransaction, _instances: object) -> None:
    tenant = session.info["tenant"]
    for row in (*session.new, *session.dirty, *session.deleted):
        if isinstance(row, TenantRow):
            row.tenant = _stamped(row.tenant, tenant)
        elif not isinstance(row, GlobalRow):
            raise TenantBindingError(f"{type(row).__name__} is neither a TenantRow nor a GlobalRow")


def _stamped(given: str | None, tenant: str) -> str:
    if given is not None and given != tenant:
        raise TenantBindingError("the row belongs to another tenant than the session")
    return tenant


class TenantReader:
    """Reads one tenant's rows, all from one snapshot.

    Attributes:
        tenant: The tenant every statement is bound to.
    """

    def __init__(self, bind: Engine | Connection, tenant: str) -> None:
        self.tenant = tenant
        # Rows stay usable after the commit: they leave the session as plain values.
        # On a connection whose transaction is under way the session is a savepoint of it.
        self._session = _BoundSession(
            bind, expire_on_commit=False, join_transaction_mode="create_savepoint", info={"tenant": tenant}
        )

    @overload
    def exec(self, statement: SelectOfScalar[_Scalar]) -> ScalarResult[_Scalar]: ...

    @overload
    def exec(self, statement: Select[*_Columns]) -> TupleResult[tuple[*_Columns]]: ...

    def exec(
        self, statement: Select[*_Columns] | SelectOfScalar[_Scalar]
    ) -> TupleResult[tuple[*_Columns]] | ScalarResult[_Scalar]:
        """Runs a select; prefer selecting columns over whole rows on hot paths.

        Raises:
            TenantBindingError: The statement has a part that can't be bound to the tenant.
        """
        if not isinstance(statement, (Select, SelectOfScalar)):
            raise TenantBindingError(f"exec takes selects of mapped classes, not {type(statement).__name__}")
        # populate_existing: after a bulk write the session's rows would otherwise stay as they were.
        return self._session.exec(
            cast("SelectOfScalar[_Scalar]", statement), execution_options={"populate_existing": True}
        )

    def exec_prepared(self, prepared: PreparedSelect, **values: int | str | datetime) -> list[Any]:
        """Runs a select that was bound and compiled before; see there.

        Args:
            prepared: The select.
            **values: Its parameters by name.
        """
        self._session.flush()
        return prepared.run(self._session.connection(), self.tenant, values)

    def get(self, model: type[_Row], *, for_update: bool = False, **key: Any) -> _Row | None:
        """The row with that primary key (without the tenant), or None.

        Args:
            model: The table's class.
            for_update: Lock the row until the transaction ends. PostgreSQL needs it between a read
                and the write that depends on it; SQLite has one writer at a time anyway.
            **key: The primary key's columns by name, such as `id="…"`.
        """
        # Not the session's own get: it would name raw columns and answer from memory.
        statement = select(model).where(*(getattr(model, name) == value for name, value in key.items()))
        return self.exec(statement.with_for_update() if for_update else statement).one_or_none()

    def close(self) -> None:
        """Ends the session; what was not committed is rolled back."""
        self._session.close()


class TenantSession(TenantReader):
    """Reads and writes one tenant's rows in one transaction."""

    def add(self, *rows: SQLModel) -> None:
        """Adds new rows, stamped with the tenant when they are flushed."""
        self._session.add_all(rows)

    def delete(self, row: SQLModel) -> None:
        """Deletes a row that was read in this session."""
        self._session.delete(row)

    def flush(self) -> None:
        """Sends added and changed rows now, to meet constraint errors here."""
        self._session.flush()

    def change(self, statement: Update | Delete) -> int:
        """Runs an update or delete over a mapped class; gives the number of rows it changed.

        Raises:
            TenantBindingError: The statement has a part that can't be bound to the tenant.
        """
        if not isinstance(statement, (Update, Delete)):
            raise TenantBindingError(f"change takes an update or a delete, not {type(statement).__name__}")
        self._session.flush()
        # With no row read there is none to bring up to date, which may cost a RETURNING of all keys.
        synchronize = "auto" if self._session.identity_map else False
        options = {"synchronize_session": synchronize}
        return int(self._session.exec(statement, execution_options=options).rowcount)

    def insert_rows(self, model: type[SQLModel], rows: Sequence[Mapping[str, Any]]) -> None:
        """Inserts many rows in one statement, without making objects of them.

        Args:
            model: The table's class.
            rows: Values by column name, the same names in every row; `tenant` is stamped.
        """
        self._bulk(insert(_table(model)), model, rows)

    def upsert_rows(
        self,
        model: type[SQLModel],
        rows: Sequence[Mapping[str, Any]],
        *,
        key: Sequence[str] | None = None,
        update: Sequence[str] | None = None,
        add: Sequence[str] = (),
        where: ColumnElement[bool] | None = None,
    ) -> int:
        """Inserts many rows or updates those that are there already.

        Args:
            model: The table's class.
            rows: Values by column name, the same names in every row; `tenant` is stamped.
            key: Columns (without the tenant) of the unique constraint that decides; default: the
                primary key.
            update: Columns taken from the new row on conflict; default: all of the first row's but
                the key's and those in `add`. Empty: the row that is there stays.
            add: Columns to which the new row's number is added on conflict.
            where: Update only if this holds for the row that is there.

        Returns:
            How many rows were inserted or updated.
        """
        if not rows:
            return 0
        table = _table(model)
        keys = [column.name for column in table.primary_key] if key is None else list(key)
        if issubclass(model, TenantRow) and "tenant" not in keys:
            keys = ["tenant", *keys]
        kept = {*keys, *add}
        names = [name for name in rows[0] if name not in kept] if update is None else update
        dialect = self._session.get_bind().dialect.name
        statement = upsert(dialect, table, key=keys, update=names, add=add, where=where)
        return self._bulk(statement, model, rows)

    def update_rows(self, model: type[SQLModel], rows: Sequence[Mapping[str, Any]]) -> int:
        """Changes many rows that are there in one statement, by their primary keys, without making objects of them.

        Args:
            model: The table's class.
            rows: Values by column name, the same names in every row: the primary key (without the tenant) and the
                columns to change.

        Returns:
            How many rows were changed.
        """
        if not rows:
            return 0
        return self._by_key(_table(model).update(), model, rows)

    def delete_rows(
        self,
        model: type[SQLModel],
        rows: Sequence[Mapping[str, Any]],
        *,
        where: ColumnElement[bool] | None = None,
    ) -> int:
        """Deletes many rows in one statement, by their primary keys; those that are not there are no error.

        Args:
            model: The table's class.
            rows: The primary keys (without the tenant) by column name.
            where: Delete only the rows for which this holds.

        Returns:
            How many rows were deleted.
        """
        if not rows:
            return 0
        change = _table(model).delete()
        return self._by_key(change if where is None else change.where(where), model, rows)

    def _by_key(
        self, change: Update | Delete, model: type[SQLModel], rows: Sequence[Mapping[str, Any]]
    ) -> int:
        table = _table(model)
        keys = {column.name for column in table.primary_key}
        # Names of columns are taken: SQLAlchemy has parameters with those names set the columns.
        found_by = {name: f"key_{name}" for name in keys}
        statement = change.where(*(table.c[name] == bindparam(key) for name, key in found_by.items()))
        values = []
        for row in rows:
            stamped = {"tenant": _stamped(row.get("tenant"), self.tenant), **row} if "tenant" in keys else row
            values.append({found_by.get(name, name): value for name, value in stamped.items()})
        self._session.flush()
        return bulk.execute(self._session.connection(), statement, values)

    def _bulk(self, statement: Any, model: type[SQLModel], rows: Sequence[Mapping[str, Any]]) -> int:
        if not rows:
            return 0
        values = [dict(row) for row in rows]
        if issubclass(model, TenantRow):
            for row in values:
                row["tenant"] = _stamped(row.get("tenant"), self.tenant)
        self._session.flush()
        # On the connection: a core insert, past the ORM's unit of work.
        return bulk.execute(self._session.connection(), statement, values)

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """A part that fails alone: an exception inside undoes it and what came before stays."""
        with self._session.begin_nested():
            yield

    def commit(self) -> None:
        """Commits; `Database.write` does it at the end of its block."""
        self._session.commit()


def _table(model: type[SQLModel]) -> Table:
    if not issubclass(model, (TenantRow, GlobalRow)):
        raise TenantBindingError(f"{model.__name__} is neither a TenantRow nor a GlobalRow")
    return cast("Table", cast("Any", model).__table__)
