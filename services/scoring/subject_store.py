"""A person in records and uploaded tables: what is held on them, and how they are taken out.

Models stay: they hold counts of values, no records. A model trained anew no longer knows them.
"""

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from sqlalchemy import Text, cast
from sqlmodel import col, select

from services.common.db import TenantReader, TenantSession
from services.common.paging import in_portions
from services.common.records import RecordKind, RecordRef
from services.common.subjects import ErasedCounts, Subject, SubjectItem, SubjectRights, as_json
from services.scoring import store
from services.scoring.files import ServiceFiles, whole_file
from services.scoring.models import DatasetRow, RecordRow
from services.scoring.subject_table import rows_with, without

_READ_WHOLE_BYTES = 4 * 2**20


class ScoringSubjects(SubjectRights):
    """A person's rights in the scoring service.

    Args:
        files: Where uploaded tables are.
    """

    def __init__(self, files: ServiceFiles) -> None:
        self._files = files

    def export(self, reader: TenantReader, subject: Subject) -> Iterator[SubjectItem]:
        """Records that are theirs or name them, and such rows of uploaded tables."""
        for record in _records(reader, subject):
            yield SubjectItem("record", f"{record.kind}/{record.record_id}", as_json(record))
        for dataset, table in self._tables(reader):
            if places := rows_with(table, dataset.columns["id"], subject):
                for place, row in zip(places, table.read().take(places).to_pylist(), strict=True):
                    data = {name: None if value is None else str(value) for name, value in row.items()}
                    name = f"datasets/{dataset.dataset_id}/rows/{place + 1}"
                    yield SubjectItem("dataset_row", name, data)

    def erase(self, session: TenantSession, subject: Subject) -> ErasedCounts:
        """Deletes their records, and masks them in the others; counts the rows of uploaded tables."""
        counts = ErasedCounts()
        masked = []
        for record in _records(session, subject):
            ref = RecordRef(RecordKind(record.kind), record.record_id)
            if ref in subject.records:
                store.delete_record(session, ref)
                counts.deleted["record"] += 1
            else:
                attributes = subject.masked(record.attributes)
                masked.append({"kind": record.kind, "record_id": record.record_id, "attributes": attributes})
        counts.masked["record"] += session.update_rows(RecordRow, masked)
        for dataset, table in self._tables(session):
            counts.masked["dataset_row"] += len(rows_with(table, dataset.columns["id"], subject))
        return counts

    def erase_files(self, reader: TenantReader, subject: Subject) -> None:
        """Writes uploaded tables that have them anew, without them."""
        for dataset, table in self._tables(reader):
            id_column = dataset.columns["id"]
            if places := rows_with(table, id_column, subject):
                left = without(table.read(), places, id_column, dataset.attributes, subject)
                with whole_file(self._files.dataset(reader.tenant, dataset.dataset_id)) as part:
                    pq.write_table(left, part)

    def _tables(self, reader: TenantReader) -> Iterator[tuple[DatasetRow, pq.ParquetFile]]:
        """The uploaded tables, one after the other."""
        for dataset in reader.exec(select(DatasetRow).order_by(col(DatasetRow.dataset_id))).all():
            try:
                table = _opened(self._files.dataset(reader.tenant, dataset.dataset_id))
            except FileNotFoundError:
                continue  # deleted since the snapshot
            with table:
                yield dataset, table


def _opened(path: Path) -> pq.ParquetFile:
    # From memory a small table is read several times faster than piece by piece.
    if path.stat().st_size <= _READ_WHOLE_BYTES:
        return pq.ParquetFile(pa.BufferReader(path.read_bytes()))
    return pq.ParquetFile(path)


def _records(reader: TenantReader, subject: Subject) -> Iterator[RecordRow]:
    """The records that are a person's own or name them."""
    for kind in RecordKind.LEAD, RecordKind.OPPORTUNITY:
        own = {ref.id for ref in subject.records if ref.kind is kind}
        # The stored text: most records name somebody else, and reading JSON takes longer than seeing that.
        query = select(RecordRow.record_id, cast(RecordRow.attributes, Text)).where(RecordRow.kind == kind)
        for page in in_portions(reader, query, RecordRow.record_id):
            some = [each for each, stored in page if each in own or subject.may_be_in_json(stored)]
            if some:
                rows = select(RecordRow).where(RecordRow.kind == kind, col(RecordRow.record_id).in_(some))
                for row in reader.exec(rows.order_by(col(RecordRow.record_id))).all():
                    if row.record_id in own or subject.is_in(row.attributes):
                        yield row
