"""Where and how a worker runs on the machine's cores.

A call to a Python worker passes through several threads that take turns. Each turn that goes to another core costs
an interrupt there and finds its caches cold; docs/performance.md has what that is in calls per second.
"""

import os
from collections.abc import Sequence


def core_of(worker: int, cores: Sequence[int]) -> int:
    """The core for a worker, by its number from 0: each core in turn."""
    return cores[worker % len(cores)]


def usable_cores() -> list[int]:
    """The cores this process may use, ascending; empty where the system does not say."""
    return sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []


def pin(worker: int) -> None:
    """Keeps this process, and all threads it starts from now on, on one core; nothing where that can't be done."""
    cores = usable_cores()
    if cores:
        os.sched_setaffinity(0, {core_of(worker, cores)})


def run_in_longer_turns() -> None:
    """Lets a thread of this process finish its turn before another one that woke takes the core.

    Linux's batch policy: the same share of the processor, fewer changes. Nothing where there is no such policy.
    """
    if hasattr(os, "SCHED_BATCH"):
        os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))
