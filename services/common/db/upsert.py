"""INSERT … ON CONFLICT, which SQLite and PostgreSQL spell alike and SQLAlchemy keeps per dialect."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Table
from sqlalchemy.dialects import postgresql, sqlite


def upsert(
    dialect: str,
    table: Table,
    *,
    key: Sequence[str],
    update: Sequence[str],
    add: Sequence[str] = (),
    where: ColumnElement[bool] | None = None,
) -> postgresql.Insert | sqlite.Insert:
    """An insert that updates the row which is there already.

    Args:
        dialect: "sqlite" or "postgresql".
        table: The table.
        key: Columns of the unique constraint that decides what "there already" is.
        update: Columns taken from the new row on conflict; empty keeps the old row as it is.
        add: Columns to which the new row's number is added on conflict.
        where: Update only if this holds for the row that is there.
    """
    if where is None:
        return _plain(dialect, table, tuple(key), tuple(update), tuple(add))
    return _build(dialect, table, key=key, update=update, add=add, where=where)


@lru_cache(maxsize=256)
def _plain(
    dialect: str, table: Table, key: tuple[str, ...], update: tuple[str, ...], add: tuple[str, ...]
) -> postgresql.Insert | sqlite.Insert:
    """Made once: naming every column of the row that is there costs as much as the insert."""
    return _build(dialect, table, key=key, update=update, add=add, where=None)


def _build(
    dialect: str,
    table: Table,
    *,
    key: Sequence[str],
    update: Sequence[str],
    add: Sequence[str],
    where: ColumnElement[bool] | None,
) -> postgresql.Insert | sqlite.Insert:
    insert: Any = postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)
    if not update and not add:
        statement: postgresql.Insert | sqlite.Insert = insert.on_conflict_do_nothing(index_elements=key)
    else:
        values = {name: insert.excluded[name] for name in update}
        values |= {name: table.c[name] + insert.excluded[name] for name in add}
        statement = insert.on_conflict_do_update(index_elements=key, set_=values, where=where)
    return statement
