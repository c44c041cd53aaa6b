"""What a training says about its model, as plain data: the model card is written from it."""

import platform
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from importlib.metadata import version

from services.scoring.attributes import AttributeUse
from services.scoring.metrics import Metrics, Verdict, VerdictBounds
from services.scoring.selection import Choice
from services.scoring.value_statistics import AttributeStatistics

MOST_CALIBRATION_ERROR = 0.03
LIBRARIES = ("numpy", "scipy", "scikit-learn", "pyarrow")


class WarningKind(StrEnum):
    """What a warning is about."""

    BASE_RATE_MOVED = "base_rate_moved"
    SUSPECTED_LEAKAGE = "suspected_leakage"
    DRIFT = "drift"
    LOW_QUALITY = "low_quality"
    POOR_CALIBRATION = "poor_calibration"


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
        """Positive rate of the test set."""
        return self.test_positive / self.test_records


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


def library_versions() -> dict[str, str]:
    """Versions of what shapes a model's numbers."""
    return {"python": platform.python_version()} | {name: version(name) for name in LIBRARIES}


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
    drifting = tuple(a.attribute for a in attributes if a.drifts)
    if drifting:
        kept = [a.attribute for a in attributes if a.drifts and a.use is AttributeUse.USED]
        choice = (
            "used, since leaving them out did not rank newer records better"
            if kept
            else "left out, since newer records were ranked better without them"
        )
        message = f"values that shift with time: {', '.join(drifting)}; {choice}"
        warnings.append(TrainingWarning(WarningKind.DRIFT, message, drifting))
    if metrics.auc is not None and metrics.auc < bounds.ok:
        message = f"AUC {metrics.auc:.3f} on the newest records is little better than chance (0.5)"
        warnings.append(TrainingWarning(WarningKind.LOW_QUALITY, message))
    if metrics.expected_calibration_error > MOST_CALIBRATION_ERROR:
        message = (
            f"probabilities are off by {metrics.expected_calibration_error:.3f} on average on the "
            f"newest records (aim: {MOST_CALIBRATION_ERROR})"
        )
        warnings.append(TrainingWarning(WarningKind.POOR_CALIBRATION, message))
    return tuple(warnings)
