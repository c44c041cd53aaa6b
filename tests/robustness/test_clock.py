"""The machine's clock jumps under a service: no history loses its order, nothing is done twice or left undone.

libfaketime (Debian's package of that name) stands between the service and the clock of the day; the monotonic clock
goes on as the kernel's does. How leases, pauses and tokens take a jump is tested with clocks of their own, in
tests/integration/data/test_operations.py, tests/integration/qualification/test_deliveries.py and
tests/unit/common/test_peers.py.
"""

import sqlite3
import time
import uuid
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import grpc
import psutil
import pytest
from leadlight.dedupe.v1 import record_pb2 as dedupe_pb2
from leadlight.notes.v1 import note_pb2
from leadlight.qualification.v1 import delivery_pb2, lead_pb2
from leadlight.scoring.v1 import record_pb2
from sqlalchemy import make_url

from services.common.caller import LOCAL_CALLER
from tests.contract.served import SECRET, Client, served, token
from tests.integration.notes.world import create
from tests.integration.qualification.world import lead, qualify, upsert
from tests.integration.scoring.world import LEAD
from tests.integration.server.clients import failure
from tests.integration.working import eventually
from tests.robustness.ledger import Ledger, scores_of_kinds
from tests.robustness.processes import prepare, running
from tests.robustness.table import Tried

pytestmark = [pytest.mark.timeout(300), pytest.mark.fault("jump of the machine's clock")]

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
JUMPS = (DAY, DAY - HOUR, timedelta(0), -HOUR, DAY, timedelta(0))
"""From the true time, one after the other: ahead a day, back an hour, back to the truth, an hour behind it, ..."""


@dataclass(frozen=True)
class Clock:
    """The clock of the day as a service sees it.

    Attributes:
        library: Of libfaketime.
        offset: The file that it reads the offset from, at each look at the clock.
    """

    library: Path
    offset: Path

    @property
    def environment(self) -> dict[str, str]:
        """What puts a service under this clock."""
        return {
            "LD_PRELOAD": str(self.library),
            "FAKETIME_TIMESTAMP_FILE": str(self.offset),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "NO_FAKE_STAT": "1",
        }

    def set(self, ahead: timedelta) -> None:
        """Sets it to the true time and so much."""
        fresh = self.offset.with_suffix(".new")
        fresh.write_text(f"{ahead.total_seconds():+.0f}\n", encoding="ascii")
        fresh.rename(self.offset)


