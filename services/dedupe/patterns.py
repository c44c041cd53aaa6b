"""Levels of all fields as one whole number: the first field's level is the lowest digit of a mixed base."""

import numpy as np
import numpy.typing as npt

from services.dedupe.comparison import COMPARISONS, COUNTED_FORMS
from services.dedupe.conditions import similarity_column, similarity_sql
from services.dedupe.fields import FORM_NAMES
from services.dedupe.weights import Levels

_BASES = tuple(len(comparison.level_names) for comparison in COMPARISONS)


def patterns_sql(pairs: str) -> str:
    """A query for the patterns of pairs: l, r, pattern.

    Args:
        pairs: A table of pairs: l, r, which are rows of the table `forms`.
    """
    # An engine takes of these columns what the levels ask for.
    columns = [f"{side}.{form} AS {side}_{form}" for side in ("l", "r") for form in FORM_NAMES]
    columns += [f"l.c_{form} AS l_c_{form}" for form in COUNTED_FORMS]
    columns += [f"{similarity_sql(form)} AS {similarity_column(form)}" for form in FORM_NAMES]
    return (
        f"SELECT l, r, {_pattern_sql()} AS pattern FROM (SELECT p.l AS l, p.r AS r, {', '.join(columns)}"
        f" FROM {pairs} AS p JOIN forms AS l ON l.row = p.l JOIN forms AS r ON r.row = p.r) AS pairs"
    )


def _pattern_sql() -> str:
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
