"""Levels of all fields as one whole number: the first field's level is the lowest digit of a mixed base."""

import numpy as np
import numpy.typing as npt

from services.dedupe.comparison import COMPARISONS
from services.dedupe.weights import Levels

_BASES = tuple(len(comparison.level_names) for comparison in COMPARISONS)


def pattern_sql() -> str:
    """The pattern of a pair as an expression over the tables `l` and `r`."""
    place = 1
    terms = []
    for comparison, base in zip(COMPARISONS, _BASES, strict=True):
        terms.append(f"{place} * CAST({comparison.sql()} AS BIGINT)")
        place *= base
    return " + ".join(terms)


def pattern_levels(patterns: npt.NDArray[np.int64]) -> Levels:
    """Levels of patterns, int [patterns, fields]."""
    columns = []
    rest = patterns
    for base in _BASES:
        columns.append(rest % base)
        rest = rest // base
    levels: Levels = np.stack(columns, axis=1).astype(np.int64)
    return levels
