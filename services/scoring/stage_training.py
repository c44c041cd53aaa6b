"""Models per stage of a business process: for each stage one from the closed opportunities that went through it.

What is approximate: attributes are those stored last, not those of the moment at which the stage was entered, since
no copies are kept per stage; an attribute that is only known later belongs out of the early stages (`StageOptions`).
The metrics are of opportunities as they enter the stage: the time in it (staying.py) comes on top, not measured.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from services.common.errors import LeadlightError, Reason
from services.scoring.attributes import AttributeUse
from services.scoring.ensemble import AdditiveEnsemble
from services.scoring.report import AttributeReport, TrainingReport
from services.scoring.stage_report import StageReport
from services.scoring.stages import DAYS_IN_STAGE, StageOptions, Stays, require_last_stage
from services.scoring.staying import StayTable, fit_stay, with_stay
from services.scoring.table import TrainingTable
from services.scoring.training import Progress, TrainingOptions, train
from services.scoring.value_statistics import AttributeStatistics
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
        rules = options.rules
        rules = replace(rules, exclude=rules.exclude | stage_options.left_out(stage))
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
    stay = fit_stay(days, table.outcome)
    report = replace(report, median_days_won=stay.median_won, median_days_lost=stay.median_lost)
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
    found = _with_time(trained.report, stay, days, stage)
    return TrainedStage(replace(report, report=found), with_stay(trained.ensemble, stay, DAYS_IN_STAGE))


def _with_time(
    report: TrainingReport,
    stay: StayTable,
    days: npt.NDArray[np.float64],
    stage: str,
) -> TrainingReport:
    """The report with the time in the stage among the attributes."""
    added = stay.added(days)
    shuffled = added[np.random.default_rng(0).permutation(len(added))]
    time = AttributeReport(
        attribute=DAYS_IN_STAGE,
        use=AttributeUse.USED,
        explanation="whole days since it was entered, weighed by how many of the won and of the lost stayed longer",
        columns=(DAYS_IN_STAGE,),
        influence=float(np.abs(added - shuffled).mean()),
        statistics=AttributeStatistics(
            DAYS_IN_STAGE,
            "stay",
            edges=stay.marks,
            ranges=stay.still_there,
            stage=stage,
            median_days_won=stay.median_won,
        ),
    )
    return replace(report, attributes=_by_influence((*report.attributes, time)))


def _by_influence(attributes: Sequence[AttributeReport]) -> tuple[AttributeReport, ...]:
    total = sum(each.influence for each in attributes) or 1.0
    return tuple(
        replace(each, influence_share=each.influence / total)
        for each in sorted(attributes, key=lambda each: (-each.influence, each.attribute))
    )
