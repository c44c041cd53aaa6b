"""What callers do with models and data sets: train, look, publish, retire, delete, upload."""

import re
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
from pydantic import TypeAdapter
from sqlmodel import col, select

from services.common.db import Database, TenantReader, TenantSession, utc_now
from services.common.errors import LeadlightError, Reason, failed_precondition, not_found
from services.common.operations import Operation, OperationState, create_operation
from services.common.paging import Page
from services.common.records import RecordKind
from services.common.tables import OperationRow
from services.scoring import model_store, store
from services.scoring.card import ModelCard
from services.scoring.eligibility import NotScoredReason
from services.scoring.files import ServiceFiles, whole_file
from services.scoring.limits import MAX_MODELS_PER_KIND
from services.scoring.model_store import Dataset, DatasetColumns, ModelLine, ModelState
from services.scoring.serving import ModelShelf
from services.scoring.upload import store_table
from services.scoring.window import LONGEST_WINDOW_MONTHS, require_enough

TRAIN_MODEL = "TrainModel"
"""The kind of the operation that trains."""


@dataclass(frozen=True, slots=True)
class TrainingOrder:
    """What to train, as the operation keeps it.

    Attributes:
        kind: Leads or opportunities.
        model_id: The line to train a version of; empty for a new line.
        display_name: Name of a new line; empty for one made of the kind and the date.
        dataset_id: The upload to train on; empty for the stored closed records.
        window_months: How far back to look.
        exclude: Attributes not to use.
        publish: Publish the version once it is ready.
        seed: Of all randomness.
    """

    kind: RecordKind
    model_id: str = ""
    display_name: str = ""
    dataset_id: str = ""
    window_months: int = LONGEST_WINDOW_MONTHS
    exclude: tuple[str, ...] = ()
    publish: bool = False
    seed: int = 0

    def to_bytes(self) -> bytes:
        """The order as the operation's request."""
        return _ORDERS.dump_json(self)

    @classmethod
    def from_bytes(cls, content: bytes) -> "TrainingOrder":
        """Reads what `to_bytes` wrote."""
        return _ORDERS.validate_json(content)


_ORDERS = TypeAdapter(TrainingOrder)


@dataclass(frozen=True, slots=True)
class ShownModel:
    """A model line with the card of its shown version; None while it has none or the card is damaged."""

    line: ModelLine
    card: ModelCard | None


