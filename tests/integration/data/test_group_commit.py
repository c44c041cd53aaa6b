"""Group commit: company in a transaction harms nobody, and nobody is told too early."""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from sqlalchemy import event
from sqlalchemy.exc import IntegrityError
from sqlmodel import select

from services.common.caller import LOCAL_CALLER
from services.common.context import CallContext, current, enter, using
from services.common.db import Database, TenantSession
from services.common.errors import Code, LeadlightError, Reason
from services.common.group_commit import GroupCommitter
from services.common.tables import IdempotentRequest


def insert(request_id: str) -> Callable[[TenantSession], str]:
    def work(session: TenantSession) -> str:
        session.add(IdempotentRequest(method="m", request_id=request_id, request_hash=b""))
        return request_id

    return work


def stored(db: Database, tenant: str = "acme") -> list[str]:
    with db.read(tenant) as reader:
        return sorted(reader.exec(select(IdempotentRequest.request_id)))


@contextmanager
def closing(committer: GroupCommitter) -> Iterator[GroupCommitter]:
    try:
        yield committer
    finally:
        committer.close()


class Gate:
    """A write that holds the committer until the test opens it, so that others queue up."""

    def __init__(self, committer: GroupCommitter, pool: ThreadPoolExecutor) -> None:
        self.begun, self.open = threading.Event(), threading.Event()
        self.write = pool.submit(committer.submit, "acme", self._hold)
        assert self.begun.wait(20)

    def _hold(self, _session: TenantSession) -> None:
        self.begun.set()
        assert self.open.wait(20)


def queued(committer: GroupCommitter, count: int) -> None:
    while committer._queue.qsize() < count:
        time.sleep(0.005)


def test_a_write_is_stored_when_it_is_acknowledged(kit_db: Database) -> None:
    with closing(GroupCommitter(kit_db)) as committer:
        assert committer.submit("acme", insert("1")) == "1"
        assert stored(kit_db) == ["1"]


def test_waiting_writes_share_a_transaction_and_each_fails_alone(kit_db: Database) -> None:
    commits: list[object] = []
    event.listen(kit_db._engine, "commit", commits.append)
    with closing(GroupCommitter(kit_db)) as committer, ThreadPoolExecutor(8) as pool:
        gate = Gate(committer, pool)
        good: list[Future[str]] = [pool.submit(committer.submit, "acme", insert(str(i))) for i in range(3)]
        queued(committer, 3)
        twin = pool.submit(committer.submit, "acme", insert("1"))
        queued(committer, 4)

        def insert_and_raise(session: TenantSession) -> None:
            session.add(IdempotentRequest(method="m", request_id="undone", request_hash=b""))
            session.flush()
            raise KeyError

        bad = pool.submit(committer.submit, "acme", insert_and_raise)
        queued(committer, 5)
        other = pool.submit(committer.submit, "bolt", insert("1"))
        queued(committer, 6)
        gate.open.set()
        assert [future.result(20) for future in good] == ["0", "1", "2"]
        assert other.result(20) == "1"
        with pytest.raises(IntegrityError):
            twin.result(20)
        with pytest.raises(KeyError):
            bad.result(20)
    assert stored(kit_db) == ["0", "1", "2"]
    assert stored(kit_db, "bolt") == ["1"]
    assert len(commits) == 2  # the gate's, and one for the other six


def test_a_failed_commit_fails_every_write_in_it(kit_db: Database) -> None:
    def fail(_connection: object) -> None:
        raise LeadlightError(Code.UNAVAILABLE, Reason.STORAGE_UNAVAILABLE, "gone", retry_after_s=1)

    with closing(GroupCommitter(kit_db)) as committer, ThreadPoolExecutor(8) as pool:
        gate = Gate(committer, pool)
        writes = [pool.submit(committer.submit, "acme", insert(str(i))) for i in range(3)]
        queued(committer, 3)
        event.listen(kit_db._engine, "commit", fail)
        gate.open.set()
        for write in writes:
            with pytest.raises(LeadlightError) as raised:
                write.result(20)
            assert raised.value.reason is Reason.STORAGE_UNAVAILABLE
        event.remove(kit_db._engine, "commit", fail)
        assert stored(kit_db) == []
        assert committer.submit("acme", insert("after")) == "after"


