import multiprocessing
import os

import pytest

from services.common.server.placement import core_of, pin, run_in_longer_turns, usable_cores

CORES = usable_cores()


def test_each_core_in_turn() -> None:
    assert [core_of(worker, [2, 3, 7]) for worker in range(5)] == [2, 3, 7, 2, 3]


def _placed(worker: int) -> tuple[set[int], int]:
    run_in_longer_turns()
    pin(worker)
    return os.sched_getaffinity(0), os.sched_getscheduler(0)


@pytest.mark.skipif(not CORES, reason="this system does not say which cores a process may use")
def test_a_process_is_placed() -> None:
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        cores, policy = pool.apply(_placed, (len(CORES) + 1,))
    assert cores == {core_of(1, CORES)}
    assert policy == os.SCHED_BATCH
