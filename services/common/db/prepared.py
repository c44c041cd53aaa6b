"""Selects that are bound to a tenant and written as SQL once, for the hottest paths.

The session binds and compiles a statement at each call: for one with many parts that takes longer than the database
does. Here it is done once per dialect, by the same rules, with the tenant as one more parameter.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sqlalchemy import Connection, Dialect, bindparam
from sqlmodel.sql.expression import Select, SelectOfScalar

from services.common.db.binding import bound_to

_TENANT = "leadlight_tenant"


@dataclass(frozen=True)
class _Written:
    """A select as a dialect has it.

    Attributes:
        sql: Text for the driver.
        names: Of its parameters in their order; None where the driver takes them by name.
        defaults: Values of those that no call gives.
        readers: What turns a column's value into Python's, by place; of columns that need it.
    """

    sql: str
    names: Sequence[str] | None
    defaults: Mapping[str, Any]
    readers: Mapping[int, Callable[[Any], Any]]


class PreparedSelect:
    """A select over columns of mapped classes whose parameters alone change between calls.

    Run it with `TenantReader.exec_prepared`.

    Args:
        statement: With a `bindparam` of a whole number or a text for each value that a call gives.

    Raises:
        TenantBindingError: (At the first use) the statement has a part that can't be bound to a tenant.
    """

    def __init__(self, statement: Select[*tuple[Any, ...]] | SelectOfScalar[Any]) -> None:
        self._statement = statement
        self._written: dict[str, _Written] = {}

    def run(self, connection: Connection, tenant: str, values: Mapping[str, Any]) -> list[Sequence[Any]]:
        """The rows for one tenant.

        Args:
            connection: Inside a transaction.
            tenant: Whose rows.
            values: Of the parameters, by name.
        """
        written = self._written_for(connection.dialect)
        given = {**written.defaults, **values, _TENANT: tenant}
        parameters: Any = given if written.names is None else tuple(given[name] for name in written.names)
        rows: list[Sequence[Any]] = list(connection.exec_driver_sql(written.sql, parameters))
        if not written.readers:
            return rows
        return [
            [
                written.readers[place](value) if place in written.readers else value
                for place, value in enumerate(row)
            ]
            for row in rows
        ]

    @cached_property
    def _bound(self) -> Any:
        return bound_to(self._statement, bindparam(_TENANT))

    def _written_for(self, dialect: Dialect) -> _Written:
        known = self._written.get(dialect.name)
        if known is None:
            compiled = self._bound.compile(dialect=dialect)
            readers = {
                place: reader
                for place, column in enumerate(self._statement.selected_columns)
                if (reader := column.type.dialect_impl(dialect).result_processor(dialect, None)) is not None
            }
            known = _Written(compiled.string, compiled.positiontup, compiled.params, readers)
            self._written[dialect.name] = known
        return known
