"""Uploaded data sets in the database."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete
from sqlmodel import col, select

from services.common.db import TenantReader, TenantSession
from services.common.paging import Page, SortKey, read_page
from services.scoring.models import DatasetRow


@dataclass(frozen=True, slots=True)
class DatasetColumns:
    """Which column of an uploaded table holds what; empty where there is none.

    Attributes:
        id: Ids without blanks and repeats; empty: the row's number.
        label: The outcome.
        positive_value: The label's text for a positive outcome.
        create_time: Time of creation.
        close_time: Time of closing; empty: the order of the rows is the order of time.
        stages: Stage and the column with the time it was entered.
    """

    id: str
    label: str
    positive_value: str
    create_time: str
    close_time: str
    stages: tuple[tuple[str, str], ...] = ()

    @property
    def named(self) -> list[str]:
        """The columns that are no attributes."""
        roles = (self.id, self.label, self.create_time, self.close_time)
        return [*filter(None, roles), *(column for _, column in self.stages)]


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
                "stages": [list(each) for each in columns.stages],
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


def _dataset(row: DatasetRow) -> Dataset:
    return Dataset(
        dataset_id=row.dataset_id,
        display_name=row.display_name,
        columns=DatasetColumns(
            **row.columns | {"stages": tuple((stage, column) for stage, column in row.columns["stages"])}
        ),
        attributes=tuple(row.attributes),
        row_count=row.row_count,
        positive_count=row.positive_count,
        created_at=row.created_at,
    )
