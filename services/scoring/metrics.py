"""How well probabilities foretell outcomes: ranking, decisions, calibration."""

from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from sklearn.metrics import roc_auc_score

CALIBRATION_BINS = 10
# A probability of exactly 0 or 1 would make one surprise infinitely costly.
LEAST_PROBABILITY = 1e-15

Probabilities = npt.NDArray[np.float64]
Outcomes = npt.NDArray[np.bool_]


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


def area_under_curve(outcome: Outcomes, score: npt.NDArray[np.floating]) -> float | None:
    """Area under the ROC curve (ties count half), None if only one outcome occurs."""
    if outcome.all() or not outcome.any():
        return None
    return float(roc_auc_score(outcome, score))


def confusion_at(outcome: Outcomes, probability: Probabilities, threshold: float) -> ConfusionMatrix:
    """Counts when a probability >= `threshold` counts as positive."""
    found = probability >= threshold
    return ConfusionMatrix(
        true_positives=int((found & outcome).sum()),
        false_positives=int((found & ~outcome).sum()),
        true_negatives=int((~found & ~outcome).sum()),
        false_negatives=int((~found & outcome).sum()),
    )


def best_f1_threshold(outcome: Outcomes, probability: Probabilities) -> float:
    """The largest threshold among the probabilities that maximises F1."""
    order = np.argsort(-probability, kind="stable")
    ranked = probability[order]
    hits = np.cumsum(outcome[order])
    last_of_ties = np.flatnonzero(np.append(ranked[1:] != ranked[:-1], True))
    f1 = 2 * hits[last_of_ties] / (last_of_ties + 1 + outcome.sum())
    return float(ranked[last_of_ties[int(np.argmax(f1))]])


def reliability_curve(outcome: Outcomes, probability: Probabilities) -> tuple[ReliabilityBin, ...]:
    """Ten bins filled equally by rank, equal probabilities always in the same one."""
    order = np.argsort(probability, kind="stable")
    ranked = probability[order]
    cuts = np.searchsorted(
        ranked, ranked[(np.arange(1, CALIBRATION_BINS) * len(ranked)) // CALIBRATION_BINS], side="left"
    )
    bounds = np.unique(np.concatenate(([0], cuts, [len(ranked)])))
    return tuple(
        ReliabilityBin(
            int(end - start), float(ranked[start:end].mean()), float(outcome[order[start:end]].mean())
        )
        for start, end in pairwise(bounds)
    )


def calibration_error(curve: tuple[ReliabilityBin, ...]) -> float:
    """Expected calibration error: the bins' |mean probability - positive rate|, weighted by count."""
    total = sum(bin_.count for bin_ in curve)
    return sum(bin_.count * abs(bin_.mean_probability - bin_.positive_rate) for bin_ in curve) / total


def measure(outcome: Outcomes, probability: Probabilities) -> Metrics:
    """All metrics of the probabilities [rows] against the outcomes [rows]; there is at least one row."""
    threshold = best_f1_threshold(outcome, probability)
    confusion = confusion_at(outcome, probability, threshold)
    curve = reliability_curve(outcome, probability)
    bounded = np.clip(probability, LEAST_PROBABILITY, 1 - LEAST_PROBABILITY)
    return Metrics(
        count=len(outcome),
        positive=int(outcome.sum()),
        auc=area_under_curve(outcome, probability),
        threshold=threshold,
        confusion=confusion,
        accuracy=confusion.accuracy,
        recall=confusion.recall,
        precision=confusion.precision,
        f1=confusion.f1,
        conversion_rate=confusion.conversion_rate,
        log_loss=float(-np.where(outcome, np.log(bounded), np.log1p(-bounded)).mean()),
        brier=float(((probability - outcome) ** 2).mean()),
        expected_calibration_error=calibration_error(curve),
        reliability=curve,
    )
