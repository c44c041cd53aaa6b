"""Lists in pages: opaque tokens, and the position in a list as the values of its last row.

A page starts after the last row of the page before ("keyset"), not at an offset: rows that come or
go in between neither repeat nor hide others, and the hundredth page costs what the first does.
"""

import base64
import binascii
import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar, TypeVarTuple, overload

from sqlalchemy import and_, literal, or_, tuple_
from sqlalchemy.orm import QueryableAttribute
from sqlalchemy.types import TypeDecorator
from sqlmodel.sql.expression import Select, SelectOfScalar

from services.common.db import TenantReader
from services.common.errors import LeadlightError, Reason, invalid_argument

_Row = TypeVar("_Row")
_Columns = TypeVarTuple("_Columns")

_VERSION = 1
_MAX_TOKEN_LENGTH = 4096
_INT64_LIMIT = 2**63


@dataclass(frozen=True, slots=True)
class PageLimits:
    """How many rows a page holds.

    Attributes:
        default: When the request names no size.
        maximum: The most; larger sizes are brought down to it.
    """

    default: int = 50
    maximum: int = 1000

    def size(self, page_size: int) -> int:
        """The size for a request's `page_size`.

        Raises:
            LeadlightError: INVALID_ARGUMENT for a negative one.
        """
        if page_size < 0:
            raise invalid_argument("page_size", "must not be negative; 0 takes the default")
        return min(page_size or self.default, self.maximum)


@dataclass(frozen=True, slots=True)
class SortKey:
    """One column that orders a list.

    Attributes:
        column: Attribute of the mapped class that the list selects; NOT NULL; a text, number or time.
        descending: Largest first.
    """

    column: Any
    descending: bool = False


@dataclass(frozen=True, slots=True)
class Page(Generic[_Row]):
    """Some rows of a list.

    Attributes:
        rows: The rows, in order.
        next_page_token: For the page after; empty after the last one.
    """

    rows: Sequence[_Row]
    next_page_token: str


def read_page(
    reader: TenantReader,
    statement: SelectOfScalar[_Row],
    keys: Sequence[SortKey],
    *,
    page_size: int,
    page_token: str,
    scope: Sequence[str] = (),
    limits: PageLimits = PageLimits(),
) -> Page[_Row]:
    """Reads one page of a list.

    Args:
        reader: The tenant's session.
        statement: Selects the mapped class with its filters, without order or limit.
        keys: The order; together they must tell any two rows apart, so the last is the id.
        page_size: From the request.
        page_token: From the request; empty for the first page.
        scope: Whatever else the token is good for: method, parent, filter, order.
        limits: Default and maximum of the size.

    Raises:
        LeadlightError: INVALID_ARGUMENT for a negative size, or (INVALID_PAGE_TOKEN) for a token
            that this list did not give.
    """
    size = limits.size(page_size)
    digest = _scope_digest([reader.tenant, *scope], keys)
    if page_token:
        statement = statement.where(_after(keys, _position(page_token, digest, keys)))
    order = [key.column.desc() if key.descending else key.column.asc() for key in keys]
    # One row more than asked for tells whether there is another page.
    rows = reader.exec(statement.order_by(*order).limit(size + 1)).all()
    if len(rows) <= size:
        return Page(rows, "")
    last = rows[size - 1]
    return Page(rows[:size], _token([getattr(last, key.column.key) for key in keys], digest))


@overload
def in_portions(
    reader: TenantReader, statement: SelectOfScalar[_Row], *keys: Any, at_once: int = 500
) -> Iterator[Sequence[_Row]]: ...


@overload
def in_portions(
    reader: TenantReader, statement: Select[*_Columns], *keys: Any, at_once: int = 500
) -> Iterator[Sequence[tuple[*_Columns]]]: ...


def in_portions(
    reader: TenantReader, statement: Any, *keys: Any, at_once: int = 500
) -> Iterator[Sequence[Any]]:
    """All rows of a list, a portion at a time: what is held at once does not grow with the list.

    Args:
        reader: The tenant's session.
        statement: Selects the mapped class, or columns with the keys among them; without order or limit.
        keys: Columns by which to go through the list, the smallest first; together they tell any two rows apart.
        at_once: Rows in a portion; the last has fewer, and may have none.
    """
    sort_keys = [SortKey(key) for key in keys]
    ordered = statement.order_by(*keys).limit(at_once)
    portion = reader.exec(ordered).all()
    yield portion
    while len(portion) == at_once:
        position = [getattr(portion[-1], key.key) for key in keys]
        portion = reader.exec(ordered.where(_after(sort_keys, position))).all()
        yield portion


