"""What a training says about its model, as plain data: the model card is written from it."""

import math
import platform
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from importlib.metadata import version

from services.scoring.attributes import AttributeUse
from services.scoring.intervals import IntervalTable
from services.scoring.model_quality import Metrics, ReliabilityBin, Verdict, VerdictBounds
from services.scoring.recipes import Choice
from services.scoring.value_statistics import AttributeStatistics

MOST_CALIBRATION_ERROR = 0.03
# 99 of 100 values of a normal variable lie below this many standard deviations.
NORMAL_99 = 2.326
LIBRARIES = ("numpy", "scipy", "scikit-learn", "pyarrow")


class WarningKind(StrEnum):
    """What a warning is about."""

    BASE_RATE_MOVED = "base_rate_moved"
    SUSPECTED_LEAKAGE = "suspected_leakage"
    DRIFT = "drift"
    LOW_QUALITY = "low_quality"
    POOR_CALIBRATION = "poor_calibration"
    LOW_EVIDENCE = "low_evidence"


@dataclass(frozen=True)
class TrainingWarning:
    """Something the model's owner should know.

    Attributes:
        kind: What it is about.
        message: A sentence with its numbers.
        attributes: The attributes concerned, if any.
    """

    kind: WarningKind
    message: str
    attributes: tuple[str, ...] = ()


@dataclass(frozen=True)
class AttributeReport:
    """One attribute in a training.

    Attributes:
        attribute: Its name.
        use: Used, or why not.
        explanation: The reason in a sentence; for a used attribute a remark, or empty.
        columns: The model's columns it stands behind.
        influence: Mean absolute change of the log-odds when it is shuffled; 0 when left out.
        influence_share: Its part of all attributes' influence, 0 to 1.
        stability_index: Population stability index, older against newer half of the records; None if it was
            left out before.
        drifts: Whether its values clearly shift with time.
        turned: Whether its effect turned round between the older and the newer half.
        standalone_auc: AUC of the attribute alone, 0 to 1; None if it was left out before.
        suspected_leak: Whether it may give the outcome away.
        statistics: Counts per value; None for dates and identifiers.
    """

    attribute: str
    use: AttributeUse
    explanation: str
    columns: tuple[str, ...] = ()
    influence: float = 0.0
    influence_share: float = 0.0
    stability_index: float | None = None
    drifts: bool = False
    turned: bool = False
    standalone_auc: float | None = None
    suspected_leak: bool = False
    statistics: AttributeStatistics | None = None


@dataclass(frozen=True)
class ChosenModel:
    """A recipe, why it was chosen, how it was calibrated.

    Attributes:
        choice: Family and attribute set, every candidate's AUC, and how they were compared.
        fitted_records: Records it was fitted on.
        calibration_slope: What the raw log-odds were multiplied with.
        calibration_intercept: What was added to them.
    """

    choice: Choice
    fitted_records: int
    calibration_slope: float
    calibration_intercept: float


@dataclass(frozen=True)
class DataReport:
    """What a model was trained on. Times are seconds since 1970 UTC, None without dates.

    Attributes:
        records: Closed records used, test set included.
        positive: Those with a positive outcome.
        test_records: Records of the test set.
        test_positive: Positive ones of the test set.
        outside_window: Closed records left out because they lie outside the window.
        window_start: Oldest creation that is inside.
        window_end: Newest close that is inside.
        oldest_created: Oldest creation among the records.
        newest_closed: Newest close among the records.
        test_start: Oldest close of the test set.
    """

    records: int
    positive: int
    test_records: int
    test_positive: int
    outside_window: int
    window_start: float | None
    window_end: float | None
    oldest_created: float | None
    newest_closed: float | None
    test_start: float | None

    @property
    def older_rate(self) -> float:
        """Positive rate of the records that are not in the test set."""
        return (self.positive - self.test_positive) / (self.records - self.test_records)

    @property
    def test_rate(self) -> float:
        """Positive rate of the test set, NaN without one."""
        return self.test_positive / self.test_records if self.test_records else math.nan


