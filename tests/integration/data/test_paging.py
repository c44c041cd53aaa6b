"""Walking a list page by page gives every row once, in order, whatever comes in between."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete
from sqlmodel import Field, select

from services.common.db import Database, TenantRow, UtcDateTime, service_registry
from services.common.errors import Code, LeadlightError, Reason
from services.common.paging import Page, PageLimits, SortKey, in_portions, page_of, read_page

REGISTRY = service_registry()


class ListRow(TenantRow, registry=REGISTRY):
    pass


class Item(ListRow, table=True):
    id: int = Field(primary_key=True)
    score: float = 0.0
    name: str = ""
    open: bool = False
    at: datetime = Field(sa_type=UtcDateTime)


BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
ORDERS: dict[str, Sequence[SortKey]] = {
    "id": [SortKey(Item.id)],
    "newest": [SortKey(Item.at, descending=True), SortKey(Item.id, descending=True)],
    "mixed": [SortKey(Item.score, descending=True), SortKey(Item.name), SortKey(Item.id, descending=True)],
    "flag": [SortKey(Item.open), SortKey(Item.id)],
}


def item(number: int, score: float = 0.0, name: str = "", *, flag: bool = False) -> dict[str, object]:
    moment = BEGIN + timedelta(microseconds=int(score * 4))
    return {"id": number, "score": score, "name": name, "open": flag, "at": moment}


@pytest.fixture
def db(make_database) -> Database:  # type: ignore[no-untyped-def]
    database: Database = make_database(REGISTRY.metadata)
    return database


def fill(db: Database, rows: list[dict[str, object]]) -> None:
    with db.write("acme") as session:
        session.change(delete(Item))
        session.insert_rows(Item, rows)


def page(
    db: Database,
    token: str = "",
    size: int = 0,
    *,
    order: str = "id",
    scope: tuple[str, ...] = (),
    tenant: str = "acme",
) -> Page[Item]:
    with db.read(tenant) as reader:
        return read_page(
            reader,
            select(Item),
            ORDERS[order],
            page_size=size,
            page_token=token,
            scope=scope,
            limits=PageLimits(default=3, maximum=5),
        )


def rank(row: Item, order: str) -> tuple[object, ...]:
    """The row's place, by Python's own order; C collation orders texts by code point."""
    minus_at = -(row.at - BEGIN).total_seconds()
    return {
        "id": (row.id,),
        "newest": (minus_at, -row.id),
        "mixed": (-row.score, row.name.encode(), -row.id),
        "flag": (row.open, row.id),
    }[order]


Drawn = tuple[float, str, bool]
ROWS = st.lists(
    st.tuples(
        st.sampled_from([0.0, 0.5, 0.1, -1e6, 1e-300, 7.25]),
        st.sampled_from(["", "a", "A", "ß", "ż", "a'b", "\U0001f600"]),
        st.booleans(),
    ),
    max_size=12,
)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=ROWS, at_once=st.integers(1, 5))
def test_portions_give_every_row_once_and_never_more_than_asked(
    db: Database, rows: list[Drawn], at_once: int
) -> None:
    fill(db, [item(i, s, n, flag=f) for i, (s, n, f) in enumerate(rows)])
    with db.read("acme") as reader:
        whole = list(in_portions(reader, select(Item), Item.name, Item.id, at_once=at_once))
        some = list(in_portions(reader, select(Item.id, Item.open), Item.id, at_once=at_once))
        others = list(in_portions(reader, select(Item).where(Item.score > 7), Item.id, at_once=at_once))
    assert all(len(portion) == at_once for portion in whole[:-1])
    assert len(whole[-1]) < at_once
    by_name = [(row.name.encode(), row.id) for portion in whole for row in portion]
    assert by_name == sorted((name.encode(), i) for i, (_, name, _) in enumerate(rows))
    assert [each for portion in some for each in portion] == [(i, f) for i, (_, _, f) in enumerate(rows)]
    assert [row.id for portion in others for row in portion] == [
        i for i, (score, _, _) in enumerate(rows) if score > 7
    ]


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=ROWS, late=ROWS, size=st.integers(1, 5), order=st.sampled_from(sorted(ORDERS)))
def test_all_pages_give_every_row_once_in_order(
    db: Database,
    rows: list[tuple[float, str, bool]],
    late: list[tuple[float, str, bool]],
    size: int,
    order: str,
) -> None:
    early = [item(i, s, n, flag=f) for i, (s, n, f) in enumerate(rows)]
    fill(db, early)
    seen: list[Item] = []
    waiting = [item(100 + i, s, n, flag=f) for i, (s, n, f) in enumerate(late)]
    token = ""
    while True:
        found = page(db, token, size, order=order)
        seen += found.rows
        token = found.next_page_token
        if not token:
            break
        assert len(found.rows) == size
        if waiting:
            with db.write("acme") as session:
                session.insert_rows(Item, [waiting.pop()])
    ranks = [rank(row, order) for row in seen]
    assert ranks == sorted(ranks)
    assert len({row.id for row in seen}) == len(seen)
    assert {row["id"] for row in early} <= {row.id for row in seen}


@pytest.mark.parametrize(("asked", "given_rows"), [(0, 3), (1, 1), (5, 5), (6, 5), (2**31 - 1, 5)])
def test_the_page_size_is_coerced(db: Database, asked: int, given_rows: int) -> None:
    fill(db, [item(i) for i in range(9)])
    assert len(page(db, size=asked).rows) == given_rows


def test_a_negative_page_size_is_refused(db: Database) -> None:
    with pytest.raises(LeadlightError) as raised:
        page(db, size=-1)
    assert raised.value.code is Code.INVALID_ARGUMENT
    assert [violation.field for violation in raised.value.violations] == ["page_size"]


def test_the_last_page_has_no_token(db: Database) -> None:
    fill(db, [item(i) for i in range(3)])
    assert page(db, size=3).next_page_token == ""
    assert page(db, page(db, size=2).next_page_token, size=2).next_page_token == ""


def test_the_page_size_may_change_between_pages(db: Database) -> None:
    fill(db, [item(i) for i in range(6)])
    token = page(db, size=2).next_page_token
    assert [row.id for row in page(db, token, size=4).rows] == [2, 3, 4, 5]


REFUSED = ["x", "AAAA", "ä", "=", " ", "x" * 100_000, "\x00"]


@pytest.mark.parametrize("token", REFUSED)
def test_a_token_that_no_list_gave_is_refused(db: Database, token: str) -> None:
    assert_refused(lambda: page(db, token))


@pytest.mark.parametrize("change", [{"order": "newest"}, {"scope": ("open",)}, {"tenant": "bolt"}])
def test_a_token_of_another_list_is_refused(db: Database, change: dict[str, object]) -> None:
    fill(db, [item(i) for i in range(4)])
    token = page(db, size=2).next_page_token
    assert_refused(lambda: page(db, token, **change))  # type: ignore[arg-type]


def test_a_damaged_token_is_refused(db: Database) -> None:
    fill(db, [item(i) for i in range(4)])
    token = page(db, size=2).next_page_token
    for place in range(len(token)):
        damaged = token[:place] + ("A" if token[place] != "A" else "B") + token[place + 1 :]
        # The last character may hold bits that no byte uses; the token then says the same.
        if place < len(token) - 1:
            assert_refused(lambda damaged=damaged: page(db, damaged))


@pytest.mark.parametrize("values", [["text"], [2**63], [1.5], [True], [None], [[1]], [], [1, 2], {"a": 1}, 7])
def test_a_forged_position_is_refused(db: Database, values: object) -> None:
    import base64
    import json

    from services.common.paging import _check, _scope_digest

    digest = _scope_digest(["acme"], ORDERS["id"])
    position = json.dumps(values).encode()
    token = base64.urlsafe_b64encode(_check(position, digest) + position).decode().rstrip("=")
    assert_refused(lambda: page(db, token))


def assert_refused(call) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(LeadlightError) as raised:
        call()
    assert (raised.value.code, raised.value.reason) == (Code.INVALID_ARGUMENT, Reason.INVALID_PAGE_TOKEN)
    assert [violation.field for violation in raised.value.violations] == ["page_token"]


def listed(token: str = "", size: int = 3, **scope: str) -> Page[str]:
    return page_of(
        list("abcdefg"),
        str,
        tenant=scope.get("tenant", "acme"),
        page_size=size,
        page_token=token,
        scope=[scope.get("name", "letters")],
    )


def test_a_list_at_hand_is_paged_too() -> None:
    first = listed()
    second = listed(first.next_page_token)
    last = listed(second.next_page_token, size=1000)
    assert [*first.rows, *second.rows, *last.rows] == list("abcdefg")
    assert last.next_page_token == ""


@pytest.mark.parametrize("scope", [{"tenant": "other"}, {"name": "figures"}])
def test_a_token_is_good_for_its_list_at_hand_alone(scope: dict[str, str]) -> None:
    with pytest.raises(LeadlightError) as refused:
        listed(listed().next_page_token, **scope)
    assert refused.value.reason is Reason.INVALID_PAGE_TOKEN
    with pytest.raises(LeadlightError):
        listed("no token")
