"""Time as a part of a score: the age of the record, and for a stage's model the time in the stage (staying.py).

Both are days up to the moment of scoring, so a score moves with the calendar, and the daily refresh sees it. The
metrics of a model are of records that have just come in; time comes on top of what they measure.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from services.scoring.attributes import AttributeRules, AttributeUse
from services.scoring.engineered import AGE_DAYS, RECORD_AGE
from services.scoring.ensemble import AdditiveEnsemble
from services.scoring.report import AttributeReport
from services.scoring.stages import DAYS_IN_STAGE
from services.scoring.staying import StayTable, fit_stay, with_stay
from services.scoring.table import TrainingTable
from services.scoring.value_statistics import AttributeStatistics
from services.scoring.window import DAY_S


@dataclass(frozen=True)
class TimeTerm:
    """A term of time.

    Attributes:
        attribute: The attribute it is shown under.
        column: The model's column.
        table: The term.
        days: float64 [records], the days it was fitted on.
        stage: The stage; "" for the age of the record.
    """

    attribute: str
    column: str
    table: StayTable
    days: npt.NDArray[np.float64]
    stage: str = ""

    def added_to(self, ensemble: AdditiveEnsemble) -> AdditiveEnsemble:
        """The ensemble with the term."""
        return with_stay(ensemble, self.table, self.attribute, self.column)

    def among(self, attributes: Sequence[AttributeReport]) -> tuple[AttributeReport, ...]:
        """The attributes of a report with the term among them, the most influential first."""
        added = self.table.added(self.days)
        shuffled = added[np.random.default_rng(0).permutation(len(added))]
        since = "it came into the stage" if self.stage else "the record was created"
        report = AttributeReport(
            attribute=self.attribute,
            use=AttributeUse.USED,
            explanation=f"days since {since}, weighed by how many of the positive and of the negative stayed longer",
            columns=(self.column,),
            influence=float(np.abs(added - shuffled).mean()),
            statistics=AttributeStatistics(
                self.attribute,
                "stay",
                edges=self.table.marks,
                ranges=self.table.still_there,
                stage=self.stage,
                median_days_won=self.table.median_won,
            ),
        )
        together = [*attributes, report]
        total = sum(each.influence for each in together) or 1.0
        return tuple(
            replace(each, influence_share=each.influence / total)
            for each in sorted(together, key=lambda each: (-each.influence, each.attribute))
        )


def age_term(table: TrainingTable, rules: AttributeRules) -> TimeTerm | None:
    """The age of the record; None without dates, where every record closes equally fast, or where it is not wanted.

    Args:
        table: The records that are trained on.
        rules: What the owner decided; the age is a derived field and goes with them.
    """
    if table.created_at is None or table.closed_at is None:
        return None
    if not rules.engineered or rules.excludes(RECORD_AGE) or RECORD_AGE in table.columns:
        return None
    days = (table.closed_at - table.created_at) / DAY_S
    known = ~np.isnan(days)
    if not known.any():
        return None
    days = _rounded(days[known])
    stay = fit_stay(days, table.outcome[known])
    return TimeTerm(RECORD_AGE, AGE_DAYS, stay, days) if stay.marks else None


def stage_term(days: npt.NDArray[np.float64], outcome: npt.NDArray[np.bool_], stage: str) -> TimeTerm:
    """The time in a stage.

    Args:
        days: float64 [deals], how long each closed deal was in it.
        outcome: bool [deals].
        stage: The stage.
    """
    days = _rounded(days)
    return TimeTerm(DAYS_IN_STAGE, DAYS_IN_STAGE, fit_stay(days, outcome), days, stage)


def _rounded(days: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Days to a quarter of an hour, none below 0: what differs by less is the same time."""
    return np.asarray(np.round(np.maximum(days, 0.0), 2), dtype=np.float64)
