"""A write behind an RPC: one transaction shared with other callers, one effect per request id."""

from collections.abc import Callable
from typing import Any, TypeVar

from google.protobuf.message import Message

from services.common.context import current
from services.common.db import TenantSession
from services.common.group_commit import GroupCommitter
from services.common.idempotency import once

_Answer = TypeVar("_Answer", bound=Message)


def write(
    committer: GroupCommitter,
    request: Any,
    answer_type: type[_Answer],
    effect: Callable[[TenantSession], _Answer],
) -> _Answer:
    """Runs `effect` durably; a repeated `request_id` gets the first answer without a second effect.

    Args:
        committer: The worker's writes.
        request: The request; its `request_id` may be empty. One id names one request of one type.
        answer_type: What `effect` returns.
        effect: The write and its answer.

    Raises:
        LeadlightError: INVALID_ARGUMENT (REQUEST_ID_REUSED), UNAVAILABLE, or what `effect` raised.
    """

    def work(session: TenantSession) -> _Answer:
        if not request.request_id:
            return effect(session)
        stored = once(
            session,
            method=request.DESCRIPTOR.full_name,
            request_id=request.request_id,
            request=request.SerializeToString(deterministic=True),
            effect=lambda: effect(session).SerializeToString(),
        )
        return answer_type.FromString(stored)

    return committer.submit(current().caller.tenant, work)
