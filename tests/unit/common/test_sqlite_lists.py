"""Several columns looked up in a list of values: SQLite must reach its index."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Column, Integer, MetaData, String, Table, event, select, tuple_

from services.common.db.engine import make_engine

NAMES = MetaData()
TABLE = Table(
    "thing",
    NAMES,
    Column("tenant", String, primary_key=True),
    Column("kind", String, primary_key=True),
    Column("day", Integer, primary_key=True),
)


@pytest.mark.parametrize("keys", [[("a", 1)], [("a", 1), ("b", 2), ("c", 4)]], ids=["one", "several"])
def test_a_list_of_values_is_looked_up_in_the_index(tmp_path: Path, keys: list[tuple[str, int]]) -> None:
    engine = make_engine(
        f"sqlite:///{tmp_path}/a.db", service="kit", pool_size=1, pool_timeout_s=1, lock_timeout_s=1
    )
    run: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        run.append((statement, parameters))

    with engine.begin() as connection:
        NAMES.create_all(connection)
        rows = [{"tenant": "t", "kind": kind, "day": day} for kind in "abc" for day in range(1, 4)]
        connection.execute(TABLE.insert(), rows)
        event.listen(engine, "after_cursor_execute", note)
        wanted = select(TABLE.c.kind, TABLE.c.day).where(
            TABLE.c.tenant == "t", tuple_(TABLE.c.kind, TABLE.c.day).in_(keys)
        )
        found = {(kind, day) for kind, day in connection.execute(wanted)}
        statement, parameters = run[0]
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters).all()
    engine.dispose()
    assert found == {key for key in keys if key != ("c", 4)}
    # The last column may be left to the rows that are found: what must not be is a walk over all of the tenant's.
    assert any("(tenant=? AND kind=?" in step.detail for step in plan), plan
