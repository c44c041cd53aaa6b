"""Operations: exactly one runner works on one, and none is lost, whoever dies."""

import subprocess
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import update
from sqlmodel import col, select

from services.common.context import current
from services.common.db import Database, utc_now
from services.common.errors import Code, LeadlightError, Reason, not_found
from services.common.idempotency import once
from services.common.operations import (
    Handler,
    LeaseLostError,
    Operation,
    OperationContext,
    OperationState,
    OperationStore,
    RunnerSettings,
    TypedBytes,
    create_operation,
    run,
)
from services.common.operations.leases import Leases
from services.common.tables import IdempotentRequest, OperationRow

Start = Callable[..., "subprocess.Popen[str]"]
QUICK = RunnerSettings(poll_s=0.01, heartbeat_s=0.05)
DONE = TypedBytes("type.googleapis.com/test.Done", b"\x00\xff")


def create(db: Database, kind: str = "Work", request: bytes = b"", tenant: str = "acme") -> Operation:
    with db.write(tenant) as session:
        return create_operation(session, kind=kind, request=request, target="models/m1")


@contextmanager
def running(db: Database, handler: Handler, settings: RunnerSettings = QUICK) -> Iterator[threading.Event]:
    """A runner for the kind "Work" beside the block."""
    stop = threading.Event()
    with ThreadPoolExecutor(1) as pool:
        runner = pool.submit(run, db, {"Work": handler}, stop, settings)
        try:
            yield stop
        finally:
            stop.set()
            runner.result(timeout=30)


def finished(db: Database, operation: Operation, timeout_s: float = 30) -> Operation:
    found = OperationStore(db).wait("acme", operation.name, timeout_s)
    assert found.done, found
    return found


def test_an_operation_ends_with_its_result(kit_db: Database) -> None:
    seen: list[object] = []

    def handler(context: OperationContext) -> TypedBytes:
        seen.append((context.tenant, context.request, context.target, context.attempt, context.checkpoint))
        seen.append(current().caller.tenant)
        context.progress(0.5, "half-way")
        return DONE

    created = create(kit_db, request=b"\x00request")
    assert (created.state, created.done, created.started_at) == (OperationState.PENDING, False, None)
    with running(kit_db, handler):
        found = finished(kit_db, created)
    assert seen == [("acme", b"\x00request", "models/m1", 1, None), "acme"]
    assert (found.state, found.result, found.error) == (OperationState.SUCCEEDED, DONE, None)
    assert (found.progress, found.stage, found.attempts) == (1.0, "half-way", 1)
    assert found.started_at is not None
    assert found.finished_at is not None
    assert found.created_at <= found.started_at <= found.finished_at


def test_an_operation_that_is_not_committed_never_runs(kit_db: Database) -> None:
    def create_and_fail() -> None:
        with kit_db.write("acme") as session:
            create_operation(session, kind="Work", request=b"")
            raise KeyError

    with pytest.raises(KeyError):
        create_and_fail()
    assert OperationStore(kit_db).list("acme").rows == []


def test_progress_is_seen_while_it_runs(kit_db: Database) -> None:
    go_on = threading.Event()

    def handler(context: OperationContext) -> TypedBytes:
        context.progress(0.25, "reading")
        assert go_on.wait(20)
        return DONE

    created = create(kit_db)
    with running(kit_db, handler):
        while (found := OperationStore(kit_db).get("acme", created.name)).stage != "reading":
            time.sleep(0.01)
        go_on.set()
        assert (found.state, found.progress) == (OperationState.RUNNING, 0.25)
        finished(kit_db, created)


def test_a_public_error_is_the_operations_error(kit_db: Database) -> None:
    def handler(_context: OperationContext) -> TypedBytes:
        raise not_found("dataset", "d1")

    created = create(kit_db)
    with running(kit_db, handler):
        found = finished(kit_db, created)
    assert found.state is OperationState.FAILED
    assert found.error is not None
    assert (found.error.code, found.error.reason) == (Code.NOT_FOUND, Reason.RESOURCE_NOT_FOUND)
    assert found.error.metadata == {"resource": "dataset", "name": "d1"}


