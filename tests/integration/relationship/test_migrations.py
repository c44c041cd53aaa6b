"""The tables: made, taken away and made again, and what the models say they are."""

from services.common.db.migrations import migrations_of


def test_migrations_go_up_down_and_up_again(database_url: str) -> None:
    migrations = migrations_of("relationship")
    migrations.upgrade(database_url)
    assert migrations.differences(database_url) == []
    migrations.downgrade(database_url)
    assert migrations.differences(database_url) != []
    migrations.upgrade(database_url)
    assert migrations.differences(database_url) == []
