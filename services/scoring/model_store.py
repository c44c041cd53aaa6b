"""Model lines and their versions in the database."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import delete, func, update
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from services.common.db import TenantReader, TenantSession, later_than, utc_now
from services.common.errors import not_found
from services.common.paging import Page, SortKey, read_page
from services.common.records import RecordKind
from services.common.tables import OperationRow, OperationState
from services.scoring.matching import Filter
from services.scoring.models import ModelRow, ModelVersionRow
from services.scoring.training_order import TrainingOrder

TRAIN_MODEL = "TrainModel"
"""The kind of the operation that trains."""


class ModelState(StrEnum):
    """Where a model line stands. Training is not stored: it is a draft that an operation works on."""

    DRAFT = "draft"
    TRAINING = "training"
    READY = "ready"
    PUBLISHED = "published"
    RETIRED = "retired"


@dataclass(frozen=True, slots=True)
class ModelLine:
    """A line of trained versions for one kind of record; the fields are those of `ModelRow`.

    Attributes:
        order: How it was trained last.
        auto_retrain_choice: Whether it is retrained by itself, as somebody decided; None while nobody did.
    """

    model_id: str
    kind: RecordKind
    display_name: str
    state: ModelState
    last_version: int
    ready_version: int
    published_version: int | None
    created_at: datetime
    published_at: datetime | None
    order: TrainingOrder
    auto_retrain_choice: bool | None
    retrain_asked_at: datetime | None

    @property
    def filter(self) -> Filter:
        """The records that the line serves; the same as long as it lives."""
        return self.order.filter

    @property
    def auto_retrain(self) -> bool:
        """Whether it is retrained by itself: on once published, unless somebody decided otherwise."""
        if self.auto_retrain_choice is None:
            return self.state is ModelState.PUBLISHED
        return self.auto_retrain_choice

    @property
    def shown_version(self) -> int:
        """The published version, else the newest ready one; 0 before the first."""
        return self.published_version or self.ready_version


@dataclass(frozen=True, slots=True)
class ModelVersion:
    """One trained version; the digests are those its files must have."""

    model_id: str
    version: int
    onnx_sha256: str
    card_sha256: str
    trained_at: datetime


def read_model(session: TenantReader, model_id: str, *, for_update: bool = False) -> ModelLine | None:
    """The model line, or None."""
    row = session.get(ModelRow, model_id=model_id, for_update=for_update)
    return _line(row) if row else None


def list_models(
    session: TenantReader, kind: RecordKind | None, *, page_size: int, page_token: str
) -> Page[ModelLine]:
    """Model lines, newest first."""
    query = select(ModelRow)
    if kind:
        query = query.where(ModelRow.kind == kind)
    page = read_page(
        session,
        query,
        [SortKey(ModelRow.created_at, descending=True), SortKey(ModelRow.model_id)],
        page_size=page_size,
        page_token=page_token,
        scope=["models", kind or ""],
    )
    return Page([_line(row) for row in page.rows], page.next_page_token)


def published_models(session: TenantReader, kind: RecordKind) -> list[ModelLine]:
    """The published lines of a kind, the newest publication first."""
    query = (
        select(ModelRow)
        .where(ModelRow.kind == kind, col(ModelRow.published_version).is_not(None))
        .order_by(col(ModelRow.published_at).desc(), col(ModelRow.model_id))
    )
    return [_line(row) for row in session.exec(query)]


def count_models(session: TenantReader, kind: RecordKind) -> int:
    """How many lines of a kind the tenant has."""
    return session.exec(select(func.count()).select_from(ModelRow).where(ModelRow.kind == kind)).one()


def add_model(
    session: TenantSession,
    model_id: str,
    kind: RecordKind,
    display_name: str,
    order: TrainingOrder | None = None,
) -> None:
    """Adds a line that has no version yet.

    Args:
        session: The transaction.
        model_id: Its id.
        kind: Leads or opportunities.
        display_name: For people.
        order: How it is to be trained; its filter stays the line's. Default: on every record of the kind.
    """
    session.add(
        ModelRow(
            model_id=model_id,
            kind=kind,
            display_name=display_name,
            state=ModelState.DRAFT,
            created_at=utc_now(),
            training_order=(order or TrainingOrder(kind)).to_json(),
        )
    )


def update_model(
    session: TenantSession, model_id: str, *, display_name: str | None, auto_retrain: bool | None
) -> None:
    """Changes what is not None."""
    values: dict[str, object] = {}
    if display_name is not None:
        values["display_name"] = display_name
    if auto_retrain is not None:
        values["auto_retrain"] = auto_retrain
    session.change(update(ModelRow).where(col(ModelRow.model_id) == model_id).values(values))


def retraining_asked(session: TenantSession, model_id: str, now: datetime) -> None:
    """Notes when an automatic retraining was begun."""
    session.change(update(ModelRow).where(col(ModelRow.model_id) == model_id).values(retrain_asked_at=now))


def reserve_version(session: TenantSession, model_id: str) -> int:
    """Takes the line's next version number, for good: a failed training leaves a gap.

    Raises:
        LeadlightError: NOT_FOUND when the line was deleted.
    """
    row = _required(session.get(ModelRow, model_id=model_id, for_update=True), model_id)
    row.last_version += 1
    session.flush()
    return row.last_version


def add_version(session: TenantSession, version: ModelVersion, order: TrainingOrder | None = None) -> None:
    """Adds a trained version and makes its line ready (a published line stays published).

    Args:
        session: The transaction.
        version: The version; its files are in place.
        order: How it was trained, for the line's retrainings; None leaves what the line has.

    Raises:
        LeadlightError: NOT_FOUND when the line was deleted.
    """
    session.add(
        ModelVersionRow(
            model_id=version.model_id,
            version=version.version,
            onnx_sha256=version.onnx_sha256,
            card_sha256=version.card_sha256,
            trained_at=version.trained_at,
        )
    )
    row = _required(session.get(ModelRow, model_id=version.model_id, for_update=True), version.model_id)
    row.ready_version = max(row.ready_version, version.version)
    if order is not None:
        row.training_order = order.to_json()
    if row.state == ModelState.DRAFT:
        row.state = ModelState.READY
    session.flush()


def is_training(session: TenantReader, model_id: str) -> bool:
    """Whether an operation trains the line, or waits to."""
    query = _trained_now().where(OperationRow.target == f"models/{model_id}")
    return session.exec(query.limit(1)).first() is not None


def delete_abandoned(session: TenantSession) -> None:
    """Deletes lines without a version that no operation works on: one was cancelled, or given up, before it began."""
    session.change(
        delete(ModelRow).where(
            col(ModelRow.ready_version) == 0,
            ("models/" + col(ModelRow.model_id)).not_in(_trained_now()),
        )
    )


def _trained_now() -> SelectOfScalar[str]:
    """Names of the lines that are being trained, or wait for it."""
    return select(OperationRow.target).where(
        OperationRow.kind == TRAIN_MODEL,
        col(OperationRow.state).in_([OperationState.PENDING, OperationState.RUNNING]),
    )


def delete_untrained(session: TenantSession, model_id: str) -> None:
    """Deletes a line that never had a version."""
    session.change(
        delete(ModelRow).where(col(ModelRow.model_id) == model_id, col(ModelRow.ready_version) == 0)
    )


def publish(session: TenantSession, model_id: str, version: int) -> None:
    """Puts a version into use; its line is the tenant's newest then."""
    last = session.exec(select(func.max(ModelRow.published_at))).one()
    session.change(
        update(ModelRow)
        .where(col(ModelRow.model_id) == model_id)
        .values(
            state=ModelState.PUBLISHED,
            published_version=version,
            published_at=later_than(last, utc_now()),
        )
    )