def test_a_crash_in_a_handler_hides_its_text(kit_db: Database) -> None:
    def handler(_context: OperationContext) -> TypedBytes:
        raise ValueError("jane.doe@example.com")

    first, second = create(kit_db), create(kit_db)
    with running(kit_db, handler):
        found = finished(kit_db, first)
        assert finished(kit_db, second).state is OperationState.FAILED
    assert found.error is not None
    assert (found.error.code, found.error.reason) == (Code.INTERNAL, Reason.INTERNAL_ERROR)
    assert "jane" not in found.error.message


def test_a_running_operation_is_cancelled_at_its_next_occasion(kit_db: Database) -> None:
    begun = threading.Event()

    def handler(context: OperationContext) -> TypedBytes:
        begun.set()
        while True:
            context.raise_if_cancelled()
            time.sleep(0.01)

    created = create(kit_db)
    with running(kit_db, handler):
        assert begun.wait(20)
        OperationStore(kit_db).cancel("acme", created.name)
        found = finished(kit_db, created)
    assert found.state is OperationState.CANCELLED
    assert found.error is not None
    assert (found.error.code, found.error.reason) == (Code.CANCELLED, Reason.OPERATION_CANCELLED)


def test_a_waiting_operation_is_cancelled_at_once(kit_db: Database) -> None:
    store, created = OperationStore(kit_db), create(kit_db)
    store.cancel("acme", created.name)
    assert store.get("acme", created.name).state is OperationState.CANCELLED
    store.cancel("acme", created.name)
    with running(kit_db, lambda _context: DONE):
        finished(kit_db, create(kit_db))
    assert store.get("acme", created.name).state is OperationState.CANCELLED


def test_only_finished_operations_are_deleted(kit_db: Database) -> None:
    store, created = OperationStore(kit_db), create(kit_db)
    with pytest.raises(LeadlightError) as raised:
        store.delete("acme", created.name)
    assert raised.value.reason is Reason.OPERATION_NOT_FINISHED
    store.cancel("acme", created.name)
    store.delete("acme", created.name)
    with pytest.raises(LeadlightError) as raised:
        store.get("acme", created.name)
    assert raised.value.code is Code.NOT_FOUND


@pytest.mark.parametrize("name", ["", "operations/", "x", "operations/UPPER", "operations/a/b", "models/m1"])
def test_a_name_of_another_form_is_refused(kit_db: Database, name: str) -> None:
    store = OperationStore(kit_db)
    for method in (store.get, store.cancel, store.delete):
        with pytest.raises(LeadlightError) as raised:
            method("acme", name)
        assert raised.value.code is Code.INVALID_ARGUMENT
        assert [violation.field for violation in raised.value.violations] == ["name"]


def test_another_tenants_operation_does_not_exist(kit_db: Database) -> None:
    store, created = OperationStore(kit_db), create(kit_db)
    for method in (store.get, store.cancel, store.delete):
        with pytest.raises(LeadlightError) as raised:
            method("bolt", created.name)
        assert raised.value.code is Code.NOT_FOUND
    assert store.list("bolt").rows == []
    assert store.get("acme", created.name).state is OperationState.PENDING


def test_the_list_gives_the_newest_first(kit_db: Database) -> None:
    store = OperationStore(kit_db)
    names = [create(kit_db).name for _ in range(5)]
    first = store.list("acme", page_size=3)
    second = store.list("acme", page_size=3, page_token=first.next_page_token)
    assert [operation.name for operation in (*first.rows, *second.rows)] == names[::-1]
    assert second.next_page_token == ""
    assert store.list("acme", kind="Other").rows == []


def test_wait_gives_the_state_when_the_time_is_over(kit_db: Database) -> None:
    begun_s = time.monotonic()
    assert not OperationStore(kit_db).wait("acme", create(kit_db).name, 0.2).done
    assert 0.2 <= time.monotonic() - begun_s < 5


