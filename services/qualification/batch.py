"""Many leads qualified at once, each on its own."""

import uuid
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass
from typing import TypeVar

from services.common.context import current
from services.common.db import TenantSession
from services.common.errors import LeadlightError
from services.common.group_commit import GroupCommitter
from services.common.idempotency import once

AT_ONCE = 50
"""Leads to a transaction: few enough that nobody else waits long."""

_BATCH = "leadlight.qualification.v1.BatchQualifyRequest"
_METHOD = f"{_BATCH}/requests"
_ITEM = uuid.UUID("b6f6c5b4-98f5-4d6a-8a58-6f6a1f0e9b0e")
_Asked = TypeVar("_Asked")
_Prepared = TypeVar("_Prepared")


@dataclass(frozen=True, slots=True)
class Item:
    """One lead of a batch.

    Attributes:
        id: The CRM's id.
        request: The request's bytes, serialized deterministically.
    """

    id: str
    request: bytes


def attempt(work: Callable[[_Asked], _Prepared], asked: _Asked) -> _Prepared | LeadlightError:
    """What work gives, or the error that it ends with: for the transaction to raise, if it is the first.

    A repeated request must get its first answer, though the lead is closed by now.
    """
    try:
        return work(asked)
    except LeadlightError as error:
        return error


def prepare_all(
    pool: ThreadPoolExecutor, asked: Sequence[_Asked], work: Callable[[_Asked], _Prepared]
) -> list[_Prepared | LeadlightError]:
    """Prepares several leads at the same time, each with its result or its error."""
    futures = [pool.submit(copy_context().run, attempt, work, each) for each in asked]
    return [future.result() for future in futures]


def claim(committer: GroupCommitter, request: bytes, request_id: str) -> None:
    """Makes sure that a batch's id names no other batch.

    Args:
        committer: The worker's writes.
        request: The batch's bytes, serialized deterministically.
        request_id: Its id; empty for none.

    Raises:
        LeadlightError: INVALID_ARGUMENT (REQUEST_ID_REUSED).
    """
    if request_id:
        committer.submit(
            current().caller.tenant,
            lambda session: once(
                session, method=_BATCH, request_id=request_id, request=request, effect=lambda: b""
            ),
        )


def commit_all(
    committer: GroupCommitter,
    items: Sequence[Item],
    effect: Callable[[TenantSession, int], bytes],
    request_id: str,
) -> list[bytes | LeadlightError]:
    """Commits several leads, each all or nothing, with its answer or its error.

    Args:
        committer: The worker's writes.
        items: The leads.
        effect: Commits the n-th of them and gives its answer's bytes.
        request_id: Of the batch; empty for none. A repeat gets the answers of the leads that were committed.
    """
    tenant = current().caller.tenant
    places = sorted(range(len(items)), key=lambda each: items[each].id)
    answers: dict[int, bytes | LeadlightError] = {}
    for start in range(0, len(places), AT_ONCE):
        current().check()
        part = _Part(items, places[start : start + AT_ONCE], effect, request_id)
        answers |= committer.submit(tenant, part.commit)
    return [answers[place] for place in range(len(items))]


@dataclass(frozen=True, slots=True)
class _Part:
    """Leads that share a transaction; by id, so that two batches that share leads lock them in one order."""

    items: Sequence[Item]
    places: Sequence[int]
    effect: Callable[[TenantSession, int], bytes]
    request_id: str

    def commit(self, session: TenantSession) -> Mapping[int, bytes | LeadlightError]:
        return {place: self._commit(session, place) for place in self.places}

    def _commit(self, session: TenantSession, place: int) -> bytes | LeadlightError:
        try:
            with session.savepoint():
                return _once(session, self.items[place], self.request_id, lambda: self.effect(session, place))
        except LeadlightError as error:
            return error


def _once(session: TenantSession, item: Item, request_id: str, effect: Callable[[], bytes]) -> bytes:
    return once(
        session,
        method=_METHOD,
        request_id=str(uuid.uuid5(_ITEM, f"{request_id}\n{item.id}")) if request_id else "",
        request=item.request,
        effect=effect,
    )
