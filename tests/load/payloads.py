"""What ghz sends: data files for the model in use, and the protos as one file, so that no reflection is needed."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path

import grpc
from google.protobuf import json_format
from google.protobuf.descriptor import FileDescriptor
from google.protobuf.descriptor_pb2 import FileDescriptorSet
from google.protobuf.message import Message
from grpc_health.v1 import health_pb2
from leadlight.common.v1 import record_pb2 as common_record_pb2
from leadlight.notes.v1 import notes_service_pb2
from leadlight.scoring.v1 import (
    model_pb2,
    model_service_pb2,
    record_pb2,
    score_pb2,
    scoring_service_pb2,
    scoring_service_pb2_grpc,
)

from tests.load.leads import Attributes
from tests.load.notes import notes_of

RECORDS = 200
BATCH = 100
_LEAD = common_record_pb2.RECORD_KIND_LEAD


def write_protoset(path: Path) -> None:
    """The services' protos with all they import, as `buf build -o` writes them."""
    found: dict[str, FileDescriptor] = {}

    def add(file: FileDescriptor) -> None:
        for dependency in file.dependencies:
            add(dependency)
        found.setdefault(file.name, file)

    for module in (health_pb2, scoring_service_pb2, model_service_pb2, notes_service_pb2):
        add(module.DESCRIPTOR)
    protos = FileDescriptorSet()
    for file in found.values():
        file.CopyToProto(protos.file.add())
    path.write_bytes(protos.SerializeToString())


def write_data(folder: Path, records: list[Attributes], model: str) -> None:
    """The data file of every call in calls/, each a list of messages that ghz sends in turn."""
    with_reasons = [_score_request(each) for each in records]
    without = [_score_request(each, score_pb2.REASON_DETAIL_NONE) for each in records]
    files: dict[str, Iterable[Message]] = {
        "score": with_reasons,
        "score_without_reasons": without,
        "batch_score": [
            scoring_service_pb2.BatchScoreRequest(requests=with_reasons[start : start + BATCH])
            for start in range(0, len(with_reasons), BATCH)
        ],
        "upsert_record": upserts(records),
        "get_record": [record_pb2.GetRecordRequest(ref=each.record.ref) for each in upserts(records)],
        "list_records": [record_pb2.ListRecordsRequest(kind=_LEAD)],
        "get_model": [model_pb2.GetModelRequest(name=model)],
    }
    _write(folder, files)


def write_notes(folder: Path) -> None:
    """The data files of the calls of the notes service: notes of 300 characters whose language is not told."""
    notes = notes_of(300)
    _write(
        folder,
        {
            "suggest_actions": [
                notes_service_pb2.SuggestActionsRequest(text=each.text, time_zone=each.time_zone)
                for each in notes
            ],
            "resolve_times": [
                notes_service_pb2.ResolveTimesRequest(text=each.text, time_zone=each.time_zone)
                for each in notes
            ],
        },
    )


def _write(folder: Path, files: Mapping[str, Iterable[Message]]) -> None:
    for name, messages in files.items():
        content = [json_format.MessageToDict(each) for each in messages]
        (folder / f"{name}.json").write_text(json.dumps(content), encoding="utf-8")


def upserts(records: list[Attributes]) -> list[record_pb2.UpsertRecordRequest]:
    """A write of each record under an id of its own."""
    requests = []
    for number, attributes in enumerate(records):
        record = record_pb2.Record(ref=common_record_pb2.RecordRef(kind=_LEAD, id=f"load-{number}"))
        record.attributes.update(attributes)
        requests.append(record_pb2.UpsertRecordRequest(record=record))
    return requests


def store(address: str, records: list[Attributes]) -> None:
    """Stores the records, so that there is something to get and to list."""
    with grpc.insecure_channel(address) as channel:
        stub = scoring_service_pb2_grpc.ScoringServiceStub(channel)
        stub.BatchUpsertRecords(record_pb2.BatchUpsertRecordsRequest(requests=upserts(records)))


def _score_request(
    attributes: Attributes,
    detail: score_pb2.ReasonDetail.ValueType = score_pb2.REASON_DETAIL_UNSPECIFIED,
) -> scoring_service_pb2.ScoreRequest:
    request = scoring_service_pb2.ScoreRequest(kind=_LEAD, reason_detail=detail)
    request.attributes.update(attributes)
    return request
