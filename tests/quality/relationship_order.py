"""The same activities in random order, in duplicate and with kills in between give the same bits.

`python -m tests.quality.relationship_order` prints a table and writes build/quality-relationship_order.json; exit
code 1 if a row differs. LEADLIGHT_ORDER_ACTIVITIES (default 100000) says how many.

Once they go in by time, after their records, through the intake without a server. Then a service of its own takes
them over gRPC in random order, a tenth of them twice, with the records in the middle; five times all of its processes
are killed with SIGKILL while chunks are on their way, and after each kill the last twenty chunks that were answered
are sent again with all that were not. Compared are the rows of all tables that hold activities or follow from them.
"""

import hashlib
import json
import os
import random
import sqlite3
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path

import grpc
import psutil
from leadlight.relationship.v1 import activity_pb2, activity_service_pb2_grpc
from sqlalchemy import inspect

from bench.activities import OWN, PER_CONTACT, Past
from services.common.db import Database
from services.common.db.migrations import migrate
from services.relationship import intake, models, settings_store
from services.relationship.activity import Activity, Derived, Side, Stored
from services.relationship.convert_activities import activity_message
from services.relationship.membership import Record
from services.relationship.records import RecordService
from services.relationship.tenant_settings import TenantSettings
from tests.load.service import RunningService, running

REPOSITORY = Path(__file__).parents[2]
RESULTS = REPOSITORY / "build" / "quality-relationship_order.json"
ACTIVITIES = int(os.environ.get("LEADLIGHT_ORDER_ACTIVITIES", "100000"))
TABLES = (
    models.ActivityRow,
    models.ActivityPersonRow,
    models.ActivityRecordRow,
    models.ThreadTokenRow,
    models.RecordDayRow,
    models.PairDayRow,
)
KILLS = 5
CHUNK = 500
AT_ONCE = 5000
SENT_AGAIN = 20
TENANT = "local"
SEED = 1


@dataclass(frozen=True)
class Row:
    """One table of both databases.

    Attributes:
        table: Its name.
        rows: In the straight one.
        passes: Whether the other has the same, to the last bit.
    """

    table: str
    rows: int
    passes: bool


def main() -> int:
    """Compares; 1 when something differs."""
    past = Past(max(1, ACTIVITIES // PER_CONTACT), ACTIVITIES)
    with tempfile.TemporaryDirectory(prefix="leadlight-order-") as name:
        straight, shaken = Path(name) / "straight", Path(name) / "shaken"
        _straight(past, straight)
        kills = _shaken(past, shaken)
        before, after = _digests(straight), _digests(shaken)
    rows = [Row(table, count, after[table] == (count, digest)) for table, (count, digest) in before.items()]
    for row in rows:
        print(f"{row.table:16} {row.rows:>10,} rows  {'the same' if row.passes else 'OTHER'}")
    print(f"{ACTIVITIES:,} activities, {kills} kills")
    passes = kills == KILLS and all(row.passes and row.rows for row in rows)
    RESULTS.parent.mkdir(exist_ok=True)
    found = {"activities": ACTIVITIES, "kills": kills, "tables": [asdict(row) for row in rows]}
    RESULTS.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    return 0 if passes else 1


def _open(folder: Path) -> Database:
    folder.mkdir(exist_ok=True)
    url = f"sqlite:///{folder / 'relationship.db'}"
    migrate(url, service="relationship")
    db = Database(url, service="relationship")
    with db.write(TENANT) as session:
        settings_store.write(session, TenantSettings(own_domains=(OWN,)))
    return db


def _keep(db: Database, records: Sequence[Record]) -> None:
    for start in range(0, len(records), CHUNK):
        with db.write(TENANT) as session:
            RecordService(db).upsert(session, records[start : start + CHUNK])


def _straight(past: Past, folder: Path) -> None:
    db = _open(folder)
    _keep(db, past.records())
    stream = past.stream()
    while some := list(islice(stream, AT_ONCE)):
        with db.write(TENANT) as session:
            intake.upsert(session, some)
    db.close()


def _shaken(past: Past, folder: Path) -> int:
    """Gives how many kills interrupted an import."""
    chance = random.Random(SEED)  # noqa: S311 - an order, no secret
    activities = list(past.stream())
    activities += chance.sample(activities, len(activities) // 10)
    chance.shuffle(activities)
    chunks = [activities[start : start + CHUNK] for start in range(0, len(activities), CHUNK)]
    half, kills = len(chunks) // 2, 0
    db = _open(folder)
    kills += _sent(chunks[:half], folder, KILLS // 2)
    _keep(db, past.records()[::-1])
    kills += _sent(chunks[half:], folder, KILLS - KILLS // 2)
    db.close()
    return kills


def _sent(chunks: Sequence[Sequence[Activity]], folder: Path, kills: int) -> int:
    """Sends chunks until all are answered, with so many kills on the way; gives how many interrupted it."""
    answered = interrupted = 0
    while answered < len(chunks):
        last = interrupted == kills
        # Somewhere in what is left, so that some chunks are on their way.
        step = 1 + (len(chunks) - answered) // (kills - interrupted + 1)
        kill_at = 0 if last else min(answered + step, max(answered + 1, len(chunks) - 1))
        first = max(0, answered - SENT_AGAIN)
        with (
            running(folder, workers=1, service="relationship") as service,
            grpc.insecure_channel(service.address) as channel,
        ):
            call = activity_service_pb2_grpc.ActivityServiceStub(channel).ImportActivities(
                _requests(chunks[first:])
            )
            try:
                for place, answer in enumerate(call, start=first + 1):
                    _check(answer)
                    answered = max(answered, place)
                    if place == kill_at:
                        _kill(service)
            except grpc.RpcError:
                if last:
                    raise
                interrupted += 1
    return interrupted


def _kill(service: RunningService) -> None:
    parent = service.process
    for each in (parent, *parent.children(recursive=True)):
        try:
            each.kill()
        except psutil.NoSuchProcess:
            continue


def _requests(chunks: Sequence[Sequence[Activity]]) -> Iterator[activity_pb2.ImportActivitiesRequest]:
    for chunk in chunks:
        yield activity_pb2.ImportActivitiesRequest(activities=[_message(each) for each in chunk])


def _message(activity: Activity) -> activity_pb2.Activity:
    sides = (Side.UNKNOWN,) * len(activity.participants)
    return activity_message(Stored(activity, Derived(sides, day=0)))


def _check(answer: activity_pb2.ImportActivitiesResponse) -> None:
    refused = [answer.status, *(each.status for each in answer.results)]
    if any(status.code for status in refused):
        raise RuntimeError(f"refused: {next(status for status in refused if status.code).message}")


def _digests(folder: Path) -> dict[str, tuple[int, str]]:
    """How many rows each table has, and what tells them from others."""
    found = {}
    connection = sqlite3.connect(folder / "relationship.db")
    for table in TABLES:
        keys = ", ".join(column.name for column in inspect(table).primary_key)
        digest, count = hashlib.sha256(), 0
        for row in connection.execute(f"SELECT * FROM {table.__tablename__} ORDER BY {keys}"):  # noqa: S608
            digest.update(repr(row).encode())
            count += 1
        found[str(table.__tablename__)] = count, digest.hexdigest()
    connection.close()
    return found


if __name__ == "__main__":
    sys.exit(main())
