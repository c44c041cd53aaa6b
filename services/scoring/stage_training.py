"""Models per stage of a business process: for each stage one from the closed opportunities that went through it.

What is approximate: attributes are those stored last, not those of the moment at which the stage was entered, since
no copies are kept per stage; an attribute that is only known later belongs out of the early stages (`StageOptions`).
The metrics are of opportunities as they enter the stage: the time in it (staying.py) comes on top, not measured.
"""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from services.common.errors import LeadlightError, Reason
from services.scoring.engineered import RECORD_AGE
from services.scoring.ensemble import AdditiveEnsemble
from services.scoring.stage_report import StageReport
from services.scoring.stages import DAYS_IN_STAGE, StageOptions, Stays, require_last_stage
from services.scoring.table import TrainingTable
from services.scoring.time_terms import stage_term
from services.scoring.training import Progress, TrainingOptions, train
from services.scoring.window import MINIMUM_PER_OUTCOME, is_enough, rows_in_window


@dataclass(frozen=True)
class TrainedStage:
    """What the training of one stage gives.

    Attributes:
        report: For the card.
        ensemble: The stage's model, its intervals in the report; None without one.
    """

    report: StageReport
    ensemble: AdditiveEnsemble | None = None


def train_stages(
    table: TrainingTable,
    stage_options: StageOptions,
    options: TrainingOptions,
    progress: Progress = lambda _share, _stage: None,
) -> tuple[TrainedStage, ...]:
    """Trains a model for each stage.

    Args:
        table: Closed opportunities with their stays.
        stage_options: The stages, and which attributes apply in which.
        options: As for the model of all stages.
        progress: Called with the share done, 0 to 1, and what is being done.

    Raises:
        LeadlightError: FAILED_PRECONDITION (TOO_FEW_CLOSED_RECORDS): fewer than 40 were closed in the last stage.
    """
    window = rows_in_window(table, options.window_months, options.window_end)
    # One window for all stages: it ends with the newest close of all.
    options = replace(options, window_end=window.end, low_evidence=False)
    table = table.take(window.rows)
    stays = table.stays or Stays({}, np.full(len(table), ""))
    last = stage_options.stages[-1]
    require_last_stage(int((stays.last == last).sum()), last)
    trained = []
    for place, stage in enumerate(stage_options.stages):
        share = place / len(stage_options.stages)
        progress(share, f"training the model of stage {stage}")
        days = stays.days.get(stage, np.full(len(table), np.nan))
        rows = np.flatnonzero(~np.isnan(days))
        # The age of the record holds the time in its stage: together they would count it twice.
        rules = options.rules
        rules = replace(rules, exclude=rules.exclude | stage_options.left_out(stage) | {RECORD_AGE})
        trained.append(
            _train_stage(table.take(rows), days[rows], stage, stays.last[rows], replace(options, rules=rules))
        )
    return tuple(trained)


def _train_stage(
    table: TrainingTable,
    days: npt.NDArray[np.float64],
    stage: str,
    last: npt.NDArray[np.str_],
    options: TrainingOptions,
) -> TrainedStage:
    won = int(table.outcome.sum())
    report = StageReport(stage, len(table), won, int((last == stage).sum()))
    if not len(table):
        return TrainedStage(replace(report, explanation="no closed opportunity went through it"))
    time = stage_term(days, table.outcome, stage)
    report = replace(report, median_days_won=time.table.median_won, median_days_lost=time.table.median_lost)
    if not is_enough(table.outcome):
        explanation = (
            f"{won} won and {len(table) - won} lost opportunities went through it, {MINIMUM_PER_OUTCOME} of each are "
            "needed"
        )
        return TrainedStage(replace(report, explanation=explanation))
    columns = {name: column for name, column in table.columns.items() if name != DAYS_IN_STAGE}
    try:
        trained = train(replace(table, columns=columns), options)
    except LeadlightError as error:
        if error.reason is not Reason.NO_USABLE_ATTRIBUTE:
            raise
        return TrainedStage(replace(report, explanation=error.message))
    found = replace(trained.report, attributes=time.among(trained.report.attributes))
    return TrainedStage(replace(report, report=found), time.added_to(trained.ensemble))
