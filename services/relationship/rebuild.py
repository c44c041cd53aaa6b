"""Asks for a rebuild of all that is derived from activities, as an operation that rebuild_job.py works on."""

from services.common.db import TenantSession
from services.common.operations import Operation, create_operation, unfinished_operations
from services.relationship import settings_store

REBUILD = "RebuildAggregates"
"""The kind of the operation."""

TARGET = "activities"


def ask_for_rebuild(session: TenantSession, *, anew: bool = False) -> Operation:
    """The rebuild that is under way, or a new one.

    Args:
        session: The transaction.
        anew: A new one even so: settings changed under the one that is under way.
    """
    settings_store.locked(session)
    under_way = unfinished_operations(session, kind=REBUILD, target=TARGET)
    if under_way and not anew:
        return under_way[-1]
    return create_operation(session, kind=REBUILD, request=b"", target=TARGET)
