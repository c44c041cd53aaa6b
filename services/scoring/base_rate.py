"""Whether the share of positive outcomes has moved."""

import math

LEAST_MOVE = 0.01
STANDARD_ERRORS = 2.58


def base_rate_moved(*, older: int, older_positive: int, newer: int, newer_positive: int) -> bool:
    """Whether the share differs by at least one point and beyond 99 % of chance: the two-proportion z-test.

    Args:
        older: Older records, at least one.
        older_positive: Positive ones among them.
        newer: Newer records, at least one.
        newer_positive: Positive ones among them.
    """
    rate = (older_positive + newer_positive) / (older + newer)
    error = math.sqrt(rate * (1 - rate) * (1 / older + 1 / newer))
    return abs(newer_positive / newer - older_positive / older) > max(LEAST_MOVE, STANDARD_ERRORS * error)
