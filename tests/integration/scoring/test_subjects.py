"""A person among many stored records: found as if every record were read, on SQLite and PostgreSQL."""

import uuid
from typing import Any

from services.common.db import utc_now
from services.common.records import RecordKind, RecordRef
from services.common.subjects import subject_of
from services.scoring.models import DatasetRow, RecordRow
from services.scoring.subject_store import ScoringSubjects
from tests.integration.scoring.conftest import Scoring

ANNA = subject_of(
    emails=["anna.berg@example.com"],
    phones=["+45 20 12 34 56"],
    records=[RecordRef(RecordKind.LEAD, "r0007"), RecordRef(RecordKind.LEAD, "none")],
    names=["Anna Berg", "王芳"],
)
VALUES: tuple[Any, ...] = (
    *("ANNA\u00a0berg", "Anna\nBerg", '"Anna Berg"', "C:\\Anna Berg", "昨天王芳来电", "call (+45) 2012-3456"),
    *("Hanna Berg", "Anna Bergman", "Berg, Anna", "120123456789", 20123456, None, True, "王", "Müller"),
)


def records(count: int) -> list[dict[str, Any]]:
    now = utc_now()
    contacts = [VALUES[each % 97] if each % 97 < len(VALUES) else "Bo" for each in range(count)]
    return [
        {
            "kind": kind,
            "record_id": f"r{number:04}",
            "attributes": {"Anna Berg": number, "contact": contact},
            "created_at": now,
            "updated_at": now,
            "stages": [],
        }
        for number, contact in enumerate(contacts)
        for kind in ("lead", "opportunity")
    ]


def test_a_person_is_found_and_erased_among_many(scoring: Scoring) -> None:
    tenant, other = (f"t{uuid.uuid4().hex[:12]}" for _ in range(2))
    rights, rows = ScoringSubjects(scoring.files), records(600)
    for each in (tenant, other):
        with scoring.db.write(each) as session:
            session.insert_rows(RecordRow, rows)
    named = {
        f"{row['kind']}/{row['record_id']}"
        for row in rows
        if ANNA.masked(row["attributes"]) != row["attributes"]
    }
    with scoring.db.read(tenant) as reader:
        found = [each.name for each in rights.export(reader, ANNA)]
    assert found == sorted(named | {"lead/r0007"})
    with scoring.db.write(tenant) as session:
        counts = rights.erase(session, ANNA)
    assert (counts.deleted["record"], counts.masked["record"]) == (1, len(named))
    with scoring.db.read(tenant) as reader:
        assert not list(rights.export(reader, ANNA))
    with scoring.db.read(other) as reader:
        assert len(list(rights.export(reader, ANNA))) == len(found)


def test_a_table_that_is_deleted_meanwhile_is_left_out(scoring: Scoring) -> None:
    tenant = f"t{uuid.uuid4().hex[:12]}"
    with scoring.db.write(tenant) as session:
        session.add(
            DatasetRow(
                dataset_id="gone",
                display_name="Past",
                columns={"id": ""},
                attributes=[],
                row_count=1,
                positive_count=1,
                created_at=utc_now(),
            )
        )
    with scoring.db.write(tenant) as session:
        assert not ScoringSubjects(scoring.files).erase(session, ANNA).resources
