"""How well probabilities foretell outcomes: ranking, decisions, calibration."""

from itertools import pairwise

import numpy as np
import numpy.typing as npt
from sklearn.metrics import roc_auc_score

from services.scoring.model_quality import ConfusionMatrix, Metrics, ReliabilityBin

CALIBRATION_BINS = 10
# A probability of exactly 0 or 1 would make one surprise infinitely costly.
LEAST_PROBABILITY = 1e-15

Probabilities = npt.NDArray[np.float64]
Outcomes = npt.NDArray[np.bool_]


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
