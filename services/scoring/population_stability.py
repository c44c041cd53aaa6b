"""Population stability index: how far the shares of an attribute's values have moved."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

STABILITY_BINS = 10
# The usual reading of the index: below 0.10 no shift, 0.10 to 0.25 some, from 0.25 a clear one.
CLEAR_SHIFT = 0.25
# An empty bin would make the index infinite.
LEAST_SHARE = 1e-4

Counts = Sequence[int] | npt.NDArray[np.integer]


def population_stability_index(expected: Counts, actual: Counts) -> float:
    """The sum over bins of (a - e) ln(a / e), e and a the bins' shares before and now.

    Args:
        expected: Records by bin before.
        actual: Records by bin now.

    Returns:
        0 for equal shares, and where one side has no record.
    """
    before, now = np.asarray(expected, dtype=np.float64), np.asarray(actual, dtype=np.float64)
    if not before.sum() or not now.sum():
        return 0.0
    old = np.maximum(before / before.sum(), LEAST_SHARE)
    new = np.maximum(now / now.sum(), LEAST_SHARE)
    return float(((new - old) * np.log(new / old)).sum())
