"""What callers ask about drift: how far a line's records have moved since its version was trained."""

from services.common.db import Database, TenantReader
from services.common.errors import LeadlightError, Reason, failed_precondition, not_found
from services.scoring import model_store, training_store
from services.scoring.card import ModelCard
from services.scoring.drift_report import MOST_RECORDS, DriftReport, drift_report
from services.scoring.files import ServiceFiles
from services.scoring.model_store import ModelLine
from services.scoring.retraining_trigger import Since, is_due


class DriftReporting:
    """Use cases around drift.

    Args:
        db: The service's database.
        files: Where the cards are.
    """

    def __init__(self, db: Database, files: ServiceFiles) -> None:
        self._db = db
        self._files = files

    def report(self, tenant: str, model_id: str) -> tuple[ModelLine, DriftReport]:
        """The line with the report of its published version, else of its newest ready one.

        Raises:
            LeadlightError: NOT_FOUND; FAILED_PRECONDITION before the first version; DATA_LOSS when its card is
                damaged.
        """
        with self._db.read(tenant) as session:
            line = model_store.read_model(session, model_id)
            if line is None:
                raise not_found("model", f"models/{model_id}")
            version = model_store.read_version(session, model_id, line.shown_version)
            if version is None:
                raise failed_precondition(
                    Reason.MODEL_NOT_READY, f"models/{model_id} has no trained version yet"
                )
            return line, self._compare(session, line, version)

    def advises_retraining(self, session: TenantReader, line: ModelLine) -> bool:
        """Whether enough has moved, and enough is known of it, to retrain the line before its time."""
        version = model_store.read_version(session, line.model_id, line.shown_version)
        if version is None:
            return False
        try:
            data = ModelCard.from_json(self._files.read_card(session.tenant, version)).report.data
            report = self._compare(session, line, version)
        except LeadlightError as error:
            if error.reason is not Reason.MODEL_FILE_CORRUPT:
                raise
            return False
        closed, positive = training_store.closed_since(session, line.kind, line.filter, version.trained_at)
        since = Since(
            trained=data.records,
            trained_positive=data.positive,
            closed=closed,
            closed_positive=positive,
            compared=report.records,
            largest_index=max((each.stability_index for each in report.attributes), default=0.0),
        )
        return is_due(since)

    def _compare(
        self, session: TenantReader, line: ModelLine, version: model_store.ModelVersion
    ) -> DriftReport:
        card = ModelCard.from_json(self._files.read_card(session.tenant, version))
        records = training_store.attributes_since(
            session, line.kind, line.filter, version.trained_at, most=MOST_RECORDS
        )
        return drift_report(card.attributes, records)
