"""A person in records and uploaded tables: what is held on them, and how they are taken out.

Models stay: they hold counts of values, no records. A model trained anew no longer knows them.
"""

from collections.abc import Iterator
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from sqlmodel import col, select

from services.common.db import TenantReader, TenantSession
from services.common.records import RecordKind, RecordRef
from services.common.subjects import ErasedCounts, Subject, SubjectItem, SubjectRights, as_json
from services.scoring import store
from services.scoring.files import ServiceFiles, whole_file
from services.scoring.models import DatasetRow, RecordRow

_AT_ONCE = 500

Row = dict[str, Any]


class ScoringSubjects(SubjectRights):
    """A person's rights in the scoring service.

    Args:
        files: Where uploaded tables are.
    """

    def __init__(self, files: ServiceFiles) -> None:
        self._files = files

    def export(self, reader: TenantReader, subject: Subject) -> Iterator[SubjectItem]:
        """Records that are theirs or name them, and such rows of uploaded tables."""
        for record in _records(reader):
            ref = RecordRef(RecordKind(record.kind), record.record_id)
            if ref in subject.records or subject.is_in(record.attributes):
                yield SubjectItem("record", f"{ref.kind}/{ref.id}", as_json(record))
        for dataset in _datasets(reader):
            path = self._files.dataset(reader.tenant, dataset.dataset_id)
            for number, row in enumerate(pq.read_table(path).to_pylist(), start=1):
                if _is_own(row, dataset, subject) or subject.is_in(row):
                    data = {name: None if value is None else str(value) for name, value in row.items()}
                    yield SubjectItem("dataset_row", f"datasets/{dataset.dataset_id}/rows/{number}", data)

    def erase(self, session: TenantSession, subject: Subject) -> ErasedCounts:
        """Deletes their records, and masks them in the others; counts the rows of uploaded tables."""
        counts = ErasedCounts()
        for record in _records(session):
            ref = RecordRef(RecordKind(record.kind), record.record_id)
            if ref in subject.records:
                store.delete_record(session, ref)
                counts.deleted["record"] += 1
            elif subject.is_in(record.attributes):
                changed = {"kind": record.kind, "record_id": record.record_id}
                session.update_rows(RecordRow, [{**changed, "attributes": subject.masked(record.attributes)}])
                counts.masked["record"] += 1
        for dataset in _datasets(session):
            table = pq.read_table(self._files.dataset(session.tenant, dataset.dataset_id))
            counts.masked["dataset_row"] += _without(table, dataset, subject)[1]
        return counts

    def erase_files(self, reader: TenantReader, subject: Subject) -> None:
        """Writes uploaded tables anew without them: a row keeps its numbers and its outcome, so that counts hold."""
        for dataset in _datasets(reader):
            path = self._files.dataset(reader.tenant, dataset.dataset_id)
            table, changed = _without(pq.read_table(path), dataset, subject)
            if changed:
                with whole_file(path) as part:
                    pq.write_table(table, part)


def _without(table: pa.Table, dataset: DatasetRow, subject: Subject) -> tuple[pa.Table, int]:
    """A table without a person, and in how many of its rows they were."""
    rows = table.to_pylist()
    masked = [_masked(row, number, dataset, subject) for number, row in enumerate(rows, start=1)]
    changed = sum(before != after for before, after in zip(rows, masked, strict=True))
    return pa.Table.from_pylist(masked, schema=table.schema), changed


def _masked(row: Row, number: int, dataset: DatasetRow, subject: Subject) -> Row:
    if not _is_own(row, dataset, subject):
        return subject.masked(row)
    id_column, attributes = dataset.columns["id"], set(dataset.attributes)
    without = {
        name: None if name in attributes and isinstance(value, str) else value for name, value in row.items()
    }
    # Ids are neither blank nor given twice.
    without[id_column] = f"erased-{number}" if isinstance(row[id_column], str) else -number
    return without


def _is_own(row: Row, dataset: DatasetRow, subject: Subject) -> bool:
    column = dataset.columns["id"]
    return bool(column) and any(str(row[column]) == ref.id for ref in subject.records)


def _records(reader: TenantReader) -> Iterator[RecordRow]:
    for kind in ("lead", "opportunity"):
        after = ""
        while True:
            query = select(RecordRow).where(RecordRow.kind == kind, col(RecordRow.record_id) > after)
            rows = reader.exec(query.order_by(col(RecordRow.record_id)).limit(_AT_ONCE)).all()
            yield from rows
            if len(rows) < _AT_ONCE:
                break
            after = rows[-1].record_id


def _datasets(reader: TenantReader) -> list[DatasetRow]:
    return list(reader.exec(select(DatasetRow).order_by(col(DatasetRow.dataset_id))).all())
