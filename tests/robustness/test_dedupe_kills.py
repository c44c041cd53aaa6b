"""kill -9 of the dedupe service in the middle of an import: what was acknowledged is there, its index with it."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import grpc
import pytest
from leadlight.dedupe.v1 import record_pb2
from sqlmodel import select

from services.common.db import Database
from services.dedupe.index import ALL_RECORDS, counted, hash_of, index_keys, number_of
from services.dedupe.models import RecordKeyRow, ValueCountRow
from services.dedupe.store import next_records
from tests.contract.served import Client, rpc
from tests.integration.dedupe.world import find, ids, record
from tests.robustness.processes import running
from tests.robustness.size import size
from tests.robustness.table import Tried

pytestmark = pytest.mark.timeout(300)

RECORDS = 20_000
KILL_AFTER = (300, size(2_000, 900))


def requests(prefix: str) -> Iterator[record_pb2.ImportRecordsRequest]:
    """More records than an import gets through before it is killed."""
    for number in range(RECORDS):
        fields = {"first_name": f"Name{number}", "email": f"{prefix}{number}@company{number % 50}.example"}
        yield record_pb2.ImportRecordsRequest(record=record(f"{prefix}{number}", **fields))


def acknowledged(client: Client, prefix: str) -> Iterator[str]:
    """Ids of the records whose answer has come, until the service is gone."""
    call = client.begin(rpc("DedupeService.ImportRecords", "dedupe"), requests(prefix), timeout_s=120)
    try:
        for answer in call:
            assert answer.status.code == 0
            yield answer.record.ref.id
    except grpc.RpcError:
        return


@pytest.mark.fault("kill -9 of all processes of a service at once")
def test_what_an_import_acknowledged_outlives_a_kill(tmp_path: Path, kept_at: str, tried: Tried) -> None:
    kept: set[str] = set()
    for attempt, kill_after in enumerate(KILL_AFTER):
        with running(tmp_path, kept_at, workers=size(2, 1), service="dedupe") as service:
            for number, record_id in enumerate(acknowledged(service.client(), f"a{attempt}-")):
                kept.add(record_id)
                if number == kill_after:
                    service.kill_all()
    assert sum(KILL_AFTER) < len(kept) < len(KILL_AFTER) * RECORDS
    with running(tmp_path, kept_at, workers=1, service="dedupe") as service:
        assert not find(service.client(), "a0-0").crowded_keys
        again = service.client().call(
            "DedupeService.UpsertRecord",
            record_pb2.UpsertRecordRequest(record=record("again", email="a0-0@company0.example")),
        )
        assert again.record.comparable
        assert ids(find(service.client(), "again"))[0] == "a0-0"
        db = Database(kept_at, service="dedupe")
        with db.read(service.client().tenant) as session:
            stored = next_records(session, after=None, limit=len(KILL_AFTER) * RECORDS)
            keys = {(row.key, row.number) for row in session.exec(select(RecordKeyRow))}
            counts = {row.value: row.records for row in session.exec(select(ValueCountRow))}
        db.close()
    lost = kept - {each.ref.id for each in stored}
    tried(len(KILL_AFTER), writes=len(kept), lost=len(lost))
    assert not lost
    expected: Counter[int] = Counter()
    for each in stored:
        expected.update([*counted(each.forms), ALL_RECORDS])
    assert counts == dict(expected)
    assert keys == {(hash_of(key), number_of(each.ref)) for each in stored for key in index_keys(each.forms)}
