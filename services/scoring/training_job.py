"""The operation that trains: reads the history, trains, stores the version, publishes it if that was asked."""

import structlog

from services.common.db import Database, utc_now
from services.common.errors import LeadlightError, Reason, not_found
from services.common.operations import LeaseLostError, OperationContext, RunnerStoppingError, TypedBytes
from services.scoring import dataset_store, model_store, training_store
from services.scoring.bundle import pack
from services.scoring.card import ModelCard
from services.scoring.compile import compile_model
from services.scoring.convert_models import model_message
from services.scoring.files import ServiceFiles, digest
from services.scoring.model_store import ModelVersion
from services.scoring.modelling import ModellingService
from services.scoring.shelf import ModelShelf
from services.scoring.stage_training import TrainedStage, train_stages
from services.scoring.table import TrainingTable
from services.scoring.takeover import verdict_on
from services.scoring.training import TrainedModel, TrainingOptions, train
from services.scoring.training_data import table_from_dataset, table_from_records
from services.scoring.training_order import TrainingOrder

_log = structlog.get_logger()

_TRAINING_SHARE = 0.9


class TrainingJob:
    """Trains what an order says.

    Args:
        db: The service's database.
        files: Where models and uploads are.
        modelling: Publishes.
        shelf: The active versions, to compare with.
    """

    def __init__(
        self, db: Database, files: ServiceFiles, modelling: ModellingService, shelf: ModelShelf
    ) -> None:
        self._db = db
        self._files = files
        self._modelling = modelling
        self._shelf = shelf

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
            rules=order.options.rules,
            low_evidence=order.low_evidence,
            seed=order.seed,
        )
        stage_options = order.stages
        # The model of all stages takes about as long as that of a stage.
        whole_share = _TRAINING_SHARE / (1 + len(stage_options.stages))

        def progress_of_stages(share: float, stage: str) -> None:
            context.progress(whole_share + (_TRAINING_SHARE - whole_share) * share, stage)

        trained = train(table, options, lambda share, stage: context.progress(whole_share * share, stage))
        stages = (
            train_stages(table, stage_options, options, progress_of_stages) if stage_options.stages else ()
        )
        context.progress(_TRAINING_SHARE, "compiling the model")
        onnx = compile_model(trained.ensemble, trained.report.intervals)
        if stages:
            onnx = pack(onnx, [_compiled(each) for each in stages])
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
            stage_options=stage_options,
            stages=tuple(each.report for each in stages),
        )
        content = card.to_json()
        context.progress(_TRAINING_SHARE, "storing the model")
        self._files.write_model(context.tenant, order.model_id, number, onnx, content)
        version = ModelVersion(order.model_id, number, card.onnx_sha256, digest(content), card.trained_at)
        replaces = self._replaces(context.tenant, order, trained, table) if order.automatic else None
        with self._db.write(context.tenant) as session:
            line = model_store.read_model(session, order.model_id, for_update=True)
            if line is None:
                raise not_found("model", f"models/{order.model_id}")
            model_store.add_version(session, version, order)
            if order.publish or (replaces is not None and replaces == line.published_version):
                shown = self._modelling.publish(session, order.model_id, number)
            else:
                line = model_store.read_model(session, order.model_id) or line
                shown = self._modelling.shown(session, line)
            context.complete(session, TypedBytes.of(model_message(shown)))

    def _replaces(
        self, tenant: str, order: TrainingOrder, trained: TrainedModel, table: TrainingTable
    ) -> int | None:
        """The active version whose place a version that nobody asked for may take; None if it is kept aside."""
        with self._db.read(tenant) as session:
            line = model_store.read_model(session, order.model_id)
            number = line.published_version if line else None
            version = model_store.read_version(session, order.model_id, number) if number else None
        if version is None:
            return None
        try:
            active = self._shelf.load(tenant, order.kind, version)
        except LeadlightError as error:
            if error.reason is not Reason.MODEL_FILE_CORRUPT:
                raise
            return number
        verdict = verdict_on(trained, table, active, now=utc_now())
        _log.info("retrained", model=order.model_id, active=number, verdict=verdict)
        return number if verdict.replaces else None

    def _table(self, tenant: str, order: TrainingOrder) -> TrainingTable:
        with self._db.read(tenant) as session:
            if not order.dataset_id:
                return table_from_records(training_store.closed_records(session, order.kind, order.filter))
            dataset = dataset_store.read_dataset(session, order.dataset_id)
        if dataset is None:
            raise not_found("dataset", f"datasets/{order.dataset_id}")
        path = self._files.dataset(tenant, order.dataset_id)
        if not path.exists():
            # Deleted between the two looks: its row goes first.
            raise not_found("dataset", f"datasets/{order.dataset_id}")
        return table_from_dataset(path, dataset.columns, order.filter)


def _compiled(stage: TrainedStage) -> bytes | None:
    if stage.ensemble is None or stage.report.report is None:
        return None
    return compile_model(stage.ensemble, stage.report.report.intervals)
