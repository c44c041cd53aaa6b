"""Whether a retrained version takes the active one's place: both on the same newest test set."""

from datetime import datetime

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from services.common.errors import Code, LeadlightError
from services.scoring.encoding import TextColumn
from services.scoring.metrics import confusion_at
from services.scoring.retraining import Verdict, judge, judge_first_guess
from services.scoring.serving import ServingModel
from services.scoring.table import TrainingTable
from services.scoring.training import TrainedModel


def verdict_on(
    trained: TrainedModel, table: TrainingTable, active: ServingModel, *, now: datetime
) -> Verdict:
    """What becomes of a version that was trained by itself.

    Each model answers at its own threshold, the one that maximised F1 when it was trained. The new version is
    measured by the model that was fitted on the older records alone; the active one as it serves.

    Args:
        trained: The new version.
        table: What it was trained on.
        active: The active version.
        now: This moment.
    """
    if not len(trained.test_rows):
        return judge_first_guess(
            active_is_one=active.card.report.low_evidence, active_trained=active.card.trained_at, now=now
        )
    confusion = trained.report.metrics.confusion
    return judge(
        new_right=confusion.true_positives + confusion.true_negatives,
        active_right=right_answers(active, table.take(trained.test_rows)),
        active_trained=active.card.trained_at,
        now=now,
    )


def right_answers(model: ServingModel, table: TrainingTable) -> int:
    """How many records a model gets right; none if it cannot take what an attribute holds by now."""
    try:
        probability = _probabilities(model, table)
    except LeadlightError as error:
        if error.code is not Code.INVALID_ARGUMENT:
            raise
        return 0
    confusion = confusion_at(table.outcome, probability, model.card.report.metrics.threshold)
    return confusion.true_positives + confusion.true_negatives


def _probabilities(model: ServingModel, table: TrainingTable) -> npt.NDArray[np.float64]:
    encoder = model.runtime.encoder
    blank = pa.nulls(len(table), pa.string())
    columns = {name: TextColumn(table.columns.get(name, blank)) for name in encoder.attributes}
    return model.runtime.score_matrix(encoder.encode_columns(columns, len(table))).probability
