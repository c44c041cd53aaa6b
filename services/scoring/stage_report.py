"""What a training found about each stage of a business process: plain data, for the model card."""

from dataclasses import dataclass

from services.scoring.report import TrainingReport


@dataclass(frozen=True)
class StageReport:
    """One stage.

    Attributes:
        stage: Its name.
        closed: Closed opportunities of the window that went through it.
        won: Of those, the won ones.
        closed_here: Of those, the ones that were closed while in it.
        median_days_won: Median days that the won ones were in it; None without any.
        median_days_lost: Median days that the lost ones were in it; None without any.
        report: What the training of its own model found; None without one.
        explanation: Why it has no model of its own.
    """

    stage: str
    closed: int
    won: int
    closed_here: int
    median_days_won: float | None = None
    median_days_lost: float | None = None
    report: TrainingReport | None = None
    explanation: str = ""