def page_of(
    rows: Sequence[_Row],
    key: Callable[[_Row], str],
    *,
    tenant: str,
    page_size: int,
    page_token: str,
    scope: Sequence[str] = (),
    limits: PageLimits = PageLimits(),
) -> Page[_Row]:
    """One page of a short list that is at hand.

    Args:
        rows: The whole list, by rising key.
        key: What orders a row; no two rows share one.
        tenant: Whose list it is.
        page_size: From the request.
        page_token: From the request; empty for the first page.
        scope: As of `read_page`.
        limits: Default and maximum of the size.

    Raises:
        LeadlightError: As `read_page`.
    """
    size = limits.size(page_size)
    digest = _scope_digest([tenant, *scope], ())
    if page_token:
        try:
            (after,) = _values(page_token, digest)
            rows = [row for row in rows if key(row) > after]
        except (TypeError, ValueError):
            raise _invalid_token() from None
    if len(rows) <= size:
        return Page(rows, "")
    return Page(rows[:size], _token([key(rows[size - 1])], digest))


def _after(keys: Sequence[SortKey], values: Sequence[Any]) -> Any:
    """What comes after a row: (a, b) > (x, y), or (a > x) OR (a = x AND b > y) … for mixed directions."""
    # Typed, since SQLAlchemy refuses to compare by < with a bare True.
    values = [literal(value, key.column.type) for key, value in zip(keys, values, strict=True)]
    if len({key.descending for key in keys}) == 1:
        # An index goes straight there, however many rows share the first values.
        row, last = tuple_(*(key.column for key in keys)), tuple_(*values)
        return row < last if keys[0].descending else row > last
    alternatives = []
    for index, (key, value) in enumerate(zip(keys, values, strict=True)):
        equal = [before.column == values[place] for place, before in enumerate(keys[:index])]
        alternatives.append(and_(*equal, key.column < value if key.descending else key.column > value))
    # The first key alone, once more: a condition that an index can serve.
    first = keys[0].column <= values[0] if keys[0].descending else keys[0].column >= values[0]
    return and_(first, or_(*alternatives))


def _scope_digest(scope: Sequence[str], keys: Sequence[SortKey]) -> bytes:
    order = [f"{key.column.key} {'desc' if key.descending else 'asc'}" for key in keys]
    return hashlib.sha256(json.dumps([_VERSION, list(scope), order]).encode()).digest()


def _token(values: Sequence[Any], digest: bytes) -> str:
    position = json.dumps([_to_json(value) for value in values], separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(_check(position, digest) + position).decode().rstrip("=")


def _check(position: bytes, digest: bytes) -> bytes:
    # No secret: a forged position shows a caller nothing but their own list from elsewhere. The
    # check catches tokens of other lists and damaged ones.
    return hashlib.sha256(digest + position).digest()[:12]


def _position(token: str, digest: bytes, keys: Sequence[SortKey]) -> list[Any]:
    values = _values(token, digest)
    try:
        return [_from_json(value, key.column) for key, value in zip(keys, values, strict=True)]
    except (TypeError, ValueError):
        raise _invalid_token() from None


def _values(token: str, digest: bytes) -> list[Any]:
    """What stands in a token of this list."""
    if len(token) > _MAX_TOKEN_LENGTH:
        raise _invalid_token()
    try:
        data = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
        check, position = data[:12], data[12:]
        if check != _check(position, digest):
            raise _invalid_token()
        return list(json.loads(position))
    except (binascii.Error, TypeError, ValueError):
        raise _invalid_token() from None


def _invalid_token() -> LeadlightError:
    return invalid_argument(
        "page_token",
        "is not a token of this list; take it from the page before and keep the other fields as they were",
        reason=Reason.INVALID_PAGE_TOKEN,
    )


def _to_json(value: Any) -> str | int | float:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, (str, int, float)):
        return value
    raise TypeError(f"a list can't be ordered by a {type(value).__name__}")


def _from_json(value: Any, column: QueryableAttribute[Any]) -> Any:
    """The value with its column's type; a forged token must not reach the database with another."""
    stored = column.type
    while isinstance(stored, TypeDecorator):
        stored = stored.impl_instance
    expected = stored.python_type
    if expected is datetime:
        moment = datetime.fromisoformat(value)
        if moment.tzinfo is None:
            raise ValueError("no time zone")
        return moment
    if expected is float and type(value) is int:
        return float(value)
    if type(value) is not expected:
        raise TypeError(type(value).__name__)
    if isinstance(value, int) and abs(value) >= _INT64_LIMIT:
        raise ValueError("not a 64-bit number")
    if isinstance(value, str) and "\x00" in value:
        raise ValueError("no text")
    return value
