"""Idempotency by request id (AIP-155): a repeated request has one effect and the same answer.

The answer is stored in the transaction of the effect: both are there or neither. Answers are kept
for 24 hours; the operations runner of each service deletes older ones every hour, and a request
that repeats an id after that time is a new one whether or not the old answer is gone.
"""

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import delete, update
from sqlmodel import col, select

from services.common.db import Database, TenantSession, utc_now
from services.common.errors import Reason, invalid_argument
from services.common.tables import IdempotentRequest

KEPT = timedelta(hours=24)


def once(
    session: TenantSession,
    *,
    method: str,
    request_id: str,
    request: bytes,
    effect: Callable[[], bytes],
    now: Callable[[], datetime] = utc_now,
) -> bytes:
    """The answer to a request whose effect takes place once.

    Of two requests with one id at the same time the second waits for the first one's transaction.

    Args:
        session: The transaction that `effect` writes in.
        method: Full name of the method; ids of other methods are other ids.
        request_id: The caller's id of the request; empty for none: then `effect` always runs.
        request: The request's bytes, serialized deterministically, without what may differ between
            repeats.
        effect: Does the work in `session` and gives the answer's bytes.
        now: The clock.

    Raises:
        LeadlightError: INVALID_ARGUMENT (REQUEST_ID_REUSED) if the id named another request before.
    """
    if not request_id:
        return effect()
    digest = hashlib.sha256(request).digest()
    moment = now()
    claim = {
        "method": method,
        "request_id": request_id,
        "request_hash": digest,
        "response": b"",
        "created_at": moment,
    }
    expired = col(IdempotentRequest.created_at) <= moment - KEPT
    if session.upsert_rows(IdempotentRequest, [claim], where=expired) == 0:
        return _stored(session, method, request_id, digest)
    response = effect()
    session.change(
        update(IdempotentRequest)
        .where(col(IdempotentRequest.method) == method, col(IdempotentRequest.request_id) == request_id)
        .values(response=response)
    )
    return response


def delete_expired(db: Database, now: datetime) -> int:
    """Deletes the answers of all tenants that are older than they need be kept; gives their number."""
    with db.write_all_tenants() as connection:
        table = delete(IdempotentRequest).where(col(IdempotentRequest.created_at) <= now - KEPT)
        return connection.execute(table).rowcount


def forget_answers(session: TenantSession, is_about: Callable[[str], bool]) -> int:
    """Empties the kept answers in which a person is named; a repeat then gets an answer without fields.

    Args:
        session: The transaction.
        is_about: Whether a text names the person.

    Returns:
        How many answers were emptied.
    """
    answers = select(IdempotentRequest.method, IdempotentRequest.request_id, IdempotentRequest.response)
    found = [
        {"method": method, "request_id": request_id, "response": b""}
        for method, request_id, response in session.exec(answers)
        if is_about(response.decode("utf-8", errors="replace"))
    ]
    return session.update_rows(IdempotentRequest, found)


def _stored(session: TenantSession, method: str, request_id: str, digest: bytes) -> bytes:
    row = session.get(IdempotentRequest, method=method, request_id=request_id)
    if row is None or row.request_hash != digest:
        raise invalid_argument(
            "request_id",
            "names another request already; give each request an id of its own",
            reason=Reason.REQUEST_ID_REUSED,
        )
    return row.response
