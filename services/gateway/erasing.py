"""Takes a person out of every service, and tries again until all of them have confirmed."""

import threading
import uuid
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass, replace
from typing import Any, Protocol

import structlog

from services.common.caller import Caller, Role
from services.common.context import using
from services.common.db import Database, TenantSession, utc_now
from services.common.errors import LeadlightError, not_found
from services.common.idempotency import once
from services.gateway import store
from services.gateway.reports import ReportKey, subject_digest
from services.gateway.store import Erasure, Json

_log = structlog.get_logger()
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 1.0, 60.0
_IDLE_S = 1.0


class Identities(Protocol):
    """The service that knows who is who."""

    def known(self, subject: Json) -> Json:
        """The subject with what the service knows of their addresses, numbers, records and names.

        Raises:
            LeadlightError: If the service does not answer.
        """
        ...


class Service(Protocol):
    """One service's part in an erasure; plain JSON of the protos goes in and out."""

    def erase(self, subject: Json, request_id: str, *, validate_only: bool) -> Json:
        """What was erased.

        Raises:
            LeadlightError: If the service does not answer, or refuses.
        """
        ...


@dataclass(frozen=True, slots=True)
class Asked:
    """An erasure as it is asked for.

    Attributes:
        subject: Whom.
        request_id: The caller's, empty for none.
        request: The request's bytes, for repeats.
        asked_by: The caller's subject.
    """

    subject: Json
    request_id: str
    request: bytes
    asked_by: str


class Erasing:
    """Use cases around erasures.

    Args:
        db: The gateway's database.
        services: Every service that holds personal data, by name.
        identities: The service that knows who is who.
        key: Signs reports.
    """

    def __init__(
        self, db: Database, services: Mapping[str, Service], *, identities: Identities, key: ReportKey
    ) -> None:
        self._db = db
        self._services = services
        self._identities = identities
        self._key = key

    def known(self, subject: Json) -> Json:
        """The subject with what is known of the person beside what the caller gave.

        Raises:
            LeadlightError: UNAVAILABLE if it is not known who is meant.
        """
        return self._identities.known(subject)

    def rehearse(self, tenant: str, asked: Asked) -> Erasure:
        """What an erasure would do.

        Raises:
            LeadlightError: UNAVAILABLE if it is not known who is meant; INVALID_ARGUMENT (REQUEST_ID_REUSED).
        """
        self._once(tenant, asked, lambda _: b"")
        subject = self._identities.known(asked.subject)
        results = self._ask(self._services, subject, uuid.uuid4(), validate_only=True)
        return Erasure("", None, results, asked.asked_by, "", utc_now())

    def begin(self, tenant: str, asked: Asked) -> Erasure:
        """Begins an erasure and tries every service once; a repeated request id finds the one that was begun.

        Raises:
            LeadlightError: UNAVAILABLE if it is not known who is meant: nothing is begun then; INVALID_ARGUMENT
                (REQUEST_ID_REUSED).
        """
        subject = self._identities.known(asked.subject)

        def effect(session: TenantSession) -> bytes:
            erasure_id = uuid.uuid4().hex
            digest = subject_digest(erasure_id, asked.subject)
            begun = Erasure(erasure_id, subject, {}, asked.asked_by, digest, utc_now())
            store.add_erasure(session, begun)
            return erasure_id.encode()

        return self.attempt(tenant, self._once(tenant, asked, effect).decode())

    def _once(self, tenant: str, asked: Asked, effect: Callable[[TenantSession], bytes]) -> bytes:
        with self._db.write(tenant) as session:
            return once(
                session,
                method="leadlight.gateway.v1.ErasePersonRequest",
                request_id=asked.request_id,
                request=asked.request,
                effect=lambda: effect(session),
            )

    def get(self, tenant: str, erasure_id: str) -> Erasure:
        """An erasure as it stands.

        Raises:
            LeadlightError: NOT_FOUND.
        """
        with self._db.read(tenant) as session:
            erasure = store.read_erasure(session, erasure_id)
        if erasure is None:
            raise not_found("erasure", f"erasures/{erasure_id}")
        return erasure

    def attempt(self, tenant: str, erasure_id: str) -> Erasure:
        """Asks every service that has not confirmed; once all have, forgets the person and signs the report.

        Raises:
            LeadlightError: NOT_FOUND.
        """
        erasure = self.get(tenant, erasure_id)
        if erasure.subject is None:
            return erasure
        left = {name: each for name, each in self._services.items() if not _confirmed(erasure, name)}
        results = self._ask(left, erasure.subject, uuid.UUID(erasure_id), validate_only=False)
        with self._db.write(tenant) as session:
            latest = store.read_erasure(session, erasure_id, for_update=True) or erasure
            merged = {**results, **{name: each for name, each in latest.services.items() if "erased" in each}}
            latest = replace(latest, services=dict(sorted(merged.items())))
            if latest.subject is not None and all(_confirmed(latest, name) for name in self._services):
                done = replace(latest, subject=None, done_at=utc_now())
                latest = replace(done, report=self._key.sign(tenant, done))
            store.write_erasure(session, latest)
        if latest.subject is None:
            self._db.overwrite_deleted()
        return latest

    def run(self, stop: threading.Event) -> None:
        """Tries what is not confirmed, again and again, until it is told to stop."""
        pause_s = _FIRST_PAUSE_S
        while not stop.is_set():
            left = False
            try:
                for tenant, erasure_id in store.unfinished(self._db):
                    caller = Caller(tenant, "service:gateway", frozenset({Role.SERVICE}))
                    with using(caller, request_id=f"erasures/{erasure_id}"):
                        left = self.attempt(tenant, erasure_id).subject is not None or left
            except LeadlightError as error:
                _log.warning("erasures_wait", reason=error.reason)
                left = True
            except Exception:
                # An erasure that was promised is not to end with one fault.
                _log.exception("erasures_failed")
                left = True
            stop.wait(pause_s if left else _IDLE_S)
            pause_s = min(_LONGEST_PAUSE_S, pause_s * 2) if left else _FIRST_PAUSE_S

    def _ask(
        self, services: Mapping[str, Service], subject: Json, erasure_id: uuid.UUID, *, validate_only: bool
    ) -> dict[str, Json]:
        def ask(name: str) -> Json:
            request_id = str(uuid.uuid5(erasure_id, name))
            try:
                return {"erased": services[name].erase(subject, request_id, validate_only=validate_only)}
            except LeadlightError as error:
                return {"status": {"code": error.code.value, "message": error.message}}

        with ThreadPoolExecutor(max(1, len(services))) as pool:
            asked = {name: pool.submit(copy_context().run, ask, name) for name in services}
            return {name: each.result() for name, each in sorted(asked.items())}


def _confirmed(erasure: Erasure, name: str) -> bool:
    known: Mapping[str, Any] = erasure.services.get(name, {})
    return "erased" in known
