"""Attributes that give the outcome away because they are filled in, or known, only when a record closes.

Three signs, from the training rows alone:

- The outcome follows from whether the attribute is filled: among the blanks, or among the filled ones, one
  outcome is missing where chance would have shown it at least 20 times. A field written at closing does that.
- The attribute alone ranks the outcomes almost perfectly (AUC 0.99).
- The attribute alone ranks implausibly well for a sales history (AUC 0.90), knows more than twice as much as all
  the others together (AUC - 0.5), and for at least 5 % of the records it makes the outcome as good as certain.

Each of them leaves the attribute out. An attribute that alone ranks very well (AUC 0.80) and better than all the
others together, or that ranks well (0.75) and makes the outcome certain for many, may be just good: it stays, with
a warning.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from services.scoring.boosting import BoostingSettings, fit_boosting
from services.scoring.coding import fit_coding
from services.scoring.metrics import area_under_curve
from services.scoring.standalone import Bins
from services.scoring.table import Column

# Records of the missing outcome that chance would have shown.
CERTAIN_EXPECTED = 20.0
# At most this share of the expected ones may have occurred for the outcome to count as missing.
CERTAIN_OBSERVED_SHARE = 0.02
PERFECT_AUC = 0.99
IMPLAUSIBLE_AUC = 0.90
STRONG_AUC = 0.80
GOOD_AUC = 0.75
CERTAIN_SHARE = 0.05
DOMINANCE = 2.0
FOLDS = 3
# With fewer records of either outcome, a quick model on two thirds of them may see one outcome only.
LEAST_PER_OUTCOME = 10
MOST_ROWS = 20_000
QUICK = BoostingSettings(steps=40, learning_rate=0.2)


class Leak(StrEnum):
    """What was found about an attribute."""

    NONE = "none"
    SUSPECTED = "suspected"
    PRESENCE = "presence"
    PERFECT = "perfect"
    DOMINANT = "dominant"

    @property
    def leaves_out(self) -> bool:
        """Whether the attribute is left out for it."""
        return self in {Leak.PRESENCE, Leak.PERFECT, Leak.DOMINANT}


@dataclass(frozen=True)
class LeakFinding:
    """What was found, in a word and in a sentence with its numbers (empty for NONE)."""

    leak: Leak
    sentence: str = ""


NO_LEAK = LeakFinding(Leak.NONE)


def find_leaks(
    columns: Sequence[Column],
    bins: Mapping[str, Bins],
    alone: Mapping[str, float],
    rows: npt.NDArray[np.intp],
    outcome: npt.NDArray[np.bool_],
    *,
    seed: int,
) -> dict[str, LeakFinding]:
    """Judges every column.

    Args:
        columns: The columns.
        bins: Their bins over `rows`, by column name.
        alone: Their AUC alone, by column name.
        rows: Training rows.
        outcome: bool [all rows].
        seed: Of subsample and folds.

    Returns:
        A finding per attribute: the gravest of its columns.
    """
    labels = outcome[rows]
    found: dict[str, LeakFinding] = {}
    strong: list[Column] = []
    for column in columns:
        presence = _presence(_filled(column, rows), labels)
        if presence:
            found[column.attribute] = LeakFinding(Leak.PRESENCE, presence)
        elif alone[column.name] >= PERFECT_AUC:
            sentence = f"alone it ranks the outcomes almost perfectly (AUC {alone[column.name]:.3f})"
            found[column.attribute] = LeakFinding(Leak.PERFECT, sentence)
        elif alone[column.name] >= GOOD_AUC:
            strong.append(column)
    few = min(int(labels.sum()), int((~labels).sum())) < LEAST_PER_OUTCOME
    for column in strong:
        if few or column.attribute in found:
            continue
        others = [c for c in columns if c.attribute != column.attribute and c.attribute not in found]
        rest = _auc_together(others, rows, outcome, seed)
        certain = _certain_share(bins[column.name], labels)
        finding = judge_strong(alone[column.name], rest, certain)
        if finding.leak is not Leak.NONE:
            found[column.attribute] = finding
    return {column.attribute: found.get(column.attribute, NO_LEAK) for column in columns}


def judge_strong(alone: float, rest: float, certain: float) -> LeakFinding:
    """Tells a leak from an attribute that is just good.

    Args:
        alone: AUC of the attribute alone.
        rest: AUC of all other attributes together.
        certain: Share of records for which the attribute makes one outcome as good as certain.
    """
    is_certain = certain >= CERTAIN_SHARE
    is_strong = alone >= STRONG_AUC and alone > rest
    if not is_certain and not is_strong:
        return NO_LEAK
    sentence = (
        f"alone it ranks the outcomes with AUC {alone:.2f}, all other attributes together with {rest:.2f}"
    )
    if is_certain:
        sentence += f"; for {certain:.0%} of the records it makes one outcome as good as certain"
    if is_certain and alone >= IMPLAUSIBLE_AUC and alone - 0.5 >= DOMINANCE * (rest - 0.5):
        return LeakFinding(Leak.DOMINANT, sentence)
    return LeakFinding(Leak.SUSPECTED, sentence)


def _filled(column: Column, rows: npt.NDArray[np.intp]) -> npt.NDArray[np.bool_]:
    """Where the attribute is filled; an identifier is only known by its column of presence, 1 or 0."""
    if column.name == f"{column.attribute}:present":
        return column.numbers[rows] > 0
    return ~column.blank[rows]


def _presence(filled: npt.NDArray[np.bool_], labels: npt.NDArray[np.bool_]) -> str:
    """A sentence if blank or filled settles the outcome, else nothing."""
    for state, rows in (("blank", ~filled), ("filled", filled)):
        other = ~rows
        if not rows.any() or not other.any():
            continue
        for name, hit in (("positive", labels), ("negative", ~labels)):
            if is_missing(int(hit[rows].sum()), rows.sum() * float(hit.mean())):
                return (
                    f"of {int(rows.sum()):,} records where it is {state}, {int(hit[rows].sum())} are {name}, "
                    f"of the others {hit[other].mean():.0%}"
                )
    return ""


def is_missing(observed: int, expected: float) -> bool:
    """Whether an outcome that chance would have shown `expected` times is as good as missing."""
    return expected >= CERTAIN_EXPECTED and observed <= CERTAIN_OBSERVED_SHARE * expected


def _certain_share(bins: Bins, labels: npt.NDArray[np.bool_]) -> float:
    """Share of rows in values, or in one end of the range, where one outcome is as good as missing.

    Neighbouring bins of a number are taken together from either end; values of a category one by one.
    """
    count = np.bincount(bins.index, minlength=bins.size).astype(float)
    positive = np.bincount(bins.index, weights=labels, minlength=bins.size)
    base = labels.mean()
    best = 0.0
    for hits, rate in ((positive, base), (count - positive, 1 - base)):
        # The rarest first: the largest set of bins, by rising rate, in which the outcome is missing.
        order = np.argsort(np.where(count > 0, hits / np.maximum(count, 1), np.inf), kind="stable")
        covered, seen = np.cumsum(count[order]), np.cumsum(hits[order])
        missing = [
            covered[i] for i in range(len(order)) if is_missing(int(seen[i]), float(covered[i] * rate))
        ]
        best = max([best, *missing])
    return float(best / len(labels))


def _auc_together(
    columns: Sequence[Column],
    rows: npt.NDArray[np.intp],
    outcome: npt.NDArray[np.bool_],
    seed: int,
) -> float:
    """Cross-validated AUC of a quick model on the given columns; 0.5 without any."""
    if not columns:
        return 0.5
    shuffled = np.random.default_rng(seed).permutation(rows)[:MOST_ROWS]
    log_odds = np.empty(len(shuffled))
    for fold in range(FOLDS):
        held_out = np.arange(len(shuffled)) % FOLDS == fold
        coding = fit_coding(columns, shuffled[~held_out], outcome)
        x = coding.matrix(columns, shuffled)
        terms = fit_boosting(x[~held_out], outcome[shuffled[~held_out]], seed, QUICK)
        log_odds[held_out] = terms.log_odds(x[held_out])
    return max(0.5, area_under_curve(outcome[shuffled], log_odds) or 0.5)
