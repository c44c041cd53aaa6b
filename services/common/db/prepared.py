"""Selects that are bound to a tenant and written as SQL once, for the hottest paths.

The session binds and compiles a statement at each call: for one with many parts that takes longer than the database
does. Here it is done once per dialect, by the same rules, with the tenant as one more parameter.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

from sqlalchemy import BindParameter, Connection, CursorResult, Dialect, bindparam
from sqlmodel.sql.expression import Select, SelectOfScalar

from services.common.db.binding import bound_to

_Value = TypeVar("_Value")
_Readers = Mapping[int, Callable[[Any], Any]]
"""What turns a column's value into Python's, by place; of columns that need it."""

_SLOTS = 16
_TENANT = "leadlight_tenant"


@dataclass(frozen=True)
class _Written:
    """A select as a dialect has it.

    Attributes:
        sql: Text for the driver.
        names: Of its parameters in their order; None where the driver takes them by name.
        defaults: Values of those that no call gives.
        writers: What turns a parameter's value into the driver's, by name; of parameters that need it.
    """

    sql: str
    names: Sequence[str] | None
    defaults: Mapping[str, Any]
    writers: Mapping[str, Callable[[Any], Any]]


def parameter(name: str) -> BindParameter[Any]:
    """A value that each call of a prepared select gives; compared with a column it has that one's type."""
    # Not "required": that is asked when the select is written, and again by the driver.
    return bindparam(name, required=False)


def in_slots(values: Sequence[_Value], name: str) -> dict[str, _Value]:
    """Values by parameter, as many as fill whole sixteens, the rest of them with the last value.

    So the selects that take a list of values are few.

    Args:
        values: At least one.
        name: Of the parameters: `<name>_0`, `<name>_1` …
    """
    size = -(-len(values) // _SLOTS) * _SLOTS
    return {f"{name}_{place}": values[min(place, len(values) - 1)] for place in range(size)}


def slot_parameters(slots: int, name: str) -> list[BindParameter[Any]]:
    """The parameters of a select that takes what `in_slots` gives."""
    return [parameter(f"{name}_{place}") for place in range(slots)]


class PreparedSelect:
    """A select over columns of mapped classes whose parameters alone change between calls.

    Run it with `TenantReader.exec_prepared`.

    Args:
        statement: With a `parameter` for each value that a call gives.

    Raises:
        TenantBindingError: (At the first use) the statement has a part that can't be bound to a tenant.
    """

    def __init__(self, statement: Select[*tuple[Any, ...]] | SelectOfScalar[Any]) -> None:
        self._statement = statement
        self._written: dict[str, _Written] = {}
        self._readers: dict[str, _Readers] = {}

    def run(self, connection: Connection, tenant: str, values: Mapping[str, Any]) -> list[Sequence[Any]]:
        """The rows for one tenant.

        Args:
            connection: Inside a transaction.
            tenant: Whose rows.
            values: Of the parameters, by name.
        """
        written = self._written_for(connection.dialect)
        given = {**written.defaults, **values, _TENANT: tenant}
        for name, writer in written.writers.items():
            if name in values:
                given[name] = writer(given[name])
        parameters: Any = given if written.names is None else tuple(given[name] for name in written.names)
        result = connection.exec_driver_sql(written.sql, parameters)
        readers = self._readers_for(connection.dialect, result)
        rows: list[Sequence[Any]] = list(result)
        if not readers:
            return rows
        return [
            [readers[place](value) if place in readers else value for place, value in enumerate(row)]
            for row in rows
        ]

    @cached_property
    def _bound(self) -> Any:
        return bound_to(self._statement, parameter(_TENANT))

    def _written_for(self, dialect: Dialect) -> _Written:
        known = self._written.get(dialect.name)
        if known is None:
            compiled = self._bound.compile(dialect=dialect, compile_kwargs={"render_postcompile": True})
            writers = {
                name: writer
                for name, parameter in compiled.binds.items()
                if (writer := parameter.type.dialect_impl(dialect).bind_processor(dialect)) is not None
            }
            # The statement's own values: those that calls give have none here.
            own = {
                name: writers[name](value) if name in writers else value
                for name, value in compiled.params.items()
                if value is not None
            }
            known = _Written(compiled.string, compiled.positiontup, own, writers)
            self._written[dialect.name] = known
        return known

    def _readers_for(self, dialect: Dialect, result: CursorResult[Any]) -> _Readers:
        """What turns values into Python's, as SQLAlchemy does it: by the columns' types and those of the answer."""
        known = self._readers.get(dialect.name)
        if known is None:
            columns = zip(self._statement.selected_columns, result.context.cursor.description, strict=True)
            known = {
                place: reader
                for place, (column, (_, sent_type, *_)) in enumerate(columns)
                if (reader := column.type.dialect_impl(dialect).result_processor(dialect, sent_type))
                is not None
            }
            self._readers[dialect.name] = known
        return known
