"""What is kept of calls ends by age, as the tenant sets it: transcript, then sentences, then the call as a whole."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from sqlmodel import select

from services.common.db import Database, TenantSession
from services.common.operations import StopSignal
from services.conversation import call_store, removal, settings_store
from services.conversation.call_store import Removed
from services.conversation.models import CallRow

_PORTION = 50  # calls to a transaction, so that nobody waits long for it


@dataclass(frozen=True, slots=True)
class _Stage:
    before: datetime
    of: Collection[Removed]
    remove: Callable[[TenantSession, str], object]


class Retention:
    """Removes what is too old to be kept.

    Args:
        db: The service's database.
    """

    def __init__(self, db: Database) -> None:
        self._db = db

    def run(self, now: datetime, stop: StopSignal) -> Mapping[str, int]:
        """Goes through the calls of all tenants, the oldest first.

        Args:
            now: Ages count until here.
            stop: Ends it between two transactions.

        Returns:
            Calls of which something was removed, by tenant.
        """
        with self._db.read_all_tenants() as connection:
            tenants = sorted(connection.execute(select(CallRow.tenant).distinct()).scalars())
        changed = {tenant: self._of_tenant(tenant, now, stop) for tenant in tenants}
        if any(changed.values()):
            self._db.overwrite_deleted()
        return changed

    def _of_tenant(self, tenant: str, now: datetime, stop: StopSignal) -> int:
        with self._db.read(tenant) as session:
            settings = settings_store.read(session)
        whole = (Removed.NOTHING, Removed.TRANSCRIPT, Removed.HIGHLIGHTS, Removed.FINDINGS)
        stages = (
            _Stage(
                now - timedelta(days=settings.insight_days),
                whole,
                partial(removal.delete_call, keep_sums=True),
            ),
            _Stage(now - timedelta(days=settings.highlight_days), whole[:2], removal.delete_highlights),
            _Stage(now - timedelta(days=settings.transcript_days), whole[:1], removal.delete_transcript),
        )
        return sum(self._stage(tenant, stage, stop) for stage in stages)

    def _stage(self, tenant: str, stage: _Stage, stop: StopSignal) -> int:
        done = 0
        while not stop.is_set():
            with self._db.write(tenant) as session:
                ids = call_store.stored_before(session, stage.before, stage.of, _PORTION)
                for call_id in ids:
                    stage.remove(session, call_id)
            done += len(ids)
            if len(ids) < _PORTION:
                break
        return done