def test_result_and_effect_are_one_transaction(kit_db: Database) -> None:
    def handler(context: OperationContext) -> None:
        with context.db.write(context.tenant) as session:
            once(session, method="m", request_id=context.id, request=b"", effect=lambda: b"effect")
            context.complete(session, DONE)

    created = create(kit_db)
    with running(kit_db, handler):
        assert finished(kit_db, created).result == DONE
    with kit_db.read("acme") as reader:
        row = reader.get(IdempotentRequest, method="m", request_id=created.id)
    assert row is not None
    assert row.response == b"effect"


def test_a_stopped_runner_leaves_its_operation_to_the_next(kit_db: Database) -> None:
    begun = threading.Event()

    def until_stopped(context: OperationContext) -> TypedBytes:
        with context.db.write(context.tenant) as session:
            context.save_checkpoint(session, b"half")
        begun.set()
        while True:
            context.raise_if_cancelled()
            time.sleep(0.01)

    created = create(kit_db)
    with running(kit_db, until_stopped):
        assert begun.wait(20)
    waiting = OperationStore(kit_db).get("acme", created.name)
    assert (waiting.state, waiting.attempts) == (OperationState.PENDING, 0)
    resumed: list[tuple[int, bytes | None]] = []

    def resume(context: OperationContext) -> TypedBytes:
        resumed.append((context.attempt, context.checkpoint))
        return DONE

    with running(kit_db, resume):
        assert finished(kit_db, created).state is OperationState.SUCCEEDED
    assert resumed == [(1, b"half")]


def leases(db: Database, owner: str, *, ahead_s: float = 0) -> Leases:
    return Leases(db, owner, lease_s=60, max_attempts=3, now=lambda: utc_now() + timedelta(seconds=ahead_s))


def test_a_lease_that_is_kept_up_is_nobody_elses(kit_db: Database) -> None:
    create(kit_db)
    claim = leases(kit_db, "far-away").claim(["Work"])
    assert claim is not None
    assert leases(kit_db, "other").claim(["Work"]) is None
    leases(kit_db, "far-away", ahead_s=50).beat(claim)
    assert leases(kit_db, "other", ahead_s=100).claim(["Work"]) is None


def test_a_lease_from_before_the_clock_was_set_back_is_free(kit_db: Database) -> None:
    create(kit_db)
    assert leases(kit_db, "far-away", ahead_s=3600).claim(["Work"]) is not None
    taken = leases(kit_db, "other").claim(["Work"])
    assert taken is not None
    assert taken.attempt == 2


def test_clocks_that_differ_a_little_take_no_lease_away(kit_db: Database) -> None:
    create(kit_db)
    assert leases(kit_db, "far-away", ahead_s=30).claim(["Work"]) is not None
    assert leases(kit_db, "other").claim(["Work"]) is None


def test_a_runner_that_lost_its_lease_writes_nothing_more(kit_db: Database) -> None:
    created = create(kit_db)
    late = leases(kit_db, "far-away")
    lost = late.claim(["Work"])
    assert lost is not None
    taken = leases(kit_db, "other", ahead_s=61).claim(["Work"])
    assert taken is not None
    assert (taken.attempt, taken.owner) == (2, "other")

    def complete() -> None:
        with kit_db.write("acme") as session:
            once(session, method="m", request_id="1", request=b"", effect=lambda: b"effect")
            late.succeed(session, lost, DONE)

    for write in (
        complete,
        lambda: late.beat(lost),
        lambda: late.progress(lost, 0.5, "late"),
        lambda: late.fail(lost, OperationState.FAILED, not_found("x", "y")),
        lambda: late.release(lost),
    ):
        with pytest.raises(LeaseLostError):
            write()
    with kit_db.read("acme") as reader:
        assert reader.exec(select(IdempotentRequest.request_id)).all() == []
    found = OperationStore(kit_db).get("acme", created.name)
    assert (found.state, found.stage, found.attempts) == (OperationState.RUNNING, "", 2)


