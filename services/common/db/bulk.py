"""One statement for many rows, past SQLAlchemy's parameters: naming them anew for each row takes longer than SQLite.

Types turn values into the driver's as they do elsewhere. A statement that SQLAlchemy itself adds values to, such as
the default of a column that no row names, is left to it.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Delete, Insert, Update

FEWEST_ROWS = 20
"""Below it SQLAlchemy, which keeps what it has compiled, is as fast."""

_PRESERVED = {"preserve_rowcount": True}


def execute(
    connection: Connection, statement: Insert | Update | Delete, rows: Sequence[Mapping[str, Any]]
) -> int:
    """Runs a statement for each row; gives how many rows it changed.

    Args:
        connection: Inside a transaction.
        statement: With a parameter for each name of a row.
        rows: Values by parameter, the same names in every row.
    """
    if len(rows) < FEWEST_ROWS:
        return connection.execute(statement, rows, execution_options=_PRESERVED).rowcount
    dialect = connection.dialect
    compiled: Any = statement.compile(dialect=dialect, column_keys=list(rows[0]))
    if compiled.insert_prefetch or compiled.update_prefetch or compiled.binds.keys() != rows[0].keys():
        return connection.execute(statement, rows, execution_options=_PRESERVED).rowcount
    binders: dict[str, Callable[[Any], Any] | None] = {
        name: bound.type.dialect_impl(dialect).bind_processor(dialect)
        for name, bound in compiled.binds.items()
    }
    names: Sequence[str] = compiled.positiontup or list(binders)
    columns = [_column(rows, name, binders[name]) for name in names]
    by_place = zip(*columns, strict=True)
    values: list[Any] = (
        list(by_place) if compiled.positiontup else [dict(zip(names, each, strict=True)) for each in by_place]
    )
    return connection.exec_driver_sql(compiled.string, values, execution_options=_PRESERVED).rowcount


def _column(rows: Sequence[Mapping[str, Any]], name: str, bind: Callable[[Any], Any] | None) -> list[Any]:
    if bind is None:
        return [row[name] for row in rows]
    return [bind(row[name]) for row in rows]
