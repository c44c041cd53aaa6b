"""No session reaches another tenant's rows, whatever the statement."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from sqlalchemy import (
    ForeignKeyConstraint,
    delete,
    exists,
    func,
    insert,
    or_,
    text,
    union_all,
    update,
)
from sqlalchemy.exc import IntegrityError, ProgrammingError
from sqlalchemy.orm import aliased
from sqlmodel import JSON, Field, SQLModel, col, select

from services.common.db import (
    Database,
    GlobalRow,
    PreparedSelect,
    TenantBindingError,
    TenantRow,
    TenantSession,
    UtcDateTime,
    in_slots,
    parameter,
    service_registry,
    slot_parameters,
)
from services.common.db.bulk import FEWEST_ROWS

REGISTRY = service_registry()


class CrmRow(TenantRow, registry=REGISTRY):
    pass


class CrmGlobal(GlobalRow, registry=REGISTRY):
    pass


class Account(CrmRow, table=True):
    id: str = Field(primary_key=True)
    name: str = ""
    size: int = 0
    share: float = 0.0
    seen_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    facts: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)


class Contact(CrmRow, table=True):
    __table_args__ = (ForeignKeyConstraint(["tenant", "account_id"], ["account.tenant", "account.id"]),)
    id: str = Field(primary_key=True)
    account_id: str
    size: int = 0


class Country(CrmGlobal, table=True):
    code: str = Field(primary_key=True)


class Stray(SQLModel, registry=REGISTRY):
    pass


class StrayRow(Stray, table=True):
    id: str = Field(primary_key=True)


@pytest.fixture
def db(database_url: str) -> Iterator[Database]:
    """Two tenants, "acme" and "bolt", with the same ids and other values."""
    database = Database(database_url, service="crm")
    with database.write_all_tenants() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("CREATE SCHEMA leadlight_crm"))
        REGISTRY.metadata.create_all(connection)
    for tenant, size in (("acme", 1), ("bolt", 1000)):
        with database.write(tenant) as session:
            session.add(Account(id="a1", name=tenant, size=size), Account(id="a2", name=tenant, size=size))
            session.flush()
            session.add(Contact(id="c1", account_id="a1", size=size))
    with database.write("bolt") as session:
        session.add(Account(id="only-bolt", name="bolt", size=1000))
    yield database
    database.close()


Other = aliased(Account)
SUBQUERY = select(Account.id, Account.name).subquery()
CTE = select(Account.id, Account.name).cte()
UNION = union_all(select(Account.id, Account.name), select(Account.id, Account.name)).subquery()

READS: dict[str, tuple[Any, list[Any]]] = {
    "rows": (select(Account.name), ["acme", "acme"]),
    "count": (select(func.count()).select_from(Account), [2]),
    "aggregate": (select(func.max(Account.size)), [1]),
    "alias": (select(Other.name), ["acme", "acme"]),
    "join": (select(Contact.size).join(Account, col(Account.size) > 0), [1, 1]),
    "join to the other table only": (
        select(Account.name).join(Contact, col(Contact.account_id) == Account.id),
        ["acme"],
    ),
    "outer join": (
        select(Contact.size).select_from(Account).outerjoin(Contact, col(Contact.account_id) == Account.id),
        [None, 1],
    ),
    "self join": (select(Other.name).join(Account, col(Account.id) == Other.id), ["acme", "acme"]),
    "subquery": (select(SUBQUERY.c.name), ["acme", "acme"]),
    "join to a subquery": (
        select(SUBQUERY.c.name).join(Contact, col(Contact.account_id) == SUBQUERY.c.id),
        ["acme"],
    ),
    "common table expression": (select(CTE.c.name), ["acme", "acme"]),
    "union": (select(UNION.c.name), ["acme"] * 4),
    "exists": (select(Account.name).where(exists().where(col(Contact.account_id) == Account.id)), ["acme"]),
    "scalar subquery": (select(select(func.sum(Account.size)).scalar_subquery()), [2]),
    "in subquery": (
        select(Account.name).where(col(Account.id).in_(select(Contact.account_id))),
        ["acme"],
    ),
    "or at the top": (select(Account.name).where((Account.size > 0) | (Account.size < 0)), ["acme", "acme"]),
    "asks for the other tenant": (select(Account.name).where(Account.tenant == "bolt"), []),
}


@pytest.mark.parametrize("case", READS)
def test_a_select_sees_its_tenant_only(db: Database, case: str) -> None:
    statement, expected = READS[case]
    with db.read("acme") as reader:
        assert sorted(reader.exec(statement).all(), key=str) == sorted(expected, key=str)


def test_get_takes_the_row_of_its_tenant(db: Database) -> None:
    with db.read("acme") as reader:
        account = reader.get(Account, id="a1")
        assert account is not None
        assert account.name == "acme"
        assert reader.get(Account, id="only-bolt") is None


ACCOUNTS: Any = Account.__table__  # type: ignore[attr-defined]

REFUSED: dict[str, Any] = {
    "raw table": select(ACCOUNTS),
    "raw column": select(ACCOUNTS.c.name),
    "raw table beside a class": select(Contact.id, ACCOUNTS.c.name),
    "raw table in FROM": select(func.count()).select_from(ACCOUNTS),
    "raw table in a subquery": select(
        Account.id, select(func.count()).select_from(ACCOUNTS).scalar_subquery()
    ),
    "raw table in a join": select(Contact.id).join(ACCOUNTS, col(Contact.id) == "c1"),
    "raw alias": select(ACCOUNTS.alias().c.name),
    "raw join": select(func.count()).select_from(ACCOUNTS.join(Contact.__table__)),  # type: ignore[attr-defined]
    "text": text("SELECT name FROM account"),
    "text in WHERE": select(Account.name).where(text("1 = 1 OR 1 = 1")),
    "text as FROM": select(text("name")).select_from(text("account")),
    "insert": insert(Account).values(tenant="bolt", id="x"),
    "class of no kind": select(StrayRow.id),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_select_that_cannot_be_bound_is_refused(db: Database, case: str) -> None:
    with db.read("acme") as reader, pytest.raises(TenantBindingError):
        reader.exec(REFUSED[case])


def test_update_and_delete_touch_their_tenant_only(db: Database) -> None:
    with db.write("acme") as session:
        assert session.change(update(Account).values(size=Account.size + 1)) == 2
        assert session.change(delete(Contact)) == 1
    with db.read("bolt") as reader:
        assert set(reader.exec(select(Account.size)).all()) == {1000}
        assert reader.exec(select(Contact.id)).all() == ["c1"]
    with db.read("acme") as reader:
        assert set(reader.exec(select(Account.size)).all()) == {2}


def test_an_update_reads_its_tenant_only_in_subqueries(db: Database) -> None:
    total = select(func.sum(Contact.size)).scalar_subquery()
    with db.write("acme") as session:
        session.change(update(Account).values(size=total))
    with db.read("acme") as reader:
        assert set(reader.exec(select(Account.size)).all()) == {1}


REFUSED_CHANGES: dict[str, Any] = {
    "raw update": update(ACCOUNTS).values(size=0),
    "raw delete": delete(ACCOUNTS),
    "moves rows to another tenant": update(Account).values(tenant="bolt"),
    "moves rows by attribute": update(Account).values({Account.tenant: "bolt"}),
    "update from another table": update(Account)
    .values(size=Contact.size)
    .where(col(Contact.account_id) == Account.id),
    "delete using another table": delete(Account).where(col(Contact.account_id) == Account.id),
    "update from an alias": update(Account).values(size=Other.size).where(col(Other.id) == Account.id),
    "raw table in a subquery": update(Account).values(
        size=select(func.max(ACCOUNTS.c.size)).scalar_subquery()
    ),
    "text": text("DELETE FROM account"),
    "insert": insert(Account).values(id="x"),
}


@pytest.mark.parametrize("case", REFUSED_CHANGES)
def test_a_change_that_cannot_be_bound_is_refused(db: Database, case: str) -> None:
    with db.write("acme") as session, pytest.raises(TenantBindingError):
        session.change(REFUSED_CHANGES[case])
    with db.read("bolt") as reader:
        assert set(reader.exec(select(Account.size)).all()) == {1000}


def _change_tenant_of_a_loaded_row(session: TenantSession) -> None:
    account = session.get(Account, id="a1")
    assert account is not None
    account.tenant = "bolt"
    session.flush()


REFUSED_ROWS: dict[str, Callable[[TenantSession], object]] = {
    "add": lambda session: session.add(Account(tenant="bolt", id="x")),
    "insert_rows": lambda session: session.insert_rows(Account, [{"tenant": "bolt", "id": "x"}]),
    "upsert_rows": lambda session: session.upsert_rows(Account, [{"tenant": "bolt", "id": "a1"}]),
    "update_rows": lambda session: session.update_rows(Account, [{"tenant": "bolt", "id": "a1", "size": 5}]),
    "delete_rows": lambda session: session.delete_rows(Account, [{"tenant": "bolt", "id": "a1"}]),
    "change of a loaded row": _change_tenant_of_a_loaded_row,
    "class of no kind": lambda session: session.add(StrayRow(id="x")),
    "bulk class of no kind": lambda session: session.insert_rows(StrayRow, [{"id": "x"}]),
}


@pytest.mark.parametrize("case", REFUSED_ROWS)
def test_a_row_of_another_tenant_is_refused(db: Database, case: str) -> None:
    with pytest.raises(TenantBindingError), db.write("acme") as session:
        REFUSED_ROWS[case](session)


def test_rows_refer_to_their_own_tenant_only(db: Database) -> None:
    with pytest.raises(IntegrityError), db.write("acme") as session:
        session.add(Contact(id="c2", account_id="only-bolt"))


def test_an_upsert_leaves_other_tenants_rows(db: Database) -> None:
    rows = [{"id": "a1", "name": "new", "size": 5}, {"id": "only-bolt", "name": "new", "size": 5}]
    with db.write("acme") as session:
        assert session.upsert_rows(Account, rows) == 2
    with db.read("acme") as reader:
        found = reader.exec(select(Account.id, Account.size).order_by(Account.id)).all()
    assert [tuple(row) for row in found] == [("a1", 5), ("a2", 1), ("only-bolt", 5)]
    with db.read("bolt") as reader:
        assert set(reader.exec(select(Account.size)).all()) == {1000}


def test_an_upsert_takes_the_named_columns_only(db: Database) -> None:
    with db.write("acme") as session:
        session.upsert_rows(Account, [{"id": "a1", "name": "new", "size": 7}], update=["size"])
        assert session.upsert_rows(Account, [{"id": "a2", "name": "new", "size": 7}], update=[]) == 0
    with db.read("acme") as reader:
        found = reader.exec(select(Account.id, Account.name, Account.size).order_by(Account.id)).all()
    assert [tuple(row) for row in found] == [("a1", "acme", 7), ("a2", "acme", 1)]


def test_an_upsert_adds_to_what_is_there(db: Database) -> None:
    rows = [{"id": "a1", "size": 5}, {"id": "a2", "size": -1}, {"id": "new", "size": 3}]
    with db.write("acme") as session:
        session.upsert_rows(Account, rows, add=["size"])
        session.upsert_rows(Account, rows, add=["size"])
    query = select(Account.id, Account.size).where(Account.id != "only-bolt").order_by(Account.id)
    with db.read("acme") as reader:
        assert reader.exec(query).all() == [("a1", 11), ("a2", -1), ("new", 6)]
    with db.read("bolt") as reader:
        assert all(size == 1000 for _, size in reader.exec(query))


def test_delete_rows_deletes_the_tenants_own_rows(db: Database) -> None:
    with db.write("acme") as session:
        assert session.delete_rows(Account, [{"id": "a2"}, {"id": "only-bolt"}, {"id": "none"}]) == 1
        assert session.delete_rows(Account, []) == 0
    with db.read("acme") as reader:
        assert reader.get(Account, id="a2") is None
    with db.read("bolt") as reader:
        assert reader.get(Account, id="a2") is not None
        assert reader.get(Account, id="only-bolt") is not None


def test_delete_rows_leaves_those_for_which_the_condition_does_not_hold(db: Database) -> None:
    with db.write("acme") as session:
        session.change(update(Account).where(col(Account.id) == "a2").values(size=0))
        keys = [{"id": "a1"}, {"id": "a2"}]
        assert session.delete_rows(Account, keys, where=col(Account.size) == 0) == 1
    with db.read("acme") as reader:
        assert reader.get(Account, id="a1") is not None
        assert reader.get(Account, id="a2") is None


def test_a_prepared_select_sees_its_tenant_only(db: Database) -> None:
    rows = (
        select(Account.id, Account.facts, Account.seen_at, Account.share)
        .where(
            col(Account.id).in_(slot_parameters(16, "id")),
            col(Account.size) < 2000,
            or_(col(Account.seen_at).is_(None), col(Account.seen_at) <= parameter("until")),
        )
        .order_by(Account.id)
        .limit(parameter("most"))
        .subquery()
    )
    prepared = PreparedSelect(select(*rows.c).order_by(rows.c.id))
    moment = datetime(2026, 1, 2, tzinfo=UTC)
    with db.write("acme") as session:
        session.upsert_rows(Account, [{"id": "a1", "facts": {"a": [1]}, "seen_at": moment, "share": 0.1}])
    # East of UTC: the moment is the same, its text is later.
    until = moment.astimezone(timezone(timedelta(hours=5)))
    asked: dict[str, Any] = {**in_slots(["a1", "a2", "only-bolt"], "id"), "most": 5, "until": until}
    for _ in range(2):
        with db.read("acme") as reader:
            found = reader.exec_prepared(prepared, **asked)
            assert [tuple(row) for row in found] == [("a1", {"a": [1]}, moment, 0.1), ("a2", {}, None, 0.0)]
            assert len(reader.exec_prepared(prepared, **asked | {"most": 1})) == 1
            earlier = asked | {"until": moment - timedelta(microseconds=1)}
            assert [row[0] for row in reader.exec_prepared(prepared, **earlier)] == ["a2"]
        with db.read("bolt") as reader:
            assert [row[0] for row in reader.exec_prepared(prepared, **asked)] == ["a1", "a2", "only-bolt"]


def test_what_a_prepared_select_aggregates_is_written_in_the_databases_own_words(db: Database) -> None:
    joined = PreparedSelect(
        select(func.aggregate_strings(Account.id, ";")).where(col(Account.id) == parameter("id"))
    )
    with db.read("acme") as reader:
        assert [tuple(row) for row in reader.exec_prepared(joined, id="a1")] == [("a1",)]
        with pytest.raises((KeyError, ProgrammingError)):
            reader.exec_prepared(joined)


def test_a_select_that_cannot_be_bound_is_not_prepared(db: Database) -> None:
    prepared = PreparedSelect(select(text("1")))
    with pytest.raises(TenantBindingError), db.read("acme") as reader:
        reader.exec_prepared(prepared)


def test_update_rows_changes_the_named_columns_of_the_tenants_own_rows(db: Database) -> None:
    with db.write("acme") as session:
        rows = [{"id": "a1", "size": 7}, {"id": "a2", "size": 8}, {"id": "only-bolt", "size": 9}]
        assert session.update_rows(Account, rows) == 2
        assert session.update_rows(Account, []) == 0
    query = select(Account.id, Account.name, Account.size).order_by(Account.id)
    with db.read("acme") as reader:
        assert reader.exec(query).all() == [("a1", "acme", 7), ("a2", "acme", 8)]
    with db.read("bolt") as reader:
        assert [size for _, _, size in reader.exec(query)] == [1000, 1000, 1000]


@pytest.mark.parametrize("count", [FEWEST_ROWS - 1, 2 * FEWEST_ROWS], ids=["few", "many"])
def test_few_and_many_rows_are_written_alike(db: Database, count: int) -> None:
    moment = datetime(2026, 1, 2, 3, tzinfo=timezone(timedelta(hours=2)))
    names = [f"n{number:03}" for number in range(count)]
    rows = [{"id": name, "seen_at": moment, "facts": {"å": [name, None]}} for name in names]
    with db.write("acme") as session:
        session.insert_rows(Account, rows)
        assert (
            session.upsert_rows(Account, [{"id": name, "size": 3} for name in names], add=["size"]) == count
        )
        assert session.update_rows(Account, [{"id": name, "name": name} for name in names]) == count
    every = select(Account).where(col(Account.id).startswith("n")).order_by(Account.id)
    with db.read("acme") as reader:
        found = reader.exec(every).all()
    # The size is 0 by default, and nobody named it at first.
    assert [(row.id, row.name, row.size, row.facts["å"]) for row in found] == [
        (name, name, 3, [name, None]) for name in names
    ]
    assert {row.seen_at for row in found} == {moment}
    with db.write("acme") as session:
        session.update_rows(Account, [{"id": names[0], "size": 4}])
        keys = [{"id": name} for name in names]
        assert session.delete_rows(Account, keys, where=col(Account.size) == 3) == count - 1
        assert session.delete_rows(Account, keys) == 1


def test_global_rows_are_shared(db: Database) -> None:
    with db.write("acme") as session:
        session.insert_rows(Country, [{"code": "DE"}])
        session.upsert_rows(Country, [{"code": "DE"}, {"code": "PL"}])
    with db.read("bolt") as reader:
        assert sorted(reader.exec(select(Country.code)).all()) == ["DE", "PL"]


def test_rows_stay_readable_after_the_block(db: Database) -> None:
    with db.write("acme") as session:
        account = session.get(Account, id="a1", for_update=True)
        assert account is not None
        session.upsert_rows(Account, [{"id": "a1", "size": 9}])
        assert session.exec(select(Account).where(Account.id == "a1")).one().size == 9
    assert account.size == 9
    with db.read("acme") as reader:
        again = reader.get(Account, id="a1")
    assert again is not None
    assert again.size == 9


def test_a_failed_savepoint_leaves_the_rest(db: Database) -> None:
    with db.write("acme") as session:
        session.add(Account(id="kept"))
        with pytest.raises(IntegrityError), session.savepoint():
            session.add(Contact(id="lost", account_id="nowhere"))
    with db.read("acme") as reader:
        assert reader.get(Account, id="kept") is not None
        assert reader.get(Contact, id="lost") is None


def _add_and_fail(session: TenantSession) -> None:
    session.add(Account(id="lost"))
    session.flush()
    raise KeyError


def test_an_exception_undoes_the_transaction(db: Database) -> None:
    with pytest.raises(KeyError), db.write("acme") as session:
        _add_and_fail(session)
    with db.read("acme") as reader:
        assert reader.get(Account, id="lost") is None


def test_a_reader_sees_one_snapshot(db: Database) -> None:
    with db.read("acme") as reader:
        assert reader.exec(select(func.count()).select_from(Account)).one() == 2
        with db.write("acme") as session:
            session.add(Account(id="later"))
        assert reader.exec(select(func.count()).select_from(Account)).one() == 2


def test_times_come_back_in_utc_and_compare(db: Database) -> None:
    berlin = timezone(timedelta(hours=2))
    moments = [
        datetime(2026, 3, 1, 12, 0, 0, 5, tzinfo=berlin),
        datetime(2026, 3, 1, 11, 0, tzinfo=UTC),
        datetime(1999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC),
    ]
    with db.write("acme") as session:
        session.add(*(Account(id=f"t{i}", seen_at=moment) for i, moment in enumerate(moments)))
    with db.read("acme") as reader:
        seen_at = col(Account.seen_at)
        query = select(Account.seen_at).where(seen_at >= moments[0]).order_by(seen_at)
        found = reader.exec(query).all()
        assert found == [moments[0], moments[1]]
        assert all(moment is not None and moment.utcoffset() == timedelta(0) for moment in found)


def test_a_time_without_zone_is_refused(db: Database) -> None:
    with pytest.raises(Exception, match="time zone"), db.write("acme") as session:
        session.add(Account(id="naive", seen_at=datetime(2026, 1, 1)))  # noqa: DTZ001


def test_json_round_trips(db: Database) -> None:
    facts = {"float": 1e22, "int": 1, "one": 1.0, "text": "Zażółć \x00", "list": [None, True], "b": {"a": 1}}
    with db.write("acme") as session:
        session.add(Account(id="j", facts=facts))
    with db.read("acme") as reader:
        account = reader.get(Account, id="j")
    assert account is not None
    assert account.facts == facts
    assert [type(value) for value in account.facts.values()] == [type(value) for value in facts.values()]
    assert list(account.facts) == list(facts)
