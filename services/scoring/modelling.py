"""What callers do with models: train, look, publish, update, retire, delete. Data sets have datasets.py."""

import re
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from services.common.db import Database, TenantReader, TenantSession, utc_now
from services.common.errors import LeadlightError, Reason, failed_precondition, invalid_argument, not_found
from services.common.operations import Operation, OperationStore, create_operation
from services.common.paging import Page
from services.common.records import RecordKind
from services.scoring import dataset_store, kind_store, model_store, store, training_store
from services.scoring.card import ModelCard
from services.scoring.eligibility import NotScoredReason
from services.scoring.files import ServiceFiles
from services.scoring.limits import MAX_MODELS_PER_KIND
from services.scoring.matching import overlap
from services.scoring.model_store import TRAIN_MODEL, ModelLine, ModelState, ModelVersion
from services.scoring.refreshing import ask_for_refresh
from services.scoring.shelf import ModelShelf
from services.scoring.stages import LEAST_CLOSED_IN_LAST_STAGE, require_last_stage
from services.scoring.training_data import closed_outcomes, closed_stages
from services.scoring.training_order import TrainingOrder
from services.scoring.window import MINIMUM_PER_OUTCOME, require_both, require_enough


@dataclass(frozen=True, slots=True)
class ShownModel:
    """A model line as one of its versions has it.

    Attributes:
        line: The line.
        version: The version; 0 before the first.
        card: Its card; None before the first version, and while the card is damaged.
        overlapping: Other published lines that can serve the same records.
    """

    line: ModelLine
    version: int
    card: ModelCard | None
    overlapping: tuple[ModelLine, ...] = ()