@pytest.fixture
def clock(tmp_path: Path) -> Clock:
    library = next(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"), None)
    if library is None:
        pytest.skip("libfaketime is not here: scripts/ensure_programs.sh installs it where it can")
    found = Clock(library, tmp_path / "clock")
    found.set(timedelta(0))
    return found


def test_a_history_keeps_its_order_and_pages_hold_everything_once(
    tmp_path: Path, sqlite_url: str, clock: Clock, tried: Tried
) -> None:
    prepare(tmp_path, sqlite_url)
    with running(tmp_path, sqlite_url, workers=1, more=clock.environment) as service:
        client = service.client()
        ledger = Ledger("w", scores_of_kinds(client), records=9)
        number = 0
        for jump in JUMPS:
            clock.set(jump)
            for _ in range(5):
                ledger.write(client, number)
                number += 1
        ledger.check(client)
        asked = record_pb2.ListRecordsRequest(
            kind=LEAD, order_by=record_pb2.RECORD_ORDER_CREATE_TIME_DESC, page_size=4
        )
        seen = []
        for jump in JUMPS[:3]:
            clock.set(jump)
            page = client.call("ScoringService.ListRecords", asked)
            seen += [record.ref.id for record in page.records]
            asked.page_token = page.next_page_token
        assert sorted(seen) == sorted(ledger.written)
        assert not asked.page_token
        assert not service.events("call_crashed")
    tried(len(JUMPS) + 3, writes=ledger.acknowledged)


def test_a_repeated_request_is_answered_as_before_and_tokens_end_when_they_say(
    tmp_path: Path, sqlite_url: str, clock: Clock, tried: Tried
) -> None:
    token.cache_clear()  # one made now, good for an hour
    auth = {"LEADLIGHT_AUTH": "jwt", "LEADLIGHT_JWT_SECRET": SECRET}
    with running(tmp_path, sqlite_url, workers=1, service="notes", more=auth | clock.environment) as service:
        client = Client(service.client().channel, "acme", service="notes")
        jumps = (HOUR / 2, timedelta(0), -HOUR, HOUR / 4)
        for number, jump in enumerate(jumps):
            clock.set(jump)
            request = create("Call me on Friday.", f"n{number}", request_id=str(uuid.uuid4()))
            first = client.call("NotesService.CreateNote", request)
            # It is the service's clock that jumps: its note says so.
            assert abs(first.create_time.seconds - time.time() - jump.total_seconds()) < 300
            clock.set(jump - HOUR)
            assert client.call("NotesService.CreateNote", request) == first
        clock.set(2 * DAY)
        with pytest.raises(grpc.RpcError) as late:
            client.call("NotesService.ListNotes", note_pb2.ListNotesRequest())
        assert failure(late.value).code == "UNAUTHENTICATED"
        clock.set(timedelta(0))
        assert len(client.call("NotesService.ListNotes", note_pb2.ListNotesRequest()).notes) == len(jumps)
        assert not service.events("call_crashed")
    tried(2 * len(jumps) + 2, writes=len(jumps))


def test_what_is_to_be_told_is_told_after_the_clock_was_set_back(
    tmp_path: Path, sqlite_url: str, clock: Clock, tried: Tried
) -> None:
    (tmp_path / "dedupe").mkdir()
    peers = dict.fromkeys(("relationship", "scoring", "notes"), "127.0.0.1:1")
    with served("dedupe", tmp_path / "dedupe", run_operations=False, auth="local", jwt_secret=None) as dedupe:
        peers["dedupe"] = dedupe.address
        more = {f"LEADLIGHT_QUALIFICATION_{name.upper()}_ADDRESS": at for name, at in peers.items()}
        with running(
            tmp_path, sqlite_url, workers=1, service="qualification", more=more | clock.environment
        ) as service:
            client = service.client()
            asked = delivery_pb2.ListDeliveriesRequest(service="dedupe")

            def is_told() -> bool:
                return not client.call("QualificationService.ListDeliveries", asked).deliveries

            for name in ("L0", "L1"):
                client.call(
                    "QualificationService.UpsertLead", upsert(lead(name, email=f"{name}@customer.example"))
                )
            # gRPC's own clock in the runner begins with its first call.
            client.call("QualificationService.Qualify", qualify("L0", ignore_duplicates=True))
            eventually(is_told)
            runner = service.runner()
            _suspend_between_writes(runner, sqlite_url)
            clock.set(DAY)
            client.call("QualificationService.Qualify", qualify("L1", ignore_duplicates=True))
            clock.set(-HOUR)
            runner.resume()
            eventually(is_told)
            made = client.call("QualificationService.GetLead", lead_pb2.GetLeadRequest(id="L1"))
        told = Client(dedupe.channel, LOCAL_CALLER.tenant, roles=None, service="dedupe")
        for ref in (made.qualification.account, made.qualification.contact):
            told.call("DedupeService.GetRecord", dedupe_pb2.GetRecordRequest(ref=ref))
    tried(2, writes=3)


def _suspend_between_writes(process: psutil.Process, sqlite_url: str) -> None:
    """Stops it where it keeps nobody from writing: one that is stopped in a transaction holds SQLite's lock."""

    def is_stopped() -> bool:
        process.suspend()
        eventually(lambda: process.status() == psutil.STATUS_STOPPED)  # the signal arrives in its own time
        with closing(sqlite3.connect(make_url(sqlite_url).database or "", timeout=0)) as connection:
            try:
                connection.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError:
                process.resume()
                return False
        return True

    eventually(is_stopped)
