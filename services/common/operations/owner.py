"""Which process holds a lease, and whether it is gone.

Another process on the same machine can tell at once that a runner died; a runner elsewhere waits
for the lease to end. "The same machine" is the same boot and the same space of process ids, since
two containers on one host may both have a process 7.
"""

import os
import re
import socket
from pathlib import Path

_OWNER = re.compile(r"(?P<host>.*) machine=(?P<machine>\S*) pid=(?P<pid>\d+) start=(?P<start>\d*)")


def this_process() -> str:
    """The name under which this process holds leases."""
    pid = os.getpid()
    return f"{socket.gethostname()[:64]} machine={_machine()} pid={pid} start={_start(pid) or ''}"


def is_gone(owner: str) -> bool:
    """Whether the owner certainly ended: it was of this machine and no such process is left.

    False where it can't be known: another machine, or a system without /proc.
    """
    match = _OWNER.fullmatch(owner)
    if match is None or not match["machine"] or match["machine"] != _machine():
        return False
    # The start time tells the owner from a later process that was given its id.
    return _start(int(match["pid"])) != match["start"]


def _machine() -> str:
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        return f"{boot}/{Path('/proc/self/ns/pid').stat().st_ino}"
    except OSError:
        return ""


def _start(pid: int) -> str | None:
    """Start of a process in clock ticks since boot (proc(5), field 22 of stat); None if it ended."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace")
    except OSError:
        return None
    # The second field is the command in parentheses, which may hold anything.
    state, *fields = stat.rpartition(")")[2].split()
    return None if state == "Z" else fields[18]
