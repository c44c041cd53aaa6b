"""The one place that binds statements to a tenant.

Every mapped table a statement names, at any depth (joins, subqueries, CTEs, unions, EXISTS), gets
the criterion `tenant = :tenant` from SQLAlchemy's `with_loader_criteria`. That option sees mapped
classes only, so whatever would slip past it is refused before it runs: raw tables, SQL text,
statements that insert, an UPDATE that would move rows to another tenant.
"""

from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from typing import Any

from sqlalchemy import (
    Alias,
    BindParameter,
    ColumnClause,
    Delete,
    FromClause,
    Select,
    TableClause,
    TextClause,
    Update,
)
from sqlalchemy.orm import Mapper, with_loader_criteria
from sqlalchemy.orm.util import AliasedInsp, LoaderCriteriaOption
from sqlalchemy.sql import Executable, visitors
from sqlalchemy.sql.elements import ClauseElement
from sqlalchemy.sql.selectable import Join

from services.common.db.tables import GlobalRow, TenantRow


class TenantBindingError(RuntimeError):
    """A statement or row that can't be bound to the session's tenant: a bug in the service."""


def bound_to(statement: Any, tenant: str | BindParameter[str]) -> Any:
    """The statement with every tenant table in it bound to `tenant`.

    Args:
        statement: A select, update or delete over mapped classes.
        tenant: The tenant whose rows it may touch, or the parameter that says it.

    Raises:
        TenantBindingError: The statement has a part that can't be bound.
    """
    mappers: set[Mapper[Any]] = set()
    for element in visitors.iterate(statement):
        _refuse_unbindable(element)
        entity = _entity_of(element)
        if entity is not None:
            mappers.add(entity.mapper)
    if isinstance(statement, (Update, Delete)):
        _refuse_unbound_change(statement)
    options = [_criterion(mapper, tenant) for mapper in mappers if _is_tenant_row(mapper)]
    return statement.options(*options) if options else statement


def _entity_of(element: Any) -> Mapper[Any] | AliasedInsp[Any] | None:
    """The mapped class, or the alias of one, that an element stands for."""
    entity: Mapper[Any] | AliasedInsp[Any] | None = element._annotations.get("parententity")  # noqa: SLF001
    return entity


@cache
def _is_tenant_row(mapper: Mapper[Any]) -> bool:
    if mapper.relationships:
        # Their loads write SQL of their own after this point; a join in the statement is bound.
        raise TenantBindingError(f"{mapper.class_.__name__} has relationships: use joins instead")
    if issubclass(mapper.class_, TenantRow):
        return True
    if issubclass(mapper.class_, GlobalRow):
        return False
    raise TenantBindingError(f"{mapper.class_.__name__} is neither a TenantRow nor a GlobalRow")


@lru_cache(maxsize=4096)
def _criterion(mapper: Mapper[Any], tenant: str | BindParameter[str]) -> LoaderCriteriaOption:
    # Kept, since building one costs as much as running a small select.
    return with_loader_criteria(mapper.class_, mapper.class_.tenant == tenant, include_aliases=True)


def _refuse_unbindable(element: Any) -> None:
    if isinstance(element, TextClause):
        raise TenantBindingError("SQL text can't be bound to a tenant")
    if isinstance(element, ColumnClause):
        _refuse_raw_column(element)
    elif isinstance(element, Select):
        for source in _sources(element):
            for table in _raw_tables(source):
                raise TenantBindingError(f"name the mapped class, not the table {table.name!r}")
    elif isinstance(element, Executable) and element.is_dml and not isinstance(element, (Update, Delete)):
        raise TenantBindingError("rows are inserted by add, insert_rows and upsert_rows")


def _refuse_raw_column(column: ColumnClause[Any]) -> None:
    if column.is_literal:
        # SQLAlchemy's own literal columns: count(*), select(1).
        if column.name != "*" and not column.name.isdigit():
            raise TenantBindingError("literal SQL can't be bound to a tenant")
    elif column.table is not None and _entity_of(column) is None:
        for table in _raw_tables(column.table):
            raise TenantBindingError(
                f"name the mapped class's attribute, not the column {table.name}.{column.name}"
            )


def _sources(select: Select[Any]) -> Iterator[FromClause]:
    # The select's own FROM entries; those inside a subquery are visited as selects of their own.
    for part in (*select._raw_columns, *select._from_obj):  # noqa: SLF001 - as written, before compilation
        if isinstance(part, FromClause):
            yield part
    for right, _on, left, _flags in select._setup_joins:  # noqa: SLF001
        for side in (right, left):
            if isinstance(side, FromClause):
                yield side


def _raw_tables(source: FromClause) -> Iterator[TableClause]:
    """Tables named without their mapped class, which no loader criterion would reach."""
    if _entity_of(source) is not None:
        return
    if isinstance(source, TableClause):
        yield source
    elif isinstance(source, Join):
        yield from _raw_tables(source.left)
        yield from _raw_tables(source.right)
    elif isinstance(source, Alias):
        yield from _raw_tables(source.element)


def _refuse_unbound_change(statement: Update | Delete) -> None:
    target = _entity_of(statement.table)
    if target is None:
        raise TenantBindingError("change rows by their mapped class, not by the table")
    parts: list[ClauseElement] = list(statement._where_criteria)  # noqa: SLF001
    if isinstance(statement, Update):
        values: Mapping[Any, Any] = statement._values or {}  # noqa: SLF001
        if any(getattr(column, "key", column) == "tenant" for column in values):
            raise TenantBindingError("a row never changes its tenant")
        parts += [value for value in values.values() if isinstance(value, ClauseElement)]
    for part in parts:
        if any(entity is not target for entity in _direct_entities(part)):
            # UPDATE … FROM and DELETE … USING: the criterion is put on the target only.
            raise TenantBindingError("name other tables inside a subquery only")


def _direct_entities(part: ClauseElement) -> Iterator[Mapper[Any] | AliasedInsp[Any]]:
    """Entities whose columns stand in an expression itself, not in a select inside it."""
    if isinstance(part, Select):
        return
    entity = _entity_of(part)
    if entity is not None:
        yield entity
    for child in part.get_children():
        if isinstance(child, ClauseElement):
            yield from _direct_entities(child)
