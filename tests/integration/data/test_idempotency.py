"""A request with an id has one effect and one answer."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from sqlmodel import select

from services.common.db import Database, TenantSession, utc_now
from services.common.errors import Code, LeadlightError, Reason
from services.common.group_commit import GroupCommitter
from services.common.idempotency import once
from services.common.operations import create_operation
from services.common.tables import OperationRow


def answer(
    session: TenantSession,
    *,
    method: str = "Train",
    request_id: str = "r1",
    request: bytes = b"request",
    moment: datetime | None = None,
) -> bytes:
    """A request whose effect is an operation, and whose answer is that operation's id."""

    def create() -> bytes:
        operation = create_operation(session, kind="Work", request=b"")
        return operation.id.encode()

    now = utc_now if moment is None else lambda: moment
    return once(
        session,
        method=method,
        request_id=request_id,
        request=request,
        effect=create,
        now=now,
    )


def effects(db: Database, tenant: str = "acme") -> list[str]:
    with db.read(tenant) as reader:
        return list(reader.exec(select(OperationRow.id)))


def test_a_repeated_request_gets_the_stored_answer(kit_db: Database) -> None:
    with kit_db.write("acme") as session:
        first = answer(session)
        assert answer(session) == first
    with kit_db.write("acme") as session:
        assert answer(session) == first
    assert effects(kit_db) == [first.decode()]


@pytest.mark.parametrize("other", [{"method": "Delete"}, {"request_id": "r2"}, {"request_id": ""}])
def test_another_method_or_id_or_none_is_another_request(kit_db: Database, other: dict[str, str]) -> None:
    with kit_db.write("acme") as session:
        assert answer(session) != answer(session, **other)  # type: ignore[arg-type]
    assert len(effects(kit_db)) == 2


def test_requests_without_id_are_each_done(kit_db: Database) -> None:
    with kit_db.write("acme") as session:
        assert answer(session, request_id="") != answer(session, request_id="")


def test_tenants_have_ids_of_their_own(kit_db: Database) -> None:
    for tenant in ("acme", "bolt"):
        with kit_db.write(tenant) as session:
            answer(session)
    assert len(effects(kit_db)) == len(effects(kit_db, "bolt")) == 1


def test_an_id_used_for_another_request_is_refused(kit_db: Database) -> None:
    with kit_db.write("acme") as session:
        answer(session)
    with kit_db.write("acme") as session, pytest.raises(LeadlightError) as raised:
        answer(session, request=b"other")
    assert (raised.value.code, raised.value.reason) == (Code.INVALID_ARGUMENT, Reason.REQUEST_ID_REUSED)
    assert [violation.field for violation in raised.value.violations] == ["request_id"]
    assert len(effects(kit_db)) == 1


def _fail() -> bytes:
    raise KeyError


def test_a_failed_request_may_be_repeated(kit_db: Database) -> None:
    with pytest.raises(KeyError), kit_db.write("acme") as session:
        once(session, method="Train", request_id="r1", request=b"request", effect=_fail)
    with kit_db.write("acme") as session:
        answer(session)
    assert len(effects(kit_db)) == 1


@pytest.mark.parametrize(
    ("age", "expected"), [(timedelta(hours=23, minutes=59), 1), (timedelta(hours=24), 2)]
)
def test_an_answer_is_kept_for_24_hours(kit_db: Database, age: timedelta, expected: int) -> None:
    with kit_db.write("acme") as session:
        answer(session, moment=utc_now() - age)
    with kit_db.write("acme") as session:
        second = answer(session)
    with kit_db.write("acme") as session:
        assert answer(session) == second
    assert len(effects(kit_db)) == expected


def test_requests_at_the_same_time_have_one_effect(kit_db: Database) -> None:
    together = threading.Barrier(6)

    def call() -> bytes:
        together.wait(20)
        with kit_db.write("acme") as session:
            return answer(session)

    with ThreadPoolExecutor(6) as pool:
        answers = {future.result(30) for future in [pool.submit(call) for _ in range(6)]}
    assert len(answers) == 1
    assert effects(kit_db) == [answers.pop().decode()]


def test_requests_in_one_group_commit_have_one_effect(kit_db: Database) -> None:
    committer = GroupCommitter(kit_db)
    with ThreadPoolExecutor(6) as pool:
        answers = {
            future.result(30) for future in [pool.submit(committer.submit, "acme", answer) for _ in range(6)]
        }
    committer.close()
    assert effects(kit_db) == [answers.pop().decode()]
    assert not answers
