"""INSERT … ON CONFLICT, which SQLite and PostgreSQL spell alike and SQLAlchemy keeps per dialect."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Table
from sqlalchemy.dialects import postgresql, sqlite


def upsert(
    dialect: str,
    table: Table,
    *,
    key: Sequence[str],
    update: Sequence[str],
    where: ColumnElement[bool] | None = None,
) -> postgresql.Insert | sqlite.Insert:
    """An insert that updates the row which is there already.

    Args:
        dialect: "sqlite" or "postgresql".
        table: The table.
        key: Columns of the unique constraint that decides what "there already" is.
        update: Columns taken from the new row on conflict; empty keeps the old row as it is.
        where: Update only if this holds for the row that is there.
    """
    insert: Any = postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)
    if not update:
        statement: postgresql.Insert | sqlite.Insert = insert.on_conflict_do_nothing(index_elements=key)
    else:
        statement = insert.on_conflict_do_update(
            index_elements=key, set_={name: insert.excluded[name] for name in update}, where=where
        )
    return statement
