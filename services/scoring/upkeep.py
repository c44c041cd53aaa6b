"""Keeping up without being asked: the daily refresh and the retraining of published lines.

It only asks for the work, as operations. Several runners may look at the same moment: who comes second waits for
the lock, sees what the first has asked for, and asks for nothing.
"""

from collections.abc import Callable
from datetime import datetime

import structlog

from services.common.db import Database, TenantReader, utc_now
from services.common.errors import LeadlightError
from services.common.operations import create_operation, unfinished_operations
from services.common.records import RecordKind
from services.scoring import kind_store, model_store
from services.scoring.drift_reporting import DriftReporting
from services.scoring.kind_store import ServedKind
from services.scoring.model_store import TRAIN_MODEL, ModelLine
from services.scoring.modelling import ModellingService
from services.scoring.refreshing import ask_for_refresh
from services.scoring.retraining import drift_counts, refresh_due, retraining_due

_Work = Callable[[str, RecordKind, datetime, datetime], int]

_log = structlog.get_logger()


class Upkeep:
    """What the schedule calls.

    Args:
        db: The service's database.
        modelling: Checks orders.
        drift: Says whether a line's attributes have moved.
    """

    def __init__(self, db: Database, modelling: ModellingService, drift: DriftReporting) -> None:
        self._db = db
        self._modelling = modelling
        self._drift = drift

    def refresh(self, now: datetime | None = None) -> int:
        """Asks for a refresh of every kind whose last one is 24 hours old; returns how many it asked for."""
        moment = now or utc_now()
        return sum(
            self._safely(self._refresh, served, moment) for served in kind_store.served_kinds(self._db)
        )

    def retrain(self, now: datetime | None = None) -> int:
        """Asks for a retraining of every line that is due or drifts; returns how many it asked for."""
        moment = now or utc_now()
        return sum(
            self._safely(self._retrain, served, moment) for served in kind_store.served_kinds(self._db)
        )

    def _safely(self, work: _Work, served: ServedKind, now: datetime) -> int:
        """One tenant's trouble is not the next one's."""
        try:
            return work(served.tenant, served.kind, served.published_at, now)
        except LeadlightError as error:
            _log.warning("upkeep_waits", kind=served.kind, reason=error.reason)
            return 0

    def _refresh(self, tenant: str, kind: RecordKind, published_at: datetime, now: datetime) -> int:
        with self._db.write(tenant) as session:
            state = kind_store.lock_kind(session, kind)
            last = state.refreshed_at or published_at
            if not refresh_due(now=now, last=last, asked=state.refresh_asked_at):
                return 0
            ask_for_refresh(session, kind)
        return 1

    def _retrain(self, tenant: str, kind: RecordKind, _published_at: datetime, now: datetime) -> int:
        with self._db.read(tenant) as session:
            lines = [line for line in model_store.published_models(session, kind) if line.auto_retrain]
            due = [line for line in lines if self._is_due(session, line, now)]
        return sum(self._ask(tenant, line, now) for line in due)

    def _is_due(self, session: TenantReader, line: ModelLine, now: datetime) -> bool:
        newest = model_store.read_version(session, line.model_id, line.ready_version)
        if newest is None or _is_training(session, line):
            return False
        asked = line.retrain_asked_at
        if retraining_due(now=now, trained=newest.trained_at, asked=asked):
            return True
        may_drift = drift_counts(now=now, trained=newest.trained_at, asked=asked)
        return may_drift and self._drift.advises_retraining(session, line)

    def _ask(self, tenant: str, seen: ModelLine, now: datetime) -> int:
        with self._db.write(tenant) as session:
            line = model_store.read_model(session, seen.model_id, for_update=True)
            if line != seen or _is_training(session, seen):
                # Somebody else was here in the meantime; the next look will show what is left to do.
                return 0
            order = line.order.again(line.model_id)
            model_store.retraining_asked(session, line.model_id, now)
            try:
                order = self._modelling.check_order(session, order)
            except LeadlightError as error:
                # Noted as asked for: it is tried again when it is due again, not every hour.
                _log.info("retraining_not_possible", model=line.model_id, reason=error.reason)
                return 0
            create_operation(
                session, kind=TRAIN_MODEL, request=order.to_bytes(), target=f"models/{line.model_id}"
            )
        return 1


def _is_training(session: TenantReader, line: ModelLine) -> bool:
    return bool(unfinished_operations(session, kind=TRAIN_MODEL, target=f"models/{line.model_id}"))
