"""What the closed records say about each value of an attribute, and how much it moves the score."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from services.scoring.ensemble import LEAF, AdditiveEnsemble
from services.scoring.table import Column
from services.scoring.value_statistics import AttributeStatistics, ValueStatistics, readable_edges

DAY_S = 86_400.0
# Values told apart in a table; the rest stand together.
MOST_VALUES = 50


def attribute_statistics(
    column: Column,
    rows: npt.NDArray[np.intp],
    outcome: npt.NDArray[np.bool_],
    days_to_close: npt.NDArray[np.float64] | None,
    told_apart: Sequence[str] | None = None,
) -> AttributeStatistics:
    """Counts of one attribute over the closed training records.

    Args:
        column: The attribute's own column (not an engineered one).
        rows: Training rows.
        outcome: bool [all rows].
        days_to_close: Days from creation to close [all rows], NaN if not known; None without dates.
        told_apart: For a category, the values that stand alone (default: the 50 most frequent).
    """
    labels = outcome[rows]
    days = None if days_to_close is None else days_to_close[rows]

    def statistics(mask: npt.NDArray[np.bool_]) -> ValueStatistics:
        won_days = days[mask & labels] if days is not None else np.empty(0)
        won_days = won_days[~np.isnan(won_days)]
        median = float(np.median(won_days)) if len(won_days) else None
        closed = int(mask.sum())
        return ValueStatistics(closed, int(labels[mask].sum()), closed / len(rows), median)

    blank = column.blank[rows]
    blank_statistics = statistics(blank) if blank.any() else None
    if not column.is_category:
        numbers = column.numbers[rows].astype(np.float64)
        edges = readable_edges(numbers[~blank])
        bin_of = np.where(blank, -1, np.searchsorted(np.array(edges), numbers, side="left"))
        ranges = tuple(statistics(bin_of == index) for index in range(len(edges) + 1))
        return AttributeStatistics(
            column.attribute, "numeric", edges=edges, ranges=ranges, blank=blank_statistics
        )
    codes = column.codes[rows]
    count = np.bincount(codes[codes >= 0], minlength=len(column.vocabulary))
    by_frequency = [int(code) for code in np.argsort(-count, kind="stable") if count[code]]
    names = set(told_apart) if told_apart is not None else None
    kept = [code for code in by_frequency if names is None or column.vocabulary[code] in names]
    kept = kept[:MOST_VALUES] if names is None else kept
    values = {column.vocabulary[code]: statistics(codes == code) for code in kept}
    rest = ~blank & ~np.isin(codes, kept)
    return AttributeStatistics(
        column.attribute,
        "category",
        values=values,
        other=statistics(rest) if rest.any() else None,
        blank=blank_statistics,
    )


def influence(ensemble: AdditiveEnsemble, seed: int) -> dict[str, float]:
    """How much each attribute moves the score: mean absolute change of the log-odds when it is shuffled.

    Measured on the ensemble's background rows. Only the terms that use the attribute are evaluated.
    """
    x = ensemble.background
    order = np.random.default_rng(seed).permutation(len(x))
    moved: dict[str, float] = {}
    positions: Mapping[str, list[int]] = positions_by_attribute(ensemble)
    for attribute, columns in positions.items():
        shuffled = x.copy()
        shuffled[:, columns] = x[order][:, columns]
        trees = tuple(
            tree for tree in ensemble.trees if np.isin(tree.feature[tree.feature != LEAF], columns).any()
        )
        own = replace(ensemble, trees=trees)
        moved[attribute] = float(np.abs(own.log_odds(shuffled) - own.log_odds(x)).mean())
    return moved


def positions_by_attribute(ensemble: AdditiveEnsemble) -> dict[str, list[int]]:
    """The columns of each attribute."""
    positions: dict[str, list[int]] = {}
    for position, spec in enumerate(ensemble.features):
        positions.setdefault(spec.attribute, []).append(position)
    return positions
