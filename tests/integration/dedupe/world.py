"""Records, and what is asked about them, in few words."""

from collections.abc import Iterable
from typing import Any, TypeAlias

from leadlight.common.v1 import record_pb2 as common_pb2
from leadlight.dedupe.v1 import duplicate_pb2, record_pb2, settings_pb2

from tests.contract.served import Client

LEAD, CONTACT, ACCOUNT = (
    common_pb2.RECORD_KIND_LEAD,
    common_pb2.RECORD_KIND_CONTACT,
    common_pb2.RECORD_KIND_ACCOUNT,
)
Kind: TypeAlias = common_pb2.RecordKind.ValueType


def ref(record_id: str, kind: Kind = LEAD) -> common_pb2.RecordRef:
    return common_pb2.RecordRef(kind=kind, id=record_id)


def record(record_id: str, kind: Kind = LEAD, **fields: str) -> record_pb2.Record:
    return record_pb2.Record(ref=ref(record_id, kind), fields=fields)


def upsert(client: Client, of: record_pb2.Record, **more: Any) -> record_pb2.UpsertRecordResponse:
    answer: record_pb2.UpsertRecordResponse = client.call(
        "DedupeService.UpsertRecord", record_pb2.UpsertRecordRequest(record=of, **more)
    )
    return answer


def store(client: Client, record_id: str, kind: Kind = LEAD, **fields: str) -> record_pb2.Record:
    return upsert(client, record(record_id, kind, **fields)).record


def import_all(
    client: Client, records: Iterable[record_pb2.Record], check: duplicate_pb2.FindOptions | None = None
) -> list[record_pb2.ImportRecordsResponse]:
    answers: list[record_pb2.ImportRecordsResponse] = client.call(
        "DedupeService.ImportRecords",
        *(record_pb2.ImportRecordsRequest(record=each, check=check) for each in records),
    )
    return answers


def get(client: Client, record_id: str, kind: Kind = LEAD) -> record_pb2.Record:
    answer: record_pb2.Record = client.call(
        "DedupeService.GetRecord", record_pb2.GetRecordRequest(ref=ref(record_id, kind))
    )
    return answer


def find(
    client: Client, record_id: str, kind: Kind = LEAD, **options: Any
) -> duplicate_pb2.FindDuplicatesResponse:
    """Duplicates of a stored record."""
    answer: duplicate_pb2.FindDuplicatesResponse = client.call(
        "DedupeService.FindDuplicates",
        duplicate_pb2.FindDuplicatesRequest(
            ref=ref(record_id, kind), options=duplicate_pb2.FindOptions(**options)
        ),
    )
    return answer


def find_sent(
    client: Client, options: duplicate_pb2.FindOptions | None = None, **fields: str
) -> duplicate_pb2.FindDuplicatesResponse:
    """Duplicates of a lead that is not stored."""
    answer: duplicate_pb2.FindDuplicatesResponse = client.call(
        "DedupeService.FindDuplicates",
        duplicate_pb2.FindDuplicatesRequest(
            record=duplicate_pb2.Subject(kind=LEAD, fields=fields), options=options
        ),
    )
    return answer


def ids(found: duplicate_pb2.FindDuplicatesResponse) -> list[str]:
    return [each.ref.id for each in found.duplicates]


def set_region(client: Client, region: str) -> settings_pb2.DedupeSettings:
    answer: settings_pb2.DedupeSettings = client.call(
        "DedupeService.UpdateDedupeSettings",
        settings_pb2.UpdateDedupeSettingsRequest(settings=settings_pb2.DedupeSettings(default_region=region)),
    )
    return answer


def settings(client: Client) -> settings_pb2.DedupeSettings:
    answer: settings_pb2.DedupeSettings = client.call(
        "DedupeService.GetDedupeSettings", settings_pb2.GetDedupeSettingsRequest()
    )
    return answer


def decide(client: Client, one: str, other: str, *, same: bool) -> duplicate_pb2.PairDecision:
    verdict = duplicate_pb2.VERDICT_DUPLICATE if same else duplicate_pb2.VERDICT_NOT_DUPLICATE
    answer: duplicate_pb2.PairDecision = client.call(
        "DedupeService.DecidePair",
        duplicate_pb2.DecidePairRequest(
            decision=duplicate_pb2.PairDecision(left=ref(one), right=ref(other), verdict=verdict)
        ),
    )
    return answer
