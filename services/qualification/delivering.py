"""Delivers what other services are to be told, and tries again until they have confirmed it.

A message is kept until its service has confirmed it, and telling it twice changes nothing: a process that dies at any
moment loses nothing. A service that does not answer is left alone for a while, the others are told meanwhile.
"""

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from services.common.caller import Caller, Role
from services.common.context import using
from services.common.db import Database, utc_now
from services.common.errors import Code, LeadlightError
from services.qualification import outbox_store
from services.qualification.outbox import Carrier, Delivery, Peer

_log = structlog.get_logger()

_LONGEST_PAUSE_S = 30.0
_CALL_S = 20.0
_LEASE = timedelta(seconds=60)
_POLL_S = 0.2
_AT_ONCE = 50


@dataclass(frozen=True, slots=True)
class _Pause:
    """A service that did not answer.

    Attributes:
        until_s: When it is tried again, on the monotonic clock.
        failures: Attempts in a row.
    """

    until_s: float
    failures: int


class Deliverer:
    """Takes messages from the outbox to their services, one after the other.

    Args:
        db: The service's database.
        carriers: By service.
        retry_s: Pause after the first failure; it doubles up to 30 s.
        now: The clock of what is stored.
        monotonic_s: The clock of pauses, which nobody sets back.
    """

    def __init__(
        self,
        db: Database,
        carriers: Mapping[Peer, Carrier],
        *,
        retry_s: float,
        now: Callable[[], datetime] = utc_now,
        monotonic_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._db = db
        self._carriers = carriers
        self._retry_s = retry_s
        self._now = now
        self._monotonic_s = monotonic_s
        self._pauses: dict[Peer, _Pause] = {}

    def run(self, stop: threading.Event) -> None:
        """Delivers until it is told to stop."""
        while not stop.is_set():
            try:
                done = self.deliver_due(stop)
            except LeadlightError as error:
                _log.warning("deliveries_wait", reason=error.reason)
                stop.wait(error.retry_after_s or 1.0)
                continue
            if not done:
                stop.wait(_POLL_S)

    def deliver_due(self, stop: threading.Event) -> int:
        """Tries some of what is due, once; gives how many messages arrived.

        Raises:
            LeadlightError: UNAVAILABLE when the storage fails.
        """
        due = outbox_store.due(self._db, self._now(), peers=self._reachable(), limit=_AT_ONCE)
        return sum(
            self._deliver(tenant, [each.delivery for each in due if each.tenant == tenant], stop)
            for tenant in dict.fromkeys(each.tenant for each in due)
        )

    def _reachable(self) -> set[Peer]:
        """The services but for those that are left alone for a while."""
        now_s = self._monotonic_s()
        return {
            peer for peer in self._carriers if peer not in self._pauses or self._pauses[peer].until_s <= now_s
        }

    def _deliver(self, tenant: str, due: Sequence[Delivery], stop: threading.Event) -> int:
        """Claims messages of a tenant in one transaction, delivers them, and ticks them off in another."""
        now = self._now()
        until = now + _LEASE
        with self._db.write(tenant) as session:
            claimed = [each for each in due if outbox_store.claim(session, each, now, until)]
        arrived, left = [], []
        for delivery in claimed:
            in_time = self._now() <= until - timedelta(seconds=_CALL_S)
            if stop.is_set() or not in_time or delivery.message.peer not in self._reachable():
                left.append(delivery)
                continue
            try:
                self._tell(tenant, delivery)
            except LeadlightError as error:
                self._put_off(tenant, delivery, until, error)
            else:
                arrived.append(delivery)
        with self._db.write(tenant) as session:
            for delivery in arrived:
                outbox_store.delivered(session, delivery, until)
            for delivery in left:
                outbox_store.release(session, delivery, until)
        return len(arrived)

    def _tell(self, tenant: str, delivery: Delivery) -> None:
        message = delivery.message
        caller = Caller(tenant, "service:qualification", frozenset({Role.SERVICE}))
        end_s = time.monotonic() + _CALL_S
        with using(caller, request_id=f"deliveries/{delivery.id}", deadline_s=end_s):
            self._carriers[message.peer].deliver(message.ref, message.news, delivery.id)
        self._pauses.pop(message.peer, None)

    def _put_off(self, tenant: str, delivery: Delivery, until: datetime, error: LeadlightError) -> None:
        peer = delivery.message.peer
        failures = delivery.failed_attempts + 1
        _log.warning("delivery_failed", peer=peer, code=error.code, reason=error.reason, attempt=failures)
        if error.code in (Code.UNAVAILABLE, Code.DEADLINE_EXCEEDED):
            before = self._pauses.get(peer)
            failures = before.failures + 1 if before else 1
            self._pauses[peer] = _Pause(self._monotonic_s() + self._pause_s(failures), failures)
        next_at = self._now() + timedelta(seconds=self._pause_s(failures))
        with self._db.write(tenant) as session:
            outbox_store.failed(session, delivery, until, error=error, next_at=next_at)

    def _pause_s(self, failures: int) -> float:
        return min(_LONGEST_PAUSE_S, self._retry_s * 2.0 ** min(failures - 1, 16))
