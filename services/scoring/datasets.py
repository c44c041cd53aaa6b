"""What callers do with data sets: upload, look, delete."""

import uuid
from collections.abc import Iterable

from services.common.db import Database, utc_now
from services.common.errors import not_found
from services.common.paging import Page
from services.scoring import dataset_store
from services.scoring.dataset_store import Dataset, DatasetColumns
from services.scoring.files import ServiceFiles, whole_file
from services.scoring.upload import store_table


class DatasetService:
    """Use cases around uploaded tables of closed records.

    Args:
        db: The service's database.
        files: Where the tables are.
    """

    def __init__(self, db: Database, files: ServiceFiles) -> None:
        self._db = db
        self._files = files

    def upload(
        self, tenant: str, display_name: str, columns: DatasetColumns, pieces: Iterable[bytes]
    ) -> Dataset:
        """Stores an uploaded table; nothing of it stays if a piece is bad.

        Raises:
            LeadlightError: INVALID_ARGUMENT that names the piece or the column at fault.
        """
        dataset_id = uuid.uuid4().hex[:16]
        path = self._files.dataset(tenant, dataset_id)
        with whole_file(path) as part:
            table = store_table(pieces, columns, part)
        dataset = Dataset(
            dataset_id=dataset_id,
            display_name=display_name,
            columns=table.columns,
            attributes=table.attributes,
            row_count=table.row_count,
            positive_count=table.positive_count,
            created_at=utc_now(),
        )
        try:
            with self._db.write(tenant) as session:
                dataset_store.add_dataset(session, dataset)
        except BaseException:
            path.unlink(missing_ok=True)
            raise
        return dataset

    def get_dataset(self, tenant: str, dataset_id: str) -> Dataset:
        """A data set's description.

        Raises:
            LeadlightError: NOT_FOUND.
        """
        with self._db.read(tenant) as session:
            dataset = dataset_store.read_dataset(session, dataset_id)
        if dataset is None:
            raise not_found("dataset", f"datasets/{dataset_id}")
        return dataset

    def list_datasets(self, tenant: str, *, page_size: int, page_token: str) -> Page[Dataset]:
        """Data sets, newest first.

        Raises:
            LeadlightError: INVALID_ARGUMENT for a bad page.
        """
        with self._db.read(tenant) as session:
            return dataset_store.list_datasets(session, page_size=page_size, page_token=page_token)

    def delete_dataset(self, tenant: str, dataset_id: str) -> None:
        """Deletes a data set; models trained on it stay.

        Raises:
            LeadlightError: NOT_FOUND.
        """
        with self._db.write(tenant) as session:
            if not dataset_store.delete_dataset(session, dataset_id):
                raise not_found("dataset", f"datasets/{dataset_id}")
        self._files.dataset(tenant, dataset_id).unlink(missing_ok=True)
