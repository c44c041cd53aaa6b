"""The revisions lead to the tables of the models, and back."""

from services.common.db.migrations import migrations_of


def test_migrations_go_up_down_and_up_again(database_url: str) -> None:
    migrations = migrations_of("conversation")
    migrations.upgrade(database_url)
    assert migrations.differences(database_url) == []
    migrations.downgrade(database_url)
    assert migrations.differences(database_url) != []
    migrations.upgrade(database_url)
    assert migrations.differences(database_url) == []