@dataclass(frozen=True)
class TrainingReport:
    """Everything a model card shows.

    Attributes:
        metrics: Of `evaluated_model` on the newest 20 %, which it never saw.
        verdict: What their AUC says about publishing.
        model: The published model, fitted on all records.
        evaluated_model: The model behind the metrics, fitted on the older 80 %.
        attributes: Every attribute that came in, the most influential first.
        warnings: What the owner should know.
        data: What it was trained on.
        window_months: Length of the window.
        seed: Of all randomness.
        library_versions: Version by library.
        intervals: The interval of a score by its log-odds.
        ignore_blank: Used attributes whose blanks add nothing to a score.
        low_evidence: Trained on fewer than 40 positive and 40 negative records; then there is no test set, and the
            metrics are of held-out folds.
    """

    metrics: Metrics
    verdict: Verdict
    model: ChosenModel
    evaluated_model: ChosenModel
    attributes: tuple[AttributeReport, ...]
    warnings: tuple[TrainingWarning, ...]
    data: DataReport
    window_months: int
    seed: int
    library_versions: dict[str, str]
    intervals: IntervalTable | None = None
    ignore_blank: tuple[str, ...] = ()
    low_evidence: bool = False


def library_versions() -> dict[str, str]:
    """Versions of what shapes a model's numbers."""
    return {"python": platform.python_version()} | {name: version(name) for name in LIBRARIES}


def by_chance(reliability: Sequence[ReliabilityBin]) -> float:
    """The calibration error that exact probabilities stay below in 99 of 100 test sets of this size.

    A bin's gap is then normal with the standard error of its rate, its absolute value half-normal; the
    error is their mean weighted by count, taken as normal over the ten bins.
    """
    total = sum(each.count for each in reliability)
    mean = variance = 0.0
    for each in reliability:
        rate = each.mean_probability
        error = each.count / total * math.sqrt(rate * (1 - rate) / each.count)
        mean += error * math.sqrt(2 / math.pi)
        variance += error**2 * (1 - 2 / math.pi)
    return mean + NORMAL_99 * math.sqrt(variance)


def low_evidence_warning(data: DataReport) -> TrainingWarning:
    """What to say of a model that learned from too few records."""
    message = (
        f"learned from {data.positive} positive and {data.records - data.positive} negative records, 40 of each are "
        "needed for a model that can be measured: scores are drawn towards the base rate, a first guess"
    )
    return TrainingWarning(WarningKind.LOW_EVIDENCE, message)


def warnings_of(
    metrics: Metrics,
    data: DataReport,
    attributes: Sequence[AttributeReport],
    bounds: VerdictBounds,
    *,
    base_rate_moved: bool,
) -> tuple[TrainingWarning, ...]:
    """All warnings a training gives rise to."""
    warnings = []
    if base_rate_moved:
        message = (
            f"the share of positive outcomes moved from {data.older_rate:.1%} in the older records to "
            f"{data.test_rate:.1%} in the newest {data.test_records:,}: probabilities lag behind such a move"
        )
        warnings.append(TrainingWarning(WarningKind.BASE_RATE_MOVED, message))
    leaks = [a for a in attributes if a.suspected_leak or a.use is AttributeUse.LEAKS_OUTCOME]
    for leak in leaks:
        done = "left out" if leak.use is AttributeUse.LEAKS_OUTCOME else "used: exclude it if that is so"
        message = f"{leak.attribute} may only be known once a record closes ({leak.explanation}); {done}"
        warnings.append(TrainingWarning(WarningKind.SUSPECTED_LEAKAGE, message, (leak.attribute,)))
    drifting = tuple(a.attribute for a in attributes if a.drifts or a.turned)
    if drifting:
        kept = any(a.use is AttributeUse.USED for a in attributes if a.attribute in drifting)
        choice = (
            "used, since leaving them out did not rank newer records better"
            if kept
            else "left out, since newer records were ranked better without them"
        )
        message = f"values or effects that change with time: {', '.join(drifting)}; {choice}"
        warnings.append(TrainingWarning(WarningKind.DRIFT, message, drifting))
    if metrics.auc is not None and metrics.auc < bounds.ok:
        message = f"AUC {metrics.auc:.3f} on the newest records is low: 0.5 is chance, {bounds.ok:g} is ok"
        warnings.append(TrainingWarning(WarningKind.LOW_QUALITY, message))
    if metrics.expected_calibration_error > max(MOST_CALIBRATION_ERROR, by_chance(metrics.reliability)):
        message = (
            f"probabilities are off by {metrics.expected_calibration_error:.3f} on average on the "
            f"newest records (aim: {MOST_CALIBRATION_ERROR})"
        )
        warnings.append(TrainingWarning(WarningKind.POOR_CALIBRATION, message))
    return tuple(warnings)
