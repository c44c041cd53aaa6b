"""The tables: made, taken away and made again, and what the models say they are."""

from services.common.db import Database
from services.common.db.migrations import migrations_of
from services.common.records import RecordKind
from services.scoring import store
from services.scoring.grades import DEFAULT_RANGES, GradeRanges


def test_migrations_go_up_down_and_up_again(database_url: str) -> None:
    migrations = migrations_of("scoring")
    migrations.upgrade(database_url)
    assert migrations.differences(database_url) == []
    migrations.downgrade(database_url)
    assert migrations.differences(database_url) != []
    migrations.upgrade(database_url)
    assert migrations.differences(database_url) == []
    db = Database(database_url, service="scoring")
    with db.write("acme") as session:
        store.set_grade_ranges(session, RecordKind.LEAD, GradeRanges(51, 30, 10))
    with db.read("acme") as reader:
        assert store.grade_ranges(reader, RecordKind.LEAD) == GradeRanges(51, 30, 10)
    with db.read("other") as reader:
        assert store.grade_ranges(reader, RecordKind.LEAD) == DEFAULT_RANGES
    db.close()
