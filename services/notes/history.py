"""Asks for an analysis of the stored notes, as an operation that history_job.py works on."""

from dataclasses import dataclass

from pydantic import TypeAdapter

from services.common.db import TenantSession
from services.common.operations import Operation, create_operation, unfinished_operations
from services.notes import preference_store

ANALYZE_HISTORY = "AnalyzeHistory"
"""The kind of the operation."""


@dataclass(frozen=True, slots=True)
class HistoryOrder:
    """Which notes to analyse.

    Attributes:
        only_unanalyzed: Those that were not since they changed; else all.
    """

    only_unanalyzed: bool = False

    @property
    def target(self) -> str:
        """What the operation works on; one at a time of each."""
        return "notes (unanalyzed)" if self.only_unanalyzed else "notes"


ORDER = TypeAdapter(HistoryOrder)


def ask_for_history(session: TenantSession, order: HistoryOrder) -> Operation:
    """The analysis that is under way, or a new one."""
    preference_store.lock_tenant(session)
    under_way = unfinished_operations(session, kind=ANALYZE_HISTORY, target=order.target)
    if under_way:
        return under_way[-1]
    request = ORDER.dump_json(order)
    return create_operation(session, kind=ANALYZE_HISTORY, request=request, target=order.target)
