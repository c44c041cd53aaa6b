"""Migrations: up, down and up again on both databases, by many processes at once."""

import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from sqlalchemy import Column, ForeignKeyConstraint, Integer, MetaData, String, Table, inspect, text

from services.common.db import Database
from services.common.db.migrations import MigrationError, Migrations
from services.common.db.tables import NAMING_CONVENTION
from services.common.tables import KIT_METADATA

Start = Callable[..., "subprocess.Popen[str]"]


def models(*, later: bool = False) -> MetaData:
    """A parent and a child; `later` their second version: wider, with an index and a check."""
    metadata = MetaData(naming_convention=NAMING_CONVENTION)
    Table(
        "parent",
        metadata,
        Column("tenant", String(64), primary_key=True),
        Column("id", Integer, primary_key=True, autoincrement=False),
        Column("name", String(200 if later else 20), nullable=later, index=later),
        *([Column("size", Integer, server_default="7", nullable=False)] if later else []),
    )
    Table(
        "child",
        metadata,
        Column("tenant", String(64), primary_key=True),
        Column("id", Integer, primary_key=True, autoincrement=False),
        Column("parent_id", Integer, nullable=False),
        ForeignKeyConstraint(["tenant", "parent_id"], ["parent.tenant", "parent.id"], ondelete="CASCADE"),
    )
    return metadata


def migrations(folder: Path, *metadata: MetaData) -> Migrations:
    folder.mkdir(exist_ok=True)
    return Migrations("kit", folder, metadata)


def tables(url: str) -> Sequence[str]:
    db = Database(url, service="kit")
    with db.read_all_tenants() as connection:
        found = sorted(inspect(connection).get_table_names())
    db.close()
    return found


ALL_TABLES = ["alembic_version_kit", "child", "idempotent_request", "operation", "parent"]


def test_revisions_and_models_agree_up_down_and_up_again(database_url: str, tmp_path: Path) -> None:
    first = migrations(tmp_path / "versions", KIT_METADATA, models())
    first.revise("Make the tables")
    second = migrations(tmp_path / "versions", KIT_METADATA, models(later=True))
    second.revise("Widen the parent")
    second.upgrade(database_url)
    assert tables(database_url) == ALL_TABLES
    assert second.differences(database_url) == []
    second.downgrade(database_url, "-1")
    assert first.differences(database_url) == []
    second.downgrade(database_url)
    assert tables(database_url) == ["alembic_version_kit"]
    second.upgrade(database_url)
    second.upgrade(database_url)
    assert second.differences(database_url) == []


def test_a_difference_between_models_and_revisions_is_told(database_url: str, tmp_path: Path) -> None:
    first = migrations(tmp_path / "versions", KIT_METADATA, models())
    first.revise("Make the tables")
    first.upgrade(database_url)
    assert migrations(tmp_path / "versions", KIT_METADATA, models(later=True)).differences(database_url)


def test_a_migration_keeps_the_rows_and_what_refers_to_them(database_url: str, tmp_path: Path) -> None:
    first = migrations(tmp_path / "versions", models())
    first.revise("Make the tables")
    first.upgrade(database_url)
    db = Database(database_url, service="kit")
    with db.write_all_tenants() as connection:
        connection.execute(text("INSERT INTO parent (tenant, id, name) VALUES ('acme', 1, 'one')"))
        connection.execute(text("INSERT INTO child (tenant, id, parent_id) VALUES ('acme', 5, 1)"))
    db.close()
    second = migrations(tmp_path / "versions", models(later=True))
    second.revise("Widen the parent")
    second.upgrade(database_url)
    db = Database(database_url, service="kit")
    with db.read_all_tenants() as connection:
        assert connection.execute(text("SELECT id, name, size FROM parent")).all() == [(1, "one", 7)]
        assert connection.execute(text("SELECT id, parent_id FROM child")).all() == [(5, 1)]
    db.close()


def test_a_failing_revision_changes_nothing(database_url: str, tmp_path: Path) -> None:
    first = migrations(tmp_path / "versions", models())
    first.revise("Make the tables")
    (revision,) = (tmp_path / "versions").glob("*.py")
    source = revision.read_text(encoding="utf-8")
    revision.write_text(
        source.replace("# ### end Alembic commands ###", "raise KeyError", 1), encoding="utf-8"
    )
    with pytest.raises(KeyError):
        first.upgrade(database_url)
    assert tables(database_url) == []


def test_a_database_of_a_newer_version_is_refused(database_url: str, tmp_path: Path) -> None:
    newer = migrations(tmp_path / "newer", models())
    newer.revise("Make the tables")
    newer.upgrade(database_url)
    with pytest.raises(MigrationError, match="newer version"):
        migrations(tmp_path / "older", models()).upgrade(database_url)


def test_processes_that_start_at_once_migrate_once(
    database_url: str, start_program: Start, tmp_path: Path
) -> None:
    kit = migrations(tmp_path / "versions", KIT_METADATA)
    kit.revise("Make the kit's tables")
    processes = [start_program("migrate.py", database_url, tmp_path / "versions") for _ in range(5)]
    assert [process.wait(timeout=100) for process in processes] == [0] * 5
    assert kit.differences(database_url) == []


def test_services_share_a_postgresql_database(postgresql_url: str, tmp_path: Path) -> None:
    for service in ("one", "two"):
        (tmp_path / service).mkdir()
        of_service = Migrations(service, tmp_path / service, [KIT_METADATA])
        of_service.revise("Make the kit's tables")
        of_service.upgrade(postgresql_url)
        assert of_service.differences(postgresql_url) == []
