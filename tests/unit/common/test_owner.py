"""Whether the holder of a lease is gone."""

import subprocess
import sys

import pytest

from services.common.operations.owner import is_gone, this_process

ALIVE = this_process()


def test_this_process_is_there() -> None:
    assert not is_gone(ALIVE)


def test_a_process_that_ended_is_gone() -> None:
    program = "from services.common.operations.owner import this_process; print(this_process())"
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert is_gone(ended.stdout.strip())


def test_a_killed_process_is_gone_before_its_parent_asks_for_it() -> None:
    program = "import time; from services.common.operations.owner import this_process\n"
    program += "print(this_process(), flush=True); time.sleep(60)"
    child = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    owner = child.stdout.readline().strip()
    assert not is_gone(owner)
    child.kill()
    child.stdout.read()
    while not is_gone(owner):  # a zombie until wait() below; the test's time limit ends a failure
        pass
    child.wait()
    child.stdout.close()


def test_a_later_process_with_the_same_id_is_another() -> None:
    assert is_gone(ALIVE[: ALIVE.rindex("=") + 1] + "1")


@pytest.mark.parametrize(
    "owner",
    [
        "elsewhere machine=0000/4026531836 pid=1 start=5",
        "elsewhere machine= pid=1 start=",
        "no owner of ours",
        "",
    ],
)
def test_what_cannot_be_known_counts_as_alive(owner: str) -> None:
    assert not is_gone(owner)
