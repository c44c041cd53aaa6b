"""How much of a fault is tried: what CI has time for, or all of it."""

import os

ALL = os.environ.get("LEADLIGHT_FAULTS") == "all"
"""Whether all is tried: `make robustness` does so, CI does not."""


def size(all_: int, in_ci: int) -> int:
    """How many calls, kills or rounds a test makes.

    Args:
        all_: Of `make robustness`.
        in_ci: Of any other run; the fault is the same.
    """
    return all_ if ALL else in_ci
