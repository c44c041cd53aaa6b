"""A refresh of every open record: records a second by how many there are, on SQLite, by one runner.

The first refresh after an import gives every record its first score; the second one is what happens every 24 hours.
"""

import math
import shutil
import threading
import time
from collections.abc import Iterator
from datetime import datetime, timedelta

from bench.figures import Figure, alone
from bench.workspace import Workspace
from services.common.db import Database, utc_now
from services.common.operations import RunnerSettings, run, unfinished_operations
from services.common.records import RecordKind, RecordRef
from services.scoring import store
from services.scoring.files import ServiceFiles
from services.scoring.records import Record
from services.scoring.refresh_job import RefreshJob
from services.scoring.refreshing import REFRESH_SCORES, ask_for_refresh
from services.scoring.shelf import ModelShelf
from tests.load.leads import Attributes

SIZES = (10_000, 100_000, 1_000_000)
TENANT = "local"
_SAMPLED = 5_000
_PAGE = 5_000
_QUICK = RunnerSettings(poll_s=0.02)


def figures(workspace: Workspace) -> Iterator[Figure]:
    """Records a second, and the exponent at which the time grows."""
    yield from measured(workspace, SIZES)


def measured(workspace: Workspace, sizes: tuple[int, ...]) -> Iterator[Figure]:
    """The same for chosen numbers of records."""
    seconds: dict[int, float] = {}
    for records in sizes:
        folder = workspace.folder / f"refresh-{records}"
        shutil.copytree(workspace.data_dir, folder)
        db = Database(f"sqlite:///{folder / 'scoring.db'}", service="scoring")
        try:
            _import(db, workspace.leads.sample(_SAMPLED), records)
            first_s = _refresh_s(db, ServiceFiles(folder))
            seconds[records] = _refresh_s(db, ServiceFiles(folder))
        finally:
            db.close()
        shutil.rmtree(folder)
        yield alone(f"First scores of {records:,} imported records", records / first_s, "records/s", 1)
        yield alone(f"Refresh of {records:,} records", records / seconds[records], "records/s", 1)
    if len(sizes) > 1:
        least, most = sizes[0], sizes[-1]
        growth = math.log(seconds[most] / seconds[least]) / math.log(most / least)
        yield alone(f"Refresh: exponent of growth from {least:,} to {most:,} records", growth, "", 2)


def _import(db: Database, attributes: list[Attributes], records: int) -> None:
    now = utc_now()
    for start in range(0, records, _PAGE):
        page = [
            _record(number, attributes[number % len(attributes)], now)
            for number in range(start, min(start + _PAGE, records))
        ]
        with db.write(TENANT) as session:
            store.write_records(session, page, [False] * len(page))


def _record(number: int, attributes: Attributes, now: datetime) -> Record:
    created = now - timedelta(days=number % 700)
    return Record(RecordRef(RecordKind.LEAD, f"r{number:08}"), dict(attributes), None, created, None, now)


def _refresh_s(db: Database, files: ServiceFiles) -> float:
    with db.write(TENANT) as session:
        ask_for_refresh(session, RecordKind.LEAD)
    stop = threading.Event()
    handlers = {REFRESH_SCORES: RefreshJob(db, ModelShelf(db, files))}
    runner = threading.Thread(target=run, args=(db, handlers, stop, _QUICK))
    begun_s = time.perf_counter()
    runner.start()
    try:
        while _is_unfinished(db):
            time.sleep(0.05)
        return time.perf_counter() - begun_s
    finally:
        stop.set()
        runner.join()


def _is_unfinished(db: Database) -> bool:
    with db.read(TENANT) as session:
        return bool(unfinished_operations(session, kind=REFRESH_SCORES, target=RecordKind.LEAD))
