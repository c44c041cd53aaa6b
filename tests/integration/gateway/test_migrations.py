"""The gateway's tables: made, taken away and made again, and bound to their tenants."""

from datetime import UTC, datetime, timedelta

from services.common.db import Database
from services.common.db.migrations import migrations_of
from services.gateway import store
from services.gateway.store import Erasure

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


def test_migrations_go_up_down_and_up_again(database_url: str) -> None:
    migrations = migrations_of("gateway")
    migrations.upgrade(database_url)
    assert migrations.differences(database_url) == []
    migrations.downgrade(database_url)
    assert migrations.differences(database_url) != []
    migrations.upgrade(database_url)
    assert migrations.differences(database_url) == []
    db = Database(database_url, service="gateway")
    erasure = Erasure("e1", {"emails": ["a@x.example"]}, {}, "admin", "d" * 64, NOW)
    later = NOW + timedelta(hours=1)
    with db.write("acme") as session:
        store.add_erasure(session, erasure)
        store.mark(session, "ann", "item", later, NOW)
        store.mark(session, "ann", "gone", None, NOW)
    with db.read("acme") as reader:
        assert store.read_erasure(reader, "e1") == erasure
        assert store.marks(reader, "ann", NOW) == {"item": later, "gone": None}
        assert store.marks(reader, "ann", later) == {"gone": None}
    with db.read("other") as reader:
        assert store.read_erasure(reader, "e1") is None
        assert store.marks(reader, "ann", NOW) == {}
    assert store.unfinished(db) == [("acme", "e1")]
    db.close()