def test_the_third_interruption_ends_an_operation(kit_db: Database) -> None:
    created = create(kit_db)
    for attempt in (1, 2, 3):
        claim = leases(kit_db, f"runner-{attempt}", ahead_s=attempt * 100).claim(["Work"])
        assert claim is not None
        assert claim.attempt == attempt
    assert leases(kit_db, "runner-4", ahead_s=400).claim(["Work"]) is None
    found = OperationStore(kit_db).get("acme", created.name)
    assert (found.state, found.attempts) == (OperationState.FAILED, 3)
    assert found.error is not None
    assert found.error.reason is Reason.OPERATION_INTERRUPTED


def test_an_interrupted_operation_that_was_cancelled_ends_as_cancelled(kit_db: Database) -> None:
    created = create(kit_db)
    assert leases(kit_db, "far-away").claim(["Work"]) is not None
    OperationStore(kit_db).cancel("acme", created.name)
    assert leases(kit_db, "other", ahead_s=61).claim(["Work"]) is None
    assert OperationStore(kit_db).get("acme", created.name).state is OperationState.CANCELLED


def test_a_runner_takes_only_what_it_can_do(kit_db: Database) -> None:
    create(kit_db, kind="Other")
    assert leases(kit_db, "one").claim(["Work"]) is None


def test_two_runners_never_work_on_one_operation(
    kit_db: Database, database_url: str, start_program: Start, tmp_path: Path
) -> None:
    created = [create(kit_db, kind="Short") for _ in range(60)]
    for _ in range(3):
        start_program("runner.py", database_url, tmp_path / "log")
    for operation in created:
        assert finished(kit_db, operation, 60).state is OperationState.SUCCEEDED
    lines = (tmp_path / "log").read_text(encoding="utf-8").splitlines()
    assert Counter(lines) == {f"{operation.id} attempt 1": 1 for operation in created}


def test_a_killed_operation_is_resumed_at_once_from_its_checkpoint(
    kit_db: Database, database_url: str, start_program: Start, tmp_path: Path
) -> None:
    created = create(kit_db, kind="Steps", request=b"100")
    first = start_program("runner.py", database_url, tmp_path / "log")
    while OperationStore(kit_db).get("acme", created.name).progress < 0.1:
        time.sleep(0.02)
    first.kill()
    first.wait()
    killed_s = time.monotonic()
    start_program("runner.py", database_url, tmp_path / "log")
    found = finished(kit_db, created, 60)
    # The lease is 60 s: the dead process was recognised, not waited for.
    assert time.monotonic() - killed_s < 30
    assert (found.state, found.attempts) == (OperationState.SUCCEEDED, 2)
    assert found.result == TypedBytes("type.googleapis.com/test.Steps", b"100")
    begun, resumed = (tmp_path / "log").read_text(encoding="utf-8").splitlines()
    assert begun == f"{created.id} attempt 1 from 0"
    assert resumed.startswith(f"{created.id} attempt 2 from ")
    assert int(resumed.split()[-1]) >= 5


def test_old_operations_and_answers_are_deleted(kit_db: Database) -> None:
    old, young = create(kit_db), create(kit_db)
    store = OperationStore(kit_db)
    for operation in (old, young):
        store.cancel("acme", operation.name)
    with kit_db.write("acme") as session:
        once(session, method="m", request_id="old", request=b"", effect=lambda: b"")
        once(session, method="m", request_id="young", request=b"", effect=lambda: b"")
        long_ago = utc_now() - timedelta(days=31)
        session.change(
            update(OperationRow).where(col(OperationRow.id) == old.id).values(finished_at=long_ago)
        )
        aged = update(IdempotentRequest).where(col(IdempotentRequest.request_id) == "old")
        session.change(aged.values(created_at=long_ago))
    with running(kit_db, lambda _context: DONE):
        while len(store.list("acme").rows) > 1:
            time.sleep(0.01)
    assert [operation.id for operation in store.list("acme").rows] == [young.id]
    with kit_db.read("acme") as reader:
        assert reader.exec(select(IdempotentRequest.request_id)).all() == ["young"]
