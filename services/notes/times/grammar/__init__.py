"""The rules that all languages share, and the order in which they are applied."""

from services.notes.times.grammar import (
    bounds,
    clocks,
    dates,
    distances,
    lengths,
    points,
    ranges,
    relatives,
    sets,
)

STRATA = (
    "compounds",
    "numbers",
    "lengths",
    "ampm_pairs",
    "ampm",
    "dates",
    "date_months",
    "date_years",
    "day_ranges",
    "every",
    "relatives",
    "sets",
    "clocks",
    "in_years",
    "years",
    "zones",
    "hour_ranges",
    "hour_ranges_late",
    "anchored",
    "distances",
    "distances_late",
    "points",
    "points_late",
    "ranges",
    "ranges_late",
    "stays",
    "set_times",
    "bounds",
    "bounds_joined",
)
"""From the inside of an expression to its outside."""

RULES = (
    *lengths.RULES,
    *dates.RULES,
    *clocks.RULES,
    *relatives.RULES,
    *distances.RULES,
    *points.RULES,
    *ranges.RULES,
    *sets.RULES,
    *bounds.RULES,
)