class ModellingService:
    """Use cases around models.

    Args:
        db: The service's database.
        files: Model files and uploads.
        shelf: The models that this worker has loaded.
    """

    def __init__(self, db: Database, files: ServiceFiles, shelf: ModelShelf) -> None:
        self._db = db
        self._files = files
        self._shelf = shelf

    def check_order(self, session: TenantSession, order: TrainingOrder) -> TrainingOrder:
        """Refuses an order that could not succeed.

        Returns:
            The order; for a further version with the filter of its line, and with the line's attributes and
            stages where it names none.

        Raises:
            LeadlightError: NOT_FOUND for an unknown data set or line; INVALID_ARGUMENT for a line with another
                filter; FAILED_PRECONDITION for too few closed records, an 11th line, or a line of another kind.
        """
        model_store.delete_abandoned(session)
        if order.model_id:
            line = _required(model_store.read_model(session, order.model_id), order.model_id)
            order = _of_line(order, line)
        positive, negative = self._counts(session, order)
        require = require_both if order.low_evidence else require_enough
        require(np.repeat([True, False], [positive, negative]))
        if order.stages.stages:
            last = order.stages.stages[-1]
            require_last_stage(self._closed_in(session, order, last), last)
        if not order.model_id and model_store.count_models(session, order.kind) >= MAX_MODELS_PER_KIND:
            raise failed_precondition(
                Reason.MODEL_LIMIT_REACHED,
                f"there are {MAX_MODELS_PER_KIND} models for {order.kind} records already; delete one, or train a "
                "new version of one",
                limit=str(MAX_MODELS_PER_KIND),
            )
        return order

    def _counts(self, session: TenantReader, order: TrainingOrder) -> tuple[int, int]:
        """Positive and negative closed records; with a filter it counts until there are enough of both."""
        dataset = None
        if order.dataset_id:
            dataset = dataset_store.read_dataset(session, order.dataset_id)
            if dataset is None:
                raise not_found("dataset", f"datasets/{order.dataset_id}")
        if not order.filter:
            if dataset is None:
                return training_store.count_closed(session, order.kind)
            return dataset.positive_count, dataset.row_count - dataset.positive_count
        if dataset is None:
            return training_store.count_matching(
                session, order.kind, order.filter, enough=MINIMUM_PER_OUTCOME
            )
        outcome = closed_outcomes(
            self._files.dataset(session.tenant, order.dataset_id), dataset.columns, order.filter
        )
        return int(outcome.sum()), int((~outcome).sum())

    def _closed_in(self, session: TenantReader, order: TrainingOrder, stage: str) -> int:
        """How many records were closed while in a stage; of stored ones it counts until there are enough."""
        if not order.dataset_id:
            return training_store.count_closed_in(
                session, order.kind, order.filter, stage, enough=LEAST_CLOSED_IN_LAST_STAGE
            )
        dataset = dataset_store.read_dataset(session, order.dataset_id)
        if dataset is None:
            raise not_found("dataset", f"datasets/{order.dataset_id}")
        columns = dict(dataset.columns.stages)
        missing = [name for name in order.stages.stages if name not in columns]
        if missing:
            raise invalid_argument(
                "stage_options.stages", f"the data set names no column for the stage {missing[0]!r}"
            )
        path = self._files.dataset(session.tenant, order.dataset_id)
        return int((closed_stages(path, dataset.columns, order.filter) == stage).sum())

    def train(self, session: TenantSession, order: TrainingOrder) -> Operation:
        """Starts a training; the line is there at once, its version when the operation is done.

        Raises:
            LeadlightError: As `check_order`.
        """
        if not order.model_id:
            # Two new lines at once are counted one after the other.
            kind_store.lock_kind(session, order.kind)
        placed = self.check_order(session, order)
        if not placed.model_id:
            name = order.display_name or f"{order.kind} {utc_now().date().isoformat()}"
            placed = replace(placed, model_id=new_model_id(name))
            model_store.add_model(session, placed.model_id, order.kind, name, placed)
        return create_operation(
            session, kind=TRAIN_MODEL, request=placed.to_bytes(), target=f"models/{placed.model_id}"
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

    def list_versions(
        self, tenant: str, model_id: str, *, page_size: int, page_token: str
    ) -> Page[ShownModel]:
        """A line's trained versions, the newest first.

        Raises:
            LeadlightError: NOT_FOUND; INVALID_ARGUMENT for a bad page.
        """
        with self._db.read(tenant) as session:
            line = _required(model_store.read_model(session, model_id), model_id)
            page = model_store.list_versions(session, model_id, page_size=page_size, page_token=page_token)
        aside = replace(line, state=ModelState.READY, published_version=None, published_at=None)
        shown = [
            ShownModel(
                line if version.version == line.published_version else aside,
                version.version,
                self._card(tenant, version),
            )
            for version in page.rows
        ]
        return Page(shown, page.next_page_token)

    def shown(self, session: TenantReader, line: ModelLine) -> ShownModel:
        """A line with its card, and "training" for a draft that is being trained."""
        if line.state is ModelState.DRAFT and model_store.is_training(session, line.model_id):
            line = replace(line, state=ModelState.TRAINING)
        version = model_store.read_version(session, line.model_id, line.shown_version)
        return ShownModel(
            line,
            line.shown_version,
            self._card(session.tenant, version) if version else None,
            _overlapping(line, model_store.published_models(session, line.kind)),
        )

    def _card(self, tenant: str, version: ModelVersion) -> ModelCard | None:
        try:
            return ModelCard.from_json(self._files.read_card(tenant, version))
        except LeadlightError as error:
            if error.reason is not Reason.MODEL_FILE_CORRUPT:
                raise
            return None

    def publish(self, session: TenantSession, model_id: str, version: int) -> ShownModel:
        """Puts a version into use: the given one, or with 0 the newest that is ready; then rescores.

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
            ask_for_refresh(session, line.kind, models_changed=True)
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
            ask_for_refresh(session, line.kind, models_changed=True)
            line = _required(model_store.read_model(session, model_id), model_id)
        return self.shown(session, line)

    def update(
        self,
        session: TenantSession,
        model_id: str,
        *,
        display_name: str | None = None,
        auto_retrain: bool | None = None,
    ) -> ShownModel:
        """Changes a line's name, or whether it is retrained by itself; None leaves it.

        Raises:
            LeadlightError: NOT_FOUND.
        """
        _required(model_store.read_model(session, model_id, for_update=True), model_id)
        model_store.update_model(session, model_id, display_name=display_name, auto_retrain=auto_retrain)
        return self.shown(session, _required(model_store.read_model(session, model_id), model_id))

    def changed(self, tenant: str, kind: RecordKind) -> None:
        """Another model is published from now on: called once the transaction is through."""
        self._shelf.forget(tenant, kind)

    def delete_model(self, session: TenantSession, model_id: str) -> None:
        """Deletes a line that is not in use.

        Raises:
            LeadlightError: NOT_FOUND; FAILED_PRECONDITION while it is published, retrained by itself, or being
                trained.
        """
        line = _required(model_store.read_model(session, model_id, for_update=True), model_id)
        if line.state is ModelState.PUBLISHED:
            raise failed_precondition(
                Reason.MODEL_PUBLISHED, f"models/{model_id} is published; retire it before you delete it"
            )
        if line.auto_retrain:
            raise failed_precondition(
                Reason.AUTO_RETRAIN_ON,
                f"models/{model_id} is retrained by itself; set auto_retrain to false before you delete it",
            )
        if model_store.is_training(session, model_id):
            raise failed_precondition(
                Reason.MODEL_IN_TRAINING, f"models/{model_id} is being trained; cancel the operation first"
            )
        model_store.delete_model(session, model_id)

    def remove_files(self, tenant: str, model_id: str) -> None:
        """Removes a deleted line's files: called once the transaction is through."""
        self._files.delete_model(tenant, model_id)


class TrainingOperations(OperationStore):
    """The service's operations: a training that is cancelled before it begins takes its new line with it."""

    def cancel(self, tenant: str, name: str) -> None:
        """See `OperationStore.cancel`."""
        super().cancel(tenant, name)
        with self._db.write(tenant) as session:
            model_store.delete_abandoned(session)


def new_model_id(display_name: str) -> str:
    """An id that people recognise: letters of the name, then eight of chance."""
    words = re.sub(r"[^a-z0-9]+", "-", display_name.lower()).strip("-")[:40].strip("-")
    return f"{words or 'model'}-{uuid.uuid4().hex[:8]}"


def _required(line: ModelLine | None, model_id: str) -> ModelLine:
    if line is None:
        raise not_found("model", f"models/{model_id}")
    return line


def _of_line(order: TrainingOrder, line: ModelLine) -> TrainingOrder:
    """An order for a further version of a line.

    Raises:
        LeadlightError: FAILED_PRECONDITION for a line of another kind, INVALID_ARGUMENT for another filter.
    """
    if line.kind is not order.kind:
        raise failed_precondition(
            Reason.MODEL_NOT_READY, f"models/{line.model_id} is for {line.kind} records", kind=line.kind
        )
    if order.filter and order.filter != line.filter:
        raise invalid_argument(
            "filter", "belongs to the line and stays as it is; train a new line for other records"
        )
    options = order.attribute_options or line.order.attribute_options
    stages = order.stage_options or line.order.stage_options
    return replace(order, filter=line.filter, attribute_options=options, stage_options=stages)


def _overlapping(line: ModelLine, published: Sequence[ModelLine]) -> tuple[ModelLine, ...]:
    return tuple(
        other for other in published if other.model_id != line.model_id and overlap(line.filter, other.filter)
    )
