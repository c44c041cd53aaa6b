"""Asks for a refresh: every open record of a kind scored anew, as an operation that refresh_job.py works on."""

from services.common.db import TenantSession
from services.common.operations import Operation, create_operation, unfinished_operations
from services.common.records import RecordKind
from services.scoring import kind_store

REFRESH_SCORES = "RefreshScores"
"""The kind of the operation that refreshes."""


def ask_for_refresh(session: TenantSession, kind: RecordKind, *, models_changed: bool = False) -> Operation:
    """The refresh of a kind that is under way, or a new one.

    Args:
        session: The transaction.
        kind: Leads or opportunities.
        models_changed: The transaction changes which models score. A refresh that has begun does not do then:
            it has scored some records by the models of before.
    """
    kind_store.lock_kind(session, kind)
    under_way = unfinished_operations(session, kind=REFRESH_SCORES, target=kind, for_update=True)
    for operation in reversed(under_way):
        if operation.started_at is None or not models_changed:
            return operation
    kind_store.refresh_asked(session, kind)
    return create_operation(session, kind=REFRESH_SCORES, request=kind.encode(), target=kind)
