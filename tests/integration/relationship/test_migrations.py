"""The tables: made, taken away and made again, what the models say they are, and what becomes of rows on the way."""

import sqlalchemy as sa

from services.common.db import Database
from services.common.db.migrations import migrations_of

RECORDS = {"k1": "Kim  Løve", "k2": ""}
DAYS = [("k2", 7, '{"es": 1}'), ("k1", 9, '{"er": 2}'), ("k1", 8, '{"es": 3}')]


def test_migrations_go_up_down_and_up_again(database_url: str) -> None:
    migrations = migrations_of("relationship")
    migrations.upgrade(database_url)
    assert migrations.differences(database_url) == []
    migrations.downgrade(database_url)
    assert migrations.differences(database_url) != []
    migrations.upgrade(database_url)
    assert migrations.differences(database_url) == []


def test_rows_are_kept_when_tables_are_made_anew(database_url: str) -> None:
    migrations = migrations_of("relationship")
    migrations.upgrade(database_url, "0004")
    db = Database(database_url, service="relationship")
    with db.write_all_tenants() as connection:
        for record_id, name in RECORDS.items():
            content = f'{{"display_name": "{name}"}}' if name else "{}"
            connection.execute(
                sa.text(
                    "INSERT INTO record VALUES ('acme', 'contact', :id, :content, '2026-01-01 00:00:00')"
                ),
                {"id": record_id, "content": content},
            )
        for record_id, day, counts in DAYS:
            connection.execute(
                sa.text("INSERT INTO record_day VALUES ('acme', 'contact', :id, :day, :counts)"),
                {"id": record_id, "day": day, "counts": counts},
            )
    days = sa.text("SELECT record_id, day, CAST(counts AS TEXT) FROM record_day ORDER BY record_id, day")
    names = sa.text("SELECT record_id, name FROM record ORDER BY record_id")

    migrations.upgrade(database_url)
    with db.write_all_tenants() as connection:
        assert connection.execute(days).all() == sorted(DAYS)
        assert connection.execute(names).all() == [("k1", "kim løve"), ("k2", "")]
    migrations.downgrade(database_url, "0004")
    with db.write_all_tenants() as connection:
        assert connection.execute(days).all() == sorted(DAYS)
    db.close()
