"""The figures a model is judged by, and the verdict on them: plain data, read from model cards too."""

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True)
class ConfusionMatrix:
    """Counts of records by what was said of them and what came of them.

    Attributes:
        true_positives: Said to convert, did.
        false_positives: Said to convert, did not.
        true_negatives: Said not to convert, did not.
        false_negatives: Said not to convert, did.
    """

    true_positives: int
    false_positives: int
    true_negatives: int
    false_negatives: int

    @property
    def total(self) -> int:
        """All records."""
        return self.true_positives + self.false_positives + self.true_negatives + self.false_negatives

    @property
    def accuracy(self) -> float:
        """Right answers over all, 0 to 1."""
        return (self.true_positives + self.true_negatives) / self.total

    @property
    def recall(self) -> float:
        """Of the converted ones, the share that was found; 0 if none converted."""
        converted = self.true_positives + self.false_negatives
        return self.true_positives / converted if converted else 0.0

    @property
    def precision(self) -> float | None:
        """Of the found ones, the share that converted; None if none was found."""
        found = self.true_positives + self.false_positives
        return self.true_positives / found if found else None

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall, 2 TP / (2 TP + FP + FN)."""
        weight = 2 * self.true_positives + self.false_positives + self.false_negatives
        return 2 * self.true_positives / weight if weight else 0.0

    @property
    def conversion_rate(self) -> float:
        """Converted over all, 0 to 1."""
        return (self.true_positives + self.false_negatives) / self.total


@dataclass(frozen=True)
class ReliabilityBin:
    """Records of similar probability.

    Attributes:
        count: Records in the bin.
        mean_probability: Their mean probability, 0 to 1.
        positive_rate: Their share of positive outcomes, 0 to 1.
    """

    count: int
    mean_probability: float
    positive_rate: float


@dataclass(frozen=True)
class Metrics:
    """Quality of probabilities on one set of records.

    Attributes:
        count: Records.
        positive: Records with a positive outcome.
        auc: Area under the ROC curve, 0 to 1; None if only one outcome occurs.
        threshold: The probability from which a record counts as positive: the one that maximises F1 here.
        confusion: Counts at the threshold.
        accuracy: At the threshold, 0 to 1.
        recall: At the threshold, 0 to 1.
        precision: At the threshold, 0 to 1; None if nothing reaches it.
        f1: At the threshold, 0 to 1.
        conversion_rate: Share of positive outcomes, 0 to 1.
        log_loss: Mean negative log-likelihood in nats.
        brier: Mean squared difference of probability and outcome, 0 to 1.
        expected_calibration_error: Mean gap between predicted and actual rate over ten equally filled bins,
            weighted by count, 0 to 1.
        reliability: The bins behind it, by rising probability.
    """

    count: int
    positive: int
    auc: float | None
    threshold: float
    confusion: ConfusionMatrix
    accuracy: float
    recall: float
    precision: float | None
    f1: float
    conversion_rate: float
    log_loss: float
    brier: float
    expected_calibration_error: float
    reliability: tuple[ReliabilityBin, ...]


class Verdict(StrEnum):
    """What the area under the curve says about publishing a model."""

    READY = "ready"
    OK = "ok"
    NOT_READY = "not_ready"


@dataclass(frozen=True)
class VerdictBounds:
    """Least AUC of each verdict.

    Attributes:
        ready: For "ready", 0 to 1.
        ok: For "ok", 0 to 1.
    """

    ready: float = 0.80
    ok: float = 0.65

    def verdict(self, auc: float | None) -> Verdict:
        """The verdict for an AUC; not ready where it could not be measured."""
        if auc is None or auc < self.ok:
            return Verdict.NOT_READY
        return Verdict.READY if auc >= self.ready else Verdict.OK
