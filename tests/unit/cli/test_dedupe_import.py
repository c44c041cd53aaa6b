"""What an import tells of duplicates."""

from leadlight.common.v1 import record_pb2 as common_record_pb2
from leadlight.dedupe.v1 import duplicate_pb2, record_pb2

from clients.cli.dedupe import _Import, _take


def answer(duplicate: str) -> record_pb2.ImportRecordsResponse:
    ref = common_record_pb2.RecordRef(kind=common_record_pb2.RECORD_KIND_LEAD, id=duplicate)
    return record_pb2.ImportRecordsResponse(
        record=record_pb2.Record(comparable=True),
        duplicates=[duplicate_pb2.Duplicate(ref=ref, probability=0.9)],
    )


def test_rows_that_find_each_other_are_one_pair() -> None:
    found = _Import()
    _take(found, "lead/1", answer("2"))
    _take(found, "lead/2", answer("1"))
    _take(found, "lead/3", answer("1"))
    assert [(each["record"], each["duplicate"]) for each in found.duplicates] == [
        ("lead/1", "lead/2"),
        ("lead/3", "lead/1"),
    ]
