"""How a service ends with the process that started it, however that process ended.

The supervisor gives each child a pipe as standard input and never writes to it. When the
supervisor is gone, even by SIGKILL, the kernel closes the pipe and the child reads end of file:
it then stops as it would at SIGTERM. Unlike PR_SET_PDEATHSIG this works on every Unix and does
not depend on which thread started the child.
"""

import os
import signal
import threading

VARIABLE = "LEADLIGHT_LIFELINE"
"""Set to "stdin" in the environment of a process whose standard input is its lifeline."""

_STDIN = 0


def follow_parent() -> None:
    """Sends this process SIGTERM once its parent is gone; nothing happens without a lifeline.

    Call it once, in a service's first process, after its SIGTERM handler is in place.
    """
    if os.environ.pop(VARIABLE, "") == "stdin":
        threading.Thread(target=_wait_for_end, name="lifeline", daemon=True).start()


def _wait_for_end() -> None:
    while os.read(_STDIN, 1024):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
