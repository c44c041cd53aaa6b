"""The revisions lead to the tables of the models, and back."""

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from services.common.db import Database, UtcDateTime
from services.common.db.migrations import migrations_of
from services.conversation import call_store
from services.conversation.call_store import Removed, Wanted

NOON = datetime(2026, 3, 11, 12, tzinfo=UTC)


def test_migrations_go_up_down_and_up_again(database_url: str) -> None:
    migrations = migrations_of("conversation")
    migrations.upgrade(database_url)
    assert migrations.differences(database_url) == []
    migrations.downgrade(database_url)
    assert migrations.differences(database_url) != []
    migrations.upgrade(database_url)
    assert migrations.differences(database_url) == []


def test_a_call_of_the_first_revision_is_found_by_its_seller(database_url: str) -> None:
    migrations = migrations_of("conversation")
    migrations.upgrade(database_url, "0001")
    people = [
        {"participant_id": "S", "side": "seller", "name": "Anna"},
        {"participant_id": "c", "side": "customer", "name": ""},
    ]
    row: dict[str, Any] = {
        "tenant": "acme",
        "call_id": "old",
        "title": "",
        "language": "en",
        "team": "",
        "content_hash": "x",
    }
    row |= {"participants": people, "has_consent": True, "created_at": NOON}
    types: dict[str, Any] = {
        "participants": sa.JSON(),
        "has_consent": sa.Boolean(),
        "created_at": UtcDateTime(),
    }
    table = sa.table("call", *(sa.column(name, types.get(name, sa.String())) for name in row))
    db = Database(database_url, service="conversation")
    with db.write_all_tenants() as connection:
        connection.execute(table.insert().values(row))
    migrations.upgrade(database_url)
    with db.read("acme") as session:
        page = call_store.list_calls(session, Wanted(sellers=("s",)), page_size=0, page_token="")
    db.close()
    (stored,) = page.rows
    assert (stored.call.call_id, stored.call.regarding, stored.removed) == ("old", None, Removed.NOTHING)
    assert [each.key for each in stored.call.participants] == ["s", "c"]
