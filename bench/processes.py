"""A command's wall time and the most memory that it and its children held."""

import subprocess
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass

import psutil

from tests.load.leads import REPOSITORY

_INTERVAL_S = 0.2
_MIB = 2**20


@dataclass(frozen=True)
class Finished:
    """A command that ended well.

    Attributes:
        wall_s: From start to end.
        peak_mib: Most memory of the command and its children at one moment, shared pages counted once.
        output: What it printed.
    """

    wall_s: float
    peak_mib: float
    output: str


def run(command: Sequence[str]) -> Finished:
    """Runs a command.

    Raises:
        RuntimeError: If it fails.
    """
    begun_s = time.perf_counter()
    process = subprocess.Popen(
        command, cwd=REPOSITORY, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    peak = [0.0]
    watcher = threading.Thread(target=_watch, args=(process, peak), daemon=True)
    watcher.start()
    output, errors = process.communicate()
    wall_s = time.perf_counter() - begun_s
    watcher.join()
    if process.returncode:
        raise RuntimeError(f"{' '.join(command)}: {errors.strip()}")
    return Finished(wall_s, peak[0], output)


def _watch(process: subprocess.Popen[str], peak: list[float]) -> None:
    root = psutil.Process(process.pid)
    while process.poll() is None:
        held = 0
        try:
            for each in (root, *root.children(recursive=True)):
                held += each.memory_full_info().pss
        except psutil.Error:  # one of them has just ended
            continue
        peak[0] = max(peak[0], held / _MIB)
        time.sleep(_INTERVAL_S)
