"""The operation that runs a job: a program of its own does, and what it found may go into the service's store."""

import shutil
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from services.common.batch.catalog import JobCatalog
from services.common.batch.launch import run_program
from services.common.batch.orders import ORDER, JobOrder
from services.common.batch.outcomes import JobOutcome, Stored
from services.common.batch.places import JobPlaces
from services.common.batch.run_folder import RunFolder, remove_old_runs
from services.common.batch.settings import JobSettings
from services.common.db import Database, TenantSession
from services.common.operations import OperationCancelledError, OperationContext, TypedBytes
from services.common.records import RecordKind
from services.common.server.job_messages import run_response

_RUN_SHARE = 0.8
"""What the program is of the whole where its results are stored."""
_PATIENCE_S = 60.0
"""How long a program may outlive a runner that was killed: it notices within a second, and ends."""
_KEPT_S = 30 * 86_400.0


Finish = Callable[[TenantSession], Stored]
"""The last step of storing, in the transaction that ends the operation."""

OnStage = Callable[[float, str], None]
"""Is told the share that is done, 0 to 1, and what is done now, for people; may end the work by an exception."""

StoreResults = Callable[[OperationContext, RecordKind, Path, OnStage], Finish]
"""Puts a job's results into the service's store, in transactions that each save where a later attempt goes on.

It is given the operation, the kind of the records, the folder of the results, and whom to tell."""


class RunJob:
    """Runs the job that an operation orders.

    Args:
        db: The service's database.
        settings: Its settings.
        stores: Who stores the results of which job.
    """

    def __init__(
        self, db: Database, settings: JobSettings, stores: Mapping[str, StoreResults] | None = None
    ) -> None:
        self._db = db
        self._settings = settings
        self._catalog = JobCatalog(settings.service)
        self._stores = stores or {}

    def __call__(self, context: OperationContext) -> TypedBytes | None:
        """Runs one attempt, from the last whole stage on."""
        order = ORDER.validate_json(context.request)
        run_id = order.run_id or context.id
        places = JobPlaces(self._settings, context.tenant)
        remove_old_runs(places.runs, time.time() - _KEPT_S)
        try:
            self._run(context, order, run_id, places)
        except OperationCancelledError:
            RunFolder(places.runs, run_id).remove()
            shutil.rmtree(places.to_store(run_id), ignore_errors=True)
            raise
        return None

    def _run(self, context: OperationContext, order: JobOrder, run_id: str, places: JobPlaces) -> None:
        share = 1.0 if order.store_kind is None else _RUN_SHARE
        found = run_program(
            self._program(order, run_id, places), lambda done, stage: context.progress(share * done, stage)
        )
        finish: Finish = _nothing_stored
        if order.store_kind is not None:
            finish = self._stores[order.job](
                context,
                order.store_kind,
                places.to_store(run_id),
                lambda done, stage: context.progress(share + (1.0 - share) * done, stage),
            )
        with self._db.write(context.tenant) as session:
            outcome = JobOutcome(order.job, run_id, found["rows"], found["resumed_stages"], finish(session))
            context.complete(session, run_response(outcome))
        if order.store_kind is not None:
            # What is stored needs no file, and to run it again is to store it again.
            RunFolder(places.runs, run_id).remove()
            shutil.rmtree(places.to_store(run_id), ignore_errors=True)

    def _program(self, order: JobOrder, run_id: str, places: JobPlaces) -> dict[str, Any]:
        """The order as `program.py` reads it."""
        job = self._catalog.get(order.job)
        inputs = places.inputs(order)
        return {
            "module": job.module if order.store_kind is None else job.stored_module,
            "inputs": {
                name: {"location": location, "columns": dict(order.inputs[name].columns)}
                for name, location in inputs.items()
            },
            "options": places.options(job, order),
            "output": str(places.output(order, inputs, run_id)),
            "engine": self._settings.engine_order,
            "runs": str(places.runs),
            "run_id": run_id,
            "patience_s": _PATIENCE_S,
        }


def _nothing_stored(_session: TenantSession) -> Stored:
    return Stored(0, 0)