def test_storage_that_fails_under_one_write_fails_the_transaction(sqlite_url: str) -> None:
    from services.common.tables import KIT_METADATA

    db = Database(sqlite_url, service="kit", pool_size=2)
    with db.write_all_tenants() as connection:
        KIT_METADATA.create_all(connection)
    committer = GroupCommitter(db)

    def too_large(session: TenantSession) -> None:
        connection = session._session.connection()
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
        row = {"method": "m", "request_id": "large", "request_hash": b"", "response": b"x" * 1_000_000}
        session.insert_rows(IdempotentRequest, [row])

    with closing(committer), ThreadPoolExecutor(8) as pool:
        gate = Gate(committer, pool)
        writes: list[Future[object]] = []
        for work in (insert("before"), too_large, insert("after")):
            writes.append(pool.submit(committer.submit, "acme", work))
            queued(committer, len(writes))
        gate.open.set()
        for write in writes:
            with pytest.raises(LeadlightError) as raised:
                write.result(20)
            assert raised.value.reason is Reason.STORAGE_UNAVAILABLE
    assert stored(db) == []
    db.close()


def test_a_full_queue_turns_writes_away(kit_db: Database) -> None:
    with closing(GroupCommitter(kit_db, queue_limit=2)) as committer, ThreadPoolExecutor(8) as pool:
        gate = Gate(committer, pool)
        writes = [pool.submit(committer.submit, "acme", insert(str(i))) for i in range(2)]
        queued(committer, 2)
        with pytest.raises(LeadlightError) as raised:
            committer.submit("acme", insert("3"))
        assert (raised.value.code, raised.value.reason) == (Code.RESOURCE_EXHAUSTED, Reason.OVERLOADED)
        assert raised.value.retry_after_s
        gate.open.set()
        assert [write.result(20) for write in writes] == ["0", "1"]


def test_a_write_whose_deadline_passed_in_the_queue_never_begins(kit_db: Database) -> None:
    with closing(GroupCommitter(kit_db)) as committer, ThreadPoolExecutor(8) as pool:
        gate = Gate(committer, pool)
        with using(deadline_s=time.monotonic() + 0.1), pytest.raises(LeadlightError) as raised:
            committer.submit("acme", insert("late"))
        assert raised.value.code is Code.DEADLINE_EXCEEDED
        gate.open.set()
        committer.submit("acme", insert("next"))
    assert stored(kit_db) == ["next"]


def test_a_write_whose_caller_left_never_begins(kit_db: Database) -> None:
    def leave() -> str:
        enter(CallContext(LOCAL_CALLER, "r", float("inf"), is_active=lambda: False))
        return committer.submit("acme", insert("nobody's"))

    with closing(GroupCommitter(kit_db)) as committer, ThreadPoolExecutor(1) as pool:
        with pytest.raises(LeadlightError) as raised:
            pool.submit(leave).result(20)
        assert raised.value.code is Code.CANCELLED
    assert stored(kit_db) == []


def test_a_write_sees_its_callers_context(kit_db: Database) -> None:
    with closing(GroupCommitter(kit_db)) as committer, using(request_id="r-17"):
        assert committer.submit("acme", lambda _session: current().request_id) == "r-17"


def test_close_finishes_what_waits_and_takes_no_more(kit_db: Database) -> None:
    committer = GroupCommitter(kit_db, max_batch=2)
    with ThreadPoolExecutor(8) as pool:
        gate = Gate(committer, pool)
        writes = [pool.submit(committer.submit, "acme", insert(str(i))) for i in range(5)]
        queued(committer, 5)
        closed = pool.submit(committer.close)
        queued(committer, 6)
        gate.open.set()
        closed.result(20)
        assert [write.result(20) for write in writes] == ["0", "1", "2", "3", "4"]
    with pytest.raises(LeadlightError) as raised:
        committer.submit("acme", insert("late"))
    assert raised.value.reason is Reason.SHUTTING_DOWN
    committer.close()
    assert stored(kit_db) == ["0", "1", "2", "3", "4"]