class ModellingService:
    """Use cases around models and data sets.

    Args:
        db: The service's database.
        files: Model files and uploads.
        shelf: The models that this worker has loaded.
    """

    def __init__(self, db: Database, files: ServiceFiles, shelf: ModelShelf) -> None:
        self._db = db
        self._files = files
        self._shelf = shelf

    def check_order(self, session: TenantReader, order: TrainingOrder) -> None:
        """Refuses an order that could not succeed.

        Raises:
            LeadlightError: NOT_FOUND for an unknown data set or line; FAILED_PRECONDITION for too few closed
                records, an 11th line, or a line of another kind.
        """
        positive, negative = self._counts(session, order)
        require_enough(np.repeat([True, False], [positive, negative]))
        if order.model_id:
            line = _required(model_store.read_model(session, order.model_id), order.model_id)
            if line.kind is not order.kind:
                raise failed_precondition(
                    Reason.MODEL_NOT_READY,
                    f"models/{line.model_id} is for {line.kind} records",
                    kind=line.kind,
                )
        elif model_store.count_models(session, order.kind) >= MAX_MODELS_PER_KIND:
            raise failed_precondition(
                Reason.MODEL_LIMIT_REACHED,
                f"there are {MAX_MODELS_PER_KIND} models for {order.kind} records already; delete one, or train a "
                "new version of one",
                limit=str(MAX_MODELS_PER_KIND),
            )

    def _counts(self, session: TenantReader, order: TrainingOrder) -> tuple[int, int]:
        if not order.dataset_id:
            return store.count_closed(session, order.kind)
        dataset = model_store.read_dataset(session, order.dataset_id)
        if dataset is None:
            raise not_found("dataset", f"datasets/{order.dataset_id}")
        return dataset.positive_count, dataset.row_count - dataset.positive_count

    def train(self, session: TenantSession, order: TrainingOrder) -> Operation:
        """Starts a training; the line is there at once, its version when the operation is done.

        Raises:
            LeadlightError: As `check_order`.
        """
        self.check_order(session, order)
        model_id = order.model_id
        if not model_id:
            name = order.display_name or f"{order.kind} {utc_now().date().isoformat()}"
            model_id = new_model_id(name)
            model_store.add_model(session, model_id, order.kind, name)
        placed = replace(order, model_id=model_id)
        return create_operation(
            session, kind=TRAIN_MODEL, request=placed.to_bytes(), target=f"models/{model_id}"
        )

    def get_model(self, tenant: str, model_id: str) -> ShownModel:
        """A model line with its card.

        Raises:
            LeadlightError: NOT_FOUND.
        """
        with self._db.read(tenant) as session:
            return self.shown(session, _required(model_store.read_model(session, model_id), model_id))

    def list_models(
        self, tenant: str, kind: RecordKind | None, *, page_size: int, page_token: str
    ) -> Page[ShownModel]:
        """Model lines, newest first.

        Raises:
            LeadlightError: INVALID_ARGUMENT for a bad page.
        """
        with self._db.read(tenant) as session:
            page = model_store.list_models(session, kind, page_size=page_size, page_token=page_token)
            return Page([self.shown(session, line) for line in page.rows], page.next_page_token)

    def shown(self, session: TenantReader, line: ModelLine) -> ShownModel:
        """A line with its card, and "training" for a draft that is being trained."""
        if line.state is ModelState.DRAFT and _is_training(session, line.model_id):
            line = replace(line, state=ModelState.TRAINING)
        version = model_store.read_version(session, line.model_id, line.shown_version)
        if version is None:
            return ShownModel(line, None)
        try:
            return ShownModel(line, ModelCard.from_json(self._files.read_card(session.tenant, version)))
        except LeadlightError as error:
            if error.reason is not Reason.MODEL_FILE_CORRUPT:
                raise
            return ShownModel(line, None)

    def publish(self, session: TenantSession, model_id: str, version: int) -> ShownModel:
        """Puts a version into use: the given one, or with 0 the newest that is ready.

        Raises:
            LeadlightError: NOT_FOUND; FAILED_PRECONDITION (MODEL_NOT_READY) without a ready version; DATA_LOSS
                when its files are damaged.
        """
        line = _required(model_store.read_model(session, model_id, for_update=True), model_id)
        number = version or line.ready_version
        row = model_store.read_version(session, model_id, number)
        if row is None:
            wanted = f"version {version}" if version else "a version"
            raise failed_precondition(
                Reason.MODEL_NOT_READY, f"models/{model_id} does not have {wanted} that is ready"
            )
        self._shelf.load(session.tenant, line.kind, row)
        if line.published_version != number:
            model_store.publish(session, model_id, number)
            line = _required(model_store.read_model(session, model_id), model_id)
        return self.shown(session, line)

    def retire(self, session: TenantSession, model_id: str) -> ShownModel:
        """Takes a line out of use; the scores that it alone could give become stale.

        Raises:
            LeadlightError: NOT_FOUND; FAILED_PRECONDITION when it never was ready.
        """
        line = _required(model_store.read_model(session, model_id, for_update=True), model_id)
        if not line.ready_version:
            raise failed_precondition(Reason.MODEL_NOT_READY, f"models/{model_id} was never ready")
        if line.state is not ModelState.RETIRED:
            model_store.retire(session, model_id)
            if not model_store.published_models(session, line.kind):
                store.mark_stale(session, line.kind, model_id, NotScoredReason.NO_PUBLISHED_MODEL)
            line = _required(model_store.read_model(session, model_id), model_id)
        return self.shown(session, line)

    def changed(self, tenant: str, kind: RecordKind) -> None:
        """Another model is published from now on: called once the transaction is through."""
        self._shelf.forget(tenant, kind)

    def delete_model(self, session: TenantSession, model_id: str) -> None:
        """Deletes a line that is not in use.

        Raises:
            LeadlightError: NOT_FOUND; FAILED_PRECONDITION while it is published or being trained.
        """
        line = _required(model_store.read_model(session, model_id, for_update=True), model_id)
        if line.state is ModelState.PUBLISHED:
            raise failed_precondition(
                Reason.MODEL_PUBLISHED, f"models/{model_id} is published; retire it before you delete it"
            )
        if _is_training(session, model_id):
            raise failed_precondition(
                Reason.MODEL_IN_TRAINING, f"models/{model_id} is being trained; cancel the operation first"
            )
        model_store.delete_model(session, model_id)

    def remove_files(self, tenant: str, model_id: str) -> None:
        """Removes a deleted line's files: called once the transaction is through."""
        self._files.delete_model(tenant, model_id)

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
                model_store.add_dataset(session, dataset)
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
            dataset = model_store.read_dataset(session, dataset_id)
        if dataset is None:
            raise not_found("dataset", f"datasets/{dataset_id}")
        return dataset

    def list_datasets(self, tenant: str, *, page_size: int, page_token: str) -> Page[Dataset]:
        """Data sets, newest first.

        Raises:
            LeadlightError: INVALID_ARGUMENT for a bad page.
        """
        with self._db.read(tenant) as session:
            return model_store.list_datasets(session, page_size=page_size, page_token=page_token)

    def delete_dataset(self, tenant: str, dataset_id: str) -> None:
        """Deletes a data set; models trained on it stay.

        Raises:
            LeadlightError: NOT_FOUND.
        """
        with self._db.write(tenant) as session:
            if not model_store.delete_dataset(session, dataset_id):
                raise not_found("dataset", f"datasets/{dataset_id}")
        self._files.dataset(tenant, dataset_id).unlink(missing_ok=True)


def new_model_id(display_name: str) -> str:
    """An id that people recognise: letters of the name, then eight of chance."""
    words = re.sub(r"[^a-z0-9]+", "-", display_name.lower()).strip("-")[:40].strip("-")
    return f"{words or 'model'}-{uuid.uuid4().hex[:8]}"


def _required(line: ModelLine | None, model_id: str) -> ModelLine:
    if line is None:
        raise not_found("model", f"models/{model_id}")
    return line


def _is_training(session: TenantReader, model_id: str) -> bool:
    query = select(OperationRow.id).where(
        OperationRow.target == f"models/{model_id}",
        OperationRow.kind == TRAIN_MODEL,
        col(OperationRow.state).in_([OperationState.PENDING, OperationState.RUNNING]),
    )
    return session.exec(query.limit(1)).first() is not None
