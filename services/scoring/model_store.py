"""Model lines, their versions and uploaded data sets in the database."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import delete, func, update
from sqlmodel import col, select

from services.common.db import TenantReader, TenantSession, utc_now
from services.common.errors import not_found
from services.common.paging import Page, SortKey, read_page
from services.common.records import RecordKind
from services.scoring.models import DatasetRow, ModelRow, ModelVersionRow


class ModelState(StrEnum):
    """Where a model line stands. Training is not stored: it is a draft that an operation works on."""

    DRAFT = "draft"
    TRAINING = "training"
    READY = "ready"
    PUBLISHED = "published"
    RETIRED = "retired"


@dataclass(frozen=True, slots=True)
class ModelLine:
    """A line of trained versions for one kind of record; the fields are those of `ModelRow`."""

    model_id: str
    kind: RecordKind
    display_name: str
    state: ModelState
    last_version: int
    ready_version: int
    published_version: int | None
    created_at: datetime
    published_at: datetime | None

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


@dataclass(frozen=True, slots=True)
class DatasetColumns:
    """Which column of an uploaded table holds what; empty where there is none.

    Attributes:
        id: Ids without blanks and repeats; empty: the row's number.
        label: The outcome.
        positive_value: The label's text for a positive outcome.
        create_time: Time of creation.
        close_time: Time of closing; empty: the order of the rows is the order of time.
    """

    id: str
    label: str
    positive_value: str
    create_time: str
    close_time: str


@dataclass(frozen=True, slots=True)
class Dataset:
    """An uploaded table of closed records; the fields are those of `DatasetRow`."""

    dataset_id: str
    display_name: str
    columns: DatasetColumns
    attributes: tuple[str, ...]
    row_count: int
    positive_count: int
    created_at: datetime


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


def add_model(session: TenantSession, model_id: str, kind: RecordKind, display_name: str) -> None:
    """Adds a line that has no version yet."""
    session.add(
        ModelRow(
            model_id=model_id,
            kind=kind,
            display_name=display_name,
            state=ModelState.DRAFT,
            created_at=utc_now(),
        )
    )


def reserve_version(session: TenantSession, model_id: str) -> int:
    """Takes the line's next version number, for good: a failed training leaves a gap.

    Raises:
        LeadlightError: NOT_FOUND when the line was deleted.
    """
    row = _required(session.get(ModelRow, model_id=model_id, for_update=True), model_id)
    row.last_version += 1
    session.flush()
    return row.last_version


def add_version(session: TenantSession, version: ModelVersion) -> None:
    """Adds a trained version and makes its line ready (a published line stays published).

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
    if row.state == ModelState.DRAFT:
        row.state = ModelState.READY
    session.flush()


def delete_untrained(session: TenantSession, model_id: str) -> None:
    """Deletes a line that never had a version."""
    session.change(
        delete(ModelRow).where(col(ModelRow.model_id) == model_id, col(ModelRow.ready_version) == 0)
    )


def publish(session: TenantSession, model_id: str, version: int) -> None:
    """Puts a version into use."""
    session.change(
        update(ModelRow)
        .where(col(ModelRow.model_id) == model_id)
        .values(state=ModelState.PUBLISHED, published_version=version, published_at=utc_now())
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


def versions_before(session: TenantReader, model_id: str, version: int) -> list[ModelVersion]:
    """The trained versions of a line with a lower number, the newest first."""
    query = (
        select(ModelVersionRow)
        .where(ModelVersionRow.model_id == model_id, col(ModelVersionRow.version) < version)
        .order_by(col(ModelVersionRow.version).desc())
    )
    return [_version(row) for row in session.exec(query)]


def add_dataset(session: TenantSession, dataset: Dataset) -> None:
    """Adds an uploaded data set; its file is in place."""
    columns = dataset.columns
    session.add(
        DatasetRow(
            dataset_id=dataset.dataset_id,
            display_name=dataset.display_name,
            columns={
                "id": columns.id,
                "label": columns.label,
                "positive_value": columns.positive_value,
                "create_time": columns.create_time,
                "close_time": columns.close_time,
            },
            attributes=list(dataset.attributes),
            row_count=dataset.row_count,
            positive_count=dataset.positive_count,
            created_at=dataset.created_at,
        )
    )


def read_dataset(session: TenantReader, dataset_id: str) -> Dataset | None:
    """The data set, or None."""
    row = session.get(DatasetRow, dataset_id=dataset_id)
    return _dataset(row) if row else None


def list_datasets(session: TenantReader, *, page_size: int, page_token: str) -> Page[Dataset]:
    """Data sets, newest first."""
    page = read_page(
        session,
        select(DatasetRow),
        [SortKey(DatasetRow.created_at, descending=True), SortKey(DatasetRow.dataset_id)],
        page_size=page_size,
        page_token=page_token,
        scope=["datasets"],
    )
    return Page([_dataset(row) for row in page.rows], page.next_page_token)


def delete_dataset(session: TenantSession, dataset_id: str) -> bool:
    """Deletes a data set's row; False if there was none."""
    return bool(session.change(delete(DatasetRow).where(col(DatasetRow.dataset_id) == dataset_id)))


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
    )


def _version(row: ModelVersionRow) -> ModelVersion:
    return ModelVersion(row.model_id, row.version, row.onnx_sha256, row.card_sha256, row.trained_at)


def _dataset(row: DatasetRow) -> Dataset:
    return Dataset(
        dataset_id=row.dataset_id,
        display_name=row.display_name,
        columns=DatasetColumns(**row.columns),
        attributes=tuple(row.attributes),
        row_count=row.row_count,
        positive_count=row.positive_count,
        created_at=row.created_at,
    )
