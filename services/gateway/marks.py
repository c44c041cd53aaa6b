"""What the gateway itself holds on a person: marks on their own worklist, and on items that are about them."""

from collections.abc import Sequence
from typing import Any

from services.common.context import current_tenant
from services.common.db import Database, TenantReader, utc_now
from services.common.records import RecordKind, RecordRef
from services.common.subjects import Subject, as_json, subject_of
from services.gateway import store
from services.gateway.models import WorklistMarkRow
from services.gateway.store import Json


class WorklistMarks:
    """The gateway's part in a person's rights.

    Args:
        db: The gateway's database.
    """

    def __init__(self, db: Database) -> None:
        self._db = db

    def export(self, subject: Json) -> list[Json]:
        """Marks that name the person, as JSON."""
        with self._db.read(current_tenant()) as reader:
            return [as_json(row) for row in _held(reader, subject)]

    def erase(self, subject: Json, _request_id: str, *, validate_only: bool) -> Json:
        """Deletes marks that name the person; what they were on is to do again, if it is still there."""
        with self._db.write(current_tenant()) as session:
            found = _held(session, subject)
            if not validate_only:
                store.delete_marks(session, found)
        counts = [{"resource": "worklist_mark", "deletedCount": len(found)}] if found else []
        return {"resources": counts, "eraseTime": utc_now().isoformat()}


def _held(reader: TenantReader, subject: Json) -> Sequence[WorklistMarkRow]:
    whom = _subject(subject)
    paths = [f"records/{each.kind}/{each.id}" for each in whom.records]
    return [row for row in store.all_marks(reader) if _names(row, whom, paths)]


def _names(row: WorklistMarkRow, whom: Subject, paths: Sequence[str]) -> bool:
    about = f"{row.item}/"
    return whom.is_address(row.seller) or whom.is_in(row.item) or any(f":{path}/" in about for path in paths)


def _subject(subject: Json) -> Subject:
    records: list[dict[str, Any]] = subject.get("records", [])
    return subject_of(
        emails=subject.get("emails", []),
        phones=subject.get("phones", []),
        names=subject.get("names", []),
        records=[
            RecordRef(RecordKind(each["kind"].removeprefix("RECORD_KIND_").lower()), each["id"])
            for each in records
        ],
    )
