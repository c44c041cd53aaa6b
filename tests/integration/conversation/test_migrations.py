"""The revisions lead to the tables of the models, and back."""

from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlmodel import select

from services.common.db import Database, UtcDateTime
from services.common.db.migrations import migrations_of
from services.conversation import call_store
from services.conversation.call_store import Removed, Wanted
from services.conversation.home import cell_store
from services.conversation.home.call_facts import CallFacts, Measured, Mention, MentionKind
from services.conversation.models import HomeCellRow, HomeMentionRow, HomeScoreRow

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


def test_sums_of_all_time_are_made_of_those_of_months(database_url: str) -> None:
    migrations = migrations_of("conversation")
    migrations.upgrade(database_url)
    db = Database(database_url, service="conversation")
    for tenant, count in (("acme", 9), ("bolt", 2)):
        with db.write(tenant) as session:
            cell_store.count_calls(session, [_facts(number) for number in range(count)])
    counted = {tenant: _sums(db, tenant) for tenant in ("acme", "bolt")}
    cells = [row for row in counted["acme"] if row["grain"] == "all" and "duration_ms" in row]
    assert [(row["calls"], row["duration_ms"]) for row in cells if row["scope"] == "all"] == [(9, 36_000)]
    migrations.downgrade(database_url, "0003")
    days_and_months = [row for row in counted["acme"] if row["grain"] != "all"]
    assert _sums(db, "acme") == days_and_months
    migrations.upgrade(database_url)
    assert {tenant: _sums(db, tenant) for tenant in counted} == counted
    db.close()


def _facts(number: int) -> CallFacts:
    """One of calls that are three weeks apart, of three sellers in two teams."""
    started_at = NOON - timedelta(weeks=3 * number)
    return CallFacts(
        f"c{number}",
        started_at,
        started_at.toordinal(),
        ("north", "south")[number % 2],
        (f"seller-{number % 3}@own.example",),
        1000 * number,
        is_conversation=True,
        measured={Measured.TALK: 100 * number},
        score=10 * (number % 2),
        mentions=(Mention(MentionKind.BRAND, f"key-{number % 2}", f"Key {number % 2}", number + 1),),
    )


def _sums(db: Database, tenant: str) -> list[dict[str, Any]]:
    """All stored sums, in the order of their keys."""
    with db.read(tenant) as session:
        rows = [
            row.model_dump()
            for model in (HomeCellRow, HomeScoreRow, HomeMentionRow)
            for row in session.exec(select(model))
        ]
    return sorted(rows, key=str)
