"""Records and merges as tests write them, and all that a tenant's tables hold."""

from datetime import UTC, datetime, timedelta
from typing import Any

from leadlight.common.v1 import record_pb2 as common_pb2
from leadlight.dedupe.v1 import merge_pb2, record_pb2
from sqlmodel import select

from services.common.db import Database
from services.dedupe.models import RecordKeyRow, RecordRow, ValueCountRow
from tests.contract.served import Client

LEAD = common_pb2.RECORD_KIND_LEAD
DAY = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


def ref(record_id: str, kind: common_pb2.RecordKind.ValueType = LEAD) -> common_pb2.RecordRef:
    return common_pb2.RecordRef(kind=kind, id=record_id)


def store(
    client: Client,
    record_id: str,
    *,
    age_days: int = 0,
    parent: str = "",
    inactive: bool = False,
    **fields: str,
) -> record_pb2.Record:
    """Stores a lead that the CRM changed so many days ago."""
    record = record_pb2.Record(
        ref=ref(record_id), fields=fields, inactive=inactive, parent=ref(parent) if parent else None
    )
    record.modify_time.FromDatetime(DAY - timedelta(days=age_days))
    answer = client.call("DedupeService.UpsertRecord", record_pb2.UpsertRecordRequest(record=record))
    stored: record_pb2.Record = answer.record
    return stored


def merge(client: Client, master: str, *others: str, **more: Any) -> merge_pb2.Merge:
    answer: merge_pb2.Merge = client.call("MergeService.MergeRecords", order(master, *others, **more))
    return answer


def order(master: str, *others: str, **more: Any) -> merge_pb2.MergeRecordsRequest:
    return merge_pb2.MergeRecordsRequest(master=ref(master), others=[ref(each) for each in others], **more)


def unmerge(client: Client, name: str, **more: Any) -> merge_pb2.UnmergeRecordsResponse:
    answer: merge_pb2.UnmergeRecordsResponse = client.call(
        "MergeService.UnmergeRecords", merge_pb2.UnmergeRecordsRequest(name=name, **more)
    )
    return answer


def detach(client: Client, name: str, record_id: str, **more: Any) -> merge_pb2.Merge:
    answer: merge_pb2.Merge = client.call(
        "MergeService.DetachRecord", merge_pb2.DetachRecordRequest(name=name, ref=ref(record_id), **more)
    )
    return answer


def get(client: Client, record_id: str) -> record_pb2.Record:
    answer: record_pb2.Record = client.call(
        "DedupeService.GetRecord", record_pb2.GetRecordRequest(ref=ref(record_id))
    )
    return answer


def delete(client: Client, record_id: str) -> None:
    client.call("DedupeService.DeleteRecord", record_pb2.DeleteRecordRequest(ref=ref(record_id)))


def ids(refs: Any) -> list[str]:
    return [each.id for each in refs]


def tables(db: Database, tenant: str) -> dict[str, Any]:
    """Every record without its version, every key and every count."""
    with db.read(tenant) as session:
        rows = session.exec(select(RecordRow)).all()
        keys = session.exec(select(RecordKeyRow)).all()
        counts = session.exec(select(ValueCountRow)).all()
    return {
        "records": [
            row.model_dump(exclude={"version"}) for row in sorted(rows, key=lambda row: row.record_id)
        ],
        "keys": {(row.key, row.number) for row in keys},
        "counts": {row.value: row.records for row in counts},
    }
