"""Model lines that differ, put into any tenant's hands; and the service's inside, which works off what is asked."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from sqlalchemy import update
from sqlmodel import col, select

from services.common.db import Database, utc_now
from services.common.db.migrations import migrate
from services.common.operations import Handler
from services.common.records import RecordKind, RecordRef
from services.common.tables import OperationRow
from services.scoring import model_store
from services.scoring.card import ModelCard
from services.scoring.compile import compile_model
from services.scoring.drift_reporting import DriftReporting
from services.scoring.files import ServiceFiles, digest
from services.scoring.matching import Filter, FilterCondition
from services.scoring.model_store import TRAIN_MODEL
from services.scoring.modelling import ModellingService
from services.scoring.models import ModelRow, RecordRow, ScoreRow
from services.scoring.records import NO_REASONS, Record, RecordChange
from services.scoring.refresh_job import RefreshJob
from services.scoring.refreshing import REFRESH_SCORES
from services.scoring.service import ScoringService
from services.scoring.shelf import ModelShelf
from services.scoring.table import TrainingTable
from services.scoring.training import train
from services.scoring.training_job import TrainingJob
from services.scoring.training_order import TrainingOrder
from services.scoring.upkeep import Upkeep
from tests.integration.scoring.world import Trained, leads
from tests.integration.working import eventually as eventually  # noqa: PLC0414 - for tests of several lines
from tests.integration.working import operations_of, work_off

TENANT = "acme"


def where(**values: str) -> Filter:
    """The filter in which each attribute has the one value."""
    return tuple(FilterCondition(name, (value,)) for name, value in sorted(values.items()))


def clear_ends(table: pa.Table) -> npt.NDArray[np.bool_]:
    """Which leads qualify where referrals do and others do not, but for one in ten."""
    exceptions = np.random.default_rng(8).random(table.num_rows) < 0.1
    return np.asarray((np.array(table["source"].to_pylist()) == "referral") ^ exceptions, dtype=np.bool_)


@cache
def model_of(*, turned: bool = False, clear: bool = False) -> Trained:
    """A model on the leads of world.py; turned, it takes the qualified for the others; or one of `clear_ends`."""
    table = leads()
    outcome = clear_ends(table) if clear else np.array(table["qualified"].to_pylist()) == "Yes"
    columns = {name: table[name].combine_chunks() for name in ("source", "budget", "member")}
    model = train(TrainingTable(columns, outcome ^ turned))
    return Trained(compile_model(model.ensemble, model.report.intervals), model.report)


def install(
    db: Database,
    files: ServiceFiles,
    tenant: str = TENANT,
    *,
    name: str = "Installed",
    conditions: Filter = (),
    turned: bool = False,
    clear: bool = False,
    versions: int = 1,
    publish: int | None = 1,
    trained_at: datetime | None = None,
    kind: RecordKind = RecordKind.LEAD,
) -> str:
    """Gives a tenant a line; returns its id."""
    model_id = f"line-{uuid.uuid4().hex[:12]}"
    model, moment = model_of(turned=turned, clear=clear), trained_at or utc_now()
    with db.write(tenant) as session:
        model_store.add_model(session, model_id, kind, name, TrainingOrder(kind, model_id, filter=conditions))
        session.flush()
    for _ in range(versions):
        add_version(db, files, model_id, model, moment, tenant=tenant, kind=kind)
    if publish is not None:
        with db.write(tenant) as session:
            model_store.publish(session, model_id, publish)
            session.change(
                update(ModelRow).where(col(ModelRow.model_id) == model_id).values(published_at=moment)
            )
    return model_id


def add_version(
    db: Database,
    files: ServiceFiles,
    model_id: str,
    model: Trained,
    trained_at: datetime,
    *,
    tenant: str = TENANT,
    kind: RecordKind = RecordKind.LEAD,
) -> int:
    """A further version of a line; returns its number."""
    with db.write(tenant) as session:
        number = model_store.reserve_version(session, model_id)
        card = ModelCard(kind, model_id, number, trained_at, "tests", digest(model.onnx), model.report)
        files.write_model(tenant, model_id, number, model.onnx, card.to_json())
        version = model_store.ModelVersion(
            model_id, number, digest(model.onnx), digest(card.to_json()), trained_at
        )
        model_store.add_version(session, version)
    return number


@dataclass
class Suite:
    """The scoring service's inside on one database, without a server."""

    url: str
    folder: Path
    db: Database = field(init=False)
    files: ServiceFiles = field(init=False)
    shelf: ModelShelf = field(init=False)

    def __post_init__(self) -> None:
        migrate(self.url, service="scoring")
        self.db = Database(self.url, service="scoring")
        self.files = ServiceFiles(self.folder)
        self.shelf = ModelShelf(self.db, self.files)
        self.modelling = ModellingService(self.db, self.files, self.shelf)
        self.scoring = ScoringService(self.db, self.shelf)
        self.drift = DriftReporting(self.db, self.files)
        self.upkeep = Upkeep(self.db, self.modelling, self.drift)

    def handlers(self, page_records: int = 500) -> dict[str, Handler]:
        """What a runner of its own has: no model is in its memory."""
        shelf = ModelShelf(self.db, self.files)
        return {
            TRAIN_MODEL: TrainingJob(self.db, self.files, self.modelling, shelf),
            REFRESH_SCORES: RefreshJob(self.db, shelf, page_records),
        }

    def store(self, *changes: RecordChange) -> list[Record]:
        with self.db.write(TENANT) as session:
            return self.scoring.upsert(
                session,
                changes,
                wanted=[NO_REASONS] * len(changes),
                paths=[""] * len(changes),
            )

    def work(self, handlers: Mapping[str, Handler] | None = None, runners: int = 1) -> None:
        """Works until nothing that was asked for is left."""
        work_off(self.db, TENANT, handlers or self.handlers(), runners)

    def unfinished(self) -> bool:
        return any(not row.finished_at for row in self.operations())

    def operations(self, kind: str | None = None) -> list[OperationRow]:
        return [row for row in operations_of(self.db, TENANT) if kind in (None, row.kind)]

    def history(self) -> dict[str, list[str]]:
        """The causes of each record's scores, oldest first."""
        found: dict[str, list[str]] = {}
        with self.db.read(TENANT) as session:
            for row in session.exec(select(ScoreRow).order_by(col(ScoreRow.number))):
                found.setdefault(row.record_id, []).append(row.cause)
        return found

    def changes(self, record_id: str) -> list[ScoreRow]:
        """A record's scores, oldest first."""
        query = select(ScoreRow).where(ScoreRow.record_id == record_id).order_by(col(ScoreRow.number))
        with self.db.read(TENANT) as session:
            return list(session.exec(query))

    def rows(self) -> dict[str, RecordRow]:
        with self.db.read(TENANT) as session:
            return {row.record_id: row for row in session.exec(select(RecordRow))}

    def line(self, model_id: str) -> model_store.ModelLine:
        with self.db.read(TENANT) as session:
            line = model_store.read_model(session, model_id)
        assert line is not None
        return line


def lead(record_id: str, attributes: dict[str, Any], **fields: Any) -> RecordChange:
    """A lead as it is sent, open unless it says otherwise."""
    given = {"is_positive": None, "created_at": None, "closed_at": None} | fields
    return RecordChange(RecordRef(RecordKind.LEAD, record_id), attributes, **given)
