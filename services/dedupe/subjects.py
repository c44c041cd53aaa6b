"""A person in the CRM's records: what is held on them, and how they are taken out.

A lead or contact with one of their addresses or numbers is theirs, as is each of their records; an account stays
without the values that name them. A name alone makes no record theirs: namesakes have records too.
"""

from collections.abc import Iterator
from dataclasses import replace

from services.common.db import TenantReader, TenantSession
from services.common.records import RecordKind, RecordRef
from services.common.subjects import ErasedCounts, Subject, SubjectItem, SubjectRights
from services.dedupe import merge_store, rule_store, settings_store, store
from services.dedupe.fields import forms_of
from services.dedupe.record import Record
from services.dedupe.service import DedupeService

_AT_ONCE = 500


class DedupeSubjects(SubjectRights):
    """A person's rights in the dedupe service.

    Args:
        records: The service's records.
    """

    def __init__(self, records: DedupeService) -> None:
        self._records = records

    def export(self, reader: TenantReader, subject: Subject) -> Iterator[SubjectItem]:
        """Records that are theirs or name them."""
        for record in _records(reader):
            if _is_own(record, subject) or subject.is_in(record.fields):
                data = {
                    "fields": dict(record.fields),
                    "is_inactive": record.inactive,
                    "parent": f"{record.parent.kind}/{record.parent.id}" if record.parent else None,
                    "modified_at": record.modified_at.isoformat(),
                    "merged_into": f"{record.merged_into.kind}/{record.merged_into.id}"
                    if record.merged_into
                    else None,
                }
                yield SubjectItem("record", f"{record.ref.kind}/{record.ref.id}", data)

    def erase(self, session: TenantSession, subject: Subject) -> ErasedCounts:
        """Deletes their records with their part in merges, and takes their values out of the others."""
        counts = ErasedCounts()
        region = settings_store.lock_tenant(session).region
        codes = rule_store.codes_in(session, region)
        for record in _records(session):
            if _is_own(record, subject):
                self._records.delete_record(session, record.ref, allow_missing=False)
                counts.deleted["record"] += 1
            elif subject.is_in(record.fields):
                fields = {name: value for name, value in record.fields.items() if not subject.is_in(value)}
                # The journal of its merges has the values too.
                merge_store.close_merges_of(session, record.ref)
                changed = replace(record, fields=fields, forms=forms_of(fields, region))
                store.write_records(session, {record.ref: record}, [changed], codes=codes)
                counts.masked["record"] += 1
        return counts


def _is_own(record: Record, subject: Subject) -> bool:
    if record.ref in subject.records:
        return True
    if record.ref.kind is RecordKind.ACCOUNT:
        return False
    return any(subject.is_address(value) for value in record.fields.values())


def _records(reader: TenantReader) -> Iterator[Record]:
    after: RecordRef | None = None
    while True:
        portion = store.next_records(reader, after=after, limit=_AT_ONCE)
        yield from portion
        if len(portion) < _AT_ONCE:
            return
        after = portion[-1].ref
