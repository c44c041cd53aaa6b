"""Operations worked off inside a test, transactions at the same moment, and conditions that come to hold."""

import threading
import time
from collections.abc import Callable, Mapping

from sqlmodel import col, select

from services.common.db import Database, TenantSession
from services.common.errors import LeadlightError
from services.common.operations import Handler, RunnerSettings, run
from services.common.tables import OperationRow, OperationState

Work = Callable[[TenantSession], object]
QUICK = RunnerSettings(poll_s=0.01, heartbeat_s=0.2)


def eventually(condition: Callable[[], bool], timeout_s: float = 90.0) -> None:
    """Waits until it holds."""
    end_s = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < end_s, "it never came to hold"
        time.sleep(0.02)


def operations_of(db: Database, tenant: str) -> list[OperationRow]:
    """A tenant's operations, the oldest first; none has failed."""
    with db.read(tenant) as session:
        rows = list(session.exec(select(OperationRow).order_by(col(OperationRow.created_at))))
    for row in rows:
        assert row.state != OperationState.FAILED, row.error
    return rows


def work_off(db: Database, tenant: str, handlers: Mapping[str, Handler], runners: int = 1) -> None:
    """Works until nothing that the tenant asked for is left."""
    stop = threading.Event()
    threads = [threading.Thread(target=run, args=(db, handlers, stop, QUICK)) for _ in range(runners)]
    for thread in threads:
        thread.start()
    try:
        eventually(lambda: all(row.finished_at for row in operations_of(db, tenant)), timeout_s=90)
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def at_once(db: Database, tenant: str, first: Work, second: Work) -> list[LeadlightError]:
    """Runs `second` while the transaction of `first` is open; gives what the second one was refused with."""
    refusals: list[LeadlightError] = []

    def attempt() -> None:
        try:
            with db.write(tenant) as session:
                second(session)
        except LeadlightError as error:
            refusals.append(error)

    thread = threading.Thread(target=attempt)
    with db.write(tenant) as session:
        first(session)
        thread.start()
        thread.join(0.3)
    thread.join(20)
    assert not thread.is_alive()
    return refusals
