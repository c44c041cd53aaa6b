"""The operation that trains: reads the history, trains, stores the version, publishes it if that was asked."""

from services.common.db import Database, utc_now
from services.common.errors import not_found
from services.common.operations import LeaseLostError, OperationContext, RunnerStoppingError, TypedBytes
from services.scoring import model_store, store
from services.scoring.attributes import AttributeRules
from services.scoring.card import ModelCard
from services.scoring.compile import compile_model
from services.scoring.convert_models import model_message
from services.scoring.files import ServiceFiles, digest
from services.scoring.model_store import ModelVersion
from services.scoring.modelling import ModellingService, TrainingOrder
from services.scoring.table import TrainingTable
from services.scoring.training import TrainingOptions, train
from services.scoring.training_data import table_from_dataset, table_from_records

_TRAINING_SHARE = 0.9


class TrainingJob:
    """Trains what an order says.

    Args:
        db: The service's database.
        files: Where models and uploads are.
        modelling: Publishes.
    """

    def __init__(self, db: Database, files: ServiceFiles, modelling: ModellingService) -> None:
        self._db = db
        self._files = files
        self._modelling = modelling

    def __call__(self, context: OperationContext) -> TypedBytes | None:
        """Runs one attempt; begun anew after a crash, since the same data and seed give the same model.

        Raises:
            Exception: The order cannot be carried out; a line that has no version yet is gone then.
        """
        order = TrainingOrder.from_bytes(context.request)
        try:
            self._run(context, order)
        except (RunnerStoppingError, LeaseLostError):
            raise
        except Exception:
            with self._db.write(context.tenant) as session:
                model_store.delete_untrained(session, order.model_id)
            raise
        return None

    def _run(self, context: OperationContext, order: TrainingOrder) -> None:
        context.progress(0.0, "reading the closed records")
        table = self._table(context.tenant, order)
        options = TrainingOptions(
            window_months=order.window_months,
            window_end=None if order.dataset_id else utc_now().timestamp(),
            rules=AttributeRules(exclude=frozenset(order.exclude)),
            seed=order.seed,
        )
        trained = train(table, options, lambda share, stage: context.progress(_TRAINING_SHARE * share, stage))
        context.progress(_TRAINING_SHARE, "compiling the model")
        onnx = compile_model(trained.ensemble, trained.report.intervals)
        with self._db.write(context.tenant) as session:
            number = model_store.reserve_version(session, order.model_id)
        card = ModelCard(
            kind=order.kind,
            model_id=order.model_id,
            version=number,
            trained_at=utc_now(),
            source=f"datasets/{order.dataset_id}" if order.dataset_id else "stored records",
            onnx_sha256=digest(onnx),
            report=trained.report,
        )
        content = card.to_json()
        context.progress(_TRAINING_SHARE, "storing the model")
        self._files.write_model(context.tenant, order.model_id, number, onnx, content)
        version = ModelVersion(order.model_id, number, card.onnx_sha256, digest(content), card.trained_at)
        with self._db.write(context.tenant) as session:
            model_store.add_version(session, version)
            if order.publish:
                shown = self._modelling.publish(session, order.model_id, number)
            else:
                line = model_store.read_model(session, order.model_id)
                if line is None:
                    raise not_found("model", f"models/{order.model_id}")
                shown = self._modelling.shown(session, line)
            context.complete(session, TypedBytes.of(model_message(shown.line, shown.card)))

    def _table(self, tenant: str, order: TrainingOrder) -> TrainingTable:
        with self._db.read(tenant) as session:
            if not order.dataset_id:
                return table_from_records(store.closed_records(session, order.kind))
            dataset = model_store.read_dataset(session, order.dataset_id)
        if dataset is None:
            raise not_found("dataset", f"datasets/{order.dataset_id}")
        path = self._files.dataset(tenant, order.dataset_id)
        if not path.exists():
            # Deleted between the two looks: its row goes first.
            raise not_found("dataset", f"datasets/{order.dataset_id}")
        return table_from_dataset(path, dataset.columns)