def retire(session: TenantSession, model_id: str) -> None:
    """Takes a line out of use."""
    session.change(
        update(ModelRow)
        .where(col(ModelRow.model_id) == model_id)
        .values(state=ModelState.RETIRED, published_version=None, published_at=None)
    )


def delete_model(session: TenantSession, model_id: str) -> None:
    """Deletes a line with its versions."""
    session.change(delete(ModelVersionRow).where(col(ModelVersionRow.model_id) == model_id))
    session.change(delete(ModelRow).where(col(ModelRow.model_id) == model_id))


def read_version(session: TenantReader, model_id: str, version: int) -> ModelVersion | None:
    """One trained version, or None."""
    row = session.get(ModelVersionRow, model_id=model_id, version=version)
    return _version(row) if row else None


def list_versions(
    session: TenantReader, model_id: str, *, page_size: int, page_token: str
) -> Page[ModelVersion]:
    """A line's trained versions, the newest first."""
    page = read_page(
        session,
        select(ModelVersionRow).where(ModelVersionRow.model_id == model_id),
        [SortKey(ModelVersionRow.version, descending=True)],
        page_size=page_size,
        page_token=page_token,
        scope=["versions", model_id],
    )
    return Page([_version(row) for row in page.rows], page.next_page_token)


def versions_before(session: TenantReader, model_id: str, version: int) -> list[ModelVersion]:
    """The trained versions of a line with a lower number, the newest first."""
    query = (
        select(ModelVersionRow)
        .where(ModelVersionRow.model_id == model_id, col(ModelVersionRow.version) < version)
        .order_by(col(ModelVersionRow.version).desc())
    )
    return [_version(row) for row in session.exec(query)]


def _required(row: ModelRow | None, model_id: str) -> ModelRow:
    if row is None:
        raise not_found("model", f"models/{model_id}")
    return row


def _line(row: ModelRow) -> ModelLine:
    return ModelLine(
        model_id=row.model_id,
        kind=RecordKind(row.kind),
        display_name=row.display_name,
        state=ModelState(row.state),
        last_version=row.last_version,
        ready_version=row.ready_version,
        published_version=row.published_version,
        created_at=row.created_at,
        published_at=row.published_at,
        order=TrainingOrder.from_json(row.training_order),
        auto_retrain_choice=row.auto_retrain,
        retrain_asked_at=row.retrain_asked_at,
    )


def _version(row: ModelVersionRow) -> ModelVersion:
    return ModelVersion(row.model_id, row.version, row.onnx_sha256, row.card_sha256, row.trained_at)
